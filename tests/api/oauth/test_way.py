"""Access by OAuth 2.0, the whole way, as the Open Badges API demands it."""

from __future__ import annotations

from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from gateway.api import make_app
from gateway.settings import Settings
from gateway.store import Database
from gateway.store.tables import SYSTEM
from tests.api.oauth.parts import actions, opens
from tests.open_badges_host import (
    Visitor,
    returned,
)
from tests.parts import gateway
from tests.tenants import Access


async def test_a_client_registers_is_let_in_renews_and_leaves(
    visitor: Visitor, access: Access, store: Database
) -> None:
    await visitor.come_in(access.key)
    assert visitor.tokens["token_type"] == "Bearer"
    assert visitor.tokens["expires_in"] == 3600
    assert await opens(visitor) == 200
    first = visitor.headers
    renewed = await visitor.refresh()
    assert renewed.headers["Cache-Control"] == "no-store"
    assert visitor.headers != first
    assert await opens(visitor) == 200
    assert (await visitor.revoke(visitor.tokens["refresh_token"])).status == 200
    assert await opens(visitor) == 401
    assert (await visitor.http.get("/v1/feed", headers=first)).status == 401
    assert (await (await visitor.refresh()).json())["error"] == "invalid_grant"
    assert await actions(store, access.tenant) == [
        "grant_given",
        "token_given",
        "token_given",
        "grant_revoked",
    ]
    assert await actions(store, SYSTEM) == ["client_registered"]


async def test_what_is_kept_is_no_secret(visitor: Visitor, access: Access, store: Database) -> None:
    answer = await visitor.register()
    assert answer.status == 201
    back = returned(await visitor.let_in(access.key))
    await visitor.redeem(back["code"])
    told = [
        back["code"],
        visitor.registered["client_secret"],
        *(visitor.tokens[n] for n in ("access_token", "refresh_token")),
    ]

    def everything(connection: Any) -> str:
        names = ("oauth_clients", "oauth_grants", "oauth_tokens", "audit")
        return str([connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names])

    kept = await store.read(everything)
    assert [secret for secret in told if secret in kept] == []


async def test_where_everything_is_told_as_rfc_8414_has_it(client: TestClient, store: Database) -> None:
    answer = await client.get("/.well-known/oauth-authorization-server")
    told = await answer.json()
    for name in ("token_endpoint", "registration_endpoint", "revocation_endpoint"):
        path = told[name].removeprefix(told["issuer"])
        assert (await client.get(path)).status == 405
    settings = Settings(public_url="https://gateway.example/badges")
    async with TestClient(TestServer(make_app(settings, gateway(), store))) as public:
        assert (await public.get("/.well-known/oauth-authorization-server")).status == 404
        there = await public.get("/.well-known/oauth-authorization-server/badges")
        metadata = AuthorizationServerMetadata(await there.json())
        metadata.validate()
        assert metadata["issuer"] == "https://gateway.example/badges"
