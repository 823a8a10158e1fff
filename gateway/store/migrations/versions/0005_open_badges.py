"""Open badges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0005_open_badges"
down_revision = "0004_oauth_clients_grants_tokens"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "profiles",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_profiles")),
    )
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_as", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("valid_from", sa.String(length=32), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_credentials_tenant_id_same_as"), ["tenant_id", "same_as"], unique=False
        )
