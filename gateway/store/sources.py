"""Platforms that tell the gateway of their badges: which tenant each is for, and how its events are signed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.errors import NotFound, StateConflict
from gateway.store.audit import append
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.source_tables import sources
from gateway.store.tables import credentials, tenants

__all__ = ["MOST", "Source", "add_source", "all_sources", "known_at", "remove_source", "source_named"]

MOST = 16
"""Most sources of a tenant."""


@dataclass(frozen=True, slots=True)
class Source:
    """A platform of a tenant's; ``kind`` says how its events are read."""

    tenant: str
    id: str
    kind: str
    secret: str = field(repr=False)
    created: str


def add_source(rows: Rows, actor: str, kind: str, now: datetime) -> Source:
    """One more source, with a secret of its own. Raises ``StateConflict``."""
    if rows.count(sources) >= MOST:
        raise StateConflict(f"a tenant has at most {MOST} sources", hint="Delete one that is not needed.")
    made = Source(rows.tenant, new_id(now), kind, secrets.token_urlsafe(32), stamp(now))
    rows.add(sources, id=made.id, kind=kind, secret=made.secret, created=made.created)
    append(rows, actor, "source.created", made.id, now)
    return made


def all_sources(rows: Rows) -> list[Source]:
    """Every source of the tenant, oldest first."""
    return [_source(row) for row in rows.all(sources, order=sources.c.id)]


def remove_source(rows: Rows, actor: str, identifier: str, now: datetime) -> None:
    """Listen to a source no more. Raises ``NotFound``."""
    if not rows.remove(sources, sources.c.id == identifier):
        raise NotFound("there is no such source")
    append(rows, actor, "source.deleted", identifier, now)


def source_named(connection: Connection, identifier: str) -> Source | None:
    """A source of any active tenant: its id comes before anybody is known, as that of a key does."""
    own = sources.join(tenants, (tenants.c.id == sources.c.tenant_id) & (tenants.c.state == "active"))
    row = connection.execute(select(sources).select_from(own).where(sources.c.id == identifier)).first()
    return _source(row) if row is not None else None


def known_at(rows: Rows, address: str) -> list[str]:
    """The credentials whose own id is an address, those that stand or are suspended."""
    standing = credentials.c.state.in_(("active", "suspended"))
    found = rows.all(credentials, credentials.c.identifier == address, standing, order=credentials.c.id)
    return [row.id for row in found]


def _source(row: Any) -> Source:
    return Source(row.tenant_id, row.id, row.kind, row.secret, row.created)
