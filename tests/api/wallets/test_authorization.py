"""OpenID4VCI by consent (section 5): PKCE, pushed requests, the transaction code on the page, and what goes wrong."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.envelopes.jwt import base64url_encode
from soak.wallet import Answer, Wallet
from tests.api.wallets.conftest import Issuer

Json = dict[str, Any]
VERIFIER = "v" * 43
CHALLENGE = base64url_encode(hashlib.sha256(VERIFIER.encode()).digest())
BACK = "https://wallet.example/back?kept=1"


def asking(wallet: Wallet, **more: str | None) -> dict[str, str]:
    """An authorization request for the offer that a wallet opened."""
    fields = {
        "response_type": "code", "client_id": "wallet", "redirect_uri": BACK, "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", "state": "s 1",
        "issuer_state": wallet.offer["grants"]["authorization_code"]["issuer_state"], **more,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


async def decide(wallet: Wallet, fields: dict[str, str], do: str = "allow", **more: str) -> Answer:
    return await wallet.send("POST", f"{wallet.issuer}/authorize", data={**fields, "do": do, **more})


def sent_to(answer: Answer) -> dict[str, str]:
    """What the wallet is told, at the address it gave."""
    assert answer.status == 302, answer.body
    where = answer.headers["Location"]
    assert where.startswith(BACK)
    return dict(parse_qsl(urlsplit(where).query))


def redeeming(told: dict[str, str], **more: str) -> Json:
    return {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": BACK, "client_id": "wallet",
            "code_verifier": VERIFIER, **more}  # fmt: skip


async def token(wallet: Wallet, form: Json) -> Answer:
    told = await wallet.send("POST", f"{wallet.issuer}/token", data=form)
    if told.status == 200:
        wallet.token = told.body["access_token"]
    return told


async def test_5_a_person_lets_the_wallet_have_it_and_the_code_works_once(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    page = await wallet.send("GET", f"{wallet.issuer}/authorize", params=asking(wallet))
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "form-action 'self' https://wallet.example;" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.body
    told = sent_to(await decide(wallet, asking(wallet)))
    assert (told["state"], told["iss"], told["kept"]) == ("s 1", wallet.issuer, "1")
    assert (await token(wallet, redeeming(told))).status == 200
    proof = wallet.proof(await wallet.nonce(), claims={"iss": "wallet"})
    assert (await wallet.fetch("ob3", proof)).status == 200
    assert (await wallet.send("POST", f"{wallet.issuer}/token", data=redeeming(told))).body[
        "error"
    ] == "invalid_grant"
    assert (await wallet.fetch("ob3")).status == 401


async def test_5_1_4_a_pushed_request_is_kept_for_a_minute(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    told = await wallet.send("POST", f"{wallet.issuer}/par", data=asking(wallet))
    assert (told.status, told.body["expires_in"]) == (201, 60)
    named = {"client_id": "wallet", "request_uri": told.body["request_uri"]}
    page = await wallet.send("GET", f"{wallet.issuer}/authorize", params=named)
    assert page.status == 200
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.body))
    assert hidden["code_challenge"] == CHALLENGE
    assert "code" in sent_to(await decide(wallet, named))
    other = await wallet.send("GET", f"{wallet.issuer}/authorize", params=named | {"client_id": "other"})
    assert other.status == 400
    issuer.later(timedelta(seconds=61))
    late = await wallet.send("GET", f"{wallet.issuer}/authorize", params=named)
    assert late.status == 400


async def test_5_1_1_forms_are_asked_for_by_details_or_scope(issuer: Issuer) -> None:
    details = '[{"type": "openid_credential", "credential_configuration_id": "elm"}]'
    wallet = await issuer.opened()
    told = sent_to(await decide(wallet, asking(wallet, authorization_details=details)))
    (one,) = (await token(wallet, redeeming(told))).body["authorization_details"]
    assert one["credential_configuration_id"] == "elm"
    other = await issuer.opened()
    told = sent_to(await decide(other, asking(other, scope="ob3")))
    assert "authorization_details" not in (await token(other, redeeming(told))).body
    assert (await other.fetch("elm", other.proof("n"))).body["error"] == "unknown_credential_configuration"


async def test_the_transaction_code_is_asked_for_on_the_page(issuer: Issuer) -> None:
    offer = await issuer.offer(txCode=True)
    wallet = await issuer.opened(offer)
    page = await wallet.send("GET", f"{wallet.issuer}/authorize", params=asking(wallet))
    assert 'name="tx_code"' in page.body
    wrong = await decide(wallet, asking(wallet), tx_code="x")
    assert (wrong.status, 'role="alert"' in wrong.body) == (400, True)
    assert "code" in sent_to(await decide(wallet, asking(wallet), tx_code=offer["txCode"]["value"]))
    for _ in range(4):
        await decide(wallet, asking(wallet), tx_code="x")
    assert sent_to(await decide(wallet, asking(wallet), tx_code=offer["txCode"]["value"]))["error"]
    assert (await issuer.state(offer))["state"] == "ended"


async def test_a_person_who_says_no_gives_nothing(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    assert sent_to(await decide(wallet, asking(wallet), "deny"))["error"] == "access_denied"
    assert sent_to(await decide(wallet, asking(wallet), ""))["error"] == "access_denied"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"), ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"issuer_state": None}, "access_denied"), ({"issuer_state": "made-up"}, "access_denied"),
        ({"client_id": None}, "invalid_request"), ({"scope": "ob3 mso_mdoc"}, "invalid_scope"),
        ({"authorization_details": "[]"}, "invalid_request"), ({"state": "é"}, "invalid_request"),
    ],
)  # fmt: skip
async def test_a_wallet_that_asks_wrongly_is_sent_back(issuer: Issuer, wrong: Json, error: str) -> None:
    wallet = await issuer.opened()
    fields = asking(wallet, **wrong)
    for answer in (
        await wallet.send("GET", f"{wallet.issuer}/authorize", params=fields),
        await decide(wallet, fields),
    ):
        assert sent_to(answer)["error"] == error
    pushed = await wallet.send("POST", f"{wallet.issuer}/par", data=fields)
    assert (pushed.status, pushed.body["error"]) == (400, error)


@pytest.mark.parametrize(
    "address",
    ["", "wallet.example", "javascript:alert(1)", "data:text/html,x", "http://wallet.example/", "https://", "//x",
     "https://a@wallet.example/", "https://wallet.example/#x", "https://wallet.example/ x", "https://[x/", "file:///x"],
)  # fmt: skip
async def test_nobody_is_sent_where_no_wallet_is(issuer: Issuer, address: str) -> None:
    wallet = await issuer.opened()
    fields = asking(wallet, redirect_uri=address)
    for answer in (
        await wallet.send("GET", f"{wallet.issuer}/authorize", params=fields),
        await decide(wallet, fields),
    ):
        assert (answer.status, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("address", ["org.wallet.app:/back", "http://127.0.0.1:4711/x", "haip://back"])
async def test_apps_have_schemes_of_their_own(issuer: Issuer, address: str) -> None:
    wallet = await issuer.opened()
    answer = await decide(wallet, asking(wallet, redirect_uri=address))
    assert answer.headers["Location"].startswith(f"{address}?code=")


@pytest.mark.parametrize(
    "wrong",
    [{"code_verifier": "w" * 43}, {"code_verifier": ""}, {"client_id": "other"}, {"redirect_uri": "https://other.example"},
     {"code": "made-up"}],
)  # fmt: skip
async def test_a_code_in_other_hands_opens_nothing(issuer: Issuer, wrong: dict[str, str]) -> None:
    wallet = await issuer.opened()
    told = sent_to(await decide(wallet, asking(wallet)))
    refused = await token(wallet, redeeming(told, **wrong))
    assert (refused.status, refused.body["error"]) == (400, "invalid_grant")
    assert (await token(wallet, redeeming(told))).status == 200


async def test_requests_that_cannot_be_read_are_refused_on_a_page(issuer: Issuer) -> None:
    wallet = await issuer.opened()
    url = f"{wallet.issuer}/authorize"
    twice = await wallet.send("GET", f"{url}?client_id=a&client_id=b")
    posted = await wallet.send("POST", url, json={})
    unknown = await wallet.send("GET", url, params={"request_uri": "urn:x", "client_id": "wallet"})
    for answer in (twice, posted, unknown):
        assert (answer.status, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    nested = await wallet.send("POST", f"{wallet.issuer}/par", data=asking(wallet, request_uri="urn:x"))
    assert nested.body["error"] == "invalid_request"
