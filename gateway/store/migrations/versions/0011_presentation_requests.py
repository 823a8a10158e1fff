"""Presentation requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0011_presentation_requests"
down_revision = "0010_issued_statuses"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "presentation_requests",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'verified', 'refused', 'failed')",
            name=op.f("ck_presentation_requests_state"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_presentation_requests")),
        sa.UniqueConstraint("digest", name=op.f("uq_presentation_requests_digest")),
    )
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_presentation_requests_tenant_id_expires"), ["tenant_id", "expires"], unique=False
        )
