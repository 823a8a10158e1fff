"""Platforms that tell of their badges: by signature and table, into the tenant that listens and no other."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.pipeline.sources import ADAPTERS
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.outside import Outside, Road, road_to
from tests.parts import gateway
from tests.tenants import Access, access_to

BADGE = example_bytes("badge.ob2.json")
ID = json.loads(BADGE)["id"]
HOST = "badges.example.org"
ADDRESS = f"https://{HOST}/assertions/1"


@dataclass
class Platform:
    """A platform that is listened to, and what it can tell."""

    client: TestClient[Any, Any]
    access: Access
    world: Outside
    road: Road
    store: Database
    source: dict[str, Any]

    async def tell(self, event: object, secret: str | None = None, **more: str) -> tuple[int, Any]:
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        key = (secret or self.source["secret"]).encode()
        signed = "sha256=" + hmac.new(key, data, hashlib.sha256).hexdigest()
        headers = {self.source["signature"]: signed, **more}
        answer = await self.client.post(self.source["hook"], data=data, headers=headers)
        return answer.status, await answer.json(content_type=None)


async def listening(client: TestClient[Any, Any], access: Access, kind: str) -> dict[str, Any]:
    answer = await client.post("/v1/sources", json={"kind": kind}, headers=access.headers)
    assert answer.status == 201, await answer.text()
    made: dict[str, Any] = await answer.json()
    return made


@pytest.fixture
async def platform(store: Database) -> AsyncIterator[Platform]:
    world, access = Outside(at={f"/{HOST}/assertions/1": BADGE}), await access_to(store, "academy")
    async with (
        road_to(world) as road,
        TestClient(TestServer(make_app(Settings(), gateway(fetch=road), store))) as client,
    ):
        yield Platform(client, access, world, road, store, await listening(client, access, "badgr"))


async def test_a_badge_that_was_issued_is_fetched_and_kept(platform: Platform) -> None:
    event = {"event": "assertion.created", "openBadgeId": ADDRESS}
    status, record = await platform.tell(event)
    assert (status, record["format"]) == (201, "ob2")
    original = await platform.client.get(record["original"], headers=platform.access.headers)
    assert await original.read() == BADGE
    assert (await platform.tell(event))[0] == 200


async def test_a_badge_that_stands_in_the_event_is_not_fetched(platform: Platform) -> None:
    status, _ = await platform.tell({"event": "assertion.created", "assertion": json.loads(BADGE)})
    assert status == 201
    assert ADDRESS.removeprefix("https:/") not in platform.world.asked


@pytest.mark.parametrize("kind", ADAPTERS)
async def test_of_every_kind_what_is_revoked_there_is_revoked_here(platform: Platform, kind: str) -> None:
    platform.source = await listening(platform.client, platform.access, kind)
    accept, *_, revoke = ADAPTERS[kind].acts
    name = ADAPTERS[kind].event.removeprefix("/")
    status, record = await platform.tell({name: accept, "data": {"assertion": json.loads(BADGE)}})
    assert status == 201
    gone = {name: revoke, "data": {"assertion": {"id": ID}}}
    assert await platform.tell(gone) == (200, {"followed": True, "revoked": [record["id"]]})
    found = await platform.client.get(f"/v1/credentials/{record['id']}", headers=platform.access.headers)
    assert (await found.json())["state"] == "revoked"
    assert await platform.tell(gone) == (200, {"followed": True, "revoked": []})


async def test_an_event_that_asks_for_nothing_is_answered(platform: Platform) -> None:
    assert await platform.tell({"event": "issuer.renamed"}) == (200, {"followed": False})
    assert await platform.tell([]) == (200, {"followed": False})


async def test_what_is_not_signed_by_the_platform_is_not_believed(platform: Platform) -> None:
    event = {"event": "assertion.created", "openBadgeId": ADDRESS}
    assert (await platform.tell(event, secret="another"))[0] == 401
    assert (await platform.tell(event, **{platform.source["signature"]: "sha256=ÿ"}))[0] == 401
    platform.source = {**platform.source, "hook": "/v1/hooks/nobody"}
    assert (await platform.tell(event))[0] == 401
    assert platform.world.asked == []


async def test_a_platform_of_one_tenant_touches_nothing_of_another(platform: Platform) -> None:
    status, record = await platform.tell({"event": "assertion.created", "assertion": json.loads(BADGE)})
    assert status == 201
    mine, other = platform.source, await access_to(platform.store, "college")
    platform.source = await listening(platform.client, other, "badgr")
    assert await platform.tell({"event": "assertion.revoked", "openBadgeId": ID}) == (
        200, {"followed": True, "revoked": []},
    )  # fmt: skip
    path = f"/v1/credentials/{record['id']}"
    assert (await platform.client.get(path, headers=other.headers)).status == 404
    path = f"/v1/sources/{mine['id']}"
    assert (await platform.client.delete(path, headers=other.headers)).status == 404
    listed = await platform.client.get("/v1/sources", headers=other.headers)
    told = (await listed.json())["sources"]
    assert [one["id"] for one in told] == [platform.source["id"]]
    assert all("secret" not in one for one in told)
    assert (await platform.client.delete(path, headers=platform.access.headers)).status == 204
    platform.source = mine
    assert (await platform.tell({"event": "assertion.revoked", "openBadgeId": ID}))[0] == 401


async def test_what_leads_nowhere_is_refused_and_what_fails_outside_is_tried_again(
    platform: Platform,
) -> None:
    assert (await platform.tell({"event": "assertion.created"}))[1]["code"] == "request_refused"
    assert (await platform.tell(b"{"))[1]["code"] == "malformed_json"
    inside = {"event": "assertion.created", "openBadgeId": 7}
    assert (await platform.tell(inside))[0] == 400
    platform.road.fault, platform.road.befallen = "500", frozenset((HOST,))
    status, problem = await platform.tell({"event": "assertion.created", "openBadgeId": ADDRESS})
    assert (status, problem["code"]) == (502, "fetch_failed")


@pytest.mark.parametrize(
    "body", [{}, {"kind": 7}, {"kind": "other"}, {"kind": "badgr", "secret": "mine"}, []]
)
async def test_a_source_of_no_kind_is_refused(platform: Platform, body: object) -> None:
    answer = await platform.client.post("/v1/sources", json=body, headers=platform.access.headers)
    assert answer.status == 400
    reader = await access_to(platform.store, "registry", ("read", "push"))
    assert (await platform.client.get("/v1/sources", headers=reader.headers)).status == 403
