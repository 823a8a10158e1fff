"""Dynamic registration of clients (RFC 7591)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.store import Database
from gateway.store.oauth import new_client
from gateway.store.tables import SYSTEM
from tests.api.oauth.parts import Clock
from tests.open_badges_host import (
    REGISTRATION,
    Visitor,
)
from tests.parts import NOW


async def test_a_registration_is_told_back_with_an_id_and_a_secret(visitor: Visitor) -> None:
    answer = await visitor.register(something="else")
    told = await answer.json()
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    assert {name: told[name] for name in REGISTRATION if name != "scope"} == {
        name: value for name, value in REGISTRATION.items() if name != "scope"
    }
    assert set(told["scope"].split()) == set(REGISTRATION["scope"].split())
    assert told["client_secret_expires_at"] == 0
    assert told["client_id_issued_at"] == int(NOW.timestamp())


@pytest.mark.parametrize(("changes", "error"), [
    ({"redirect_uris": ["http://client.example/back"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://client.example/back#part"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://other.example/back"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://client.example/back", "https://other.example/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://a@client.example/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://client.example/\r\nSet-Cookie: a=b"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://client.example;script-src */"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://[::1/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": []}, "invalid_redirect_uri"),
    ({"redirect_uris": "https://client.example/back"}, "invalid_redirect_uri"),
    ({"redirect_uris": [7]}, "invalid_redirect_uri"),
    ({"logo_uri": "https://cdn.example/logo"}, "invalid_client_metadata"),
    ({"client_uri": "http://client.example"}, "invalid_client_metadata"),
    ({"tos_uri": ["https://client.example"]}, "invalid_client_metadata"),
    ({"client_name": " "}, "invalid_client_metadata"),
    ({"client_name": "a\u0007b"}, "invalid_client_metadata"),
    ({"client_name": None}, "invalid_client_metadata"),
    ({"scope": "everything"}, "invalid_client_metadata"),
    ({"scope": "admin"}, "invalid_client_metadata"),
    ({"scope": ["read"]}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "client_secret_post"}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
    ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
    ({"response_types": ["token"]}, "invalid_client_metadata"),
    ({"response_types": []}, "invalid_client_metadata"),
])  # fmt: skip
async def test_what_no_client_can_be_is_not_registered(
    visitor: Visitor, changes: dict[str, Any], error: str
) -> None:
    answer = await visitor.register(**changes)
    assert (answer.status, (await answer.json())["error"]) == (400, error)


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b'{"a":1,"a":2}', b"\xff", b"7"])
async def test_a_registration_that_is_no_object_is_refused(client: TestClient, data: bytes) -> None:
    answer = await client.post("/oauth/register", data=data)
    assert answer.status == 400
    assert (await answer.json())["error"] in ("invalid_client_metadata", "invalid_request")


async def test_clients_that_nobody_lets_in_are_forgotten_and_never_too_many(
    visitor: Visitor, clock: Clock, store: Database
) -> None:
    assert (await visitor.register()).status == 201
    first = visitor.registered["client_id"]
    await store.write(SYSTEM, lambda c: [new_client(c, ["read"], {}, NOW) for _ in range(999)] and None)
    full = await visitor.register()
    assert (full.status, (await full.json())["error"]) == (429, "temporarily_unavailable")
    assert int(full.headers["Retry-After"]) > 0
    clock.now = NOW + timedelta(days=2)
    assert (await visitor.register()).status == 201
    assert (await visitor.ask(client_id=first)).status == 400
