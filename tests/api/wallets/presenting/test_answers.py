"""Answers of OpenID4VP 1.0, section 8: what is presented and verified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway import keys
from gateway.envelopes.sd_jwt import digest_of
from gateway.proofs.jose_creation import attach_jwt
from gateway.proofs.sd_jwt_creation import Disclosing, prepare_sd_jwt
from tests.api.wallets.presenting.verifier import (
    BADGE,
    ISSUER,
    LEARNER,
    STRANGER,
    TOKEN,
    UNBOUND,
    Json,
    Scene,
    badge,
    badge_token,
    method_of_issuer,
    shown,
)
from tests.core.tokens import compact
from tests.holders import DOMAIN, Holder
from tests.parts import NOW


@pytest.mark.parametrize("prefix", ["decentralized_identifier", "redirect_uri"])
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "Ed25519Signature2020"])
async def test_8_6_a_badge_presented_by_its_holder_is_verified(scene: Scene, prefix: str, suite: str) -> None:
    asked = await scene.ask(clientIdPrefix=prefix)
    request = await scene.request_of(asked)
    assert await scene.answer(request, shown(request, badge(), suite=suite)) == (200, {})
    status, told = await scene.result(asked)
    assert (status, told["state"], told["verified"]) == (200, "verified", True)
    (one,) = told["presentations"]
    assert (one["query"], one["holder"], one["verified"]) == ("badge", LEARNER.did, True)
    (credential,) = one["credentials"]
    assert credential["credential"] == badge()
    checks = {check["name"]: check["verdict"] for check in credential["report"]["checks"]}
    assert checks["query"] == checks["holder"] == checks["proof.signature"] == "valid"


async def test_b_1_3_1_a_token_presented_in_a_token_is_verified(scene: Scene) -> None:
    asked = await scene.ask(TOKEN)
    request = await scene.request_of(asked)
    made = LEARNER.present_token(
        badge_token(), challenge=request["nonce"], domain=request["client_id"]
    ).decode()
    assert await scene.answer(request, made, query="token") == (200, {})
    _, told = await scene.result(asked)
    assert told["presentations"][0]["credentials"][0]["format"] == "jwt_vc_json"
    assert told["presentations"][0]["credentials"][0]["credential"] == badge_token()


async def test_8_2_the_state_may_be_left_out_where_holders_prove_themselves(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    token = json.dumps({"badge": [shown(request, badge())]})
    assert await scene.post(request, {"vp_token": token, "state": "another"}) == (
        400, {"error": "invalid_request", "error_description": "the state is not that of the request"},
    )  # fmt: skip
    assert await scene.post(request, {"vp_token": token}) == (200, {})


async def test_5_3_without_holder_binding_a_credential_comes_alone_and_the_state_comes_back(
    scene: Scene,
) -> None:
    asked = await scene.ask(UNBOUND)
    request = await scene.request_of(asked)
    token = json.dumps({"badge": [badge("did:example:somebody")]})
    status, _ = await scene.post(request, {"vp_token": token})
    assert status == 400
    assert await scene.post(request, {"vp_token": token, "state": request["state"]}) == (200, {})
    _, told = await scene.result(asked)
    assert (told["verified"], told["presentations"][0]["holder"]) == (True, "")


async def test_8_2_the_user_is_sent_on_with_a_code_that_the_result_needs(scene: Scene) -> None:
    asked = await scene.ask(redirectUri="https://registry.example/done?x=1")
    request = await scene.request_of(asked)
    status, told = await scene.answer(request, shown(request, badge()))
    place, _, code = told["redirect_uri"].partition("#response_code=")
    assert (status, place) == (200, "https://registry.example/done?x=1")
    assert len(code) >= 22
    for wrong in ({}, {"response_code": "x"}, {"response_code": code[:-1]}):
        refused, _ = await scene.result(asked, **wrong)
        assert refused == 403
    assert (await scene.result(asked, response_code=code))[0] == 200


async def test_8_5_a_wallet_may_say_why_it_presents_nothing(scene: Scene) -> None:
    asked = await scene.ask()
    request = await scene.request_of(asked)
    form = {"error": "access_denied", "error_description": "No such badge here", "state": request["state"]}
    assert await scene.post(request, form) == (200, {})
    _, told = await scene.result(asked)
    assert (told["state"], told["error"]["error"]) == ("failed", "access_denied")


async def test_6_2_a_query_of_several_credentials_is_answered_by_a_set(scene: Scene) -> None:
    own = BADGE["credentials"][0]
    query = {
        "credentials": [own, {**own, "id": "other"}, {**TOKEN["credentials"][0], "multiple": True}],
        "credential_sets": [{"options": [["badge"], ["other"]]}, {"options": [["token"]], "required": False}],
    }
    asked = await scene.ask(query)
    request = await scene.request_of(asked)
    given = {"challenge": request["nonce"], "domain": request["client_id"]}
    tokens = [LEARNER.present_token(badge_token(), **given).decode() for _ in range(2)]
    token = json.dumps({"other": [shown(request, badge())], "token": tokens})
    assert await scene.post(request, {"vp_token": token}) == (200, {})
    _, told = await scene.result(asked)
    assert [one["query"] for one in told["presentations"]] == ["other", "token", "token"]


VCT = "urn:eu.europa.ec.eudi:learning:credential:1"
CLAIMS = {
    "credentials": [
        {"id": "claims", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
         "claims": [{"path": ["achievement_title"], "values": ["First aid"]}]}
    ]
}  # fmt: skip


def learning(**claims: Any) -> bytes:
    """A learning credential by the gateway's key, bound to the learner's."""
    did = method_of_issuer().partition("#")[0]
    prepared = prepare_sd_jwt(
        {"vct": VCT, "iss": did, "achievement_title": "First aid", "family_name": "Sample", **claims},
        shown=frozenset(), disclosing=Disclosing(bytes(32), keys.jwk_of(keys.public_key_of(LEARNER.secret))),
        algorithm="EdDSA", method=method_of_issuer(), now=NOW,
    )  # fmt: skip
    return attach_jwt(prepared, keys.sign(ISSUER, prepared.signing_input)).encode()


def shown_claims(request: Json, data: bytes, holder: Holder = LEARNER, **changes: Any) -> str:
    payload = {
        "iat": int(NOW.timestamp()), "aud": request["client_id"], "nonce": request["nonce"],
        "sd_hash": digest_of(data, "sha-256"), **changes,
    }  # fmt: skip
    return (data + compact({"alg": "EdDSA", "typ": "kb+jwt"}, payload, holder.number)).decode()


async def test_b_3_a_credential_of_claims_is_shown_with_its_holders_token(scene: Scene) -> None:
    asked = await scene.ask(CLAIMS)
    request = await scene.request_of(asked)
    assert await scene.answer(request, shown_claims(request, learning()), query="claims") == (200, {})
    _, told = await scene.result(asked)
    (one,) = told["presentations"]
    assert one["holder"].startswith("did:jwk:")
    assert (one["credentials"][0]["format"], one["credentials"][0]["verified"]) == ("dc+sd-jwt", True)


async def test_b_3_what_is_not_shown_by_its_holder_for_this_request_leaves_it_open(scene: Scene) -> None:
    data = learning()
    first = data.partition(b"~")[0]
    for what, make in {
        "without the holder's token": lambda r: data.decode(),
        "for another question": lambda r: shown_claims(r, data, nonce="n"),
        "for another verifier": lambda r: shown_claims(r, data, aud=DOMAIN),
        "by a stranger": lambda r: shown_claims(r, data, STRANGER),
        "with other disclosures": lambda r: shown_claims(r, data, sd_hash=digest_of(first + b"~", "sha-256")),
    }.items():
        asked = await scene.ask(CLAIMS)
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, make(request), query="claims")
        assert (status, told["error"]) == (400, "invalid_request"), (what, told)
        assert await scene.state(asked) == "waiting", what


async def test_b_3_what_is_another_kind_or_keeps_back_what_was_asked_for_is_not_accepted(
    scene: Scene,
) -> None:
    for code, data in {
        "query_type_mismatch": learning(vct="urn:another"),
        "query_claim_missing": learning().partition(b"~")[0] + b"~",
        "query_value_mismatch": learning(achievement_title="Second aid"),
    }.items():
        asked = await scene.ask(CLAIMS)
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, shown_claims(request, data), query="claims")
        assert (status, told["error_description"].rpartition(" ")[2]) == (400, code), told
        assert await scene.state(asked) == "refused"
