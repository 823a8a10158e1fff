"""Where the status of a credential is published: lists, and a position on one for each purpose.

https://www.w3.org/TR/vc-bitstring-status-list/. Positions are random, and a list is left when it is half
full, so that a position says nothing about when or for whom it was given out (section 6.1, herd privacy).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.errors import NotFound
from gateway.status.bits import MIN_ENTRIES
from gateway.store.issued_tables import issued_entries
from gateway.store.moments import new_id, stamp
from gateway.store.rows import Rows
from gateway.store.tables import status_entries, status_lists

__all__ = [
    "PURPOSES",
    "Position",
    "PublishedList",
    "free_position",
    "keep_signed",
    "mark",
    "marked_on",
    "positions",
    "published_list",
    "sign_anew",
]

PURPOSES = ("revocation", "suspension")
ON_LISTS = (status_entries, issued_entries)
"""What has positions on lists: credentials that are kept, and those that were issued and are not."""
MOST_USED = MIN_ENTRIES // 2
"""Positions of a list that are given out before another is begun."""
TRIES = 64
"""Draws for a free position; on a list that is half full, sixty-four in a row fail once in 10^19."""


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a credential on a list."""

    purpose: str
    list_id: str
    index: int
    marked: bool


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A list as anybody may fetch it; ``content`` is empty when it has to be signed anew."""

    tenant: str
    id: str
    purpose: str
    content: bytes = field(repr=False)
    signed: str = ""


def positions(rows: Rows, credential: str, now: datetime) -> tuple[Position, ...]:
    """The positions of a credential, one for each purpose, given out on first demand and the same for all its forms."""
    found = {
        row.purpose: row for row in rows.all(status_entries, status_entries.c.credential_id == credential)
    }
    for purpose in PURPOSES:
        if purpose not in found:
            _give_out(rows, credential, purpose, now)
    if len(found) < len(PURPOSES):
        return positions(rows, credential, now)
    return tuple(
        Position(purpose, found[purpose].list_id, found[purpose].position, found[purpose].marked)
        for purpose in PURPOSES
    )


def _give_out(rows: Rows, credential: str, purpose: str, now: datetime) -> None:
    """A random position that nobody has."""
    list_id, index = free_position(rows, purpose, now)
    rows.add(
        status_entries,
        credential_id=credential,
        purpose=purpose,
        list_id=list_id,
        position=index,
        marked=False,
    )


def free_position(rows: Rows, purpose: str, now: datetime) -> tuple[str, int]:
    """A list with room and a random position on it that nobody has, counted as given out."""
    list_id = _open_list(rows, purpose, now)
    for _ in range(TRIES):
        index = secrets.randbelow(MIN_ENTRIES)
        if not any(
            rows.one(table, table.c.list_id == list_id, table.c.position == index) for table in ON_LISTS
        ):
            break
    rows.change(status_lists, {"used": status_lists.c.used + 1}, status_lists.c.id == list_id)
    return list_id, index


def _open_list(rows: Rows, purpose: str, now: datetime) -> str:
    """A list with room, a new one if need be."""
    row = rows.one(status_lists, status_lists.c.purpose == purpose, status_lists.c.used < MOST_USED)
    if row is not None:
        return str(row.id)
    list_id = new_id(now)
    rows.add(status_lists, id=list_id, purpose=purpose, used=0, created=stamp(now))
    return list_id


def mark(rows: Rows, credential: str, purpose: str, *, marked: bool) -> None:
    """Set or clear the bit of a credential, if it has one; its list has to be signed anew."""
    entry = rows.one(
        status_entries, status_entries.c.credential_id == credential, status_entries.c.purpose == purpose
    )
    if entry is None or entry.marked == marked:
        return
    rows.change(
        status_entries, {"marked": marked},
        status_entries.c.credential_id == credential, status_entries.c.purpose == purpose,
    )  # fmt: skip
    sign_anew(rows, entry.list_id)


def sign_anew(rows: Rows, list_id: str) -> None:
    """Forget how a list was signed: one of its bits has changed."""
    rows.change(status_lists, {"content": None, "signed": None}, status_lists.c.id == list_id)


def marked_on(rows: Rows, list_id: str) -> list[int]:
    """The positions of a list whose bit is set."""
    return [
        row.position
        for table in ON_LISTS
        for row in rows.all(table, table.c.list_id == list_id, table.c.marked.is_(True))
    ]


def published_list(connection: Connection, list_id: str) -> PublishedList:
    """A list by its id, whosever it is: lists are public. Raises ``NotFound``."""
    row = connection.execute(select(status_lists).where(status_lists.c.id == list_id)).first()
    if row is None:
        raise NotFound("there is no such status list")
    return PublishedList(row.tenant_id, row.id, row.purpose, row.content or b"", row.signed or "")


def keep_signed(rows: Rows, list_id: str, content: bytes, marked: list[int], now: datetime) -> bool:
    """Keep a list as it was signed, unless its bits have changed since; whether it was kept."""
    if sorted(marked_on(rows, list_id)) != sorted(marked):
        return False
    rows.change(status_lists, {"content": content, "signed": stamp(now)}, status_lists.c.id == list_id)
    return True
