"""A service with a clock of its own, a tenant with a key, and a client that visits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.settings import Settings
from gateway.store import Database
from tests.api.oauth.parts import Clock
from tests.open_badges_host import (
    Visitor,
)
from tests.parts import gateway
from tests.tenants import Access, access_to


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(store: Database, clock: Clock) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(clock=clock), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)
