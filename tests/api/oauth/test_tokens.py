"""Codes and tokens: what they are worth, to whom, for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.store import Database
from gateway.store.scopes import CREDENTIALS_READ
from gateway.store.tenants import revoke_key, set_tenant_state
from tests.api.oauth.parts import Clock, actions, consented, opens
from tests.open_badges_host import (
    CALLBACK,
    OB3_SCOPES,
    VERIFIER,
    Visitor,
    basic,
    challenge,
)
from tests.parts import NOW
from tests.tenants import Access


@pytest.mark.parametrize(("changes", "error"), [
    ({"code": "wrong"}, "invalid_grant"),
    ({"code": ""}, "invalid_request"),
    ({"redirect_uri": "https://client.example/other"}, "invalid_grant"),
    ({"redirect_uri": ""}, "invalid_request"),
    ({"code_verifier": "another-verifier-of-the-least-length-allowed-0"}, "invalid_grant"),
    ({"code_verifier": challenge()}, "invalid_grant"),
    ({"code_verifier": "\u00e9" * 43}, "invalid_grant"),
    ({"code_verifier": ""}, "invalid_request"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, "unauthorized_client"),
])  # fmt: skip
async def test_a_code_is_worth_nothing_without_all_that_belongs_to_it(
    visitor: Visitor, access: Access, changes: dict[str, str], error: str
) -> None:
    code = await consented(visitor, access)
    refused = await visitor.redeem(code, **changes)
    assert (refused.status, (await refused.json())["error"]) == (400, error)
    assert refused.headers["Cache-Control"] == "no-store"
    assert (await visitor.redeem(code)).status == 200


async def test_a_code_that_comes_twice_takes_back_what_it_gave(
    visitor: Visitor, access: Access, store: Database
) -> None:
    code = await consented(visitor, access)
    assert (await visitor.redeem(code)).status == 200
    assert await opens(visitor) == 200
    again = await visitor.redeem(code)
    assert (again.status, (await again.json())["error"]) == (400, "invalid_grant")
    assert await opens(visitor) == 401
    assert (await visitor.refresh()).status == 400
    assert (await actions(store, access.tenant))[-1] == "grant_revoked"


async def test_of_twenty_who_come_with_a_code_at_once_one_gets_tokens(
    visitor: Visitor, access: Access
) -> None:
    code = await consented(visitor, access)
    answers = await asyncio.gather(*(visitor.redeem(code) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 19


async def test_a_code_is_worth_nothing_to_another_client_and_stays_good(
    visitor: Visitor, access: Access, client: TestClient
) -> None:
    code = await consented(visitor, access)
    other = Visitor(client)
    await other.register()
    assert (await (await other.redeem(code)).json())["error"] == "invalid_grant"
    assert (await visitor.redeem(code)).status == 200
    stolen = await other.token(grant_type="refresh_token", refresh_token=visitor.tokens["refresh_token"])
    assert (await stolen.json())["error"] == "invalid_grant"
    assert (await other.revoke(visitor.tokens["access_token"])).status == 200
    assert await opens(visitor) == 200


@pytest.mark.parametrize(("seconds", "status"), [(599, 200), (600, 400)])
async def test_a_code_is_good_for_ten_minutes(
    visitor: Visitor, access: Access, clock: Clock, seconds: int, status: int
) -> None:
    code = await consented(visitor, access)
    clock.now = NOW + timedelta(seconds=seconds)
    assert (await visitor.redeem(code)).status == status


async def test_an_access_token_opens_for_an_hour_and_a_refresh_token_as_long_as_it_is_used(
    visitor: Visitor, access: Access, clock: Clock
) -> None:
    await visitor.come_in(access.key)
    clock.now = NOW + timedelta(seconds=3599)
    assert await opens(visitor) == 200
    clock.now = NOW + timedelta(seconds=3600)
    assert await opens(visitor) == 401
    for days in (80, 160):
        clock.now = NOW + timedelta(days=days)
        assert (await visitor.refresh()).status == 200
    clock.now = NOW + timedelta(days=251)
    assert (await visitor.refresh()).status == 400


async def test_a_renewed_token_may_do_less_and_never_more(visitor: Visitor, access: Access) -> None:
    await visitor.come_in(access.key, scope=CREDENTIALS_READ)
    more = await visitor.refresh(scope=" ".join(OB3_SCOPES))
    assert (await more.json())["error"] == "invalid_scope"
    assert (await visitor.refresh(scope=CREDENTIALS_READ)).status == 200


@pytest.mark.parametrize("what", ["key", "tenant"])
async def test_what_was_given_ends_with_the_key_and_rests_with_the_tenant(
    visitor: Visitor, access: Access, store: Database, what: str
) -> None:
    await visitor.come_in(access.key)

    def end(connection: Any) -> None:
        if what == "key":
            revoke_key(connection, access.tenant, access.caller.actor.removeprefix("key:"), NOW)
        else:
            set_tenant_state(connection, access.tenant, "suspended")

    await store.write(access.tenant, end)
    assert await opens(visitor) == 401
    assert (await visitor.refresh()).status == 400


async def test_a_client_shows_itself_by_http_basic_and_in_no_other_way(
    visitor: Visitor, access: Access
) -> None:
    code = await consented(visitor, access)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    name, secret = visitor.registered["client_id"], visitor.registered["client_secret"]
    posted = form | {"client_id": name, "client_secret": secret}
    for data, headers in (
        (posted, {}), (posted, visitor.basic), (form, basic(name, "wrong")), (form, basic("nobody", secret)),
        (form, {"Authorization": "Basic !"}), (form, {"Authorization": "Basic /w=="}), (form, {}),
        (form, {"Authorization": f"Bearer {access.key}"}), (form | {"client_id": "another"}, visitor.basic),
    ):  # fmt: skip
        refused = await visitor.http.post("/oauth/token", data=data, headers=headers)
        assert (refused.status, (await refused.json())["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert (await visitor.redeem(code)).status == 200


@pytest.mark.parametrize(("path", "data", "kind"), [
    ("token", b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
    ("token", b"{}", "application/json"),
    ("token", b"", "application/x-www-form-urlencoded"),
    ("token", b"a=%ff", "application/x-www-form-urlencoded"),
    ("token", "a=\u00e9".encode(), "application/x-www-form-urlencoded"),
    ("token", b"&".join(b"a%d=" % n for n in range(70)), "application/x-www-form-urlencoded"),
    ("token", b"code=x", "application/x-www-form-urlencoded"),
    ("token", b"grant_type=refresh_token", "application/x-www-form-urlencoded"),
    ("revoke", b"a=b", "application/x-www-form-urlencoded"),
])  # fmt: skip
async def test_a_malformed_form_is_an_invalid_request(
    visitor: Visitor, path: str, data: bytes, kind: str
) -> None:
    await visitor.register()
    headers = visitor.basic | {"Content-Type": kind}
    refused = await visitor.http.post(f"/oauth/{path}", data=data, headers=headers)
    assert (refused.status, (await refused.json())["error"]) == (400, "invalid_request")


async def test_a_token_is_taken_back_by_its_client_alone_and_one_not_known_is_not_told_apart(
    visitor: Visitor, access: Access
) -> None:
    await visitor.come_in(access.key)
    assert (await visitor.revoke("nothing")).status == 200
    refused = await visitor.revoke(visitor.tokens["access_token"], token_type_hint="id_token")
    assert (refused.status, (await refused.json())["error"]) == (400, "unsupported_token_type")
    assert await opens(visitor) == 200
    for hint in ("refresh_token", "access_token"):
        taken = await visitor.revoke(visitor.tokens["access_token"], token_type_hint=hint)
        assert taken.status == 200
        assert await opens(visitor) == 401
    assert (await visitor.refresh()).status == 200


async def test_a_wrong_method_is_refused_as_oauth_has_it(client: TestClient) -> None:
    for path in ("register", "token", "revoke", "nothing"):
        refused = await client.get(f"/oauth/{path}")
        assert refused.status in (404, 405)
        assert (await refused.json())["error"] == "invalid_request"
