"""What the gateway keeps, as tables: one place that says every name, type and rule.

Every table that belongs to a tenant begins with ``tenant_id``; its rows are reached through ``Rows``.
Moments are UTC texts of ISO 8601 with microseconds, which sort as they follow each other. Change
``SCHEMA`` only together with a migration in ``gateway/store/migrations``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "SCHEMA",
    "SYSTEM",
    "answers",
    "api_keys",
    "audit",
    "changes",
    "credentials",
    "forms",
    "originals",
    "status_entries",
    "status_lists",
    "tenants",
]

SYSTEM = "system"
"""The tenant that the gateway's own doings belong to; it has no credentials and cannot be removed."""

SCHEMA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SEQUENCE = BigInteger().with_variant(Integer, "sqlite")
"""A growing number: SQLite makes one only of its own integer."""


def _tenant() -> Column[str]:
    return Column("tenant_id", String(64), primary_key=True)


def _of_a_credential() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "credential_id"], ["credentials.tenant_id", "credentials.id"])


tenants = Table(
    "tenants",
    SCHEMA,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("settings", Text, nullable=False, doc="JSON: limits and wishes of the tenant's own."),
    Column("created", String(32), nullable=False),
    CheckConstraint("state in ('active', 'suspended')", name="state"),
)

api_keys = Table(
    "api_keys",
    SCHEMA,
    Column("id", String(32), primary_key=True, doc="The part of the key that names it; no secret."),
    Column("tenant_id", String(64), nullable=False, index=True),
    Column(
        "digest", String(64), nullable=False, doc="SHA-256 of the whole key; it is random, no salt needed."
    ),
    Column("scopes", Text, nullable=False, doc="Separated by spaces."),
    Column("label", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("revoked", String(32)),
)

originals = Table(
    "originals",
    SCHEMA,
    _tenant(),
    Column("digest", String(64), primary_key=True, doc="SHA-256 of the bytes, in hexadecimal."),
    Column("data", LargeBinary, nullable=False, doc="The bytes as they came, never changed."),
    Column("media_type", Text, nullable=False),
    Column("created", String(32), nullable=False),
)

credentials = Table(
    "credentials",
    SCHEMA,
    _tenant(),
    Column("id", String(36), primary_key=True),
    Column("digest", String(64), nullable=False, doc="Of the original; unlinked by erasure."),
    Column("format", String(32), nullable=False, doc="Of the original, a name in FORMATS."),
    Column("identifier", Text, doc="The credential's own id, as its source gives it."),
    Column("issuer", Text, doc="Who issued it, by identifier."),
    Column("types", Text, nullable=False, doc="Separated by spaces, with one at both ends."),
    Column("eqf_level", Integer),
    Column("issued", String(32), doc="When the source says it was issued or awarded."),
    Column("same_as", String(64), doc="What versions of one credential have in common: issuer and id."),
    Column("valid_from", String(32), doc="When it begins to hold, in UTC."),
    Column("hub", LargeBinary, doc="The credential as the hub holds it, JSON; gone after erasure."),
    Column("report", LargeBinary, doc="JSON: what was read and what was checked on arrival."),
    Column("verdict", String(16), nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    UniqueConstraint("tenant_id", "digest"),
    CheckConstraint("state in ('active', 'suspended', 'revoked', 'erased')", name="state"),
    Index(None, "tenant_id", "issuer"),
    Index(None, "tenant_id", "identifier"),
    Index(None, "tenant_id", "same_as"),
)

forms = Table(
    "forms",
    SCHEMA,
    _tenant(),
    Column("credential_id", String(36), primary_key=True),
    Column("form", String(128), primary_key=True, doc="Format and the wishes that make a difference."),
    Column("content", LargeBinary, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("digest", String(64), nullable=False, doc="SHA-256 of the content, in hexadecimal."),
    Column("report", LargeBinary, nullable=False, doc="JSON: what the form keeps, carries and loses."),
    Column(
        "made", String(64), nullable=False, doc="By which versions of the mappings and state of the record."
    ),
    Column("created", String(32), nullable=False),
    _of_a_credential(),
)

changes = Table(
    "changes",
    SCHEMA,
    Column("number", SEQUENCE, primary_key=True, autoincrement=True),
    Column("tenant_id", String(64), nullable=False),
    Column("credential_id", String(36), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    CheckConstraint(
        "kind in ('created', 'updated', 'suspended', 'reinstated', 'revoked', 'erased')", name="kind"
    ),
    Index(None, "tenant_id", "number"),
    Index(None, "tenant_id", "credential_id"),
    sqlite_autoincrement=True,
)

answers = Table(
    "answers",
    SCHEMA,
    _tenant(),
    Column("key", String(255), primary_key=True, doc="The Idempotency-Key of the request."),
    Column("request", String(64), nullable=False, doc="SHA-256 of method, path and body."),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False, doc="JSON."),
    Column("body", LargeBinary, nullable=False),
    Column("expires", String(32), nullable=False, index=True),
)

audit = Table(
    "audit",
    SCHEMA,
    _tenant(),
    Column("number", SEQUENCE, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("actor", Text, nullable=False, doc="A key's id, a client's id or the command line; no person."),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False, doc="The record's id; never what it holds."),
    Column("detail", Text, nullable=False, doc="JSON without personal data."),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

status_lists = Table(
    "status_lists",
    SCHEMA,
    _tenant(),
    Column("id", String(36), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("used", Integer, nullable=False, doc="How many of its positions are given out."),
    Column("content", LargeBinary, doc="The list as it was signed; nothing when it has to be signed anew."),
    Column("signed", String(32), doc="When it was signed."),
    Column("created", String(32), nullable=False),
    Index(None, "id", unique=True),
)

status_entries = Table(
    "status_entries",
    SCHEMA,
    _tenant(),
    Column("credential_id", String(36), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    Column("list_id", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    Column("marked", Boolean, nullable=False, doc="Whether the bit is set."),
    UniqueConstraint("tenant_id", "list_id", "position"),
    _of_a_credential(),
)
