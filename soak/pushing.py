"""Clients push without end while the server is killed again and again: what was acknowledged is there, once.

python -m soak.pushing --cycles 1000 [--clients 20] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from gateway.resources import example_bytes
from soak.serving import Served

__all__ = ["Outcome", "push_and_kill"]

PATIENCE = aiohttp.ClientTimeout(total=30)
AGAIN = 0.05
"""Seconds a client waits before it sends again what was not answered."""


@dataclass(slots=True)
class Outcome:
    """What came of a run. ``acknowledged`` are the ids that were answered, by the SHA-256 of what was sent."""

    cycles: int = 0
    sent: int = 0
    repeated: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    contradicted: int = 0
    lost: int = 0
    doubled: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled, or answered in two ways, and no answer was a failure."""
        return not (self.lost or self.doubled or self.contradicted or self.failed) and bool(self.acknowledged)

    def __str__(self) -> str:
        return (
            f"{self.cycles} cycles, {len(self.acknowledged)} acknowledged of {self.sent} sent "
            f"({self.repeated} sent again): {self.lost} lost, {self.doubled} doubled, "
            f"{self.contradicted} answered in two ways, failures {dict(self.failed)}"
        )


async def push_and_kill(
    folder: Path, cycles: int, *, clients: int = 20, database: str = "", seconds: float = 0.6, seed: int = 1
) -> Outcome:
    """Push with some clients through some lives of a server, and compare what it has with what it said."""
    server, outcome, stop = Served(folder, database=database), Outcome(), asyncio.Event()
    outcome.starts.append(await server.start())
    running = [asyncio.create_task(_client(server, outcome, stop)) for _ in range(clients)]
    chance = random.Random(seed)
    for _ in range(cycles):
        await asyncio.sleep(seconds * chance.uniform(0.2, 1.8))
        await server.end(signal.SIGKILL)
        outcome.starts.append(await server.start())
        outcome.cycles += 1
    await asyncio.sleep(seconds)
    stop.set()
    await asyncio.gather(*running)
    await _compare(server, outcome)
    await server.end(signal.SIGTERM)
    return outcome


async def _client(server: Served, outcome: Outcome, stop: asyncio.Event) -> None:
    """Push one credential after the other, each until it is answered."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        while not stop.is_set():
            body = _credential()
            headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": str(uuid.uuid4())}
            outcome.sent += 1
            await _pushed(session, server, headers, body, outcome)


async def _pushed(
    session: aiohttp.ClientSession, server: Served, headers: dict[str, str], body: bytes, outcome: Outcome
) -> None:
    """Send until there is an answer; then send once more now and then, as clients do whose answer got lost."""
    digest = hashlib.sha256(body).hexdigest()
    wanted = 2 if digest[0] == "0" else 1
    while wanted:
        try:
            async with session.post(f"{server.url}/v1/credentials", data=body, headers=headers) as answer:
                told = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            outcome.repeated += 1
            await asyncio.sleep(AGAIN)
            continue
        if status in (429, 503):
            await asyncio.sleep(AGAIN)
            continue
        if status not in (200, 201):
            outcome.failed[status] += 1
            return
        outcome.contradicted += outcome.acknowledged.setdefault(digest, told["id"]) != told["id"]
        wanted -= 1


def _credential() -> bytes:
    """A badge nobody has sent before."""
    tree = json.loads(example_bytes("badge.ob3.json"))
    tree.pop("proof", None)
    tree["id"] = f"urn:uuid:{uuid.uuid4()}"
    return json.dumps(tree).encode()


async def _compare(server: Served, outcome: Outcome) -> None:
    """What the server has, against what it said."""
    found: dict[str, list[str]] = {}
    async for line in _feed(server):
        found.setdefault(line["record"]["digest"], []).append(line["id"])
    outcome.lost = sum(found.get(digest, [])[:1] != [told] for digest, told in outcome.acknowledged.items())
    outcome.doubled = sum(len(ids) > 1 for ids in found.values())


async def _feed(server: Served) -> AsyncIterator[dict[str, Any]]:
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        path = "/v1/feed?limit=1000"
        while True:
            headers = {"Authorization": f"Bearer {server.key}"}
            async with session.get(server.url + path, headers=headers) as answer:
                lines = (await answer.text()).splitlines()
                path = URL(str(answer.links["next"]["url"])).path_qs
            for line in lines:
                yield json.loads(line)
            if not lines:
                return


def main() -> int:
    """Run it from the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="soak.pushing", description=__doc__)
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--database", default="", metavar="URL")
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as folder:
        outcome = asyncio.run(
            push_and_kill(Path(folder), asked.cycles, clients=asked.clients, database=asked.database)
        )
    print(outcome)
    print(
        f"{time.monotonic() - begun:.0f} s, a start takes {sorted(outcome.starts)[len(outcome.starts) // 2]:.1f} s"
    )
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
