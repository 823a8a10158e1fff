"""Sources the gateway follows as tables: where each stands, and what became of everything it told of."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Index, String, Table, Text

from gateway.store.tables import SCHEMA, SEQUENCE

__all__ = ["pulled", "pulls"]

pulls = Table(
    "pulls",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("source", Text, nullable=False, doc="Its address, as it was given; no secret."),
    Column("position", Text, nullable=False, doc="The address of the page to go on with."),
    Column("number", SEQUENCE, nullable=False, doc="How far the source has told, by its own count."),
    Column("problem", Text, doc="The code of what ended the last round, nothing where it went well."),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    CheckConstraint("kind in ('feed', 'open-badges')", name="kind"),
    Index(None, "tenant_id", "kind", "source", unique=True),
)

pulled = Table(
    "pulled",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("pull_id", String(36), primary_key=True),
    Column("remote", String(255), primary_key=True, doc="What the source calls it."),
    Column(
        "digest", String(64), primary_key=True, doc="As the source tells it; empty where nothing was given."
    ),
    Column("state", String(16), nullable=False, doc="As the source told it last."),
    Column("credential_id", String(36), doc="Nothing where it was refused, or gone before it was met."),
    Column("brought", Boolean, nullable=False, doc="Whether the source brought it, or it was there before."),
    Column("problem", Text, doc="The code it was refused with."),
    ForeignKeyConstraint(["tenant_id", "pull_id"], ["pulls.tenant_id", "pulls.id"]),
    CheckConstraint("state in ('active', 'suspended', 'revoked', 'erased')", name="state"),
)
