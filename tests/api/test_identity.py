"""Where the gateway says who it is: its DID document and the history of its keys, with and without a path."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from gateway.api import make_app
from gateway.dids.web import url_of
from gateway.keys import multikey
from gateway.settings import Settings
from gateway.signer import KeyStore, signer_for
from tests.parts import NOW, gateway

Start = Callable[[str | None], Awaitable[TestClient]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a gateway with keys in a store, under a public address or none."""
    async with AsyncExitStack() as stack:

        async def started(public_url: str | None) -> TestClient:
            settings = Settings(data=tmp_path, public_url=public_url)
            made = gateway(signer=signer_for(settings, NOW), settings=settings)
            return await stack.enter_async_context(TestClient(TestServer(make_app(settings, made))))

        yield started


async def got(client: TestClient, path: str) -> Any:
    answer = await client.get(URL(path, encoded=True))
    assert answer.status == 200, path
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return await answer.json(content_type=None)


@pytest.mark.parametrize(
    "url",
    ["https://g.example.org", "https://g.example.org:8443", "https://g.example.org/a", "https://g.example.org/a/b",
     "https://g.example.org/caf%C3%A9", "https://g.example.org/a~b", "https://g.example.org//a"],
)  # fmt: skip
async def test_the_document_is_where_the_did_says(start: Start, url: str) -> None:
    client = await start(url)
    did = (await got(client, "/.well-known/did.json"))["id"]
    place = URL(url_of(did), encoded=True)
    assert (place.host, place.explicit_port) == (URL(url).host, URL(url).explicit_port)
    document = await got(client, place.raw_path)
    assert document["id"] == did
    assert document["assertionMethod"] == [f"{did}#key-1"]


async def test_a_proxy_may_take_the_path_off(start: Start) -> None:
    client = await start("https://g.example.org/a")
    assert await got(client, "/did.json") == await got(client, "/a/did.json")
    assert await got(client, "/key-history.json") == await got(client, "/a/key-history.json")


@pytest.mark.parametrize("url", [None, "https://g.example.org", "https://g.example.org/a"])
@pytest.mark.parametrize("path", ["/b/did.json", "/a/b/did.json", "/A/did.json", "/b/key-history.json"])
async def test_no_document_is_elsewhere(start: Start, url: str | None, path: str) -> None:
    answer = await (await start(url)).get(path)
    assert (answer.status, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/did.json", "/key-history.json"])
async def test_without_a_path_there_is_no_document_beside_the_well_known_one(start: Start, path: str) -> None:
    assert (await (await start("https://g.example.org")).get(path)).status == 404


async def test_the_document_follows_the_keys_without_a_restart(start: Start, tmp_path: Path) -> None:
    client = await start("https://g.example.org")
    did = "did:web:g.example.org"
    store = KeyStore(tmp_path)
    store.rotate(NOW)
    document = await got(client, "/.well-known/did.json")
    assert document["assertionMethod"] == [f"{did}#key-1", f"{did}#key-2"]
    assert document["authentication"] == [f"{did}#key-2"]
    store.revoke(1, NOW, reason="compromised")
    document = await got(client, "/.well-known/did.json")
    assert document["assertionMethod"] == [f"{did}#key-2"]
    revoked = [method.get("revoked") for method in document["verificationMethod"]]
    assert revoked == ["2026-06-01T12:00:00Z", None]
    store.retire(2, NOW)
    document = await got(client, "/.well-known/did.json")
    assert (document["assertionMethod"], document["authentication"]) == ([f"{did}#key-2"], [])


async def test_the_history_has_the_dates_and_no_secret(start: Start, tmp_path: Path) -> None:
    client = await start("https://g.example.org")
    store = KeyStore(tmp_path)
    store.rotate(NOW)
    store.revoke(1, NOW, reason="compromised")
    history = await got(client, "/.well-known/key-history.json")
    assert history["id"] == "did:web:g.example.org"
    assert history["keys"][0] == {
        "id": "did:web:g.example.org#key-1", "number": 1, "kind": "ed25519", "state": "revoked",
        "publicKeyMultibase": multikey(store.record(1).public), "created": "2026-06-01T12:00:00Z",
        "retired": "2026-06-01T12:00:00Z", "revoked": "2026-06-01T12:00:00Z", "reason": "compromised",
    }  # fmt: skip
    assert history["keys"][1]["state"] == "active"
    assert "z3u2" not in str(history)


async def test_a_did_key_has_the_document_of_the_key_in_use(start: Start, tmp_path: Path) -> None:
    client = await start(None)
    before = await got(client, "/.well-known/did.json")
    KeyStore(tmp_path).rotate(NOW)
    after = await got(client, "/.well-known/did.json")
    assert before["id"] != after["id"]
    history = await got(client, "/.well-known/key-history.json")
    assert "id" not in history
    assert [entry["id"] for entry in history["keys"]] == [
        before["assertionMethod"][0], after["assertionMethod"][0],
    ]  # fmt: skip
