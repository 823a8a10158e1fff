"""Positions on status lists of credentials that were issued and not kept: see ``gateway/store/issued.py``."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, UniqueConstraint

from gateway.store.tables import SCHEMA

__all__ = ["issued_entries"]

issued_entries = Table(
    "issued_entries",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column(
        "name", String(64), primary_key=True, doc="SHA-256 of what the issuer's caller calls the credential."
    ),
    Column("purpose", String(32), primary_key=True),
    Column("list_id", String(36), nullable=False),
    Column("position", Integer, nullable=False),
    Column("marked", Boolean, nullable=False, doc="Whether the bit is set."),
    Column("created", String(32), nullable=False),
    UniqueConstraint("tenant_id", "list_id", "position"),
)
