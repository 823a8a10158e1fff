"""Clients do everything at once, bad input included: no answer is a failure of the gateway, and its memory stays."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from gateway.resources import example_bytes
from soak.clients import credential
from soak.result import Progress, Result
from soak.serving import Served

__all__ = ["ACTIONS", "Mixed", "mix", "run"]

PATIENCE = aiohttp.ClientTimeout(total=60)
WARM = 120.0
"""Seconds after which the memory is to stay."""
WINDOW = 60.0
"""Seconds whose middle value is compared: those after it is warm, and the last."""
LOOK = 2.0
FLAT = 1.10
SERVER_ERRORS = range(500, 600)
EXAMPLES = (
    "badge.ob3.json",
    "micro-credential.elm3.json",
    "badge.edci-xml.xml",
    "badge.ob2.json",
    "badge.vc.json",
)
BAD = (b"", b"{", b"\x00\xff", b"<a>", b"[" * 5000, b'{"@context": 7}', b"null", b'{"id": "\\ud800"}')


@dataclass(slots=True)
class Mixed:
    """What came of a run: answers by action and status, and the memory of all processes at each look, in bytes."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def growth(self) -> float | None:
        """The memory in the last minute by that of the minute after it was warm; None when it was too short."""
        early = [size for at, size in self.memory if WARM <= at < WARM + WINDOW]
        late = [size for at, size in self.memory if at >= self.seconds - WINDOW]
        if self.seconds < WARM + 2 * WINDOW or not early:
            return None
        return statistics.median(late) / statistics.median(early)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What does not hold."""
        errors = {f"{name} {code}": n for (name, code), n in self.answers.items() if code in SERVER_ERRORS}
        found = [f"answered by a failure: {errors}"] if errors else []
        found += [f"connections broken: {dict(self.broken)}"] if self.broken else []
        if self.growth is not None and self.growth > FLAT:
            found.append(f"the memory grew {self.growth:.2f} times")
        missing = [name for name in ACTIONS if not any(name == done for done, _ in self.answers)]
        return (*found, *(f"{name} was never done" for name in missing))


@dataclass(slots=True)
class _Client:
    server: Served
    session: aiohttp.ClientSession
    outcome: Mixed
    chance: random.Random

    async def ask(self, name: str, method: str, path: str, data: bytes = b"", **headers: str) -> Any:
        """The answer, as JSON where it is; what was answered is counted."""
        given = {"Authorization": f"Bearer {self.server.key}"} | headers
        try:
            async with self.session.request(
                method, f"{self.server.url}{path}", data=data, headers=given
            ) as answer:
                told = await answer.read()
                self.outcome.answers[name, answer.status] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            self.outcome.broken[f"{name}: {type(error).__name__}"] += 1
            return None
        try:
            return json.loads(told)
        except ValueError:
            return None

    def example(self) -> bytes:
        return example_bytes(self.chance.choice(EXAMPLES))


async def _push(client: _Client) -> None:
    told = await client.ask(
        "push", "POST", "/v1/credentials", credential(), **{"Idempotency-Key": str(uuid.uuid4())}
    )
    if isinstance(told, dict) and "id" in told:
        client.outcome.known.append(told["id"])


async def _read(client: _Client, name: str, path: str) -> None:
    if client.outcome.known:
        await client.ask(name, "GET", f"/v1/credentials/{client.chance.choice(client.outcome.known)}{path}")


async def _batch(client: _Client) -> None:
    lines = b"\n".join((credential(), b"{}", credential()))
    told = await client.ask("batch", "POST", "/v1/batches", lines, **{"Content-Type": "application/x-ndjson"})
    if isinstance(told, dict) and "id" in told:
        await client.ask("look at a batch", "GET", f"/v1/batches/{told['id']}/rows")


async def _bad(client: _Client) -> None:
    path = client.chance.choice(
        ("/v1/credentials", "/v1/verify", "/v1/convert?to=ob3", "/v1/batches", "/v1/webhooks")
    )
    await client.ask("bad input", "POST", path, client.chance.choice(BAD))


async def _wrong(client: _Client) -> None:
    method, path = client.chance.choice(
        [
            ("DELETE", "/v1/feed"),
            ("GET", "/v1/credentials/none"),
            ("GET", "/v1/feed?cursor=%00"),
            ("PUT", "/v1/verify"),
        ]
    )
    await client.ask("wrong route", method, path)


async def _stranger(client: _Client) -> None:
    await client.ask("wrong key", "GET", "/v1/feed", Authorization="Bearer mcg_none")


ACTIONS: dict[str, Callable[[_Client], Awaitable[object]]] = {
    "push": _push,
    "convert": lambda client: client.ask("convert", "POST", "/v1/convert?to=ob3", client.example()),
    "verify": lambda client: client.ask("verify", "POST", "/v1/verify", client.example()),
    "read": lambda client: _read(client, "read", ""),
    "form": lambda client: _read(client, "form", "/forms/elm3"),
    "feed": lambda client: client.ask("feed", "GET", "/v1/feed?limit=20"),
    "batch": _batch,
    "bad input": _bad,
    "wrong route": _wrong,
    "wrong key": _stranger,
}
"""What clients do, one as often as another."""


async def mix(folder: Path, seconds: float, *, crowd: int = 64, database: str = "", seed: int = 1) -> Mixed:
    """Let clients do everything at once for some time."""
    server, outcome, stop = Served(folder, database=database, workers=2), Mixed(), asyncio.Event()
    try:
        await server.start()
        running = [
            asyncio.create_task(_work(server, outcome, stop, seed + number)) for number in range(crowd)
        ]
        begun, progress = time.monotonic(), Progress(round(seconds), what="seconds")
        while (now := time.monotonic() - begun) < seconds:
            outcome.memory.append((now, memory_of(server.pid)))
            progress.at(round(now), f"({outcome.answers.total():,} answers)")
            await asyncio.sleep(min(LOOK, seconds - now))
        outcome.seconds = now
        stop.set()
        await asyncio.gather(*running)
        await server.end(signal.SIGTERM)
    finally:
        await server.close()
    return outcome


async def _work(server: Served, outcome: Mixed, stop: asyncio.Event, seed: int) -> None:
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        client = _Client(server, session, outcome, random.Random(seed))
        while not stop.is_set():
            await ACTIONS[client.chance.choice(tuple(ACTIONS))](client)


def memory_of(group: int) -> int:
    """Bytes of memory that the processes of a group hold and share with nobody, all together."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                told = (folder / "smaps_rollup").read_text()
                total += sum(
                    int(line.split()[1]) for line in told.splitlines() if line.startswith("Private_")
                )
        except (OSError, ValueError, IndexError):  # it ended meanwhile
            continue
    return total * 1024


def run(folder: Path, database: str, *, minutes: float = 10.0, clients: int = 64) -> Result:
    """Mix; what came of it."""
    outcome = asyncio.run(mix(folder, minutes * 60, crowd=clients, database=database))
    statuses = Counter[int]()
    for (_, code), count in outcome.answers.items():
        statuses[code] += count
    growth = f"{outcome.growth:.2f} times" if outcome.growth is not None else "too short a run to say"
    last = outcome.memory[-1][1] / 2**20
    done = (
        f"{outcome.answers.total():,} answers to {clients} clients in {outcome.seconds / 60:.0f} min, by status "
        f"{dict(sorted(statuses.items()))}; memory {last:.0f} MB at the end, {growth} that of the third minute"
    )
    return Result(done, outcome.wrong)
