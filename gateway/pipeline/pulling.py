"""The gateway as an importer: what a source tells is taken in page by page, and what became of it is followed.

A page is judged outside the store; then its credentials, what became of earlier ones, and the position to go
on with are written in one transaction. Whoever is killed goes on with the page that was not written.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.core import Recorded
from gateway.errors import GatewayError, InputRefused
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import ACTIONS, Lifecycle, forget, take_step
from gateway.pipeline.pull_hosts import Item, Source, SourcePage
from gateway.store import Caller, Pull, Rows
from gateway.store.credentials import credential, known_as
from gateway.store.pulls import Position, Pulled, advance, begin, met, note, note_problem, set_told

__all__ = ["AHEAD", "COUNTS", "Told", "pull"]

AHEAD = 4
"""How many items are fetched and examined at a time."""
COUNTS = ("taken", "known", "refused", "followed")
"""What can become of an item: new here, here already, no credential, or a change of one that was pulled."""
MIRRORED = {"suspended": "suspend", "revoked": "revoke", "active": "reinstate"}
"""The step that brings a record to the state that its source tells."""
DIGEST_DIFFERS = "digest_differs"

Tell = Callable[["Told"], None]


@dataclass(frozen=True, slots=True)
class Told:
    """How far a round is: items by what became of them, pages, and how many items the source says there are."""

    counts: Counter[str]
    pages: int = 0
    total: int | None = None
    number: int = 0
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An item whose bytes were looked at: ``digest`` is theirs, whether they had to be ``recorded`` or were known."""

    item: Item
    digest: str = ""
    data: bytes = field(default=b"", repr=False)
    recorded: Recorded | None = field(default=None, repr=False)
    problem: str = ""


async def pull(
    lifecycle: Lifecycle,
    caller: Caller,
    source: Source,
    *,
    again: bool = False,
    tell: Tell = lambda told: None,
) -> Told:
    """Follow a source until it has nothing more to tell; what became of it. ``again`` begins at its first page.

    Raises ``ScopeMissing``, ``StateConflict`` where somebody else follows it at the same time, an ``OutsideFailed``
    for a source that does not answer as it must, ``StoreFailed``: each page before that is kept.
    """
    caller.demand("push")
    archive, now = lifecycle.archive, lifecycle.archive.gateway.clock
    place = (source.kind, source.name, source.first, caller.actor, now())
    state = await archive.write(caller, lambda rows: begin(rows, *place, again=again))
    told, more = Told(Counter(dict.fromkeys(COUNTS, 0))), True
    try:
        while more:
            page = await source.page(state.position.address, state.position.number)
            ready = await _prepared(archive, caller, state, source, page)
            told = _added(told, page, await _written(lifecycle, caller, state, page, ready))
            state, more = replace(state, position=Position(page.next, page.number)), page.more
            tell(told)
    except GatewayError as error:
        code = error.code
        await archive.write(caller, lambda rows: note_problem(rows, state, code, now()))
        raise
    return told


def _added(told: Told, page: SourcePage, became: list[tuple[str, str]]) -> Told:
    counts = told.counts + Counter(what for what, _ in became)
    problems = told.problems + Counter(problem for _, problem in became if problem)
    known = {name: counts[name] for name in COUNTS}
    return Told(Counter(known), told.pages + 1, page.total, page.number, problems)


