"""Requests of OpenID4VP 1.0, section 5: what a wallet is asked, and how."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from gateway import keys
from gateway.envelopes.jwt import read_jwt
from tests.api.wallets.presenting.verifier import (
    BADGE,
    ISSUER,
    PATH,
    Json,
    Scene,
    method_of_issuer,
    read_jwt_or_unsigned,
)
from tests.parts import gateway
from tests.tenants import access_to


async def test_5_a_signed_request_is_a_jar_with_what_section_5_demands(scene: Scene) -> None:
    asked = await scene.ask(requestUriMethod="post")
    answer = await scene.client.get(urlsplit(asked["requestUri"]).path)
    header, claims = read_jwt_or_unsigned(token := await answer.read())
    did = gateway().signer.did
    assert header == {"typ": "oauth-authz-req+jwt", "alg": "EdDSA", "kid": method_of_issuer()}
    jwt = read_jwt(token)
    keys.verify_signature(keys.public_key_of(ISSUER), jwt.signing_input, jwt.signature)
    assert claims["client_id"] == asked["clientId"] == f"decentralized_identifier:{did}"
    assert (claims["response_type"], claims["response_mode"]) == ("vp_token", "direct_post")
    assert claims["dcql_query"] == BADGE
    assert claims["aud"] == "https://self-issued.me/v2"
    assert "redirect_uri" not in claims
    assert {"ldp_vc", "jwt_vc_json"} <= claims["client_metadata"]["vp_formats_supported"].keys()
    assert claims["exp"] - claims["iat"] == 300
    link = parse_qs(urlsplit(asked["links"]["byReference"]).query)
    assert link == {
        "client_id": [claims["client_id"]], "request_uri": [asked["requestUri"]], "request_uri_method": ["post"],
    }  # fmt: skip
    assert len(asked["links"]["byReference"]) <= 400
    assert "byValue" not in asked["links"]


async def test_5_9_3_a_client_that_is_its_address_signs_nothing(scene: Scene) -> None:
    asked = await scene.ask(clientIdPrefix="redirect_uri")
    answer = await scene.client.get(urlsplit(asked["requestUri"]).path)
    token = await answer.read()
    assert token.endswith(b".")
    header, claims = read_jwt_or_unsigned(token)
    assert header == {"typ": "oauth-authz-req+jwt", "alg": "none"}
    assert claims["client_id"] == f"redirect_uri:{claims['response_uri']}"
    by_value = {name: one for name, (one,) in parse_qs(urlsplit(asked["links"]["byValue"]).query).items()}
    assert json.loads(by_value["dcql_query"]) == BADGE
    assert {name: by_value[name] for name in ("client_id", "nonce", "state", "response_uri")} == {
        name: claims[name] for name in ("client_id", "nonce", "state", "response_uri")
    }


async def test_5_2_nonce_and_state_are_fresh_and_the_same_whenever_the_request_is_fetched(
    scene: Scene,
) -> None:
    first, second = await scene.ask(), await scene.ask()
    one, again, other = [await scene.request_of(asked) for asked in (first, first, second)]
    assert one == again
    texts = [one["nonce"], one["state"], other["nonce"], other["state"]]
    assert len(set(texts)) == 4
    assert all(len(text) >= 22 and text.replace("-", "").replace("_", "").isalnum() for text in texts)


async def test_5_10_the_wallets_nonce_comes_back_in_a_signed_request(scene: Scene) -> None:
    path = urlsplit((await scene.ask(requestUriMethod="post"))["requestUri"]).path
    form = {
        "wallet_nonce": "qPmxiNFCR3QTm19POc8u",
        "wallet_metadata": '{"vp_formats_supported": {}}',
        "new": "1",
    }
    answer = await scene.client.post(path, data=form)
    assert read_jwt(await answer.read()).payload["wallet_nonce"] == form["wallet_nonce"]
    assert "wallet_nonce" not in read_jwt(await (await scene.client.post(path)).read()).payload
    for wrong in (
        {"wallet_nonce": "a b"},
        {"wallet_nonce": "x" * 513},
        {"wallet_metadata": "{"},
        {"wallet_metadata": "[]"},
    ):
        refused = await scene.client.post(path, data=wrong)
        assert (refused.status, (await refused.json())["error"]) == (400, "invalid_request")


WISHES: list[tuple[Json, str]] = [
        ({"query": []}, "/query"), ({"query": {}}, "/credentials"),
        ({"query": {"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {}}]}}, "/credentials/0/format"),
        ({"query": {"credentials": [{"id": "a", "format": "ldp_vc", "meta": {}, "trusted_authorities": []}]}},
         "/credentials/0/trusted_authorities"),
        ({"query": BADGE, "clientIdPrefix": "x509_san_dns"}, "/clientIdPrefix"),
        ({"query": BADGE, "responseMode": "direct_post.jwt"}, "/responseMode"),
        ({"query": BADGE, "policy": "lax"}, "/policy"), ({"query": BADGE, "import": 1}, "/import"),
        ({"query": BADGE, "requestUriMethod": "POST"}, "/requestUriMethod"),
        ({"query": BADGE, "redirectUri": "http://registry.example/"}, "/redirectUri"),
        ({"query": BADGE, "redirectUri": "https://registry.example/#a"}, "/redirectUri"),
        ({"query": BADGE, "redirectUri": "https://[/"}, "/redirectUri"),
        ({"query": BADGE, "expiresIn": 5}, "/expiresIn"), ({"query": BADGE, "expiresIn": True}, "/expiresIn"),
        ({"query": BADGE, "key": "p256"}, ""), ({"query": BADGE, "new": 1}, ""),
    ]  # fmt: skip


async def test_a_wish_that_cannot_be_met_is_refused(scene: Scene) -> None:
    for wish, pointer in WISHES:
        answer = await scene.client.post(PATH, json=wish, headers=scene.access.headers)
        told = await answer.json()
        assert (answer.status, told.get("pointer", "")) == (400, pointer), (wish, told)


async def test_importing_needs_the_scope_to_hand_in(scene: Scene) -> None:
    reader = await access_to(scene.store, "employer", ["read"])
    assert (await scene.ask(access=reader))["state"] == "waiting"
    answer = await scene.client.post(PATH, json={"query": BADGE, "import": True}, headers=reader.headers)
    assert (answer.status, (await answer.json())["code"]) == (403, "scope_missing")
