"""Clients push without end while the server is killed again and again: what was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path

from soak.clients import Outcome, clients, compare
from soak.result import Progress, Result
from soak.serving import Served

__all__ = ["push_and_kill", "run"]

SOME = 30
"""Fewer answers than this are waited for, by chance, before a server is killed."""
MOMENT = 0.05
"""Seconds at most, by chance, from then on until it is killed: in the middle of what it is at."""
LONGEST = 20.0
"""Seconds that a server lives for at most."""
LOOK = 0.005
UNREADY = 0.15
"""How often a server is killed that is not ready yet."""
STARTING = (0.05, 1.5)
"""Between which seconds after its start it is killed then: while it opens the store, and soon after."""


async def push_and_kill(
    folder: Path, cycles: int, *, crowd: int = 20, database: str = "", seed: int = 1, minutes: float = 0.0,
) -> Outcome:  # fmt: skip
    """Push with some clients through some lives of a server, and compare what it has with what it said.

    What was done in a folder before is gone on with.
    """
    server, outcome, stop = Served(folder, database=database), _before(folder), asyncio.Event()
    progress = Progress(cycles, minutes)
    try:
        outcome.starts.append(await server.start())
        running = await clients(server, outcome, stop, crowd)
        while outcome.cycles < cycles and not progress.over:
            await _one_life(server, outcome, random.Random(seed * cycles + outcome.cycles))
            outcome.cycles += 1
            (folder / "cycles").write_text(str(outcome.cycles))
            progress.at(outcome.cycles, f"({len(outcome.acknowledged):,} acknowledged)")
        await server.end(signal.SIGKILL)
        await server.start()
        await asyncio.sleep(MOMENT)
        stop.set()
        await asyncio.gather(*running)
        await compare(server, outcome)
        await server.end(signal.SIGTERM)
    finally:
        await server.close()
    return outcome


async def _one_life(server: Served, outcome: Outcome, chance: random.Random) -> None:
    """Kill the server that runs, at any moment, and start the next: now and then it is killed before it is ready."""
    enough, begun = len(outcome.acknowledged) + chance.randrange(SOME), time.monotonic()
    while len(outcome.acknowledged) < enough and time.monotonic() - begun < LONGEST:
        await asyncio.sleep(LOOK)
    await asyncio.sleep(chance.uniform(0, MOMENT))
    await server.end(signal.SIGKILL)
    if chance.random() < UNREADY:
        await server.launch()
        await asyncio.sleep(chance.uniform(*STARTING))
    else:
        outcome.starts.append(await server.start())


def _before(folder: Path) -> Outcome:
    """What was done in a folder before."""
    log, cycles = folder / "acknowledged", folder / "cycles"
    outcome = Outcome(log=log)
    if cycles.exists():
        outcome.cycles = int(cycles.read_text())
    if log.exists():
        pairs = (line.partition(" ") for line in log.read_text().splitlines())
        outcome.acknowledged.update((digest, identifier) for digest, _, identifier in pairs)
    return outcome


def run(
    folder: Path, database: str, *, cycles: int = 1000, clients: int = 20, minutes: float = 0.0
) -> Result:  # fmt: skip
    """Push and kill; what came of it."""
    outcome = asyncio.run(push_and_kill(folder, cycles, crowd=clients, database=database, minutes=minutes))
    start = sorted(outcome.starts)[len(outcome.starts) // 2]
    done = (
        f"{outcome.cycles:,} kills of the server under {clients} clients, {len(outcome.acknowledged):,} credentials "
        f"acknowledged ({outcome.repeated:,} requests sent again): {outcome.lost} lost, {outcome.doubled} twice there, "
        f"{outcome.contradicted} answered in two ways; half of the starts took less than {start:.1f} s"
    )
    return Result(done, outcome.wrong)
