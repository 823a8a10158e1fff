"""Two stores, a small and a large one, are used in turns: taking in and importing cost the same in both.

Both are filled by the store's own code with generated credentials. Processor time is compared, because what else
the machine does would otherwise decide; a turn on the one follows a turn on the other.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from gateway.core import Recorded
from gateway.jobs import Batches
from gateway.jobs.chunks import CHUNK, run_chunk
from gateway.jobs.reading import Item
from gateway.pipeline import utc_now
from gateway.pipeline.archive import Archive
from gateway.resources import example_bytes
from gateway.store import Caller, Rows, open_store
from gateway.store.answers import Request
from gateway.store.audit import append
from gateway.store.credentials import changes_after, keep
from gateway.store.tables import SYSTEM
from gateway.store.tenants import SCOPES, add_tenant
from soak.result import Progress, Result
from tests.parts import gateway

__all__ = ["Side", "filled", "run", "turns"]

AT_ONCE = 250
"""Credentials in one piece of work while a store is filled."""
TOGETHER = 64
"""Credentials that are handed in at the same time."""
ISSUERS = 500
MOST = 1.10
"""How much more a credential may cost in the large store than in the small one."""
EXAMPLE = json.loads(example_bytes("badge.ob3.json"))


@dataclass(slots=True)
class Side:
    """A store under measure. ``held`` credentials are in it."""

    archive: Archive
    caller: Caller
    template: Recorded
    held: int = 0

    def next(self, count: int) -> Iterator[tuple[Recorded, bytes]]:
        """Credentials that nobody has seen, as they are when they were examined."""
        for _ in range(count):
            name = f"urn:uuid:{uuid.uuid4()}"
            data = json.dumps(EXAMPLE | {"id": name}).encode()
            digest = hashlib.sha256(data).hexdigest()
            issuer = f"https://issuer{self.held % ISSUERS}.example/"
            yield (
                dataclasses.replace(
                    self.template, digest=digest, identifier=name, issuer=issuer,
                    same_as=hashlib.sha256(f"{issuer} {name}".encode()).hexdigest(),
                ),
                data,
            )  # fmt: skip
            self.held += 1


async def opened(folder: Path) -> Side:
    """An empty store with a tenant."""
    here = gateway(clock=utc_now)
    settings = here.settings.__class__(data=folder, database=None)
    store = await open_store(settings, here.clock())
    name = f"academy-{uuid.uuid4().hex}"
    tenant = await store.write(SYSTEM, lambda connection: add_tenant(connection, name, here.clock()))
    archive = Archive(here, store)
    template = await archive.examine(json.dumps(EXAMPLE).encode())
    return Side(archive, Caller(tenant.id, "soak", frozenset(SCOPES)), template)


async def filled(side: Side, size: int, progress: Progress) -> None:
    """Fill a store up to a size, a few hundred credentials in one piece of work."""

    def work(many: list[tuple[Recorded, bytes]], rows: Rows) -> None:
        now = side.archive.gateway.clock()
        for recorded, data in many:
            stored, _ = keep(rows, recorded, data, now)
            append(rows, "soak", "credential_created", stored.id, now, format=stored.format)

    while side.held < size:
        many = list(side.next(min(AT_ONCE, size - side.held)))
        await side.archive.write(side.caller, partial(work, many))
        progress.at(side.held)


# --- what is measured ------------------------------------------------------------------------------


async def store_alone(side: Side, count: int) -> None:
    """Credentials that were examined already are kept, many writers at once, each with its answer."""
    await _taken(side, list(side.next(count)), side.archive.take_in)


async def taken_in(side: Side, count: int) -> None:
    """Credentials are handed in: understood, verified and kept, each with its answer."""

    async def one(data: bytes) -> None:
        await side.archive.accept(
            side.caller, data, Request(str(uuid.uuid4()), "POST", "/v1/credentials", data)
        )

    given = [data for _, data in side.next(count)]
    for first in range(0, count, TOGETHER):
        await asyncio.gather(*(one(data) for data in given[first : first + TOGETHER]))


async def _taken(side: Side, given: list[tuple[Recorded, bytes]], take_in: Callable[..., Any]) -> None:
    async def one(recorded: Recorded, data: bytes) -> None:
        request = Request(str(uuid.uuid4()), "POST", "/v1/credentials", data)
        await side.archive.once(side.caller, request, lambda rows: take_in(rows, side.caller, recorded, data))

    for first in range(0, len(given), TOGETHER):
        await asyncio.gather(*(one(*pair) for pair in given[first : first + TOGETHER]))


async def imported(side: Side, count: int) -> None:
    """A job is handed in and done, chunk by chunk."""
    items = iter([Item(f"{number}.json", data) for number, (_, data) in enumerate(side.next(count))])
    job = await Batches(side.archive).take_in(side.caller, items)
    never, at_work = asyncio.Event(), asyncio.Semaphore(2)
    for first in range(1, count + 1, CHUNK):
        await run_chunk(
            side.archive, side.caller.tenant, job.id, first, stopping=never, at_work=at_work
        )  # fmt: skip


async def followed(side: Side, count: int) -> None:
    """The last of the feed is read, as one does who follows."""
    last = await side.archive.read(side.caller, lambda rows: changes_after(rows, 0, 1))
    after = last[0].number + side.held - count
    for _ in range(10):
        await side.archive.read(side.caller, lambda rows: changes_after(rows, after, 100))


Measured = Callable[[Side, int], Awaitable[None]]
MEASURED: dict[str, Measured] = {
    "take-in": taken_in,
    "import": imported,
    "the store alone": store_alone,
    "reading the feed": followed,
}


@dataclass(slots=True)
class Turns:
    """Seconds of processor time and of the clock for a credential, turn by turn: small store, large store."""

    processor: list[tuple[float, float]] = field(default_factory=list)
    wall: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How much more it costs in the large store, half of the turns more, half less."""
        return statistics.median(large / small for small, large in self.processor)

    def __str__(self) -> str:
        small, large = (statistics.median(pair[at] for pair in self.processor) * 1000 for at in (0, 1))
        wall = statistics.median(large / small for small, large in self.wall)
        return f"{small:.2f} ms and {large:.2f} ms, ratio {self.ratio:.2f} (of the clock {wall:.2f})"


