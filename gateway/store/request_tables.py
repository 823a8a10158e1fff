"""Requests for presentations as a table. It holds no secret: what a wallet is given is kept as SHA-256."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["presentation_requests"]

presentation_requests = Table(
    "presentation_requests",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True, doc="SHA-256 of the end of its addresses."),
    Column("asked", Text, nullable=False, doc="JSON: what is asked for, and how; nothing of a holder."),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, doc="How many answers were not for it, or malformed."),
    Column("outcome", LargeBinary, doc="JSON: the reports, and what was presented where it is not imported."),
    Column("code_digest", String(64), doc="SHA-256 of the response code, where the result needs one."),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    CheckConstraint("state in ('waiting', 'verified', 'refused', 'failed')", name="state"),
    Index(None, "tenant_id", "expires"),
)
