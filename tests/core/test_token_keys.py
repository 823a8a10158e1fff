"""Where the key of a token is found: in the issuer's document under either name, or by itself at an address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway import keys
from gateway.core import POLICIES, Question, Verified, inspect, verify
from gateway.report import Check, Verdict
from gateway.retrieval import CONTROLLER, DOCUMENT, ISSUER, Answer, Need, Retrieved
from tests.proofs.tokens import NOW, credential_2, secret_of, token_of

ISSUER_ID = "https://school.example/issuers/1"
SECRET = secret_of("p256")
JWK = keys.jwk_of(keys.public_key_of(SECRET))
THUMBPRINT = "73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU"


def token(kid: Any, issuer: str = ISSUER_ID, secret: keys.SecretKey = SECRET) -> bytes:
    return token_of({"alg": "ES256", "typ": "JWT", "kid": kid}, credential_2(issuer), secret)


def judged(
    data: bytes, answers: dict[Need, Answer], policy: str = "strict"
) -> tuple[Verified, Check, Retrieved]:
    retrieved = Retrieved(answers)
    done = verify(inspect(data), retrieved, Question(NOW, POLICIES[policy]))
    return done, next(check for check in done.checks if check.name == "issuer"), retrieved


def document(issuer: str = ISSUER_ID, **jwk: str) -> dict[str, Any]:
    method = {
        "id": f"{issuer}#key-1",
        "type": "JsonWebKey",
        "controller": issuer,
        "publicKeyJwk": {**JWK, **jwk},
    }
    return {"id": issuer, "verificationMethod": [method], "assertionMethod": [method["id"]]}


def published(**jwk: str) -> dict[Need, Answer]:
    return {Need(CONTROLLER, ISSUER_ID): Answer(document(**jwk))}


def at(address: str, content: Any = JWK, **answer: Any) -> dict[Need, Answer]:
    return {Need(DOCUMENT, address): Answer(json.dumps(content).encode(), **answer)}


@pytest.mark.parametrize(
    "kid", [f"{ISSUER_ID}#key-1", "key-1", "#key-1", THUMBPRINT, f"{ISSUER_ID}#{THUMBPRINT}"]
)
def test_a_key_is_named_by_its_method_or_by_what_its_jwk_is_called(kid: str) -> None:
    done, _, _ = judged(token(kid), published(kid=THUMBPRINT))
    assert done.verified


@pytest.mark.parametrize("kid", [THUMBPRINT, "key-2", f"{ISSUER_ID}#", ""])
def test_a_key_that_is_called_otherwise_is_none(kid: str) -> None:
    done, issuer, _ = judged(token(kid), published(kid="another"))
    assert not done.verified
    assert issuer.verdict is not Verdict.VALID


def test_a_name_that_two_keys_have_names_none() -> None:
    twice = document(kid=THUMBPRINT)
    other = {**twice["verificationMethod"][0], "id": f"{ISSUER_ID}#key-2"}
    twice["verificationMethod"].append(other)
    assert not judged(token(THUMBPRINT), {Need(CONTROLLER, ISSUER_ID): Answer(twice)})[0].verified


def test_a_key_that_is_not_for_assertions_stays_so_under_its_other_name() -> None:
    told = {**document(kid=THUMBPRINT), "assertionMethod": []}
    _, issuer, _ = judged(token(THUMBPRINT), {Need(CONTROLLER, ISSUER_ID): Answer(told)})
    assert (issuer.verdict, issuer.code) == (Verdict.INVALID, "key_not_authorised")


@pytest.mark.parametrize("kid", [f"{ISSUER_ID}/keys/1", f"{ISSUER_ID}/key.json"])
def test_a_jwk_below_the_issuers_own_address_is_the_issuers(kid: str) -> None:
    done, issuer, retrieved = judged(token(kid), at(kid))
    assert done.verified
    assert issuer.verdict is Verdict.VALID
    assert {need.kind for need in retrieved.missing} <= {ISSUER}


@pytest.mark.parametrize(
    "kid",
    [
        "https://attacker.example/key",
        "https://school.example/issuers/2/key",
        "https://school.example/issuers/1.attacker/key",
        "https://school.example.attacker.example/issuers/1/key",
        f"{ISSUER_ID}/../2/key",
        f"{ISSUER_ID}/./key",
        f"{ISSUER_ID}/..",
        f"{ISSUER_ID}/%2e%2e/2/key",
        f"{ISSUER_ID}/a//b",
        f"{ISSUER_ID}/key?of=2",
        f"{ISSUER_ID}/",
        f"{ISSUER_ID}\\..\\2",
        ISSUER_ID,
    ],
)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_jwk_anywhere_else_shows_a_signature_and_nobody(kid: str, policy: str) -> None:
    done, issuer, _ = judged(token(kid), at(kid), policy)
    assert not done.verified
    assert (issuer.verdict, issuer.code) == (Verdict.UNDETERMINED, "key_address_unproven")
    signature = next(check for check in done.checks if check.name == "proof.signature").verdict
    assert signature is (Verdict.VALID if policy == "1edtech" else Verdict.UNDETERMINED)
    if policy != "1edtech":
        asked = judged(token(kid), {}, policy)[2].missing
        assert {need.kind for need in asked} <= {ISSUER}, "an address that shows nothing is not asked"


@pytest.mark.parametrize(
    "answers",
    [
        at(f"{ISSUER_ID}/key", {"keys": [JWK]}),
        at(f"{ISSUER_ID}/key", {**JWK, "d": "AAAA"}),
        at(f"{ISSUER_ID}/key", "no object"),
        at(f"{ISSUER_ID}/key", url="https://elsewhere.example/key"),
        {Need(DOCUMENT, f"{ISSUER_ID}/key"): Answer(b"\xff\xfe")},
        {Need(DOCUMENT, f"{ISSUER_ID}/key"): Answer(code="not_found", message="not there")},
        {},
    ],
    ids=["set", "secret", "text", "redirected", "bytes", "gone", "not asked yet"],
)
def test_what_is_no_key_at_an_address_leaves_the_question_open(answers: dict[Need, Answer]) -> None:
    done, issuer, retrieved = judged(token(f"{ISSUER_ID}/key"), answers)
    assert not done.verified
    assert issuer.verdict is not Verdict.VALID
    if not answers:
        assert Need(DOCUMENT, f"{ISSUER_ID}/key") in retrieved.missing


def test_a_key_at_an_address_must_be_the_one_that_signed() -> None:
    kid = f"{ISSUER_ID}/key"
    done, _, _ = judged(token(kid, secret=secret_of("p256", 8)), at(kid))
    assert done.verdict is Verdict.INVALID


def test_a_did_has_no_keys_at_addresses() -> None:
    kid = "https://school.example/key"
    done, issuer, _ = judged(token(kid, issuer="did:web:school.example"), at(kid))
    assert (done.verified, issuer.code) == (False, "key_address_unproven")


@pytest.mark.parametrize("end", ["revoked", "expires"])
def test_a_key_of_anothers_document_that_the_issuer_lists_is_held_to_its_end(end: str) -> None:
    other = "https://platform.example/issuers"
    told = document(other)
    told["verificationMethod"][0][end] = "2026-01-15T00:00:00Z"
    answers = {
        Need(CONTROLLER, other): Answer(told),
        Need(CONTROLLER, ISSUER_ID): Answer({"id": ISSUER_ID, "assertionMethod": [f"{other}#key-1"]}),
    }
    _, issuer, _ = judged(token(f"{other}#key-1"), answers)
    assert (issuer.verdict, issuer.code) == (
        Verdict.INVALID,
        {"revoked": "key_revoked", "expires": "key_expired"}[end],
    )
    del told["verificationMethod"][0][end]
    assert judged(token(f"{other}#key-1"), answers)[0].verified
