"""The verifier of OpenID4VP 1.0 over HTTP; each row of its checklist is named by its section."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway import keys
from gateway.api import make_app
from gateway.api.state import LIFECYCLE
from gateway.envelopes.jwt import read_jwt
from gateway.envelopes.sd_jwt import digest_of
from gateway.pipeline.retention import forget_due
from gateway.proofs import create_proof
from gateway.proofs.jose_creation import attach_jwt, prepare_jwt
from gateway.proofs.sd_jwt_creation import Disclosing, prepare_sd_jwt
from gateway.settings import Settings
from gateway.signer import signer_for
from gateway.store import Database, Rows
from gateway.store.audit import entries
from gateway.store.presentation_requests import KEPT, MOST_ATTEMPTS
from gateway.store.tenants import set_tenant_state
from tests.core.tokens import compact
from tests.holders import DOMAIN, Holder, badge_for
from tests.parts import NOW, SEED, gateway
from tests.tenants import Access, access_to

Json = dict[str, Any]

LEARNER, STRANGER = Holder(5), Holder(6)
ISSUER = keys.SecretKey("ed25519", SEED)
PATH = "/v1/presentation-requests"
BADGE = {
    "credentials": [
        {
            "id": "badge", "format": "ldp_vc",
            "meta": {"type_values": [["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]]},
            "claims": [{"path": ["credentialSubject", "achievement", "name"], "values": ["First aid"]}],
        }
    ]
}  # fmt: skip
TOKEN = {"credentials": [{"id": "token", "format": "jwt_vc_json", "meta": {}}]}
UNBOUND: Json = {"credentials": [{**BADGE["credentials"][0], "require_cryptographic_holder_binding": False}]}


def method_of_issuer() -> str:
    did = keys.did_key(keys.public_key_of(ISSUER))
    return f"{did}#{did.removeprefix('did:key:')}"


def badge(subject: str | None = LEARNER.did, **changes: Any) -> Json:
    """A badge that the gateway's own key signed."""
    options = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-05-01T00:00:00Z",
        "verificationMethod": method_of_issuer(), "proofPurpose": "assertionMethod",
    }  # fmt: skip
    return create_proof(badge_for(subject, **changes), options, sign=lambda data: keys.sign(ISSUER, data))


def badge_token(subject: str = LEARNER.did) -> str:
    tree = badge_for(subject)
    old = {
        **{name: value for name, value in tree.items() if name != "validFrom"},
        "@context": ["https://www.w3.org/2018/credentials/v1", tree["@context"][1]], "issuanceDate": tree["validFrom"],
    }  # fmt: skip
    prepared = prepare_jwt(old, form="jwt_vc_json", algorithm="EdDSA", method=method_of_issuer(), now=NOW)
    return attach_jwt(prepared, keys.sign(ISSUER, prepared.signing_input))


@dataclass
class Scene:
    """A gateway, a tenant that asks, and a clock that is moved by hand."""

    client: TestClient[Any, Any]
    access: Access
    store: Database
    now: datetime = field(default=NOW)

    async def ask(self, query: Json = BADGE, access: Access | None = None, **wish: Any) -> Json:
        answer = await self.client.post(
            PATH, json={"query": query, **wish}, headers=(access or self.access).headers
        )
        assert answer.status == 201, await answer.text()
        return dict(await answer.json())

    async def request_of(self, asked: Json) -> Json:
        """What a wallet reads in the request object."""
        answer = await self.client.get(urlsplit(asked["requestUri"]).path)
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/oauth-authz-req+jwt"
        return read_jwt_or_unsigned(await answer.read())[1]

    async def post(self, request: Json, form: Json) -> tuple[int, Json]:
        answer = await self.client.post(urlsplit(request["response_uri"]).path, data=form)
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()

    async def answer(
        self, request: Json, *presentations: Any, query: str = "badge", **more: Any
    ) -> tuple[int, Json]:
        token = json.dumps({query: list(presentations)})
        return await self.post(request, {"vp_token": token, "state": request["state"], **more})

    async def state(self, asked: Json) -> str:
        answer = await self.client.get(f"{PATH}/{asked['id']}", headers=self.access.headers)
        return str((await answer.json())["state"])

    async def result(self, asked: Json, **query: str) -> tuple[int, Json]:
        answer = await self.client.get(
            f"{PATH}/{asked['id']}/result", params=query, headers=self.access.headers
        )
        return answer.status, await answer.json()


def read_jwt_or_unsigned(token: bytes) -> tuple[Json, Json]:
    jwt = read_jwt(token)
    return jwt.header, jwt.payload


