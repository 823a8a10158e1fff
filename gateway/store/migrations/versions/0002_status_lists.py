"""Status lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002_status_lists"
down_revision = "0001_credentials_tenants_audit"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "status_lists",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("signed", sa.String(length=32), nullable=True),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_status_lists")),
    )
    with op.batch_alter_table("status_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_lists_id"), ["id"], unique=True)

    op.create_table(
        "status_entries",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credential_id"],
            ["credentials.tenant_id", "credentials.id"],
            name=op.f("fk_status_entries_tenant_id_credential_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "credential_id", "purpose", name=op.f("pk_status_entries")),
        sa.UniqueConstraint(
            "tenant_id", "list_id", "position", name=op.f("uq_status_entries_tenant_id_list_id_position")
        ),
    )
