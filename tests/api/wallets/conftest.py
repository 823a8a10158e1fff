"""An issuer with one offer, and a wallet to fetch it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway import keys
from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from soak.wallet import Wallet
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to

Json = dict[str, Any]
MICRO = example_bytes("micro-credential.elm3.json")


@dataclass(slots=True)
class Issuer:
    """A running gateway with a tenant; its clock stands at ``now``."""

    client: TestClient[Any, Any]
    access: Access
    now: datetime = NOW

    def later(self, by: timedelta) -> None:
        """Let some time go by."""
        self.now += by

    @property
    def identifier(self) -> str:
        return f"{self.client.make_url('/oid4vci')}/{self.access.tenant}"

    async def hand_in(self, data: bytes = MICRO) -> str:
        answer = await self.client.post("/v1/credentials", data=data, headers=self.access.headers)
        return str((await answer.json())["id"])

    async def offer(self, data: bytes = MICRO, **more: Any) -> Json:
        """One offer, as the tenant is told of it."""
        asked = {"credentials": [await self.hand_in(data)], **more}
        answer = await self.client.post("/v1/offers", json=asked, headers=self.access.headers)
        assert answer.status == 201, await answer.text()
        return dict((await answer.json())["offers"][0])

    async def state(self, offer: Json) -> Json:
        answer = await self.client.get(f"/v1/offers/{offer['id']}", headers=self.access.headers)
        return dict(await answer.json())

    def wallet(self, number: int = 7, kind: str = "ed25519") -> Wallet:
        secret = keys.SecretKey(kind, bytes([number]) * (48 if kind == "p384" else 32))
        return Wallet(self.client.session, secret, lambda: self.now.timestamp())

    async def opened(self, offer: Json | None = None, number: int = 7, **more: Any) -> Wallet:
        """A wallet that has opened an offer."""
        wallet = self.wallet(number)
        told = await wallet.open((offer or await self.offer(**more))["link"])
        assert told.status == 200, told
        return wallet

    async def holding(self, offer: Json | None = None, **fields: str) -> Wallet:
        """A wallet that has a token."""
        wallet = await self.opened(offer)
        told = await wallet.redeem(**fields)
        assert told.status == 200, told
        return wallet


Issuing = Callable[..., Awaitable[Issuer]]


@pytest.fixture
async def issuing(store: Database) -> AsyncIterator[Issuing]:
    """Makes an issuer with settings of its own."""
    made: list[TestClient[Any, Any]] = []

    async def begin(engine: Json | None = None, **settings: Any) -> Issuer:
        access = await access_to(store, f"academy-{len(made)}")
        issuer = Issuer(None, access)  # type: ignore[arg-type]
        given = Settings(**settings)
        made_of = gateway(clock=lambda: issuer.now, **(engine or {}))
        issuer.client = TestClient(TestServer(make_app(given, made_of, store)))
        await issuer.client.start_server()
        made.append(issuer.client)
        return issuer

    yield begin
    for client in made:
        await client.close()


@pytest.fixture
async def issuer(issuing: Issuing) -> Issuer:
    return await issuing()
