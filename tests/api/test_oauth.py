"""Access by OAuth 2.0: registration, consent, codes, tokens and their end, as the Open Badges API demands them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from lxml import html

from gateway.api import make_app
from gateway.api.state import STORE
from gateway.messages import LANGUAGES, words
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.audit import entries
from gateway.store.oauth import new_client
from gateway.store.scopes import CREDENTIALS_READ, PROFILE_READ
from gateway.store.tables import SYSTEM
from gateway.store.tenants import revoke_key, set_tenant_state
from tests.open_badges_host import (
    CALLBACK,
    OB3_SCOPES,
    REGISTRATION,
    VERIFIER,
    Visitor,
    basic,
    challenge,
    returned,
)
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to


class Clock:
    """A clock that the test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(store: Database, clock: Clock) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(clock=clock), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


async def opens(visitor: Visitor) -> int:
    """What a request with the access token is answered."""
    return (await visitor.http.get("/v1/feed", headers=visitor.headers)).status


async def actions(store: Database, tenant: str) -> list[str]:
    return [entry.action for entry in await store.read(lambda c: list(entries(Rows(c, tenant))))]


# --- the whole way ---------------------------------------------------------------------------------


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


# --- registration ----------------------------------------------------------------------------------


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


# --- consent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_person_is_asked_on_a_page_that_runs_nothing(
    visitor: Visitor, access: Access, language: str
) -> None:
    await visitor.register(client_name="<b>Wallet</b>")
    answer = await visitor.http.get(
        "/oauth/authorize", params=visitor.question(), headers={"Accept-Language": language}
    )
    page = html.fromstring(await answer.text())
    assert (answer.status, page.get("lang")) == (200, language)
    assert page.xpath("//strong")[0].text_content() == "<b>Wallet</b>"
    assert words(language)["scopes"]["credential.upsert"] in await answer.text()
    assert page.xpath("//script | //style | //@style | //@onclick") == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://client.example;" in policy
    assert (await visitor.http.get("/oauth/" + page.xpath("//link/@href")[0])).status == 200


async def test_who_says_no_sends_the_client_back_with_no(visitor: Visitor, access: Access) -> None:
    await visitor.register()
    back = returned(await visitor.let_in("", do="deny"))
    assert (back["error"], back["state"]) == ("access_denied", "a state & more")


async def test_a_key_that_does_not_hold_lets_nobody_in(visitor: Visitor, access: Access) -> None:
    await visitor.register()
    for key in ("", "mcg_wrong", access.key + "x"):
        answer = await visitor.let_in(key)
        assert (answer.status, answer.content_type) == (401, "text/html")
        assert "Location" not in answer.headers


async def test_a_client_gets_no_more_than_the_key_allows(visitor: Visitor, store: Database) -> None:
    reads = await access_to(store, "academy", ["read"])
    await visitor.register()
    back = returned(await visitor.let_in(reads.key))
    assert set(back["scope"].split()) == {
        CREDENTIALS_READ,
        PROFILE_READ,
        "offline_access",
    }
    await visitor.redeem(back["code"])
    assert visitor.tokens["scope"] == back["scope"]
    refused = await visitor.http.post("/v1/credentials", data=b"{}", headers=visitor.headers)
    assert refused.status == 403
    signs = await access_to(store, "other", ["sign"])
    assert (await visitor.let_in(signs.key)).status == 400


@pytest.mark.parametrize(("changes", "error"), [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": ""}, "invalid_request"),
    ({"state": ""}, "invalid_request"),
    ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge": VERIFIER}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": ""}, "invalid_request"),
    ({"scope": ""}, "invalid_scope"),
    ({"scope": "read"}, "invalid_scope"),
    ({"scope": "admin"}, "invalid_scope"),
])  # fmt: skip
async def test_a_client_that_asks_wrongly_is_sent_back_with_the_reason(
    visitor: Visitor, changes: dict[str, str], error: str
) -> None:
    await visitor.register()
    answer = await visitor.ask(**changes)
    assert answer.status == 302
    back = returned(answer)
    assert back["error"] == error
    assert back.get("state", "") == ("" if "state" in changes else "a state & more")
    assert back["iss"] == f"http://{visitor.http.host}:{visitor.http.port}"


@pytest.mark.parametrize("changes", [
    {"client_id": "mcc_nobody"}, {"client_id": ""}, {"redirect_uri": "https://client.example/other"},
    {"redirect_uri": "https://evil.example/"}, {"redirect_uri": ""},
])  # fmt: skip
async def test_nobody_is_sent_where_no_client_said_it_is(visitor: Visitor, changes: dict[str, str]) -> None:
    await visitor.register()
    for answer in (await visitor.ask(**changes), await visitor.http.post(
        "/oauth/authorize", data=visitor.question(**changes) | {"do": "deny"}, allow_redirects=False
    )):  # fmt: skip
        assert (answer.status, answer.content_type) == (400, "text/html")
        assert "Location" not in answer.headers


async def test_a_parameter_that_stands_twice_is_refused(visitor: Visitor) -> None:
    await visitor.register()
    pairs = [*visitor.question().items(), ("client_id", "another")]
    assert (await visitor.http.get("/oauth/authorize", params=pairs)).status == 400


# --- tokens ----------------------------------------------------------------------------------------


async def consented(visitor: Visitor, access: Access) -> str:
    await visitor.register()
    return returned(await visitor.let_in(access.key))["code"]


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


# --- server to server ------------------------------------------------------------------------------


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
