"""The audit log: who did what to which record, each entry bound to the one before it by its hash (R11).

Each tenant has a chain of its own. Entries name records by id and hold no personal data, so that erasing a
person's data leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.store.moments import stamp
from gateway.store.rows import Rows
from gateway.store.tables import audit

__all__ = ["BEGINNING", "AuditEntry", "Broken", "append", "check_chain", "entries", "hash_at", "heads"]

BEGINNING = "0" * 64
"""What stands in place of a hash before the first entry."""
PAGE = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry. ``number`` counts from 1; ``detail`` is JSON."""

    number: int
    at: str
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str

    def digest(self, tenant: str) -> str:
        """What its hash must be: SHA-256 over everything in it, and the hash before it."""
        told = [
            tenant,
            self.number,
            self.at,
            self.actor,
            self.action,
            self.subject,
            self.detail,
            self.previous,
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold: the number of the entry, and whether it is missing, altered or out of place."""

    number: int
    how: str


def append(rows: Rows, actor: str, action: str, subject: str, now: datetime, **detail: Any) -> AuditEntry:
    """One more entry, written together with what it tells of."""
    last = rows.last(audit, audit.c.number) or 0
    before = rows.one(audit, audit.c.number == last)
    previous = before.hash if before is not None else BEGINNING
    told = json.dumps(detail, sort_keys=True, ensure_ascii=False)
    entry = AuditEntry(last + 1, stamp(now), actor, action, subject, told, previous, "")
    digest = entry.digest(rows.tenant)
    rows.add(
        audit, number=entry.number, at=entry.at, actor=actor, action=action, subject=subject, detail=told,
        previous=previous, hash=digest,
    )  # fmt: skip
    return AuditEntry(entry.number, entry.at, actor, action, subject, told, previous, digest)


def entries(rows: Rows, after: int = 0) -> Iterator[AuditEntry]:
    """The entries of a tenant in turn, from one after a number on."""
    while True:
        page = rows.all(audit, audit.c.number > after, order=audit.c.number, limit=PAGE)
        for row in page:
            yield AuditEntry(
                row.number, row.at, row.actor, row.action, row.subject, row.detail, row.previous, row.hash
            )
            after = row.number
        if len(page) < PAGE:
            return


def check_chain(rows: Rows) -> tuple[int, Broken | None]:
    """How many entries hold, and the first that does not: altered, missing, or out of place."""
    expected, previous = 1, BEGINNING
    for entry in entries(rows):
        if entry.number != expected:
            return expected - 1, Broken(expected, "missing")
        if entry.previous != previous:
            return expected - 1, Broken(expected, "out of place")
        if entry.hash != entry.digest(rows.tenant):
            return expected - 1, Broken(expected, "altered")
        expected, previous = expected + 1, entry.hash
    return expected - 1, None


def heads(connection: Connection) -> list[tuple[str, int, str]]:
    """The last entry of every tenant's chain: tenant, number, hash."""
    last = select(audit.c.tenant_id, func.max(audit.c.number).label("number")).group_by(audit.c.tenant_id)
    ends = last.subquery()
    same = (audit.c.tenant_id == ends.c.tenant_id) & (audit.c.number == ends.c.number)
    found = connection.execute(select(audit.c.tenant_id, audit.c.number, audit.c.hash).join(ends, same))
    return [(row.tenant_id, row.number, row.hash) for row in found]


def hash_at(rows: Rows, number: int) -> str | None:
    """The hash of an entry, None where there is none."""
    row = rows.one(audit, audit.c.number == number)
    return row.hash if row is not None else None