async def _prepared(
    archive: Archive, caller: Caller, state: Pull, source: Source, page: SourcePage
) -> list[_Ready]:
    """The items of a page, each looked at unless it was before."""

    def before(rows: Rows) -> set[tuple[str, str]]:
        found = {remote: met(rows, state, remote) for remote in {item.remote for item in page.items}}
        return {
            (remote, one.digest) for remote, all_met in found.items() for one in all_met if one.credential
        }

    held, turns = await archive.read(caller, before), asyncio.Semaphore(AHEAD)

    async def one(item: Item) -> _Ready:
        if item.problem:
            return _Ready(item, problem=item.problem)
        if (item.remote, item.digest) in held or (item.data is None and not item.address):
            return _Ready(item)
        async with turns:
            return await _looked_at(archive, caller, source, item)

    tasks = [asyncio.create_task(one(item)) for item in page.items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _looked_at(archive: Archive, caller: Caller, source: Source, item: Item) -> _Ready:
    """An item with its bytes, examined where they are new."""
    data = await source.original(item) if item.data is None else item.data
    if data is None:  # erased since the page was made: a later page says so
        return _Ready(item)
    digest = hashlib.sha256(data).hexdigest()
    if item.address and digest != item.digest:
        return _Ready(item, problem=DIGEST_DIFFERS)
    if await archive.read(caller, lambda rows: known_as(rows, digest)) is not None:
        return _Ready(item, digest, data)
    try:
        return _Ready(item, digest, data, await archive.examine(data))
    except InputRefused as error:
        return _Ready(item, digest, problem=error.code)


async def _written(
    lifecycle: Lifecycle, caller: Caller, state: Pull, page: SourcePage, ready: list[_Ready]
) -> list[tuple[str, str]]:
    """Write a page down, all of it or nothing; what became of each item, and its problem."""
    archive, now = lifecycle.archive, lifecycle.archive.gateway.clock()
    erased = any(one.item.state == "erased" for one in ready)

    def work(rows: Rows) -> list[tuple[str, str]]:
        became = [_settled(archive, rows, caller, state, one, now) for one in ready]
        advance(rows, state, Position(page.next, page.number), now)
        return became

    became = await archive.write(caller, work)
    if erased:
        await archive.database.sweep()
    return became


def _settled(
    archive: Archive, rows: Rows, caller: Caller, state: Pull, ready: _Ready, now: datetime
) -> tuple[str, str]:
    """Take an item in or note why not, and let what was pulled of it before follow its state."""
    item, what = ready.item, "known"
    if ready.problem:
        what = _refused(rows, state, ready)
    elif ready.digest:
        what = _taken(archive, rows, caller, state, ready)
    before = met(rows, state, item.remote)
    if not before:
        note(rows, state, Pulled(item.remote, item.digest, item.state))
    for one in before:
        if one.state != item.state and one.credential and one.brought:
            followed = _follows(rows, caller, one.credential, item.state, now)
            what = "followed" if followed and what == "known" else what
    set_told(rows, state, item.remote, item.state)
    return what, ready.problem if what == "refused" else ""


def _refused(rows: Rows, state: Pull, ready: _Ready) -> str:
    """Note why an item was not taken in. One that is withdrawn, and therefore not given out, is followed only."""
    item = ready.item
    if item.problem and item.state != "active":
        return "known"
    note(rows, state, Pulled(item.remote, item.digest, item.state, problem=ready.problem))
    return "refused"


def _taken(archive: Archive, rows: Rows, caller: Caller, state: Pull, ready: _Ready) -> str:
    """Keep what was examined, or note what is here already. The record is active until it follows its source."""
    brought = False
    stored = known_as(rows, ready.digest)
    if stored is None and ready.recorded is not None:
        archive.take_in(rows, caller, ready.recorded, ready.data)
        stored, brought = known_as(rows, ready.digest), True
    if stored is None:  # erased here while the page was looked at
        return "known"
    told = Pulled(ready.item.remote, ready.item.digest, "active", stored.id, brought)
    note(rows, state, told)
    return "taken" if brought else "known"


def _follows(rows: Rows, caller: Caller, identifier: str, state: str, now: datetime) -> bool:
    """Bring a record to the state its source tells, where its own state allows it."""
    if state == "erased":
        forget(rows, caller.actor, identifier, now)
        return True
    step = ACTIONS[MIRRORED[state]]
    if credential(rows, identifier).state not in step.before:
        return False
    take_step(rows, caller.actor, identifier, MIRRORED[state], now)
    return True
