"""Receivers of webhooks: what they are told and how it is signed, and all that they can do wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.api.webhooks import EVENTS
from gateway.fetch import Fetcher
from gateway.pipeline import webhooks
from gateway.pipeline.webhooks import FIRST, GIVE_UP, LONGEST, PAUSE, REST, Deliverer, delay_after
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.outside import (
    FETCH_SECONDS,
    Fault,
    Outside,
    comes_too_large,
    dies,
    drips,
    hangs,
    has_failed,
    is_gone,
    sends_elsewhere,
    serving,
)
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to

MICRO, BADGE = example_bytes("micro-credential.elm3.json"), example_bytes("badge.ob2.json")
OPEN = Settings(allow_private_addresses=True)


@dataclass
class Scene:
    """A gateway, somebody to be told, and a clock that is moved by hand."""

    client: TestClient[Any, Any]
    access: Access
    world: Outside
    store: Database
    deliverer: Deliverer
    now: datetime = field(default=NOW)

    async def post(self, path: str, body: object = None, access: Access | None = None) -> tuple[int, Any]:
        sent = json.dumps(body).encode() if body is not None else None
        answer = await self.client.post(path, data=sent, headers=(access or self.access).headers)
        return answer.status, await answer.json(content_type=None)

    async def get(self, path: str, access: Access | None = None) -> tuple[int, Any]:
        answer = await self.client.get(path, headers=(access or self.access).headers)
        return answer.status, await answer.json(content_type=None)

    async def subscribe(self, path: str = "/hook", **wish: object) -> dict[str, Any]:
        self.world.at.setdefault(path, "thank you")
        status, made = await self.post("/v1/webhooks", {"url": f"{self.world.base}{path}", **wish})
        assert status == 201, made
        found: dict[str, Any] = made
        return found

    async def hand_in(self, data: bytes = MICRO) -> str:
        answer = await self.client.post("/v1/credentials", data=data, headers=self.access.headers)
        return str((await answer.json())["id"])

    async def turn(self, later: timedelta = timedelta()) -> None:
        """What happens when it is later by so much, told to the end."""
        self.now += later
        await self.deliverer.look()
        await self.deliverer.idle()

    async def states(self, webhook: str) -> list[str]:
        _, told = await self.get(f"/v1/webhooks/{webhook}/deliveries")
        return [one["state"] for one in told["deliveries"]]


@pytest.fixture
async def scene(store: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(webhooks, "EVERY", 3600.0)  # the tests say when it is time to look
    world, access = Outside(), await access_to(store, "academy")
    fetcher = Fetcher(Settings(allow_private_addresses=True, fetch_timeout=5 * FETCH_SECONDS))
    deliverer = Deliverer(store, fetcher, lambda: scene.now, FETCH_SECONDS, "https://gateway.example")
    made = gateway(settings=OPEN)
    async with serving(world) as base, TestClient(TestServer(make_app(OPEN, made, store))) as client:
        world.base = base
        scene = Scene(client, access, world, store, deliverer)
        yield scene
    await deliverer.close()
    await fetcher.close()


async def test_a_change_is_told_signed_and_without_anything_of_a_person(scene: Scene) -> None:
    made = await scene.subscribe()
    identifier = await scene.hand_in()
    await scene.turn()
    (sent,) = scene.world.sent
    told = json.loads(sent.body)
    assert told == {
        "type": "credential-created",
        "timestamp": told["timestamp"],
        "data": {
            "id": identifier,
            "state": "active",
            "credential": f"https://gateway.example/v1/credentials/{identifier}",
        },
    }
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + sent.body
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert await scene.states(made["id"]) == ["delivered"]
    await scene.turn(timedelta(days=1))
    assert len(scene.world.sent) == 1


async def test_every_kind_of_change_is_told(scene: Scene) -> None:
    await scene.subscribe()
    identifier = await scene.hand_in()
    for action in ("suspend", "reinstate", "revoke"):
        assert (await scene.post(f"/v1/credentials/{identifier}/{action}"))[0] == 200
    await scene.client.delete(f"/v1/credentials/{identifier}", headers=scene.access.headers)
    await scene.turn()
    told = [json.loads(sent.body) for sent in scene.world.sent]
    assert sorted((one["type"], one["data"]["state"]) for one in told) == [
        ("credential-created", "active"), ("credential-erased", "erased"),
        ("credential-reinstated", "active"), ("credential-revoked", "revoked"),
        ("credential-suspended", "suspended"),
    ]  # fmt: skip
    assert {one["type"] for one in told} < set(EVENTS)


async def test_two_secrets_sign_after_a_rotation(scene: Scene) -> None:
    made = await scene.subscribe()
    status, fresh = await scene.post(f"/v1/webhooks/{made['id']}/rotate")
    assert status == 200
    assert fresh["secret"] != made["secret"]
    await scene.hand_in()
    await scene.turn()
    signatures = {name.lower(): value for name, value in scene.world.sent[0].headers.items()}
    assert len(signatures["webhook-signature"].split()) == 2
    assert all("secret" not in one for one in (await scene.get("/v1/webhooks"))[1]["webhooks"])


@pytest.mark.parametrize("fault", [hangs, has_failed, dies, sends_elsewhere])
async def test_a_receiver_that_fails_is_tried_again_until_it_takes_it(scene: Scene, fault: Fault) -> None:
    made = await scene.subscribe()
    scene.world.faults["/hook"] = fault
    await scene.hand_in()
    await scene.turn()
    _, told = await scene.get(f"/v1/webhooks/{made['id']}/deliveries?state=waiting")
    (waiting,) = told["deliveries"]
    assert waiting["attempts"] == 1
    assert waiting["problem"]
    assert "secret" not in json.dumps(told)
    assert "failingSince" in (await scene.get(f"/v1/webhooks/{made['id']}"))[1]
    del scene.world.faults["/hook"]
    await scene.turn(FIRST)
    assert await scene.states(made["id"]) == ["delivered"]
    assert "failingSince" not in (await scene.get(f"/v1/webhooks/{made['id']}"))[1]
    ids = {
        name: value
        for sent in scene.world.sent
        for name, value in sent.headers.items()
        if name == "webhook-id"
    }
    assert len(set(ids.values())) == 1
    assert "/elsewhere" not in scene.world.asked


@pytest.mark.parametrize("fault", [comes_too_large, drips])
async def test_nobody_reads_what_a_receiver_answers(scene: Scene, fault: Fault) -> None:
    made = await scene.subscribe()
    scene.world.at["/hook"] = "a long answer " * 40
    scene.world.faults["/hook"] = fault
    await scene.hand_in()
    await scene.turn()
    assert await scene.states(made["id"]) == ["delivered"]


async def test_a_receiver_that_hangs_holds_up_nobody_else(scene: Scene) -> None:
    await scene.subscribe("/hangs")
    good = await scene.subscribe("/good")
    scene.world.faults["/hangs"] = hangs
    await scene.hand_in()
    await scene.hand_in(BADGE)
    await scene.deliverer.look()
    for _ in range(200):
        if await scene.states(good["id"]) == ["delivered"] * 2:
            break
    assert [sent.path for sent in scene.world.sent].count("/good") == 2
    await scene.deliverer.idle()


async def test_what_never_arrives_is_dead_after_a_day_and_can_be_told_again(scene: Scene) -> None:
    made = await scene.subscribe()
    scene.world.faults["/hook"] = has_failed
    await scene.hand_in()
    tries = 0
    while (await scene.states(made["id"])) == ["waiting"]:
        await scene.turn(LONGEST)
        tries += 1
        assert tries < 30
    path = f"/v1/webhooks/{made['id']}/deliveries"
    dead = (await scene.get(f"{path}?state=dead"))[1]["deliveries"]
    assert [one["problem"] for one in dead] == ["status 500"]
    assert scene.now - NOW <= GIVE_UP + LONGEST
    del scene.world.faults["/hook"]
    assert await scene.post(f"{path}/replay") == (202, {"replayed": 1})
    await scene.turn(REST)
    assert await scene.states(made["id"]) == ["delivered"]
    assert await scene.post(f"{path}/{dead[0]['id']}/replay") == (202, {"replayed": 1})
    await scene.turn()
    assert await scene.states(made["id"]) == ["delivered"]


async def test_a_receiver_that_has_failed_for_long_is_paused_until_it_is_resumed(scene: Scene) -> None:
    made = await scene.subscribe()
    path = f"/v1/webhooks/{made['id']}"
    scene.world.faults["/hook"] = has_failed
    await scene.hand_in()
    await scene.turn()
    await scene.turn(PAUSE)
    assert (await scene.get(path))[1]["state"] == "paused"
    await scene.hand_in(BADGE)
    asked = len(scene.world.sent)
    await scene.turn(timedelta(days=1))
    assert len(scene.world.sent) == asked
    del scene.world.faults["/hook"]
    assert (await scene.post(f"{path}/deliveries/replay"))[0] == 409
    assert (await scene.post(f"{path}/resume"))[1]["state"] == "active"
    await scene.turn()
    assert sorted(await scene.states(made["id"])) == ["dead", "delivered"]


async def test_a_receiver_that_is_gone_is_told_nothing_more(scene: Scene) -> None:
    made = await scene.subscribe()
    scene.world.faults["/hook"] = is_gone
    await scene.hand_in()
    await scene.turn()
    assert (await scene.get(f"/v1/webhooks/{made['id']}"))[1]["state"] == "ended"
    await scene.hand_in(BADGE)
    assert await scene.states(made["id"]) == ["dead"]


def test_waits_double_are_spread_and_end() -> None:
    assert [delay_after(n, 0) for n in (1, 2, 3)] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert delay_after(1, 1) == FIRST / 2
    assert delay_after(1000, 0) == LONGEST


async def test_another_tenants_webhooks_are_not_there(scene: Scene) -> None:
    made = await scene.subscribe()
    await scene.hand_in()
    other, path = await access_to(scene.store, "college"), f"/v1/webhooks/{made['id']}"
    _, told = await scene.get(f"{path}/deliveries")
    delivery = told["deliveries"][0]["id"]
    assert (await scene.get("/v1/webhooks", other))[1] == {"webhooks": []}
    assert (await scene.get(path, other))[0] == 404
    assert (await scene.get(f"{path}/deliveries", other))[0] == 404
    for act in ("rotate", "resume", "deliveries/replay", f"deliveries/{delivery}/replay"):
        assert (await scene.post(f"{path}/{act}", access=other))[0] == 404, act
    assert (await scene.client.delete(path, headers=other.headers)).status == 404
    assert (await scene.client.delete(path, headers=scene.access.headers)).status == 204
    assert (await scene.get(path))[0] == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"), ({"url": 7}, "/url"), ({"url": "https://a.example/" + "a" * 2048}, "/url"),
        ({"url": "http://a.example"}, "/url"), ({"url": "https://127.0.0.1/"}, "/url"),
        ({"url": "https://a.example", "events": []}, "/events"),
        ({"url": "https://a.example", "events": "all"}, "/events"),
        ({"url": "https://a.example", "events": ["born"]}, "/events"),
        ({"url": "https://a.example", "secret": "mine"}, ""), ([], ""),
    ],
)  # fmt: skip
async def test_a_wish_that_cannot_be_met_is_refused(store: Database, body: object, pointer: str) -> None:
    access = await access_to(store, "academy")
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as client:
        answer = await client.post("/v1/webhooks", json=body, headers=access.headers)
        told = await answer.json()
        assert (answer.status, told.get("pointer", "")) == (400, pointer), told


async def test_only_who_governs_the_tenant_subscribes_and_only_so_often(scene: Scene) -> None:
    pusher = await access_to(scene.store, "platform", ("push", "read"))
    assert (await scene.post("/v1/webhooks", {"url": scene.world.base}, pusher))[0] == 403
    assert (await scene.get("/v1/webhooks", pusher))[0] == 403
    for _ in range(16):
        await scene.subscribe()
    status, problem = await scene.post("/v1/webhooks", {"url": scene.world.base})
    assert (status, problem["code"]) == (409, "state_conflict")


async def test_the_service_tells_by_itself_and_stops_cleanly(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "EVERY", 0.02)
    access, world = await access_to(store, "academy"), Outside(at={"/hook": "thank you"})
    async with serving(world) as base:
        app = make_app(OPEN, gateway(settings=OPEN), store)
        async with TestClient(TestServer(app)) as client:
            wish = json.dumps({"url": f"{base}/hook"}).encode()
            assert (await client.post("/v1/webhooks", data=wish, headers=access.headers)).status == 201
            await client.post("/v1/credentials", data=MICRO, headers=access.headers)
            for _ in range(500):
                if world.sent:
                    break
                await asyncio.sleep(0.02)
    assert len(world.sent) == 1


async def test_what_the_documentation_shows_verifies_a_delivery_and_no_other(scene: Scene) -> None:
    """The receiver of docs/webhooks.md, run as it stands."""
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", page, re.S)[0], shown)
    made = await scene.subscribe()
    await scene.hand_in()
    await scene.turn()
    (sent,) = scene.world.sent
    headers = {name.lower(): value for name, value in sent.headers.items()}
    at = NOW.timestamp()
    assert shown["verified"](made["secret"], headers, sent.body, at)["type"] == "credential-created"
    other = "whsec_" + base64.b64encode(bytes(32)).decode()
    for secret, body, moment in (
        (other, sent.body, at), (made["secret"], sent.body + b" ", at), (made["secret"], sent.body, at + 301),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"signature|old"):
            shown["verified"](secret, headers, body, moment)
