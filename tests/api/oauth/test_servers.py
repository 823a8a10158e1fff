"""Server to server: clients of a tenant, and clients that were let in."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.api.state import STORE
from gateway.store import Database
from tests.api.oauth.parts import actions, opens
from tests.open_badges_host import (
    Visitor,
)
from tests.tenants import Access, access_to


async def test_a_tenants_own_client_gets_tokens_by_itself_until_it_is_revoked(
    visitor: Visitor, access: Access, store: Database
) -> None:
    asked = {"name": "the LMS", "scopes": ["read", "push"]}
    answer = await visitor.http.post("/v1/clients", json=asked, headers=access.headers)
    made = await answer.json()
    assert (answer.status, made["own"], set(made["scopes"])) == (201, True, {"push", "read"})
    visitor.registered = made
    assert (await visitor.token(grant_type="client_credentials", scope="read")).status == 200
    assert (visitor.tokens["scope"], "refresh_token" in visitor.tokens) == ("read", False)
    assert await opens(visitor) == 200
    pushed = await visitor.http.post("/v1/credentials", data=b"{}", headers=visitor.headers)
    assert pushed.status == 403
    more = await visitor.token(grant_type="client_credentials", scope="read sign")
    assert (await more.json())["error"] == "invalid_scope"
    other = await visitor.redeem("any")
    assert (await other.json())["error"] == "unauthorized_client"
    gone = await visitor.http.delete(f"/v1/clients/{made['client_id']}", headers=access.headers)
    assert (gone.status, await opens(visitor)) == (204, 401)
    assert (await visitor.token(grant_type="client_credentials")).status == 401
    assert await actions(store, access.tenant) == ["client_created", "token_given", "client_revoked"]


async def test_a_client_that_was_let_in_is_seen_and_put_out_by_the_tenant_alone(
    visitor: Visitor, access: Access, store: Database
) -> None:
    await visitor.come_in(access.key)
    other = await access_to(store, "other")
    path = f"/v1/clients/{visitor.registered['client_id']}"
    assert (await visitor.http.delete(path, headers=other.headers)).status == 404
    assert await (await visitor.http.get("/v1/clients", headers=other.headers)).json() == {"clients": []}
    seen = await (await visitor.http.get("/v1/clients", headers=access.headers)).json()
    assert [(c["client_id"], c["own"]) for c in seen["clients"]] == [(visitor.registered["client_id"], False)]
    assert await opens(visitor) == 200
    assert (await visitor.http.delete(path, headers=access.headers)).status == 204
    assert await opens(visitor) == 401
    assert (await visitor.let_in(other.key)).status == 302


@pytest.mark.parametrize("body", [
    {}, {"name": "a"}, {"name": "", "scopes": ["read"]}, {"name": "a", "scopes": ["admin"]},
    {"name": "a", "scopes": []}, {"name": "a", "scopes": "read"}, {"name": 1, "scopes": ["read"]}, [],
])  # fmt: skip
async def test_a_malformed_client_is_not_made(client: TestClient, access: Access, body: Any) -> None:
    assert (await client.post("/v1/clients", json=body, headers=access.headers)).status == 400
    narrow = await access_to(client.app[STORE], "narrow", ["push", "read", "sign"])
    assert (await client.post("/v1/clients", json=body, headers=narrow.headers)).status == 403
