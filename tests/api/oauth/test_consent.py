"""The page on which a person lets a client in, and who is sent back where."""

from __future__ import annotations

import pytest
from lxml import html

from gateway.messages import LANGUAGES, words
from gateway.store import Database
from gateway.store.scopes import CREDENTIALS_READ, PROFILE_READ
from tests.open_badges_host import (
    VERIFIER,
    Visitor,
    returned,
)
from tests.tenants import Access, access_to


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
