"""Issued statuses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0010_issued_statuses"
down_revision = "0009_offers"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "issued_entries",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", "purpose", name=op.f("pk_issued_entries")),
        sa.UniqueConstraint(
            "tenant_id", "list_id", "position", name=op.f("uq_issued_entries_tenant_id_list_id_position")
        ),
    )
