"""The scene of every test of presenting."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.settings import Settings
from gateway.store import Database
from tests.api.wallets.presenting.verifier import (
    Scene,
)
from tests.parts import gateway
from tests.tenants import access_to


@pytest.fixture
async def scene(store: Database) -> AsyncIterator[Scene]:
    made: Scene
    own = gateway(clock=lambda: made.now)
    async with TestClient(TestServer(make_app(Settings(), own, store))) as client:
        made = Scene(client, await access_to(store, "registry"), store)
        yield made
