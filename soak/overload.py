"""Four times as much is asked as can be done: what is accepted keeps its time, the rest is told when to come again.

And one tenant floods while another asks now and then: that one's answers take about as long as without the flood.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from soak.clients import credential
from soak.result import Progress, Result
from soak.serving import Served

__all__ = ["Answers", "accepted_and_refused", "run", "run_fairness", "side_by_side"]

PATIENCE = aiohttp.ClientTimeout(total=60)
PLACES = 64
"""Clients that fill the places a tenant may have (two thirds of them, see ``gateway/api/shares.py``)."""
MORE = 4
"""How many times as much is asked as can be done."""
WORSE = 1.5
"""How many times as long an answer may take then, 99 of 100."""
QUICK = 1.0
"""How long a refusal may take, 99 of 100, in the time that an accepted one takes without an overload."""
PAUSE = 0.1
"""Seconds between two requests of who asks now and then."""
REFUSED = (429, 503)


@dataclass(slots=True)
class Answers:
    """How long answers took, accepted and refused, in seconds; ``mute`` refusals do not say when to come again."""

    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)
    mute: int = 0


async def _ask(session: aiohttp.ClientSession, server: Served, key: str, answers: Answers) -> None:
    """Push one credential, and see how long that takes."""
    begun, headers = time.perf_counter(), {"Authorization": f"Bearer {key}"}
    try:
        async with session.post(f"{server.url}/v1/credentials", data=credential(), headers=headers) as answer:
            await answer.read()
            took = time.perf_counter() - begun
    except (aiohttp.ClientError, TimeoutError) as error:
        answers.other[type(error).__name__] += 1
        return
    if answer.status == 201:
        answers.accepted.append(took)
    elif answer.status in REFUSED:
        answers.refused.append(took)
        answers.mute += "Retry-After" not in answer.headers
    else:
        answers.other[str(answer.status)] += 1


async def _keep_asking(
    session: aiohttp.ClientSession, server: Served, key: str, answers: Answers, until: float, *, pause: float = 0.0
) -> None:  # fmt: skip
    while time.monotonic() < until:
        await _ask(session, server, key, answers)
        if pause:
            await asyncio.sleep(pause)


def p99(found: Sequence[float]) -> float:
    """What 99 of 100 are not above; 0 of none."""
    return statistics.quantiles(found, n=100)[98] if len(found) > 1 else sum(found)


# --- overload --------------------------------------------------------------------------------------


async def accepted_and_refused(folder: Path, seconds: float) -> tuple[Answers, Answers, float]:
    """Answers with every place taken, answers under the overload, and how many requests a second can be done."""
    server = Served(folder, workers=2)
    try:
        await server.start()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=PATIENCE, connector=connector) as session:
            full, over, until = Answers(), Answers(), time.monotonic() + seconds
            crowd = (_keep_asking(session, server, server.key, full, until) for _ in range(PLACES))
            await asyncio.gather(*crowd)
            rate = len(full.accepted) / seconds
            begun, asked, under_way = time.monotonic(), 0, set[asyncio.Task[None]]()
            while (passed := time.monotonic() - begun) < seconds:
                while asked < passed * rate * MORE:
                    under_way.add(asyncio.create_task(_ask(session, server, server.key, over)))
                    asked += 1
                await asyncio.sleep(0.005)
            await asyncio.gather(*under_way)
    finally:
        await server.close()
    return full, over, rate


def run(folder: Path, database: str, *, minutes: float = 2.0) -> Result:
    """Overload; what came of it."""
    full, over, rate = asyncio.run(accepted_and_refused(folder, minutes * 30))
    usual, late, refusal = p99(full.accepted), p99(over.accepted), p99(over.refused)
    done = (
        f"{rate:.0f} credentials a second can be taken in, their p99 {usual * 1000:.0f} ms with every place taken; at "
        f"{MORE} times that rate {len(over.accepted):,} accepted, p99 {late * 1000:.0f} ms, and {len(over.refused):,} "
        f"refused, p99 {refusal * 1000:.0f} ms"
    )
    held = {
        f"accepted work takes {late / max(usual, 1e-9):.1f} times as long": late <= WORSE * usual,
        "refusals take longer than the work": refusal <= QUICK * usual,
        f"{over.mute} refusals say not when to come again": over.mute == 0,
        f"other answers {dict(full.other + over.other)}": not full.other + over.other,
        "nothing was refused": bool(over.refused),
        "nothing was accepted": bool(over.accepted),
    }
    return Result(done, tuple(what for what, holds in held.items() if not holds))


# --- fairness --------------------------------------------------------------------------------------


async def side_by_side(folder: Path, seconds: float, turns: int) -> tuple[Answers, Answers, Answers]:
    """One tenant's answers without a flood and with one, turn by turn, and those of the tenant that floods."""
    server, alone, beside, flood = Served(folder, workers=2), Answers(), Answers(), Answers()
    progress = Progress(turns, what="turns")
    try:
        await server.start()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=PATIENCE, connector=connector) as session:
            calm, flooding = [await _new_tenant(session, server, name) for name in ("calm", "flooding")]
            for turn in range(turns):
                for answers, crowd in ((alone, 0), (beside, 2 * PLACES)):
                    until = time.monotonic() + seconds / turns / 2
                    many = (_keep_asking(session, server, flooding, flood, until) for _ in range(crowd))
                    await asyncio.gather(
                        _keep_asking(session, server, calm, answers, until, pause=PAUSE), *many
                    )
                progress.at(turn + 1)
    finally:
        await server.close()
    return alone, beside, flood


async def _new_tenant(session: aiohttp.ClientSession, server: Served, name: str) -> str:
    """The key of a tenant that is made for this."""
    headers = {"Authorization": f"Bearer {server.key}"}
    async with session.post(f"{server.url}/v1/tenants", json={"name": name}, headers=headers) as answer:
        path = answer.headers["Location"]
    async with session.post(
        f"{server.url}{path}/keys", json={"scopes": ["push"], "label": name}, headers=headers
    ) as answer:
        return str((await answer.json())["key"])


def run_fairness(folder: Path, database: str, *, minutes: float = 2.0, turns: int = 6) -> Result:
    """Flood and ask beside it; what came of it."""
    alone, beside, flood = asyncio.run(side_by_side(folder, minutes * 60, turns))
    usual, late = p99(alone.accepted), p99(beside.accepted)
    done = (
        f"a tenant that asks now and then: {len(alone.accepted)} answers alone, p99 {usual * 1000:.0f} ms; "
        f"{len(beside.accepted)} beside a flood, p99 {late * 1000:.0f} ms, {late / max(usual, 1e-9):.1f} times; the "
        f"flood: {len(flood.accepted):,} accepted, {len(flood.refused):,} refused"
    )
    refused = len(alone.refused) + len(beside.refused)
    held = {
        f"the other's answers take {late / max(usual, 1e-9):.1f} times as long": late <= WORSE * usual,
        f"the other was refused {refused} times": refused == 0,
        "nothing of the flood was refused": bool(flood.refused),
        f"other answers {dict(alone.other + beside.other)}": not alone.other + beside.other,
    }
    return Result(done, tuple(what for what, holds in held.items() if not holds))