@pytest.fixture
async def scene(store: Database) -> AsyncIterator[Scene]:
    made: Scene
    own = gateway(clock=lambda: made.now)
    async with TestClient(TestServer(make_app(Settings(), own, store))) as client:
        made = Scene(client, await access_to(store, "registry"), store)
        yield made


def shown(request: Json, *credentials: Any, holder: Holder = LEARNER, **options: Any) -> Json:
    """A presentation that answers a request."""
    given = {"challenge": request["nonce"], "domain": request["client_id"], **options}
    return holder.present(*credentials, **given)


# --- section 5: the request ---


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


# --- section 8: the answer ---


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


# --- sections 8.6, 14.1 and 14.10: what is not accepted ---


def enveloped(token: str) -> Json:
    return {
        "@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/jwt,{token}",
    }  # fmt: skip


def without_proof(tree: Json) -> Json:
    return {name: value for name, value in tree.items() if name != "proof"}


NOT_FOR_IT = {
    # what does not answer the request: it stays open
    "14.1.2 another nonce": lambda r: shown(r, badge(), challenge="another"),
    "14.1.2 no nonce": lambda r: shown(r, badge(), challenge=None),
    "14.1.2 another verifier": lambda r: shown(r, badge(), domain=DOMAIN),
    "14.1.2 no verifier": lambda r: shown(r, badge(), domain=None),
    "14.8 a client id without its prefix": lambda r: shown(r, badge(), domain=r["client_id"].partition(":")[2]),
    "8.6 no proof": lambda r: without_proof(shown(r, badge())),
    "8.6 a proof for another purpose": lambda r: shown(r, badge(), proofPurpose="assertionMethod"),
    "8.6 a changed presentation": lambda r: {**shown(r, badge()), "id": "urn:uuid:2f1c0d3e-0000"},
    "8.6 another's key": lambda r: shown(r, badge(), holder=STRANGER, verificationMethod=LEARNER.method),
    "8.6 in another's name": lambda r: STRANGER.present(
        badge(), holder=LEARNER.did, challenge=r["nonce"], domain=r["client_id"]
    ),
    "8.6 from the future": lambda r: shown(r, badge(), created=NOW + timedelta(hours=1)),
    "8.6 a proof that has expired": lambda r: shown(r, badge(), expires="2026-05-01T00:00:00Z"),
    "8.1 a credential alone": lambda r: badge(),
    "8.1 no presentation": lambda r: {"type": "VerifiablePresentation"},
    "8.1 something else": lambda r: {"a": 1},
    "8.1 an empty object": lambda r: {},
}  # fmt: skip
NOT_ACCEPTED = {
    # what answers the request, and is judged: the request is over
    "8.6 a changed credential": (lambda r: shown(r, {**badge(), "name": "Brain surgery"}), "proof_invalid"),
    "8.6 an expired credential": (lambda r: shown(r, badge(validUntil="2026-05-02T00:00:00Z")), "expired"),
    "8.6 an unsigned credential": (lambda r: shown(r, badge_for(LEARNER.did)), "no_proof"),
    "8.6 somebody else's credential": (lambda r: shown(r, badge(STRANGER.did)), "holder_not_subject"),
    "8.6 a credential of nobody's": (lambda r: shown(r, badge(None)), "bearer_credential"),
    "14.10 another value": (
        lambda r: shown(
            r, badge(credentialSubject={**badge()["credentialSubject"], "achievement": {
                **badge()["credentialSubject"]["achievement"], "name": "Second aid"}})
        ), "query_value_mismatch",
    ),
    "14.10 another format": (lambda r: shown(r, enveloped(badge_token())), "query_format_mismatch"),
    "14.10 another type": (lambda r: shown(r, badge(type=["VerifiableCredential"])), "query_type_mismatch"),
    "14.10 over-broad": (lambda r: shown(r, badge(), badge(id="urn:x:2")), "answer_unrequested"),
    "14.10 nothing inside": (lambda r: shown(r), "query_unanswered"),
    "14.10 one of two is invalid": (
        lambda r: shown(r, badge(), badge_for(LEARNER.did, id="urn:x:3")), "answer_unrequested",
    ),
}  # fmt: skip


async def test_what_does_not_answer_the_request_leaves_it_open(scene: Scene) -> None:
    for what, make in NOT_FOR_IT.items():
        asked = await scene.ask(**{"import": True})
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, make(request))
        assert (status, told["error"]) == (400, "invalid_request"), (what, told)
        assert await scene.state(asked) == "waiting", what
        assert (await scene.result(asked))[0] == 409, what
    assert await in_feed(scene) == []
    assert (await scene.answer(request, shown(request, badge())))[0] == 200


