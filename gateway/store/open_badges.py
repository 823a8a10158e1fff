"""What the Open Badges API asks of the store: pages of the credentials that hold, and the profile of a tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, LargeBinary, String, Table, select

from gateway.store.moments import stamp
from gateway.store.rows import Rows
from gateway.store.tables import SCHEMA, credentials, originals

__all__ = ["Listed", "keep_profile", "listed", "profile_of", "profiles"]

profiles = Table(
    "profiles",
    SCHEMA,
    Column("tenant_id", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False, doc="JSON, the bytes as they came."),
    Column("updated", String(32), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A credential on a page: enough to say in which way it is given out."""

    id: str
    format: str
    media_type: str


def listed(rows: Rows, since: str, limit: int, offset: int, format: str = "") -> tuple[int, list[Listed]]:
    """How many credentials hold that begin after a moment, and a page of them in the order they came.

    Those of one format only, when one is named; the moment is then that of their last change.
    """
    where = [credentials.c.state == "active"]
    if since:
        where.append((credentials.c.updated if format else credentials.c.valid_from) > since)
    if format:
        where.append(credentials.c.format == format)
    statement = (
        select(credentials.c.id, credentials.c.format, originals.c.media_type)
        .join(originals, originals.c.digest == credentials.c.digest)
        .where(*where)
        .order_by(credentials.c.id)
        .limit(limit)
        .offset(offset)
    )
    found = rows.joined(statement, credentials, originals)
    return rows.count(credentials, *where), [Listed(row.id, row.format, row.media_type) for row in found]


def profile_of(rows: Rows) -> bytes | None:
    """The profile a tenant has given, as it came."""
    row = rows.one(profiles)
    return bytes(row.content) if row is not None else None


def keep_profile(rows: Rows, content: bytes, now: datetime) -> None:
    """Keep a profile in place of the one before."""
    rows.remove(profiles)
    rows.add(profiles, content=content, updated=stamp(now))
