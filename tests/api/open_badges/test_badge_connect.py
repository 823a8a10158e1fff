"""Badge Connect 2.1: platforms find the host, hand in Open Badges 2.0, and read them and the profile again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from gateway.store.scopes import ASSERTIONS_READ, ASSERTIONS_WRITE, OFFLINE, PROFILE_2_READ
from tests.open_badges_host import Visitor
from tests.parts import gateway
from tests.tenants import Access, access_to

BASE = "/ims/ob/v2p1"
BADGE = json.loads(example_bytes("badge.ob2.json"))
SCOPES = [ASSERTIONS_READ, ASSERTIONS_WRITE, PROFILE_2_READ]
WELL = {"error": None, "statusCode": 200, "statusText": "OK"}


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


async def let_in(client: TestClient, access: Access, scopes: list[str] = SCOPES) -> Visitor:
    """A platform that registered with the scopes of Badge Connect."""
    visitor = Visitor(client)
    assert (await visitor.register(scope=" ".join([*SCOPES, OFFLINE]))).status == 201
    await visitor.enter(access.key, scope=" ".join(scopes))
    return visitor


async def put(visitor: Visitor, body: Any) -> ClientResponse:
    return await visitor.http.post(f"{BASE}/assertions", json=body, headers=visitor.headers)


async def listed(visitor: Visitor, query: str = "") -> dict[str, Any]:
    answer = await visitor.http.get(f"{BASE}/assertions{query}", headers=visitor.headers)
    assert answer.status == 200, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def refused(answer: ClientResponse, status: int, words: str) -> None:
    """A status that says what is wrong, the same as HTTP's."""
    told = (await answer.json())["status"]
    assert (answer.status, told["statusCode"], told["statusText"]) == (status, status, words), told
    assert told["error"]


async def test_the_manifest_names_all_that_a_platform_needs(client: TestClient) -> None:
    told = await (await client.get("/.well-known/badgeconnect.json")).json()
    (api,) = told["badgeConnectAPI"]
    base = f"http://{client.host}:{client.port}"
    assert told["id"] == f"{base}/.well-known/badgeconnect.json"
    assert (api["version"], api["apiBase"]) == ("v2p1", base + BASE)
    assert set(api["scopesOffered"]) == {*SCOPES, OFFLINE}
    for name in ("registrationUrl", "tokenUrl", "tokenRevocationUrl"):
        assert (await client.get(api[name].removeprefix(base))).status == 405
    assert {"name", "termsOfServiceUrl", "privacyPolicyUrl", "authorizationUrl"} <= set(api)


async def test_an_assertion_is_handed_in_replaced_and_read_again(client: TestClient, access: Access) -> None:
    visitor = await let_in(client, access)
    for issued in ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"):
        given = {**BADGE, "issuedOn": issued}
        answer = await put(visitor, {"assertion": given})
        assert (answer.status, await answer.json()) == (200, {"status": WELL}), await answer.text()
        assert await listed(visitor) == {"status": WELL, "assertions": [given], "signedAssertions": []}
    answer = await visitor.http.get(f"{BASE}/assertions?limit=1", headers=visitor.headers)
    assert answer.headers["X-Total-Count"] == "1"
    assert 'rel="first"' in answer.headers["Link"]
    assert (await listed(visitor, "?since=2030-01-01T00:00:00Z"))["assertions"] == []


async def test_what_comes_by_badge_connect_is_read_as_open_badges_3(
    client: TestClient, access: Access
) -> None:
    visitor = await let_in(client, access)
    assert (await put(visitor, {"assertion": BADGE})).status == 200
    answer = await client.get("/ims/ob/v3p0/credentials", headers=access.headers)
    (given,) = (await answer.json())["credential"]
    assert "OpenBadgeCredential" in given["type"]
    assert given["proof"]


async def test_the_profile_is_that_of_the_tenant(client: TestClient, access: Access) -> None:
    visitor = await let_in(client, access)
    answer = await client.get(f"{BASE}/profile", headers=visitor.headers)
    profile = {"id": f"urn:uuid:{access.tenant}", "type": "Profile", "name": "academy"}
    assert await answer.json() == {"status": WELL, "profile": profile}


@pytest.mark.parametrize(("body", "words"), [
    ([], "REQUEST_VALIDATION_ERROR"), ({}, "REQUEST_VALIDATION_ERROR"), ({"assertion": 7}, "REQUEST_VALIDATION_ERROR"),
    ({"signedAssertion": {}}, "REQUEST_VALIDATION_ERROR"),
    ({"assertion": BADGE, "signedAssertion": "a.b.c"}, "REQUEST_VALIDATION_ERROR"),
    ({"assertion": {"a": 1}}, "INVALID_BADGE"), ({"signedAssertion": "a.b.c"}, "INVALID_BADGE"),
    ({"signedAssertion": "nothing"}, "INVALID_BADGE"), ({"signedAssertion": ""}, "INVALID_BADGE"),
    ({"assertion": json.loads(example_bytes("badge.ob3.json"))}, "REQUEST_VALIDATION_ERROR"),
])  # fmt: skip
async def test_what_is_no_assertion_is_refused_with_a_status(
    client: TestClient, access: Access, body: Any, words: str
) -> None:
    visitor = await let_in(client, access)
    await refused(await put(visitor, body), 400, words)
    assert (await listed(visitor))["assertions"] == []


@pytest.mark.parametrize(("method", "path", "status", "words"), [
    ("GET", "/assertions", 401, "UNAUTHENTICATED"), ("POST", "/assertions", 401, "UNAUTHENTICATED"),
    ("GET", "/profile", 401, "UNAUTHENTICATED"), ("PUT", "/assertions", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/nothing", 404, "NOT_FOUND"),
])  # fmt: skip
async def test_refusals_of_every_kind_are_a_status(
    client: TestClient, method: str, path: str, status: int, words: str
) -> None:
    await refused(await client.request(method, BASE + path), status, words)


@pytest.mark.parametrize(("scope", "method", "path"), [
    (ASSERTIONS_READ, "GET", "/assertions"), (ASSERTIONS_WRITE, "POST", "/assertions"),
    (PROFILE_2_READ, "GET", "/profile"),
])  # fmt: skip
async def test_a_token_opens_what_its_scope_says_and_nothing_else(
    client: TestClient, access: Access, scope: str, method: str, path: str
) -> None:
    opens = await let_in(client, access, [scope])
    others = await let_in(client, access, [other for other in SCOPES if other != scope])
    body = {"assertion": BADGE}
    answer = await client.request(method, BASE + path, json=body, headers=opens.headers)
    assert answer.status == 200, await answer.text()
    answer = await client.request(method, BASE + path, json=body, headers=others.headers)
    await refused(answer, 403, "PERMISSION_DENIED")
