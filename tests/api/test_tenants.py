"""Governing over HTTP: the operator all tenants, a tenant its own keys, and nobody what is not his."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.settings import Settings
from gateway.store import SCOPES, Database, Rows
from gateway.store.audit import entries
from gateway.store.tables import SYSTEM
from gateway.store.tenants import ensure_system, new_key
from tests.parts import NOW, gateway
from tests.tenants import access_to


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def operator(store: Database) -> dict[str, str]:
    """The header of a key of the gateway's own tenant."""
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    text = await store.write(SYSTEM, lambda connection: new_key(connection, SYSTEM, SCOPES, NOW)[1])
    return {"Authorization": f"Bearer {text}"}


async def actions(store: Database, tenant: str) -> list[str]:
    return [entry.action for entry in await store.read(lambda c: list(entries(Rows(c, tenant))))]


async def test_the_operator_makes_a_tenant_with_a_key_that_opens_until_it_is_revoked(
    client: TestClient, operator: dict[str, str], store: Database
) -> None:
    answer = await client.post("/v1/tenants", json={"name": "academy"}, headers=operator)
    tenant = await answer.json()
    assert (answer.status, tenant["name"], tenant["state"]) == (201, "academy", "active")
    assert (await (await client.get(answer.headers["Location"], headers=operator)).json()) == tenant
    asked = {"scopes": ["read", "push"], "label": "the LMS", "days": 30}
    answer = await client.post("/v1/tenants/academy/keys", json=asked, headers=operator)
    made = await answer.json()
    assert (answer.status, made["scopes"], made["label"]) == (201, ["push", "read"], "the LMS")
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert (await client.get("/v1/feed", headers=headers)).status == 200
    path = f"/v1/tenants/academy/keys/{made['id']}"
    assert (await client.delete(path, headers=operator)).status == 204
    assert (await client.get("/v1/feed", headers=headers)).status == 401
    listed = await (await client.get("/v1/tenants/academy/keys", headers=operator)).json()
    assert [(key["id"], "revoked" in key, "key" in key) for key in listed["keys"]] == [
        (made["id"], True, False)
    ]
    assert await actions(store, SYSTEM) == ["tenant_created"]
    assert await actions(store, tenant["id"]) == ["key_created", "key_revoked"]


async def test_what_a_suspended_tenant_shows_opens_nothing_until_it_is_active_again(
    client: TestClient, operator: dict[str, str], store: Database
) -> None:
    access = await access_to(store, "academy")
    for turn, state, status in (("suspend", "suspended", 401), ("resume", "active", 200)):
        answer = await client.post(f"/v1/tenants/academy/{turn}", headers=operator)
        assert (answer.status, (await answer.json())["state"]) == (200, state)
        assert (await client.get("/v1/feed", headers=access.headers)).status == status
    again = await client.post("/v1/tenants/academy/resume", headers=operator)
    assert again.status == 200
    assert await actions(store, SYSTEM) == ["tenant_suspended", "tenant_resumed"]
    refused = await client.post("/v1/tenants/system/suspend", headers=operator)
    assert (refused.status, (await refused.json(content_type=None))["code"]) == (409, "state_conflict")


async def test_a_tenant_governs_its_own_keys(client: TestClient, store: Database) -> None:
    access = await access_to(store, "academy")
    answer = await client.post("/v1/keys", json={"scopes": ["read"]}, headers=access.headers)
    made = await answer.json()
    assert answer.status == 201
    listed = await (await client.get("/v1/keys", headers=access.headers)).json()
    assert [key["id"] for key in listed["keys"]][1:] == [made["id"]]
    third = await client.post("/v1/keys", json={"scopes": ["read"]}, headers=access.headers)
    assert (third.status, (await third.json(content_type=None))["code"]) == (409, "state_conflict")
    assert (await client.delete(f"/v1/keys/{made['id']}", headers=access.headers)).status == 204
    own = await client.get("/v1/tenants/academy", headers=access.headers)
    assert (await own.json())["id"] == access.tenant


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/v1/tenants", 403),
    ("POST", "/v1/tenants", 403),
    ("POST", "/v1/tenants/{id}/suspend", 403),
    ("POST", "/v1/tenants/{id}/resume", 403),
    ("GET", "/v1/tenants/{id}", 404),
    ("GET", "/v1/tenants/{id}/keys", 404),
    ("POST", "/v1/tenants/{id}/keys", 404),
    ("DELETE", "/v1/tenants/{id}/keys/{key}", 404),
    ("DELETE", "/v1/keys/{key}", 404),
])  # fmt: skip
async def test_a_tenant_does_not_govern_another(
    client: TestClient, store: Database, method: str, path: str, status: int
) -> None:
    other, academy = await access_to(store, "other"), await access_to(store, "academy")
    named = path.format(id=other.tenant, key=other.caller.actor.removeprefix("key:"))
    answer = await client.request(method, named, json={"scopes": ["read"]}, headers=academy.headers)
    assert answer.status == status
    assert (await client.get("/v1/feed", headers=other.headers)).status == 200


ROUTES = [
    ("GET", "/v1/tenants"), ("POST", "/v1/tenants"), ("GET", "/v1/tenants/academy"),
    ("POST", "/v1/tenants/academy/suspend"), ("POST", "/v1/tenants/academy/resume"),
    ("GET", "/v1/tenants/academy/keys"), ("POST", "/v1/tenants/academy/keys"),
    ("DELETE", "/v1/tenants/academy/keys/x"), ("GET", "/v1/keys"), ("POST", "/v1/keys"),
    ("DELETE", "/v1/keys/x"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_governing_needs_the_scope_admin(
    client: TestClient, store: Database, method: str, path: str
) -> None:
    narrow = await access_to(store, "academy", ["push", "read", "sign"])
    answer = await client.request(method, path, json={}, headers=narrow.headers)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (403, "scope_missing")
    assert (await client.request(method, path, json={})).status == 401


@pytest.mark.parametrize(("path", "body", "status"), [
    ("/v1/tenants", {}, 400),
    ("/v1/tenants", {"name": "Not A Name"}, 400),
    ("/v1/tenants", {"name": 7}, 400),
    ("/v1/tenants", {"name": "academy", "colour": "red"}, 400),
    ("/v1/tenants", [], 400),
    ("/v1/tenants", {"name": "system"}, 409),
    ("/v1/tenants", {"name": "x" * 70_000}, 413),
    ("/v1/keys", {"scopes": "read"}, 400),
    ("/v1/keys", {"scopes": []}, 400),
    ("/v1/keys", {"scopes": ["all"]}, 400),
    ("/v1/keys", {"scopes": [1]}, 400),
    ("/v1/keys", {"scopes": ["read"], "days": True}, 400),
    ("/v1/keys", {"scopes": ["read"], "days": 0}, 400),
    ("/v1/keys", {"scopes": ["read"], "days": 10**30}, 400),
    ("/v1/keys", {"scopes": ["read"], "label": "\u001b[2J"}, 400),
    ("/v1/keys?colour=red", {"scopes": ["read"]}, 400),
    ("/v1/tenants/nobody/keys", {"scopes": ["read"]}, 404),
])  # fmt: skip
async def test_what_is_malformed_is_refused_and_nothing_is_made(
    client: TestClient, operator: dict[str, str], store: Database, path: str, body: Any, status: int
) -> None:
    answer = await client.post(path, json=body, headers=operator)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert await actions(store, SYSTEM) == []
