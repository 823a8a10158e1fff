"""Platforms that tell the gateway of their badges, as a table."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["sources"]

sources = Table(
    "sources",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False, doc="How its events are read."),
    Column("secret", Text, nullable=False, doc="What its events are signed with; it has to be usable."),
    Column("created", String(32), nullable=False),
    Index(None, "id", unique=True),
)
