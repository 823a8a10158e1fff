"""Pulls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0008_pulls"
down_revision = "0007_sources"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "pulls",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind in ('feed', 'open-badges')", name=op.f("ck_pulls_kind")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pulls")),
    )
    with op.batch_alter_table("pulls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pulls_tenant_id_kind_source"), ["tenant_id", "kind", "source"], unique=True
        )

    op.create_table(
        "pulled",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("pull_id", sa.String(length=36), nullable=False),
        sa.Column("remote", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=True),
        sa.Column("brought", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('active', 'suspended', 'revoked', 'erased')", name=op.f("ck_pulled_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pull_id"],
            ["pulls.tenant_id", "pulls.id"],
            name=op.f("fk_pulled_tenant_id_pull_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "pull_id", "remote", "digest", name=op.f("pk_pulled")),
    )
