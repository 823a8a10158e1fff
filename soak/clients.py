"""Clients that push without end, and what they were told: to be held against what the gateway has."""

from __future__ import annotations

import asyncio
import hashlib
import json
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

__all__ = ["Outcome", "clients", "compare", "credential"]

PATIENCE = aiohttp.ClientTimeout(total=30)
AGAIN = 0.15
"""Seconds a client waits before it sends again what was not answered."""
TWICE = "0"
"""What the digest of a credential begins with that is sent again although it was answered."""
EXAMPLE = json.loads(example_bytes("badge.ob3.json"))


@dataclass(slots=True)
class Outcome:
    """What came of a run. ``acknowledged`` are the ids that were answered, by the SHA-256 of what was sent.

    ``unanswered`` are digests of what was sent once and not answered; ``stranded`` of these are kept.
    """

    cycles: int = 0
    sent: int = 0
    repeated: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    contradicted: int = 0
    lost: int = 0
    doubled: int = 0
    stranded: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    log: Path | None = None
    """Where what was answered is written down, to go on with later."""

    def told(self, digest: str, identifier: str) -> None:
        """The gateway said that it has what has this digest."""
        if digest in self.acknowledged:
            self.contradicted += self.acknowledged[digest] != identifier
            return
        self.acknowledged[digest] = identifier
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(f"{digest} {identifier}\n")

    @property
    def wrong(self) -> tuple[str, ...]:
        """What does not hold: something was lost, doubled, answered in two ways, or an answer was a failure."""
        found = {
            "acknowledged and not there": self.lost,
            "there more than once": self.doubled,
            "answered in two ways": self.contradicted,
            "kept and never answered": self.stranded,
            f"answered by a failure {dict(self.failed)}": self.failed.total(),
            "no acknowledgement at all": not self.acknowledged,
        }
        return tuple(f"{int(count)} {what}" for what, count in found.items() if count)


async def clients(
    server: Served, outcome: Outcome, stop: asyncio.Event, count: int, *, patient: bool = True
) -> list[asyncio.Task[None]]:
    """Start clients; who is ``patient`` sends again what was not answered, the others go on with something else.

    Of these every other one makes a new connection for each request.
    """
    return [
        asyncio.create_task(_client(server, outcome, stop, patient, closing=not patient and number % 2 == 0))
        for number in range(count)
    ]


async def _client(
    server: Served, outcome: Outcome, stop: asyncio.Event, patient: bool, *, closing: bool
) -> None:
    """Push one credential after the other, each until it is answered."""
    connector = aiohttp.TCPConnector(force_close=closing)
    async with aiohttp.ClientSession(timeout=PATIENCE, connector=connector) as session:
        while not stop.is_set():
            body = credential()
            headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": str(uuid.uuid4())}
            outcome.sent += 1
            if patient:
                await _pushed(session, server, headers, body, outcome)
            elif not await _push(session, server, headers, body, outcome):
                outcome.unanswered.add(hashlib.sha256(body).hexdigest())
                await asyncio.sleep(AGAIN)


async def _pushed(
    session: aiohttp.ClientSession, server: Served, headers: dict[str, str], body: bytes, outcome: Outcome
) -> None:
    """Send until there is an answer; then send once more now and then, as clients do whose answer got lost."""
    wanted = 2 if hashlib.sha256(body).hexdigest().startswith(TWICE) else 1
    while wanted:
        if await _push(session, server, headers, body, outcome):
            wanted -= 1
        else:
            outcome.repeated += 1
            await asyncio.sleep(AGAIN)


async def _push(
    session: aiohttp.ClientSession, server: Served, headers: dict[str, str], body: bytes, outcome: Outcome
) -> bool:
    """Send once; whether there was an answer that ends it."""
    try:
        async with session.post(f"{server.url}/v1/credentials", data=body, headers=headers) as answer:
            told = await answer.json(content_type=None)
            status = answer.status
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False
    if status in (429, 503):
        return False
    if status in (200, 201):
        outcome.told(hashlib.sha256(body).hexdigest(), told["id"])
    else:
        outcome.failed[status] += 1
    return True


def credential() -> bytes:
    """A badge nobody has sent before."""
    tree = EXAMPLE | {"id": f"urn:uuid:{uuid.uuid4()}"}
    tree.pop("proof", None)
    return json.dumps(tree).encode()


async def compare(server: Served, outcome: Outcome) -> None:
    """What the server has, against what it said."""
    found: dict[str, list[str]] = {}
    async for line in _feed(server):
        found.setdefault(line["record"]["digest"], []).append(line["id"])
    outcome.lost = sum(found.get(digest, [])[:1] != [told] for digest, told in outcome.acknowledged.items())
    outcome.doubled = sum(len(ids) > 1 for ids in found.values())
    outcome.stranded = len(outcome.unanswered & found.keys())


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
