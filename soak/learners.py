"""Learners fetch at once from one campaign of offers: each gets their own credential, and nobody another's."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from gateway import keys
from gateway.resources import example_bytes
from soak.result import Result
from soak.serving import Served
from soak.wallet import Answer, Wallet

__all__ = ["Fetched", "fetch_all", "run"]

Json = dict[str, Any]

CONFIGURATION = "ob3"
DEADLINE = 300.0
AT_ONCE = 32
"""Credentials that are handed in at the same time, before anybody fetches."""


@dataclass(slots=True)
class Fetched:
    """What learners got: ``own`` their own credential, and how long each of them and each request took in seconds."""

    learners: int
    own: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    flows: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def done(self) -> str:
        """In a sentence."""
        said = f"{self.own:,} of {self.learners:,} learners who came at once got their own credential"
        failed = sum(count for status, count in self.statuses.items() if status >= 500)
        flow = f"p50 {at(self.flows, 50):.1f} s, p99 {at(self.flows, 99):.1f} s"
        return (
            f"{said}, {failed} × 5xx in {len(self.requests):,} requests; from link to credential {flow}, "
            f"a request p99 {at(self.requests, 99):.1f} s"
        )


def at(seconds: Sequence[float], percent: int) -> float:
    """The time that so many of a hundred took at most."""
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def credential_of(number: int) -> bytes:
    """The credential of one learner, told from all others by its id and the learner's name."""
    tree = json.loads(example_bytes("micro-credential.elm3.json"))
    tree["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    tree["credentialSubject"]["fullName"] = {"en": [f"Learner {number}"]}
    return json.dumps(tree).encode()


async def fetch_all(url: str, key: str, learners: int, session: aiohttp.ClientSession) -> Fetched:
    """Hand in a credential for each learner, offer all in one campaign, and let all fetch at once."""
    headers, places = {"Authorization": f"Bearer {key}"}, asyncio.Semaphore(AT_ONCE)

    async def hand_in(number: int) -> str:
        async with (
            places,
            session.post(f"{url}/v1/credentials", data=credential_of(number), headers=headers) as told,
        ):
            return str((await told.json())["id"])

    ids = await asyncio.gather(*(hand_in(number) for number in range(learners)))
    async with session.post(f"{url}/v1/offers", json={"credentials": [*ids]}, headers=headers) as told:
        offers = (await told.json())["offers"]
    fetched = Fetched(learners)
    await asyncio.gather(
        *(_fetch(session, fetched, number, one["link"]) for number, one in enumerate(offers))
    )
    async with session.get(f"{url}/v1/offers/{offers[0]['id']}", headers=headers) as told:
        if (state := await told.json())["delivered"] != 1:
            fetched.wrong.append(f"the first offer says that it delivered {state['delivered']}")
    return fetched


async def _fetch(session: aiohttp.ClientSession, fetched: Fetched, number: int, link: str) -> None:
    wallet, begun = Wallet(session, keys.SecretKey("ed25519", number.to_bytes(32, "big"))), time.monotonic()
    steps: tuple[Callable[[], Awaitable[Answer]], ...] = (
        partial(wallet.open, link), wallet.redeem, partial(wallet.fetch, CONFIGURATION)
    )  # fmt: skip
    for step in steps:
        told = await step()
        if told.status != 200:
            fetched.wrong.append(f"learner {number}: {told.status} {str(told.body)[:200]}")
            break
    else:
        given = json.dumps(told.body["credentials"][0]["credential"])
        own = wallet.did in given and f"{number:012d}" in given and f'"Learner {number}"' in given
        fetched.own += own
        fetched.wrong += [] if own else [f"learner {number} got another's"]
        fetched.flows.append(time.monotonic() - begun)
    fetched.requests += [one.seconds for one in wallet.asked]
    fetched.statuses.update(one.status for one in wallet.asked)


async def _run(folder: Path, database: str, learners: int, workers: int) -> Fetched:
    more = {"GATEWAY_CONNECTIONS": str(2 * learners + 64)}
    server = Served(folder, database=database, workers=workers, **more)
    connector = aiohttp.TCPConnector(limit=0)
    try:
        await server.start()
        timeout = aiohttp.ClientTimeout(total=DEADLINE)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            return await fetch_all(server.url, await _key(server, session), learners, session)
    finally:
        await server.close()


async def _key(server: Served, session: aiohttp.ClientSession) -> str:
    """A key of a tenant of its own: the gateway's own tenant issues nothing to wallets."""
    headers = {"Authorization": f"Bearer {server.key}"}
    async with session.post(f"{server.url}/v1/tenants", json={"name": "academy"}, headers=headers) as told:
        tenant = (await told.json())["id"]
    asked = {"scopes": ["push", "read", "sign"]}
    async with session.post(f"{server.url}/v1/tenants/{tenant}/keys", json=asked, headers=headers) as told:
        return str((await told.json())["key"])


def run(folder: Path, database: str = "", *, learners: int = 1000, workers: int = 2) -> Result:
    """Let so many learners fetch at once."""
    fetched = asyncio.run(_run(folder, database, learners, workers))
    wrong = [*fetched.wrong[:20]]
    if fetched.own != learners:
        wrong.append(f"{learners - fetched.own} learners did not get their own credential")
    if bad := {status: count for status, count in fetched.statuses.items() if status >= 400}:
        wrong.append(f"refused or failed: {bad}")
    return Result(fetched.done(), tuple(wrong))
