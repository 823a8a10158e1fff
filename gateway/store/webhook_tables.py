"""Webhooks as tables: who is told of changes, and what each of them is still to be told."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from gateway.store.tables import SCHEMA

__all__ = ["deliveries", "webhooks"]

webhooks = Table(
    "webhooks",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("url", Text, nullable=False),
    Column(
        "kinds", Text, nullable=False, doc="Kinds of changes, separated by spaces, with one at both ends."
    ),
    Column("state", String(16), nullable=False),
    Column("secret", Text, nullable=False, doc="What deliveries are signed with; it has to be usable."),
    Column("old_secret", Text, doc="The one before, which signs too for a while."),
    Column("old_until", String(32), doc="Until when it does."),
    Column("failing", String(32), doc="Since when every delivery has failed; nothing when the last arrived."),
    Column("due", String(32), nullable=False, doc="Before this moment the receiver is left alone."),
    Column("leased", String(32), doc="Until when whoever tells the receiver does so alone."),
    Column("holder", String(36), doc="Which turn of telling that is."),
    Column("created", String(32), nullable=False),
    CheckConstraint("state in ('active', 'paused', 'ended')", name="state"),
    Index(None, "state", "due"),
)

deliveries = Table(
    "deliveries",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("webhook_id", String(36), nullable=False),
    Column("credential_id", String(36), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("credential_state", String(16), nullable=False, doc="Right after the change."),
    Column("at", String(32), nullable=False, doc="When it changed."),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("begun", String(32), nullable=False, doc="From when on it is tried, for a day."),
    Column("due", String(32), nullable=False),
    Column("problem", Text, doc="Why the last attempt failed, without a word of the receiver's."),
    ForeignKeyConstraint(["tenant_id", "webhook_id"], ["webhooks.tenant_id", "webhooks.id"]),
    CheckConstraint("state in ('waiting', 'delivered', 'dead')", name="state"),
    Index(None, "tenant_id", "webhook_id", "state", "due"),
    Index(None, "state", "due"),
)
