"""Sources the gateway follows: the position in each, kept together with what the last page brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import StateConflict
from gateway.store.audit import append
from gateway.store.moments import new_id, stamp
from gateway.store.pull_tables import pulled, pulls
from gateway.store.rows import Rows

__all__ = [
    "Position",
    "Pull",
    "Pulled",
    "advance",
    "all_pulls",
    "begin",
    "met",
    "note",
    "note_problem",
    "set_told",
]


@dataclass(frozen=True, slots=True)
class Position:
    """The address of the page to go on with, and how far the source has told."""

    address: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Pull:
    """A source and where it stands: ``held`` credentials, ``refused`` ones, the code of what went wrong last."""

    id: str
    kind: str
    source: str
    position: Position
    problem: str
    created: str
    updated: str
    held: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one thing that a source told of. ``brought`` tells that it was not there before."""

    remote: str
    digest: str
    state: str
    credential: str | None = None
    brought: bool = False
    problem: str | None = None


def begin(
    rows: Rows, kind: str, source: str, first: str, actor: str, now: datetime, *, again: bool = False
) -> Pull:
    """A source, new ones at their first page; ``again`` sets a known one back to it."""
    where = (pulls.c.kind == kind, pulls.c.source == source)
    row = rows.one(pulls, *where)
    if row is None:
        identifier = new_id(now)
        rows.add(
            pulls, id=identifier, kind=kind, source=source, position=first, number=0, problem=None,
            created=stamp(now), updated=stamp(now),
        )  # fmt: skip
        append(rows, actor, "pull.begun", identifier, now)
    elif again:
        rows.change(pulls, {"position": first, "number": 0}, *where)
        append(rows, actor, "pull.begun_again", row.id, now)
    return _pull(rows.one(pulls, *where))


def advance(rows: Rows, pull: Pull, to: Position, now: datetime) -> None:
    """Go on to another page. Raises ``StateConflict`` where somebody else has gone on meanwhile."""
    values = {"position": to.address, "number": to.number, "problem": None, "updated": stamp(now)}
    before = (pulls.c.position == pull.position.address, pulls.c.number == pull.position.number)
    if rows.change(pulls, values, pulls.c.id == pull.id, *before) != 1:
        raise StateConflict("another process follows this source", hint="Let one process follow it.")


def note_problem(rows: Rows, pull: Pull, code: str, now: datetime) -> None:
    """Why a round ended before it was through."""
    rows.change(pulls, {"problem": code, "updated": stamp(now)}, pulls.c.id == pull.id)


def all_pulls(rows: Rows) -> list[Pull]:
    """The sources of a tenant, with how much of each is held."""
    found = []
    for row in rows.all(pulls, order=pulls.c.created):
        own = pulled.c.pull_id == row.id
        held = rows.count(pulled, own, pulled.c.credential_id.is_not(None))
        refused = rows.count(pulled, own, pulled.c.problem.is_not(None))
        found.append(_pull(row, held, refused))
    return found


def met(rows: Rows, pull: Pull, remote: str) -> list[Pulled]:
    """What became of a thing whenever the source told of it."""
    where = (pulled.c.pull_id == pull.id, pulled.c.remote == remote)
    return [
        Pulled(row.remote, row.digest, row.state, row.credential_id, row.brought, row.problem)
        for row in rows.all(pulled, *where, order=pulled.c.digest)
    ]


def note(rows: Rows, pull: Pull, what: Pulled) -> None:
    """What became of a thing, in place of what was noted of the same bytes before."""
    own = (pulled.c.pull_id == pull.id, pulled.c.remote == what.remote, pulled.c.digest == what.digest)
    rows.remove(pulled, *own)
    if what.credential is not None:  # what it was refused for before is over
        rows.remove(pulled, *own[:2], pulled.c.credential_id.is_(None))
    rows.add(
        pulled, pull_id=pull.id, remote=what.remote, digest=what.digest, state=what.state,
        credential_id=what.credential, brought=what.brought, problem=what.problem,
    )  # fmt: skip


def set_told(rows: Rows, pull: Pull, remote: str, state: str) -> None:
    """The state of a thing as the source told it last."""
    rows.change(pulled, {"state": state}, pulled.c.pull_id == pull.id, pulled.c.remote == remote)


def _pull(row: Any, held: int = 0, refused: int = 0) -> Pull:
    position = Position(row.position, row.number)
    return Pull(
        row.id, row.kind, row.source, position, row.problem or "", row.created, row.updated, held, refused
    )
