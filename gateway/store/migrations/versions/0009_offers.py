"""Offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0009_offers"
down_revision = "0008_pulls"


def upgrade() -> None:
    """Take this step."""
    op.create_table(
        "offer_secrets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("used", sa.String(length=32), nullable=True),
        sa.Column("revoked", sa.String(length=32), nullable=True),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "kind in ('pre_authorized', 'authorization', 'request', 'access', 'nonce', 'transaction', 'notification')",
            name=op.f("ck_offer_secrets_kind"),
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_offer_secrets")),
    )
    with op.batch_alter_table("offer_secrets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_secrets_expires"), ["expires"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_offer_secrets_tenant_id_offer_id_kind"),
            ["tenant_id", "offer_id", "kind"],
            unique=False,
        )

    op.create_table(
        "offers",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign", sa.String(length=36), nullable=False),
        sa.Column("credential_id", sa.String(length=36), nullable=False),
        sa.Column("configurations", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tx_code", sa.Text(), nullable=True),
        sa.Column("tx_digest", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("ready", sa.String(length=32), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.CheckConstraint("state in ('open', 'taken', 'ended')", name=op.f("ck_offers_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "credential_id"],
            ["credentials.tenant_id", "credentials.id"],
            name=op.f("fk_offers_tenant_id_credential_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_offers")),
        sa.UniqueConstraint("digest", name=op.f("uq_offers_digest")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offers_tenant_id_campaign"), ["tenant_id", "campaign"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_offers_tenant_id_credential_id"), ["tenant_id", "credential_id"], unique=False
        )
