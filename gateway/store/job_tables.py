"""Bulk work as tables: jobs, their rows, and the bytes of rows that are not done yet."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.store.tables import SCHEMA

__all__ = ["job_inputs", "job_rows", "jobs"]


def _of_a_job() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "job_id"], ["jobs.tenant_id", "jobs.id"])


jobs = Table(
    "jobs",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("actor", Text, nullable=False, doc="Who asked for it, for the audit log; no person."),
    Column("wish", Text, nullable=False, doc="JSON: what is to become of each row."),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("settled", Integer, nullable=False, doc="Rows that were done or failed when it last went on."),
    Column("resumed", String(32), nullable=False, doc="When it last went on."),
    Column("created", String(32), nullable=False),
    Column("updated", String(32), nullable=False),
    CheckConstraint("state in ('receiving', 'running', 'paused', 'cancelled', 'done')", name="state"),
    CheckConstraint("kind in ('import', 'convert', 'reissue')", name="kind"),
    Index(None, "state", "updated"),
)

job_rows = Table(
    "job_rows",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("job_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="From 1, as they were handed in."),
    Column("name", Text, nullable=False, doc="The line or the entry it came as; its owner's own words."),
    Column("digest", String(64), doc="SHA-256 of its bytes, in hexadecimal."),
    Column("state", String(16), nullable=False),
    Column("credential_id", String(36)),
    Column("problem", Text, doc="JSON (RFC 9457), without personal data."),
    Column("attempts", Integer, nullable=False),
    _of_a_job(),
    CheckConstraint("state in ('waiting', 'done', 'failed')", name="state"),
    Index(None, "tenant_id", "job_id", "state", "number"),
)

job_inputs = Table(
    "job_inputs",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("job_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False, doc="The bytes of a row, until it is done."),
    _of_a_job(),
)
