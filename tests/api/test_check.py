"""POST /v1/check: what a credential states of a micro-credential's elements, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api.app import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from tests.parts import gateway


@pytest.fixture
async def client() -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as made:
        yield made


async def test_elements_are_told_with_their_places(client: TestClient) -> None:
    answer = await client.post("/v1/check", data=example_bytes("micro-credential.edci-xml.xml"))
    told = await answer.json()
    assert (answer.status, told["complete"], told["format"]) == (200, True, "edci-xml")
    assert told["profile"]["name"] == "eu"
    level = next(entry for entry in told["elements"] if entry["element"] == "level")
    assert level["at"][0].endswith("/qualification[1]/eqfLevel[1]/@uri")


async def test_the_checks_of_the_verification_are_what_shows_validity(client: TestClient) -> None:
    made = await client.post("/v1/convert?to=ob3", data=example_bytes("micro-credential.elm3.json"))
    signed = (await made.json())["credential"]
    told = await (await client.post("/v1/check", json=signed)).json()
    shown = {entry["sign"]: entry["shown"] for entry in told["dimensions"]["validity"]}
    assert (shown["genuine"], shown["issuer_listed"]) == (True, False)


@pytest.mark.parametrize(
    ("query", "data", "status"),
    [("profile=none", b"{}", 400), ("profil=eu", b"{}", 400), ("", b"{}", 415), ("", b"", 400)],
)
async def test_what_cannot_be_checked_is_refused(
    client: TestClient, query: str, data: bytes, status: int
) -> None:
    answer = await client.post(f"/v1/check?{query}", data=data)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
