"""A credential that is handed in by its address: fetched, kept as it came, and what the other server gets wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.envelopes.limits import MAX_BYTES
from gateway.fetch import Fetcher
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.outside import TWELVE, Outside, road_to
from tests.parts import gateway
from tests.tenants import Access, access_to

BADGE = example_bytes("badge.ob2.json")
HOST = "badges.example.org"
ADDRESS = f"https://{HOST}/assertions/1"
TAKEN_AS_SENT = ("wrong document", "bad JSON", "oversize")
"""Faults of the twelve that bring a document: it is judged as one that was handed in."""


class Hosted(SimpleNamespace):
    """A client of a gateway whose network is a world of our own."""

    async def hand_in(self, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
        sent = self.access.headers | {"Content-Type": "text/uri-list"} | headers
        answer = await self.client.post("/v1/credentials", data=body, headers=sent)
        return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def hosted(store: Database) -> AsyncIterator[Hosted]:
    world = Outside(at={f"/{HOST}/assertions/1": BADGE})
    access: Access = await access_to(store, "academy")
    async with road_to(world) as road:
        app = make_app(Settings(), gateway(fetch=road), store)
        async with TestClient(TestServer(app)) as client:
            yield Hosted(client=client, access=access, world=world, road=road)


async def test_what_stands_at_the_address_is_kept_as_it_came(hosted: Hosted) -> None:
    status, record = await hosted.hand_in(f"# a badge\r\n{ADDRESS}\r\n".encode())
    assert (status, record["format"]) == (201, "ob2")
    original = await hosted.client.get(record["original"], headers=hosted.access.headers)
    assert await original.read() == BADGE
    assert (await hosted.hand_in(ADDRESS.encode()))[0] == 200


async def test_a_request_that_is_sent_again_fetches_nothing(hosted: Hosted) -> None:
    key = {"Idempotency-Key": "badge-1"}
    first = await hosted.hand_in(ADDRESS.encode(), **key)
    asked = len(hosted.world.asked)
    assert (await hosted.hand_in(ADDRESS.encode(), **key)) == first
    assert len(hosted.world.asked) == asked
    assert (await hosted.hand_in(b"https://badges.example.org/2", **key))[0] == 409


@pytest.mark.parametrize("fault", [name for name in TWELVE if name not in TAKEN_AS_SENT])
async def test_a_failing_host_is_told_apart_from_bad_input(hosted: Hosted, fault: str) -> None:
    hosted.road.fault, hosted.road.befallen = fault, frozenset((HOST,))
    status, problem = await hosted.hand_in(ADDRESS.encode())
    assert (status, problem["code"]) == (502, "fetch_failed"), problem


async def test_what_is_fetched_is_judged_as_if_it_were_handed_in(hosted: Hosted) -> None:
    hosted.world.at[f"/{HOST}/assertions/1"] = BADGE[:-20]
    status, problem = await hosted.hand_in(ADDRESS.encode())
    assert (status, problem["code"]) == (400, "malformed_json")
    hosted.world.at[f"/{HOST}/assertions/1"] = BADGE + b" " * MAX_BYTES
    status, problem = await hosted.hand_in(ADDRESS.encode())
    assert (status, problem["code"]) == (502, "fetch_failed")


async def test_an_address_with_nothing_there_is_named_as_such(hosted: Hosted) -> None:
    status, problem = await hosted.hand_in(b"https://badges.example.org/nothing")
    assert (status, problem["code"]) == (502, "document_missing")


@pytest.mark.parametrize(
    "body",
    [
        b"# nothing", b"\xff\xfe", b"https://a.example/" + b"a" * 2048,
        b"https://a.example/1\nhttps://a.example/2",
    ],
)  # fmt: skip
async def test_what_is_not_one_address_is_refused(hosted: Hosted, body: bytes) -> None:
    status, problem = await hosted.hand_in(body)
    assert (status, problem["code"]) == (400, "request_refused")
    assert hosted.world.asked == []


@pytest.mark.parametrize(
    "address",
    ["http://badges.example.org/1", "https://127.0.0.1/", "file:///etc/passwd", "https://u@a.example/"],
)
async def test_an_address_that_is_not_asked_is_the_senders_fault(store: Database, address: str) -> None:
    access = await access_to(store, "academy")
    fetcher = Fetcher(Settings())
    async with TestClient(TestServer(make_app(Settings(), gateway(fetch=fetcher), store))) as client:
        headers = access.headers | {"Content-Type": "text/uri-list"}
        answer = await client.post("/v1/credentials", data=address.encode(), headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "request_refused")
    await fetcher.close()


async def test_only_who_may_push_has_anything_fetched(hosted: Hosted, store: Database) -> None:
    reader = await access_to(store, "registry", ("read",))
    headers = reader.headers | {"Content-Type": "text/uri-list"}
    answer = await hosted.client.post("/v1/credentials", data=ADDRESS, headers=headers)
    assert (answer.status, hosted.world.asked) == (403, [])
