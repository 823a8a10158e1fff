"""Clients push without end while the server is stopped gracefully: whatever it took in, it answers."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from gateway.api.serving import SHUTDOWN
from soak.clients import Outcome, clients, compare
from soak.result import Progress, Result
from soak.serving import Served

__all__ = ["Stops", "push_and_stop", "run"]


@dataclass(slots=True)
class Stops:
    """How a server ended each time: exit codes that were not 0, and the longest time that it took."""

    pushed: Outcome = field(default_factory=Outcome)
    bad: list[int] = field(default_factory=list)
    longest: float = 0.0

    @property
    def wrong(self) -> tuple[str, ...]:
        """What does not hold."""
        more = (f"exit codes {self.bad}",) if self.bad else ()
        late = (f"a stop took {self.longest:.1f} s",) if self.longest > SHUTDOWN else ()
        return (*self.pushed.wrong, *more, *late)


async def push_and_stop(
    folder: Path, stops: int, *, crowd: int = 20, database: str = "", seconds: float = 0.6, seed: int = 1,
    minutes: float = 0.0,
) -> Stops:  # fmt: skip
    """Push with some clients, each request once, through some lives of a server that is told to stop."""
    server, outcome, stop = Served(folder, database=database), Stops(), asyncio.Event()
    progress, chance = Progress(stops, minutes, "stops"), random.Random(seed)
    try:
        await server.start()
        running = await clients(server, outcome.pushed, stop, crowd, patient=False)
        while outcome.pushed.cycles < stops and not progress.over:
            await asyncio.sleep(seconds * chance.uniform(0.2, 1.8))
            begun = time.monotonic()
            code = await server.end(signal.SIGTERM)
            outcome.longest = max(outcome.longest, time.monotonic() - begun)
            outcome.bad += [code] if code else []
            outcome.pushed.cycles += 1
            outcome.pushed.starts.append(await server.start())
            progress.at(outcome.pushed.cycles, f"({len(outcome.pushed.acknowledged):,} answered)")
        stop.set()
        await asyncio.gather(*running)
        await compare(server, outcome.pushed)
        await server.end(signal.SIGTERM)
    finally:
        await server.close()
    return outcome


def run(folder: Path, database: str, *, stops: int = 100, clients: int = 20, minutes: float = 0.0) -> Result:
    """Push and stop; what came of it."""
    outcome = asyncio.run(push_and_stop(folder, stops, crowd=clients, database=database, minutes=minutes))
    pushed = outcome.pushed
    done = (
        f"{pushed.cycles} graceful stops under {clients} clients, {len(pushed.acknowledged):,} credentials answered, "
        f"{len(pushed.unanswered):,} not taken in while it was down: {pushed.stranded} kept and not answered, "
        f"{pushed.lost} lost; the longest stop took {outcome.longest:.1f} s"
    )
    return Result(done, outcome.wrong)
