"""Presentations: by their holder, for this verifier and this once, every credential in them judged by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway import keys
from gateway.core import POLICIES, Question, Verified, inspect, verify
from gateway.proofs import create_proof
from gateway.report import Verdict
from gateway.retrieval import Retrieved
from tests.proofs.tokens import (
    ALGORITHMS,
    NOW,
    VCDM_1,
    VCDM_2,
    claims_1,
    controllers,
    credential_1,
    credential_2,
    did_of,
    method_of,
    secret_of,
    token_of,
)

HOLDER, STRANGER = 66, 7
HOLDERS_DID = did_of("ed25519", HOLDER)
DOMAIN, CHALLENGE = "verifier.example", "a challenge"
ASKED = {"domain": DOMAIN, "challenge": CHALLENGE}


def proven(document: dict[str, Any], number: int, **options: Any) -> dict[str, Any]:
    proof = {"cryptosuite": "eddsa-rdfc-2022", "created": "2026-02-01T00:00:00Z",
             "verificationMethod": method_of("ed25519", number), **options}  # fmt: skip
    return create_proof(document, proof, sign=lambda data: keys.sign(secret_of("ed25519", number), data))


def credential() -> dict[str, Any]:
    return proven(credential_2(did_of("ed25519")), 7)


def envelope(token: bytes, kind: str = "Credential", media: str = "application/vc+jwt") -> dict[str, Any]:
    return {"@context": VCDM_2, "id": f"data:{media},{token.decode()}", "type": f"EnvelopedVerifiable{kind}"}


def plain_token(number: int = 7, **changes: Any) -> bytes:
    head = {"alg": "EdDSA", "typ": "vc+jwt", "kid": method_of("ed25519", number)}
    return token_of(head, {**credential_2(did_of("ed25519")), **changes}, secret_of("ed25519", number))


def presenting(*credentials: Any, holder: Any = HOLDERS_DID) -> dict[str, Any]:
    document = {
        "@context": [VCDM_2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": list(credentials),
    }
    return document if holder is None else {**document, "holder": holder}


def presented(*credentials: Any, by: int = HOLDER, holder: Any = HOLDERS_DID, **options: Any) -> Any:
    purpose = {"proofPurpose": "authentication", **ASKED, **options}
    return proven(presenting(*credentials, holder=holder), by, **purpose)


def token(document: Any, kind: str = "ed25519", number: int = HOLDER, **changes: Any) -> bytes:
    """A presentation as ``vp+jwt``; what is changed to None is left out."""
    head = {"alg": ALGORITHMS[kind], "typ": changes.pop("typ", "vp+jwt"), "kid": method_of(kind, number)}
    payload = {**document, "aud": DOMAIN, "nonce": CHALLENGE, **changes}
    return token_of(head, {k: v for k, v in payload.items() if v is not None}, secret_of(kind, number))


def judged(document: Any, policy: str = "strict", **asked: Any) -> Verified:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return verify(
        inspect(data), Retrieved(controllers()), Question(NOW, POLICIES[policy], **{**ASKED, **asked})
    )


def codes(done: Verified) -> set[str]:
    return {
        check.code for check in done.checks if check.verdict is not Verdict.VALID and check.name != "trust"
    }


SHOWN = {"proof": credential, "token": lambda: envelope(plain_token())}


@pytest.mark.parametrize("make", SHOWN)
def test_a_presentation_by_its_holder_is_verified(make: str) -> None:
    for document in (presented(SHOWN[make]()), token(presenting(SHOWN[make]()))):
        done = judged(document)
        assert done.verified, codes(done)
        assert "credential" in {check.name for check in done.checks}


@pytest.mark.parametrize("kind", ALGORITHMS)
def test_a_presentation_as_a_token_by_any_kind_of_key_is_verified(kind: str) -> None:
    document = presenting(credential(), holder=did_of(kind, HOLDER))
    assert judged(token(document, kind)).verified
    assert judged(envelope(token(document, kind), "Presentation", "application/vp+jwt")).verified


def test_a_presentation_in_a_jwt_of_1_1_is_verified() -> None:
    inner = token_of({"alg": "EdDSA", "typ": "JWT", "kid": method_of("ed25519")},
                     claims_1(credential_1(did_of("ed25519"))), secret_of("ed25519"))  # fmt: skip
    vp = {"@context": [VCDM_1], "type": ["VerifiablePresentation"], "verifiableCredential": [inner.decode()]}
    payload = {"vp": vp, "iss": did_of("ed25519", HOLDER), "aud": DOMAIN, "nonce": CHALLENGE}
    head = {"alg": "EdDSA", "typ": "JWT", "kid": method_of("ed25519", HOLDER)}
    done = judged(token_of(head, payload, secret_of("ed25519", HOLDER)))
    assert done.verified, codes(done)
    for forged in (inner[:-6] + b"AAAAAA", b"a.b.c", b"no token", b""):
        vp["verifiableCredential"] = [inner.decode(), forged.decode()]
        assert judged(token_of(head, payload, secret_of("ed25519", HOLDER))).verdict is Verdict.INVALID
    vp["@context"] = [VCDM_2]
    vp["verifiableCredential"] = [inner.decode()]
    assert judged(token_of(head, payload, secret_of("ed25519", HOLDER))).verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (lambda: presented(credential(), domain="other.example"), "invalid_domain_error"),
        (lambda: presented(credential(), challenge="another"), "invalid_challenge_error"),
        (lambda: token(presenting(credential()), aud="other.example"), "invalid_domain_error"),
        (lambda: token(presenting(credential()), aud=["other.example"]), "invalid_domain_error"),
        (lambda: token(presenting(credential()), aud=None), "invalid_domain_error"),
        (lambda: token(presenting(credential()), nonce="another"), "invalid_challenge_error"),
        (lambda: token(presenting(credential()), nonce=None), "invalid_challenge_error"),
        (lambda: presented(credential(), proofPurpose="assertionMethod"), "proof_purpose_mismatch"),
        (lambda: presented(credential(), by=STRANGER), "issuer_not_controller"),
        (lambda: token(presenting(credential()), number=STRANGER), "issuer_not_controller"),
        (lambda: token(presenting(credential()), typ="vc+jwt"), "token_type_wrong"),
        (lambda: token(presenting(credential()), iss="did:example:other"), "claim_contradicts"),
    ],
    ids=["domain", "challenge", "aud", "aud list", "no aud", "nonce", "no nonce", "purpose", "holder", "token's holder",
         "typ", "iss"],
)  # fmt: skip
def test_a_presentation_for_somebody_else_or_by_somebody_else_is_not_verified(
    document: Any, code: str
) -> None:
    done = judged(document())
    assert done.verdict is Verdict.INVALID
    assert code in codes(done)


def changed() -> dict[str, Any]:
    another = proven(credential_2(did_of("ed25519"), id="urn:uuid:3"), 7)
    return {**another, "validFrom": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize(
    "shown",
    [
        changed,
        lambda: credential_2(did_of("ed25519")),
        lambda: envelope(plain_token(number=8)),
        lambda: envelope(plain_token()[:-6] + b"AAAAAA"),
        lambda: envelope(plain_token(), media="text/html"),
        lambda: {**envelope(plain_token()), "id": "https://issuer.example/credential"},
        lambda: proven(credential_2(did_of("ed25519"), validUntil="2026-02-01T00:00:00Z"), 7),
    ],
    ids=["changed", "no proof", "another's key", "another signature", "media type", "no data", "expired"],
)
def test_one_credential_that_does_not_hold_is_enough(shown: Any) -> None:
    for document in (presented(credential(), shown()), token(presenting(shown(), credential()))):
        done = judged(document)
        assert not done.verified
        assert any(check.name == "credential" and check.verdict is not Verdict.VALID for check in done.checks)


def test_a_presentation_that_nobody_signed_is_not_verified() -> None:
    assert not judged(presenting(credential()), domain=None, challenge=None).verified


def test_a_presentation_without_a_holder_is_as_good_as_its_proof() -> None:
    assert judged(presented(credential(), holder=None)).verified
    broken = presented(credential(), holder=None)
    broken["proof"][0]["created"] = "2026-02-02T00:00:00Z"
    assert judged(broken).verdict is Verdict.INVALID


@pytest.mark.parametrize("policy", POLICIES)
def test_a_credential_put_into_the_presentation_afterwards_is_found(policy: str) -> None:
    whole = presented(credential())
    whole["verifiableCredential"].append(proven(credential_2(did_of("ed25519"), id="urn:uuid:1"), 7))
    assert not judged(whole, policy).verified
