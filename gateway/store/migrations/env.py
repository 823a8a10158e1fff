"""What Alembic runs: the steps, on the connection it was given."""

from __future__ import annotations

from alembic import context

from gateway.store.tables import SCHEMA

__all__ = ["SCHEMA"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SCHEMA,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