async def test_what_is_not_accepted_is_reported_and_taken_in_by_nobody(scene: Scene) -> None:
    for what, (make, code) in NOT_ACCEPTED.items():
        asked = await scene.ask(**{"import": True})
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, make(request))
        assert (status, told["error"]) == (400, "invalid_request"), (what, told)
        assert told["error_description"].endswith(code), (what, told)
        status, found = await scene.result(asked)
        assert (status, found["state"], found["verified"]) == (200, "refused", False), what
        assert code in json.dumps(found), what
    assert await in_feed(scene) == []


FORMS: list[Json] = [
        {}, {"vp_token": ""}, {"vp_token": "{"}, {"vp_token": "[]"}, {"vp_token": "{}"}, {"vp_token": "7"},
        {"vp_token": '{"badge": {}}'}, {"vp_token": '{"badge": []}'}, {"vp_token": '{"badge": ["e30.e30."]}'},
        {"vp_token": '{"badge": [{}, {}]}'}, {"vp_token": '{"other": [{}]}'}, {"vp_token": '{"badge": [null]}'},
        {"vp_token": '{"a": 1, "a": 2}'}, {"vp_token": '{"badge": [{"a": NaN}]}'}, {"response": "e30.e30.e30.e30.e30"},
        {"vp_token": "{}", "error": "x"}, {"vp_token": '{"badge": [{"@context": "\\ud800"}]}'},
        {"vp_token": "[" * 5000}, {"vp_token": "{}", "response": "x"}, {"error": "access_denied", "state": "another"},
    ]  # fmt: skip


async def test_8_1_an_answer_of_another_shape_is_refused_as_oauth_has_it(scene: Scene) -> None:
    for form in FORMS:
        asked = await scene.ask()
        request = await scene.request_of(asked)
        status, told = await scene.post(request, form)
        assert (status, told["error"]) == (400, "invalid_request"), form
        assert told["error_description"].isascii()
        assert await scene.state(asked) == "waiting", form


