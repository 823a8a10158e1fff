"""Two gateways in one process: one that has credentials, and one that follows it through its own door."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp.test_utils import TestServer

from gateway.api import make_app
from gateway.fetch import Fetcher
from gateway.pipeline.archive import Archive
from gateway.pipeline.lifecycle import Lifecycle
from gateway.pipeline.pull_hosts import Host, Key
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Caller, Database, Rows, bring_up_to_date
from gateway.store.credentials import original_of, stored_from
from gateway.store.tables import credentials
from tests.parts import gateway
from tests.tenants import Access, access_to

__all__ = ["Pauses", "Side", "badge", "door", "host", "open_side", "serving_side", "state_of"]

BADGE = json.loads(example_bytes("badge.ob3.json"))


def badge(number: int) -> bytes:
    """One of many badges."""
    return json.dumps({**BADGE, "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}"}).encode()


@dataclass(frozen=True, slots=True)
class Side:
    """A gateway with its store, and a tenant there."""

    lifecycle: Lifecycle
    access: Access
    store: Database

    @property
    def archive(self) -> Archive:
        return self.lifecycle.archive

    @property
    def caller(self) -> Caller:
        return self.access.caller


async def side_of(store: Database, name: str) -> Side:
    """A tenant of a name in a store, and the gateway around it."""
    return Side(Lifecycle(Archive(gateway(), store)), await access_to(store, name), store)


@asynccontextmanager
async def open_side(folder: Path, name: str) -> AsyncIterator[Side]:
    """A gateway with a store of its own."""
    store = await Database.open(f"sqlite:///{folder / f'{name}.db'}")
    await store.write("system", bring_up_to_date)
    try:
        yield await side_of(store, name)
    finally:
        await store.close()


@asynccontextmanager
async def serving_side(side: Side) -> AsyncIterator[str]:
    """The address of a gateway that answers over HTTP."""
    app = make_app(Settings(), dataclasses.replace(side.archive.gateway), side.store)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


@asynccontextmanager
async def door(seconds: float = 20.0) -> AsyncIterator[Fetcher]:
    """The one door, with the inside of the network open to it."""
    made = Fetcher(Settings(allow_private_addresses=True, fetch_timeout=seconds))
    try:
        yield made
    finally:
        await made.close()


class Pauses(list[float]):
    """Notes how long it was to be waited, and does not wait."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def host(fetcher: Fetcher, key: str, pauses: Pauses | None = None) -> Host:
    """A host that is asked with a key, and never waited for."""
    return Host(fetcher, Key(key), Pauses() if pauses is None else pauses)


async def state_of(side: Side) -> dict[bytes | str, str]:
    """Every credential of a side by the bytes it came as, with its state; erased ones by their id."""

    def work(rows: Rows) -> dict[bytes | str, str]:
        found = [stored_from(row) for row in rows.all(credentials)]
        return {one.id if one.state == "erased" else original_of(rows, one).data: one.state for one in found}

    return await side.archive.read(side.caller, work)
