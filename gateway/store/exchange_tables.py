"""Workflows and their exchanges, as tables. What opens an exchange is kept as SHA-256."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["exchanges", "workflows"]

workflows = Table(
    "workflows",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("configuration", Text, nullable=False, doc="JSON: the steps, and templates of credentials."),
    Column("created", String(32), nullable=False),
)

exchanges = Table(
    "exchanges",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True, unique=True, doc="SHA-256 of what its address ends in."),
    Column("workflow_id", String(36), nullable=False),
    Column("step", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sequence", Integer, nullable=False, doc="How many steps were taken."),
    Column("variables", Text, nullable=False, doc="JSON: as it was begun with, and the results of steps."),
    Column("problem", Text, doc="JSON: the last problem document."),
    Column("expires", String(32), nullable=False, index=True),
    Column("created", String(32), nullable=False),
    CheckConstraint("state in ('pending', 'active', 'complete', 'invalid')", name="state"),
)
