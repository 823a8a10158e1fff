"""Offers of credentials to wallets, as tables. None holds a secret: links, codes and tokens are kept as SHA-256."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["offer_secrets", "offers"]

offers = Table(
    "offers",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("campaign", String(36), nullable=False, doc="What offers made together have in common."),
    Column("credential_id", String(36), nullable=False),
    Column("configurations", Text, nullable=False, doc="The forms that may be fetched, separated by spaces."),
    Column("digest", String(64), nullable=False, unique=True, doc="SHA-256 of what the link ends in."),
    Column("tx_code", Text, doc="JSON: how the transaction code looks; none is asked for without it."),
    Column("tx_digest", String(64), doc="SHA-256 of the offer's id and the transaction code."),
    Column("attempts", Integer, nullable=False, doc="Transaction codes that were wrong."),
    Column("state", String(16), nullable=False),
    Column("delivered", Integer, nullable=False, doc="Credentials that were given out."),
    Column("ready", String(32), nullable=False, doc="From when on the credential is given out."),
    Column("expires", String(32), nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    ForeignKeyConstraint(["tenant_id", "credential_id"], ["credentials.tenant_id", "credentials.id"]),
    CheckConstraint("state in ('open', 'taken', 'ended')", name="state"),
    Index(None, "tenant_id", "campaign"),
    Index(None, "tenant_id", "credential_id"),
)

offer_secrets = Table(
    "offer_secrets",
    SCHEMA,
    Column("digest", String(64), primary_key=True, doc="SHA-256 of the text; it is random, no salt needed."),
    Column("tenant_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("offer_id", String(36), doc="None for a nonce, which is anybody's."),
    Column("about", Text, nullable=False, doc="JSON: what goes with it, such as a code challenge."),
    Column("used", String(32)),
    Column("revoked", String(32)),
    Column("expires", String(32), nullable=False, index=True),
    Column("created", String(32), nullable=False),
    CheckConstraint(
        "kind in ('pre_authorized', 'authorization', 'request', 'access', 'nonce', 'transaction', 'notification')",
        name="kind",
    ),
    Index(None, "tenant_id", "offer_id", "kind"),
)
