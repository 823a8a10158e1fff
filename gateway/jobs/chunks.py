"""A chunk: some rows of a job, each brought to its end once, whatever happens on the way.

Rows are made in groups and kept group by group, in the transaction that says what became of them: who is
killed loses at most the group under way, and whoever comes after does not do again what is done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from gateway.errors import GatewayError, GatewayFailed, InputRefused, Overloaded, StoreFailed
from gateway.jobs.work import KINDS, Keep, Outcome
from gateway.pipeline.archive import Archive
from gateway.store import Caller, Job, Rows
from gateway.store.audit import append
from gateway.store.jobs import JobWork, count_attempts, job, settle, tally, waiting_rows

__all__ = ["ATTEMPTS", "CHUNK", "GROUP", "run_chunk"]

log = logging.getLogger("gateway.jobs")

CHUNK = 100
"""Rows in a chunk: what one worker takes at a time."""
GROUP = 16
"""Rows that are kept together."""
ATTEMPTS = 5
"""How often a row is tried that fails through no fault of its own."""
ALONE = 2
"""After so many attempts a row is tried alone: if it brings the worker down, it does so to nobody else."""
PATIENCE = 1.0
"""Seconds to wait when too much waits, or the database fails."""


async def run_chunk(
    archive: Archive,
    tenant: str,
    identifier: str,
    first: int,
    *,
    stopping: asyncio.Event,
    at_work: asyncio.Semaphore,
) -> None:
    """Bring every row of a chunk to its end, as long as the job goes on and ``stopping`` is not set.

    ``at_work`` says how many rows are made at once, in this chunk and others.
    """
    caller = Caller(tenant, f"job:{identifier}", frozenset(("push", "read", "sign")))
    while not stopping.is_set():
        try:
            if not await _group(archive, caller, identifier, first, at_work):
                return
        except (Overloaded, StoreFailed) as error:
            log.warning("a group of rows waits: %s", error.code)
            await _wait(stopping)


async def _wait(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), PATIENCE)
    except TimeoutError:
        return


async def _group(
    archive: Archive, caller: Caller, identifier: str, first: int, at_work: asyncio.Semaphore
) -> bool:
    """Bring the next rows of a chunk to their end; False when none waits, or the job does not go on."""

    def begin(rows: Rows) -> tuple[Job, list[JobWork]]:
        known = job(rows, identifier)
        if known.state != "running":
            return known, []
        found = waiting_rows(rows, identifier, first, first + CHUNK, GROUP)
        tired = [work for work in found if work.row.attempts >= ALONE]
        group = tired[:1] or found
        count_attempts(rows, identifier, [work.row.number for work in group])
        return known, group

    known, group = await archive.write(caller, begin)
    if not group:
        return False
    outcomes = await asyncio.gather(*(_outcome(archive, caller, known, work, at_work) for work in group))
    settled = [outcome for outcome in outcomes if outcome is not None]
    try:
        await archive.write(caller, partial(_keep, archive, caller, known, settled))
    except StoreFailed:
        if len(group) == 1:
            raise
        for outcome in settled:  # one of them breaks a rule of the tables: the others need not suffer
            await archive.write(caller, partial(_keep, archive, caller, known, [outcome]))
    return True


async def _outcome(
    archive: Archive, caller: Caller, known: Job, work: JobWork, at_work: asyncio.Semaphore
) -> Outcome | None:
    """What becomes of a row; None when it shall be tried again."""
    number, last = work.row.number, work.row.attempts + 1 >= ATTEMPTS
    async with at_work:
        try:
            return Outcome(number, keep=await _made(archive, caller, known, work))
        except GatewayError as error:
            return Outcome(number, problem=error) if last or _final(error) else None
        except Exception as error:
            log.error("unexpected %s on a row", type(error).__name__)  # its message may quote the input
            return Outcome(number, problem=GatewayFailed("an unexpected error"))


async def _made(archive: Archive, caller: Caller, known: Job, work: JobWork) -> Keep:
    """What is made of a row, however long it has to wait for its turn. Raises what making it does."""
    if work.row.attempts >= ATTEMPTS:
        raise GatewayFailed("the row could not be worked on", hint="Try it alone, or ask the operator.")
    while True:
        try:
            return await KINDS[known.kind](archive, caller, known, work)
        except Overloaded:  # others are served first; that is no attempt
            await asyncio.sleep(PATIENCE)


def _final(error: GatewayError) -> bool:
    """Whether trying again leads nowhere: the input is at fault."""
    return isinstance(error, InputRefused) or error.status < 500


def _keep(archive: Archive, caller: Caller, known: Job, outcomes: Sequence[Outcome], rows: Rows) -> None:
    """Keep what was made of rows and say so; a row that another worker was quicker with stays as it is."""
    before = job(rows, known.id)
    if before.state == "cancelled":
        return
    now, done, failed = archive.gateway.clock(), 0, 0
    for outcome in outcomes:
        if outcome.problem is not None:
            failed += settle(rows, known.id, outcome.number, problem=outcome.problem.problem())
        elif outcome.keep is not None:
            done += settle(rows, known.id, outcome.number, credential=outcome.keep(rows))
    after = tally(rows, known.id, done, failed, now)
    if after.state == "done" and before.state != "done":
        append(rows, caller.actor, "job_done", known.id, now, done=after.done, failed=after.failed)
