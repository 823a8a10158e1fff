"""A worker: holds a place, has chunks queued in turn for all tenants, does them, and takes over from who is gone.

The truth is in the rows: whatever is lost of the queue is queued again, and whatever is done twice counts once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from gateway.errors import GatewayError
from gateway.jobs.chunks import CHUNK, run_chunk
from gateway.jobs.engine import Chunk, Engine
from gateway.pipeline.archive import Archive
from gateway.store import Rows
from gateway.store.jobs import outdated_jobs, remove_job, running_jobs, waiting_chunks
from gateway.store.slots import Slot, queue_url, take_slot

__all__ = ["Worker", "in_turn"]

log = logging.getLogger("gateway.jobs")

CHUNKS = 2
"""Chunks under way at once in one worker: while one waits for the disk, the other computes."""
AHEAD = 4
"""Chunks that are queued for each worker: enough to be never idle, few enough to be fair to who comes next."""
TICK = 0.5
"""Seconds between two looks at what there is to do."""
IDLE = 60.0
"""Seconds without a job after which the queue is closed."""
STANDBY = 3.0
"""Seconds between two tries for a place, where every place is taken."""
WATCH = 10.0
"""Seconds between two looks for workers that are gone."""
SWEEP = 600.0
"""Seconds between two looks for jobs that are kept no longer."""


class Worker:
    """Does the jobs of all tenants, from ``run`` until ``stop``. ``at_once`` rows are made at a time."""

    def __init__(self, archive: Archive, url: str, at_once: int) -> None:
        self._archive, self._url = archive, url
        self._at_work = asyncio.Semaphore(at_once)
        self._stopping = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._slot: Slot | None = None
        self._engine: Engine | None = None
        self._due: dict[str, float] = {}

    @property
    def place(self) -> int | None:
        """The number of the place that is held, None while others hold them all."""
        return self._slot.number if self._slot is not None else None

    async def run(self) -> None:
        """Work until told to stop. Troubles of the database are waited out."""
        try:
            while not self._stopping.is_set():
                try:
                    await self._turn()
                except GatewayError as error:
                    log.warning("the jobs wait: %s", error.detail)
                    await self._leave()
                    await self._pause(STANDBY)
        finally:
            await self._leave()

    def end(self) -> None:
        """Begin nothing more; ``run`` comes back when what is under way is finished and kept."""
        self._stopping.set()

    async def stop(self) -> None:
        """The same, and wait for what is under way."""
        self.end()
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _turn(self) -> None:
        """Look once at what there is to do."""
        if self._slot is None:
            self._slot = await take_slot(self._url)
            if self._slot is None:
                await self._pause(STANDBY)
                return
            log.info("doing jobs at place %d", self._slot.number)
        if self._is_due("sweep", SWEEP):
            await self._remove_outdated()
        jobs = await self._archive.database.read(running_jobs)
        if jobs:
            self._due["idle"] = _now() + IDLE
            await self._plan(jobs)
        elif self._engine is not None and self._is_due("idle", IDLE):
            await self._close()
        await self._pause(TICK)

    async def _plan(self, jobs: Sequence[tuple[str, str]]) -> None:
        """Have the next chunks of all jobs queued, and look after the other workers."""
        if self._engine is None:
            slot = self._slot.number if self._slot is not None else 0
            self._engine = await Engine.start(queue_url(self._url), slot, CHUNKS, self._run)
        if self._is_due("watch", WATCH):
            await self._watch(self._engine)
        active, workers = await self._engine.active()
        room = AHEAD * max(1, len(workers)) - len(active)
        if room > 0:
            await self._engine.queue(await self._next(jobs, active, room))

    async def _next(self, jobs: Sequence[tuple[str, str]], active: set[str], room: int) -> list[Chunk]:
        """The next chunks, in turn for the tenants, and for the jobs of each."""
        found: dict[str, list[list[Chunk]]] = {}
        for tenant, job in jobs:
            firsts = await self._waiting(tenant, job, room + len(active))
            chunks = [Chunk(tenant, job, first) for first in firsts]
            found.setdefault(tenant, []).append([chunk for chunk in chunks if chunk.name not in active])
        return in_turn(in_turn(chunks) for chunks in found.values())[:room]

    async def _waiting(self, tenant: str, job: str, limit: int) -> list[int]:
        """The numbers that chunks of a job begin with in which a row waits."""
        return await self._archive.database.read(
            lambda connection: waiting_chunks(Rows(connection, tenant), job, CHUNK, limit)
        )

    async def _watch(self, engine: Engine) -> None:
        """Take over what workers left that are gone; whoever lost his own place leaves it."""
        if self._slot is None:
            return
        if not await self._slot.holds():
            await self._leave()
            return
        for other in (await engine.active())[1]:
            if await self._slot.deserted(other):
                log.info("taking over from place %d", other)
                await engine.take_over(other)

    async def _run(self, chunk: Chunk) -> None:
        """Do a chunk; called by the engine."""
        task = asyncio.create_task(
            run_chunk(
                self._archive, chunk.tenant, chunk.job, chunk.first, stopping=self._stopping,
                at_work=self._at_work,
            )
        )  # fmt: skip
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await task
        except GatewayError as error:
            log.warning("a chunk was left off: %s", error.code)
            await self._pause(TICK)

    async def _remove_outdated(self) -> None:
        database = self._archive.database
        now = self._archive.gateway.clock()
        for tenant, job in await database.read(lambda connection: outdated_jobs(connection, now)):
            await self._remove(tenant, job)

    async def _remove(self, tenant: str, job: str) -> None:
        await self._archive.database.write(
            tenant, lambda connection: remove_job(Rows(connection, tenant), job)
        )

    async def _close(self) -> None:
        """Close the queue; chunks are finished when this is a stop, and left off when it is a trouble."""
        if self._engine is None:
            return
        engine, self._engine = self._engine, None
        while self._under_way:
            for task in () if self._stopping.is_set() else self._under_way:
                task.cancel()
            await asyncio.wait(self._under_way)
        await engine.stop()

    async def _leave(self) -> None:
        """Close the queue and give the place back."""
        try:
            await self._close()
        finally:
            if self._slot is not None:
                slot, self._slot = self._slot, None
                await slot.give_back()

    def _is_due(self, name: str, every: float) -> bool:
        """Whether it is time for something that is done every so many seconds, the first time at once."""
        if _now() < self._due.get(name, 0.0):
            return False
        self._due[name] = _now() + every
        return True

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def in_turn(lists: Iterable[Sequence[Chunk]]) -> list[Chunk]:
    """The first of each list, then the second of each, and so on."""
    every = [list(reversed(chunks)) for chunks in lists]
    found: list[Chunk] = []
    while every := [chunks for chunks in every if chunks]:
        found += [chunks.pop() for chunks in every]
    return found


def _now() -> float:
    return asyncio.get_running_loop().time()