async def test_8_2_an_answer_is_a_form(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    path = urlsplit(request["response_uri"]).path
    for answer in (
        await scene.client.post(path, json={"vp_token": {}}),
        await scene.client.post(
            path, data=b"vp_token=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
        await scene.client.post(
            path, data=b"a=1&a=2", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
    ):
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")
    assert (await scene.client.get(path)).status == 405


async def test_a_request_is_answered_once(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask())
    made = shown(request, badge())
    assert (await scene.answer(request, made))[0] == 200
    status, told = await scene.answer(request, made)
    assert (status, told["error_description"]) == (400, "the request was answered already")
    assert (await scene.client.get(urlsplit(asked["requestUri"]).path)).status == 400
    assert await scene.state(asked) == "verified"


async def test_14_1_a_presentation_for_one_request_answers_no_other(scene: Scene) -> None:
    first, second = await scene.request_of(await scene.ask()), await scene.request_of(await scene.ask())
    made = shown(first, badge())
    assert (await scene.answer(first, made))[0] == 200
    assert (await scene.answer(second, made))[0] == 400


async def test_a_request_takes_no_answer_when_it_has_expired(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask(expiresIn=60))
    scene.now = NOW + timedelta(seconds=61)
    status, told = await scene.answer(request, shown(request, badge()))
    assert (status, told["error_description"]) == (400, "the request has expired")
    assert await scene.state(asked) == "expired"


async def test_a_request_takes_only_so_many_wrong_answers(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    for _ in range(MOST_ATTEMPTS):
        assert (await scene.post(request, {"vp_token": "{}"}))[0] == 400
    status, told = await scene.answer(request, shown(request, badge()))
    assert (status, told["error_description"]) == (400, "the request had too many wrong answers")


async def test_nobody_answers_a_request_that_there_is_not(scene: Scene) -> None:
    for method, path in (("GET", "requests"), ("POST", "requests"), ("POST", "responses")):
        answer = await scene.client.request(
            method, f"/oid4vp/{path}/{'x' * 32}", data={"a": "b"} if method == "POST" else None
        )
        assert (answer.status, (await answer.json())["error"]) == (404, "invalid_request")


# --- importing, keeping and forgetting ---


async def in_feed(scene: Scene) -> list[Json]:
    answer = await scene.client.get("/v1/feed", headers=scene.access.headers)
    assert answer.status == 200
    return [
        json.loads(line)
        for line in (await answer.text()).splitlines()
        if '"credential"' in line or '"id"' in line
    ]


@pytest.mark.parametrize("query", [BADGE, TOKEN])
async def test_a_registry_imports_what_was_presented_into_its_feed(scene: Scene, query: Json) -> None:
    asked = await scene.ask(query, **{"import": True})
    request = await scene.request_of(asked)
    given = {"challenge": request["nonce"], "domain": request["client_id"]}
    if query is BADGE:
        status, _ = await scene.answer(request, shown(request, badge()))
    else:
        made = LEARNER.present_token(badge_token(), **given).decode()
        status, _ = await scene.answer(request, made, query="token")
    assert status == 200
    _, told = await scene.result(asked)
    (credential,) = told["presentations"][0]["credentials"]
    assert "credential" not in credential
    kept = await (await scene.client.get(credential["stored"], headers=scene.access.headers)).json()
    assert (kept["verified"], kept["format"]) == (True, "ob3")
    converted = await scene.client.get(f"{credential['stored']}/forms/elm3", headers=scene.access.headers)
    assert converted.status == 200
    (told_of,) = await in_feed(scene)
    assert credential["stored"].rpartition("/")[2] in json.dumps(told_of)


async def test_acts_are_audited_by_ids_alone(scene: Scene) -> None:
    asked = await scene.ask(**{"import": True})
    request = await scene.request_of(asked)
    await scene.answer(request, shown(request, badge()))
    found = await scene.store.read(lambda c: list(entries(Rows(c, scene.access.tenant))))
    assert [(one.action, one.actor) for one in found][-3:] == [
        ("presentation_requested", scene.access.caller.actor),
        ("credential_created", f"presentation:{asked['id']}"),
        ("presentation_answered", f"presentation:{asked['id']}"),
    ]
    assert LEARNER.did not in repr(found)


async def test_the_store_holds_no_handle_nonce_or_code_and_what_was_presented_is_forgotten(
    scene: Scene,
) -> None:
    asked = await scene.ask(redirectUri="https://registry.example/")
    request = await scene.request_of(asked)
    _, told = await scene.answer(request, shown(request, badge()))
    secrets = [request["nonce"], request["state"], request["response_uri"].rpartition("/")[2],
               told["redirect_uri"].partition("=")[2]]  # fmt: skip
    rows = await scene.store.read(
        lambda c: repr([tuple(row) for row in c.exec_driver_sql("select * from presentation_requests")])
    )
    assert LEARNER.did in rows
    kept = rows.replace(json.dumps(shown(request, badge())), "")
    assert not [secret for secret in secrets[2:] if secret in kept]
    scene.now = NOW + KEPT + timedelta(hours=1)
    lifecycle = scene.client.server.app  # type: ignore[attr-defined]

    assert await forget_due(scene.store, lifecycle[LIFECYCLE], scene.now) == 1
    assert (await scene.result(asked))[0] == 404


async def test_a_request_is_taken_out_with_what_was_presented(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask())
    await scene.answer(request, shown(request, badge()))
    answer = await scene.client.delete(f"{PATH}/{asked['id']}", headers=scene.access.headers)
    assert answer.status == 204
    assert (await scene.result(asked))[0] == 404
    assert (await scene.answer(request, shown(request, badge())))[0] == 404


async def test_another_tenants_request_is_nowhere(scene: Scene) -> None:
    asked, other = await scene.ask(), await access_to(scene.store, "other")
    for method, path in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
        answer = await scene.client.request(method, f"{PATH}/{asked['id']}{path}", headers=other.headers)
        assert answer.status == 404


async def test_a_suspended_tenants_requests_take_no_answer(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    await scene.store.write("system", lambda c: set_tenant_state(c, scene.access.tenant, "suspended"))
    assert (await scene.answer(request, shown(request, badge())))[0] == 404


async def test_of_two_answers_at_once_one_counts(scene: Scene) -> None:

    asked = await scene.ask(**{"import": True})
    request = await scene.request_of(asked)
    made = shown(request, badge())
    found = await asyncio.gather(*(scene.answer(request, copy.deepcopy(made)) for _ in range(8)))
    assert sorted(status for status, _ in found) == [200] + [400] * 7
    assert len(await in_feed(scene)) == 1


async def test_a_request_by_a_did_that_the_gateway_has_no_more_is_not_made(
    scene: Scene, store: Database
) -> None:
    asked = await scene.ask()
    other = Settings(signing_key=keys.secret_multikey(keys.SecretKey("ed25519", b"\x09" * 32)))

    changed = replace(gateway(), signer=signer_for(other, NOW))
    async with TestClient(TestServer(make_app(Settings(), changed, store))) as client:
        answer = await client.get(urlsplit(asked["requestUri"]).path)
        assert (answer.status, (await answer.json())["error"]) == (409, "invalid_request")
