"""Clients and what they were given, as tables. None holds a secret: codes, tokens and secrets are kept as SHA-256."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["oauth_clients", "oauth_grants", "oauth_tokens"]

oauth_clients = Table(
    "oauth_clients",
    SCHEMA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(64), index=True, doc="Whose it is; none for one that registered itself."),
    Column("digest", String(64), nullable=False, doc="SHA-256 of the secret; it is random, no salt needed."),
    Column("scopes", Text, nullable=False, doc="What it may ask for, separated by spaces."),
    Column("metadata", Text, nullable=False, doc="JSON: what it registered with."),
    Column("created", String(32), nullable=False),
    Column("revoked", String(32)),
)

oauth_grants = Table(
    "oauth_grants",
    SCHEMA,
    Column("id", String(36), primary_key=True),
    Column("client_id", String(32), nullable=False, index=True),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column("scopes", Text, nullable=False),
    Column(
        "key_id", String(32), doc="The API key that was shown to consent; when it is revoked, so is this."
    ),
    Column("code_digest", String(64), unique=True, doc="SHA-256 of the authorization code."),
    Column("redirect_uri", Text),
    Column("challenge", String(43), doc="SHA-256 of the code verifier, base64url (RFC 7636)."),
    Column("code_expires", String(32)),
    Column("code_used", String(32)),
    Column("created", String(32), nullable=False),
    Column("revoked", String(32)),
    ForeignKeyConstraint(["client_id"], ["oauth_clients.id"]),
)

oauth_tokens = Table(
    "oauth_tokens",
    SCHEMA,
    Column("digest", String(64), primary_key=True, doc="SHA-256 of the token."),
    Column("grant_id", String(36), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("revoked", String(32)),
    CheckConstraint("kind in ('access', 'refresh')", name="kind"),
    ForeignKeyConstraint(["grant_id"], ["oauth_grants.id"]),
)