async def turns(small: Side, large: Side, count: int, times: int) -> dict[str, Turns]:
    """Measure everything so many times, now the one first, now the other."""
    found = {name: Turns() for name in MEASURED}
    for turn in range(times + 1):
        for name, measured in MEASURED.items():
            sides = (small, large) if turn % 2 else (large, small)
            took = {id(side): await _took(measured, side, count) for side in sides}
            if turn:  # the first is to get warm
                found[name].processor.append((took[id(small)][0], took[id(large)][0]))
                found[name].wall.append((took[id(small)][1], took[id(large)][1]))
    return found


async def _took(measured: Measured, side: Side, count: int) -> tuple[float, float]:
    processor, wall = time.process_time(), time.perf_counter()
    await measured(side, count)
    return (time.process_time() - processor) / count, (time.perf_counter() - wall) / count


def run(
    folder: Path, database: str, *, small: int = 10_000, large: int = 200_000, count: int = 200, times: int = 11
) -> Result:  # fmt: skip
    """Fill and measure; what came of it."""
    sides, found = asyncio.run(_measured(folder, (small, large), count, times))
    told = "; ".join(f"{name} {taken}" for name, taken in found.items())
    done = (
        f"processor time for a credential with {small:,} and with {large:,} in the store ({sides[0]:,} and "
        f"{sides[1]:,} in the end), {times} turns of {count}: {told}"
    )
    wrong = (
        f"{name} costs {taken.ratio:.2f} times as much" for name, taken in found.items() if taken.ratio > MOST
    )
    return Result(done, tuple(wrong))


async def _measured(
    folder: Path, sizes: tuple[int, int], count: int, times: int
) -> tuple[tuple[int, int], dict[str, Turns]]:
    small, large = await opened(folder / "small"), await opened(folder / "large")
    progress = Progress(sizes[1], what="credentials")
    for side, size in zip((small, large), sizes, strict=True):
        await filled(side, size, progress)
    found = await turns(small, large, count, times)
    for side in (small, large):
        await side.archive.database.close()
    return (small.held, large.held), found
