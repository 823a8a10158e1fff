"""SD-JWT VC verified: the issuer's key by DID or by what is published at its address, the period, the holder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway import keys
from gateway.core import Question, Verified, holder_jwk, inspect, verify
from gateway.envelopes.jwt import base64url_encode
from gateway.envelopes.sd_jwt import digest_of
from gateway.errors import ProofGenerationError, RequestRefused
from gateway.formats.eudi_learning import VCT
from gateway.proofs.jose_creation import attach_jwt
from gateway.proofs.sd_jwt_creation import Disclosing, prepare_sd_jwt
from gateway.report import Verdict
from tests.core.parts import METHOD, NOW, SCHOOL, controller, did_key_of, secret, world
from tests.core.tokens import compact

SEED = bytes(32)
HOLDER = keys.jwk_of(keys.public_key_of(secret(5)))
CLAIMS: dict[str, Any] = {
    "vct": VCT, "iss": SCHOOL, "nbf": 1767225600, "exp": 1798761600, "achievement_title": "First aid",
    "family_name": "Sample", "date_of_expiry": "2026-12-31",
}  # fmt: skip
METADATA = "https://school.example/.well-known/jwt-vc-issuer/issuer"
KEY = {**keys.jwk_of(keys.public_key_of(secret(0))), "kid": "key-1"}
DID = did_key_of(0)


def issued(
    claims: dict[str, Any] | None = None, method: str = "key-1", *, bound: bool = True, number: int = 0
) -> bytes:
    prepared = prepare_sd_jwt(
        CLAIMS if claims is None else claims, shown=frozenset(("achievement_title", "date_of_expiry")),
        disclosing=Disclosing(SEED, HOLDER if bound else None), algorithm="EdDSA", method=method, now=NOW,
    )  # fmt: skip
    return attach_jwt(prepared, keys.sign(secret(number), prepared.signing_input)).encode()


def shown(data: bytes, number: int = 5, **changes: Any) -> bytes:
    payload = {"iat": int(NOW.timestamp()), "aud": "https://verifier.example", "nonce": "n1",
               "sd_hash": digest_of(data, "sha-256"), **changes}  # fmt: skip
    return data + compact({"alg": "EdDSA", "typ": changes.pop("typ", "kb+jwt")}, payload, number)


def published(**changes: Any) -> dict[str, Any]:
    return {METADATA: json.dumps({"issuer": SCHOOL, "jwks": {"keys": [KEY]}, **changes}).encode()}


def judged(data: bytes, documents: dict[str, Any] | None = None, **asked: Any) -> Verified:
    retrieved = world({DID: controller(DID, name=DID[8:])}, published() if documents is None else documents)
    return verify(inspect(data), retrieved, Question(asked.pop("now", NOW), **asked))


def problems(done: Verified) -> set[tuple[str, str]]:
    return {(c.name, c.code) for c in done.checks if c.verdict is not Verdict.VALID and c.name != "trust"}


def test_an_issuer_at_an_address_is_verified_by_what_it_publishes_there() -> None:
    assert judged(issued()).verified


def test_an_issuer_with_a_did_is_verified_by_its_document() -> None:
    data = issued({**CLAIMS, "iss": DID}, f"{DID}#{DID[8:]}")
    assert judged(data).verified


def test_keys_may_stand_at_an_address_of_their_own() -> None:
    documents = {METADATA: json.dumps({"issuer": SCHOOL, "jwks_uri": "https://keys.example/jwks"}).encode(),
                 "https://keys.example/jwks": json.dumps({"keys": [KEY]}).encode()}  # fmt: skip
    assert judged(issued(), documents).verified


@pytest.mark.parametrize(
    "documents",
    [
        {},
        published(issuer="https://other.example"),
        published(jwks={"keys": []}),
        published(jwks={"keys": [KEY, KEY]}),
        published(jwks={"keys": [{**KEY, "kid": "key-2"}]}),
        published(jwks={"keys": [{**KEY, "x": "AA"}]}),
        published(jwks=[]),
        published(jwks=None, jwks_uri="http://keys.example/"),
        {METADATA: b"[]"},
        {METADATA: b"no JSON"},
    ],
)
def test_a_key_that_is_not_found_there_shows_nothing(documents: dict[str, Any]) -> None:
    done = judged(issued(), documents)
    assert not done.verified
    assert ("proof.signature", "key_unknown") in problems(done)


def test_another_ones_signature_is_refused() -> None:
    assert ("proof.signature", "proof_invalid") in problems(judged(issued(number=3)))
    data = issued({**CLAIMS, "iss": SCHOOL}, METHOD)
    retrieved = world({SCHOOL: controller(number=1)}, {})
    assert not verify(inspect(data), retrieved, Question(NOW)).verified


def test_disclosures_may_be_kept_back_and_none_added() -> None:
    token, *disclosures, _ = issued().split(b"~")
    assert judged(token + b"~").verified
    assert b"Sample" not in token
    assert judged(b"~".join([token, *reversed(disclosures), b""])).verified


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"exp": int(NOW.timestamp()) - 3600}, ("period", "expired")),
        ({"exp": "tomorrow"}, ("period", "date_malformed")),
        ({"nbf": int(NOW.timestamp()) + 3600}, ("period", "not_yet_valid")),
        ({"date_of_expiry": "2026-02-28"}, ("period", "expired")),
        (
            {"status": {"status_list": {"idx": 1, "uri": "https://school.example/s"}}},
            ("status", "status_type_unknown"),
        ),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    done = judged(issued({**CLAIMS, **changes}))
    assert not done.verified
    assert problem in problems(done)


def test_the_day_of_expiry_is_in_force_to_its_end() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "exp"}
    assert judged(issued(claims), now=datetime(2026, 12, 31, 20, tzinfo=UTC)).verified
    assert not judged(issued(claims), now=datetime(2027, 1, 1, 1, tzinfo=UTC)).verified


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ({"typ": "JWT"}, "token_type_wrong"), ({"typ": None}, "token_type_wrong"),
        ({"alg": "none"}, "algorithm_forbidden"), ({"alg": "HS256"}, "algorithm_forbidden"),
        ({"crit": ["x"]}, "critical_header"), ({"alg": "ES256"}, "key_kind_mismatch"),
    ],
)  # fmt: skip
def test_a_token_of_something_else_is_refused(header: dict[str, Any], problem: str) -> None:
    token = compact({"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "key-1", **header}, CLAIMS)
    done = judged(token + b"~")
    assert not done.verified
    assert problem in {code for _, code in problems(done)}


def test_claims_of_no_kind_are_refused() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "vct"}
    token = compact({"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "key-1"}, claims)
    assert ("proof.structure", "member_missing") in problems(judged(token + b"~"))


# --- the holder ------------------------------------------------------------------------------------


def test_the_holder_shows_it_to_one_verifier_for_one_question() -> None:
    data = shown(issued())
    assert judged(data).verified
    assert judged(data, domain="https://verifier.example", challenge="n1").verified


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (shown(issued(), nonce="n2"), ("proof.challenge", "invalid_challenge_error")),
        (shown(issued(), aud="https://other.example"), ("proof.domain", "invalid_domain_error")),
        (shown(issued(), aud=["https://verifier.example"]), ("proof.domain", "invalid_domain_error")),
        (shown(issued(), 6), ("proof.key_binding", "proof_invalid")),
        (shown(issued(), sd_hash="x"), ("proof.key_binding", "key_binding_wrong")),
        (shown(issued(), iat=None), ("proof.key_binding", "key_binding_wrong")),
        (shown(issued(), iat=int(NOW.timestamp()) + 600), ("proof.key_binding", "key_binding_wrong")),
        (shown(issued(), typ="JWT"), ("proof.key_binding", "key_binding_wrong")),
        (shown(issued(bound=False)), ("proof.key_binding", "key_unknown")),
        (issued(), ("proof.challenge", "invalid_challenge_error")),
    ],
)
def test_a_showing_that_is_not_the_holders_is_refused(data: bytes, problem: tuple[str, str]) -> None:
    done = judged(data, domain="https://verifier.example", challenge="n1")
    assert not done.verified
    assert problem in problems(done)


def test_a_disclosure_taken_away_after_showing_is_found() -> None:
    data = issued()
    token, name, _ = data.split(b"~")
    binding = shown(data).removeprefix(data)
    assert ("proof.key_binding", "key_binding_wrong") in problems(judged(token + b"~" + binding))
    assert judged(token + b"~" + name + b"~" + binding).verified


# --- making ----------------------------------------------------------------------------------------


def test_salts_follow_from_the_seed_and_differ_between_claims() -> None:
    assert issued() == issued()
    prepared = [
        prepare_sd_jwt({**CLAIMS, "given_name": "Sample"}, shown=frozenset(), disclosing=Disclosing(seed),
                       algorithm="ES256", method="m", now=NOW).after.split("~")
        for seed in (SEED, bytes([1]) * 32)
    ]  # fmt: skip
    assert len({text for texts in prepared for text in texts if text}) == 2 * (len(CLAIMS) - 4 + 1)


@pytest.mark.parametrize(
    ("changes", "seed", "algorithm"),
    [
        ({"vct": None}, SEED, "EdDSA"),
        ({"iss": 5}, SEED, "EdDSA"),
        ({}, bytes(31), "EdDSA"),
        ({}, SEED, "HS256"),
    ],
)
def test_what_cannot_be_made_is_refused(changes: dict[str, Any], seed: bytes, algorithm: str) -> None:
    with pytest.raises(ProofGenerationError):
        prepare_sd_jwt(
            {**CLAIMS, **changes}, shown=frozenset(), disclosing=Disclosing(seed), algorithm=algorithm, method="m",
            now=NOW,
        )  # fmt: skip


def test_a_holder_is_named_by_a_key_in_any_form() -> None:
    text = json.dumps(HOLDER)
    jwk_did = f"did:jwk:{base64url_encode(text.encode())}"
    for given in (
        HOLDER,
        text,
        jwk_did,
        f"{jwk_did}#0",
        did_key_of(5),
        f"{did_key_of(5)}#{did_key_of(5)[8:]}",
    ):
        assert holder_jwk(given) == HOLDER
    assert holder_jwk("") is None


@pytest.mark.parametrize(
    "given",
    ["did:web:school.example", "did:key:z6", "did:jwk:x", "{", "[]", "key", {"kty": "OKP"}, {**HOLDER, "d": "AA"},
     {"kty": "OKP", "crv": "X25519", "x": HOLDER["x"]}],
)  # fmt: skip
def test_a_holder_that_is_no_key_is_refused(given: Any) -> None:
    with pytest.raises(RequestRefused) as refusal:
        holder_jwk(given)
    assert refusal.value.hint
