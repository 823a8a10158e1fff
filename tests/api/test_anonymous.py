"""Who shows no key: has documents verified and converted, and signed only where the settings say so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.parts import gateway
from tests.tenants import access_to

MICRO = example_bytes("micro-credential.elm3.json")


def own_badge() -> bytes:
    tree = json.loads(example_bytes("badge.ob3.json"))
    return json.dumps(
        {"credential": {**tree, "issuer": {**tree["issuer"], "id": gateway().signer.did}}}
    ).encode()


ASKED = {"/v1/convert?to=ob3": MICRO, "/credentials/issue": own_badge()}
"""What has something signed."""


@pytest.fixture
async def closed(store: Database) -> AsyncIterator[TestClient]:
    """A gateway in production."""
    settings = Settings(environment="production")
    async with TestClient(TestServer(make_app(settings, gateway(), store))) as made:
        yield made


@pytest.mark.parametrize("path", ASKED)
async def test_production_signs_for_nobody_without_a_key(closed: TestClient, path: str) -> None:
    refused = await closed.post(path, data=ASKED[path])
    problem = await refused.json(content_type="application/problem+json")
    assert (refused.status, problem["code"]) == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ASKED)
async def test_a_key_that_allows_it_has_it_signed_and_another_does_not(
    closed: TestClient, store: Database, path: str
) -> None:
    signs, reads = await access_to(store, "signs", ["sign"]), await access_to(store, "reads", ["read"])
    assert (await closed.post(path, data=ASKED[path], headers=signs.headers)).status in (200, 201)
    refused = await closed.post(path, data=ASKED[path], headers=reads.headers)
    assert (refused.status, (await refused.json(content_type=None))["code"]) == (403, "scope_missing")
    wrong = {"Authorization": "Bearer mcg_wrong"}
    assert (await closed.post(path, data=ASKED[path], headers=wrong)).status == 401


async def test_verifying_and_converting_without_a_signature_are_open(closed: TestClient) -> None:
    assert (await closed.post("/v1/verify", data=MICRO)).status == 200
    answer = await closed.post("/v1/convert?to=ob3&unsigned=true", data=MICRO)
    assert "proof" not in (await answer.json())["credential"]


@pytest.mark.parametrize(("unsigned", "status"), [("", 401), ("true", 200)])
async def test_the_page_has_signed_what_may_be_signed(closed: TestClient, unsigned: str, status: int) -> None:
    form = FormData(default_to_multipart=True)
    for name, value in {"text": MICRO.decode(), "do": "convert", "to": "ob3", "unsigned": unsigned}.items():
        form.add_field(name, value)
    answer = await closed.post("/", data=form)
    assert (answer.status, answer.content_type) == (status, "text/html")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(("settings", "status"), [
    (Settings(), 200),
    (Settings(anonymous=()), 401),
    (Settings(environment="production", anonymous=("sign",)), 200),
])  # fmt: skip
async def test_the_setting_decides(store: Database, settings: Settings, status: int) -> None:
    async with TestClient(TestServer(make_app(settings, gateway(), store))) as client:
        assert (await client.post("/v1/convert?to=ob3", data=MICRO)).status == status
