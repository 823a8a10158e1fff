"""The status of credentials that were issued and not kept: all that is known of them is where their bits are.

They are on the same lists as credentials that are kept, and nothing tells one from the other there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from gateway.store.issued_tables import issued_entries
from gateway.store.moments import stamp
from gateway.store.rows import Rows
from gateway.store.statuses import Position, free_position, sign_anew

__all__ = ["issued_position", "issued_positions", "mark_issued", "name_digest"]


def name_digest(name: str) -> str:
    """What is kept of the name of a credential."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def issued_positions(rows: Rows, name: str, purposes: Iterable[str], now: datetime) -> tuple[Position, ...]:
    """The positions of an issued credential, one for each purpose, given out once for its name."""
    return tuple(
        issued_position(rows, name, purpose) or _give_out(rows, name, purpose, now) for purpose in purposes
    )


def issued_position(rows: Rows, name: str, purpose: str) -> Position | None:
    """The position of an issued credential for a purpose, if it has one."""
    row = rows.one(
        issued_entries, issued_entries.c.name == name_digest(name), issued_entries.c.purpose == purpose
    )
    return Position(purpose, row.list_id, row.position, row.marked) if row is not None else None


def _give_out(rows: Rows, name: str, purpose: str, now: datetime) -> Position:
    list_id, index = free_position(rows, purpose, now)
    rows.add(
        issued_entries, name=name_digest(name), purpose=purpose, list_id=list_id, position=index, marked=False,
        created=stamp(now),
    )  # fmt: skip
    return Position(purpose, list_id, index, False)


def mark_issued(rows: Rows, name: str, place: Position, *, marked: bool) -> None:
    """Set or clear the bit of an issued credential; its list has to be signed anew."""
    named = (issued_entries.c.name == name_digest(name), issued_entries.c.purpose == place.purpose)
    rows.change(issued_entries, {"marked": marked}, *named)
    sign_anew(rows, place.list_id)
