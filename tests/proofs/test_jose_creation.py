"""Tokens we make and tokens another implementation makes: each verifies in the other, joserfc being the judge."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway import keys
from gateway.core import inspect
from gateway.core.views import credential_of
from gateway.envelopes.jwt import base64url_encode, read_jwt
from gateway.errors import ProofGenerationError
from gateway.proofs import Expectations
from gateway.proofs.jose import verify_jwt
from gateway.proofs.jose_creation import FORMS, attach_jwt, prepare_jwt
from gateway.report import Verdict
from tests.proofs.tokens import (
    ALGORITHMS,
    NOW,
    claims_1,
    credential_1,
    credential_2,
    did_of,
    method_of,
    seconds,
    secret_of,
)

CREDENTIALS = {"vc+jwt": credential_2, "jwt_vc_json": credential_1}
GOLDEN = {
    "vc+jwt": "b59HK0iOZ--qE6Qh1dqudJNKHj6kGRCwsRCeH3hbyoIVO9JZ106lmSRLlTjrhOHUwR03mMDQOO6DBRAT1EVvAQ",
    "jwt_vc_json": "oRG5anTCKCe-B3WVZWwo8J39pu1U608XFfnM-nMNxdSWGTpj34wvYSwp8qoN6ZCiyhmmH3BaQQfpWcfNVscPBQ",
}
"""The signatures of the tokens made with the Ed25519 key; the same input gives the same token."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """joserfc warns that EdDSA has a newer name; the field still uses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def made(form: str, kind: str, **changes: Any) -> str:
    credential = {**CREDENTIALS[form](did_of(kind)), **changes}
    prepared = prepare_jwt(credential, form=form, algorithm=ALGORITHMS[kind], method=method_of(kind), now=NOW)
    return attach_jwt(prepared, keys.sign(secret_of(kind), prepared.signing_input))


def theirs(kind: str) -> Any:
    """The same key as joserfc has it, with its private half."""
    jwk = keys.jwk_of(keys.public_key_of(secret_of(kind)))
    held = {**jwk, "d": base64url_encode(secret_of(kind).data)}
    return (OKPKey if kind == "ed25519" else ECKey).import_key(held)


def verdicts(token: str, found: Any = None) -> set[Verdict]:
    known = {method_of(kind): keys.public_key_of(secret_of(kind)) for kind in ALGORITHMS}
    tree = credential_of(inspect(token.encode()))
    return {
        check.verdict
        for check in verify_jwt(read_jwt(token.encode()), tree, Expectations(NOW, found or known)).checks
    }


@pytest.mark.parametrize("kind", ALGORITHMS)
@pytest.mark.parametrize("form", FORMS)
def test_what_we_make_verifies_here_and_there(form: str, kind: str) -> None:
    token = made(form, kind)
    assert verdicts(token) == {Verdict.VALID}
    seen = joserfc_jwt.decode(token, theirs(kind), algorithms=[ALGORITHMS[kind]])
    assert seen.header["kid"] == method_of(kind)
    with pytest.raises(JoseError):
        joserfc_jwt.decode(token, theirs("p384" if kind == "p256" else "p256"), algorithms=[ALGORITHMS[kind]])


@pytest.mark.parametrize("form", FORMS)
def test_a_token_has_its_own_form_and_repeats_what_the_credential_says(form: str) -> None:
    token = read_jwt(made(form, "ed25519").encode())
    credential = CREDENTIALS[form]()
    claims = {"iss": did_of("ed25519"), "sub": "did:example:learner", "jti": credential["id"],
              "nbf": seconds("2026-01-01T00:00:00Z"), "exp": seconds("2027-01-01T00:00:00Z"),
              "iat": int(NOW.timestamp())}  # fmt: skip
    if form == "vc+jwt":
        assert token.header == {"alg": "EdDSA", "typ": "vc+jwt", "kid": method_of("ed25519"), "cty": "vc"}
        assert token.payload == {**credential, **claims}
    else:
        assert token.header == {"alg": "EdDSA", "typ": "JWT", "kid": method_of("ed25519")}
        assert token.payload == {**claims, "vc": credential}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_credential_gives_the_same_token(form: str) -> None:
    assert made(form, "ed25519").rpartition(".")[2] == GOLDEN[form]


@pytest.mark.parametrize("kind", [*ALGORITHMS, "rsa"])
@pytest.mark.parametrize("form", FORMS)
def test_what_another_makes_verifies_here(form: str, kind: str) -> None:
    key = RSAKey.generate_key(2048) if kind == "rsa" else theirs(kind)
    name = "https://school.example/issuer#key-1" if kind == "rsa" else method_of(kind)
    credential = CREDENTIALS[form](name.partition("#")[0])
    claims = claims_1(credential) if form == "jwt_vc_json" else credential
    header = {
        "alg": ALGORITHMS.get(kind, "RS256"),
        "typ": "JWT" if form == "jwt_vc_json" else form,
        "kid": name,
    }
    token = joserfc_jwt.encode(header, claims, key, algorithms=[header["alg"]])
    found = {name: keys.public_key_from_jwk(key.as_dict(private=False))}
    assert verdicts(token, found) == {Verdict.VALID}
    head, payload, signature = token.split(".")
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    assert Verdict.INVALID in verdicts(f"{head}.{payload}.{flipped}", found)


@pytest.mark.parametrize(
    ("changes", "absent"),
    [({"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]}, "sub"),
     ({"credentialSubject": {"name": "A"}}, "sub")],
)  # fmt: skip
def test_a_claim_stands_for_one_member_alone(changes: dict[str, Any], absent: str) -> None:
    assert absent not in read_jwt(made("vc+jwt", "ed25519", **changes).encode()).payload


@pytest.mark.parametrize("form", FORMS)
def test_a_subject_alone_in_a_list_is_named_and_the_token_verifies(form: str) -> None:
    token = made(form, "ed25519", credentialSubject=[{"id": "did:example:learner"}])
    assert read_jwt(token.encode()).payload["sub"] == "did:example:learner"
    assert verdicts(token) == {Verdict.VALID}


def test_the_issuer_may_be_an_object() -> None:
    token = read_jwt(made("vc+jwt", "ed25519", issuer={"id": did_of("ed25519"), "name": "School"}).encode())
    assert token.payload["iss"] == did_of("ed25519")


@pytest.mark.parametrize(
    ("form", "algorithm", "changes"),
    [
        ("jwt", "EdDSA", {}),
        ("vc+jwt", "none", {}),
        ("vc+jwt", "HS256", {}),
        ("vc+jwt", "RS256", {}),
        ("vc+jwt", "EdDSA", {"@context": ["https://www.w3.org/2018/credentials/v1"]}),
        ("jwt_vc_json", "EdDSA", {"@context": ["https://www.w3.org/ns/credentials/v2"]}),
        ("vc+jwt", "EdDSA", {"@context": []}),
        ("vc+jwt", "EdDSA", {"proof": []}),
        ("vc+jwt", "EdDSA", {"validFrom": "yesterday"}),
        ("vc+jwt", "EdDSA", {"validUntil": 7}),
        ("vc+jwt", "EdDSA", {"validUntil": "9999-12-31T23:59:59-14:00"}),
    ],
)
def test_what_makes_no_sound_token_is_refused(form: str, algorithm: str, changes: dict[str, Any]) -> None:
    credential = CREDENTIALS.get(form, credential_2)(**changes)
    with pytest.raises(ProofGenerationError):
        prepare_jwt(credential, form=form, algorithm=algorithm, method=method_of("ed25519"), now=NOW)


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 70, 72, 96, 128])
def test_a_signature_of_another_length_is_not_attached(length: int) -> None:
    prepared = prepare_jwt(credential_2(), form="vc+jwt", algorithm="ES256", method="m", now=NOW)
    with pytest.raises(ProofGenerationError):
        attach_jwt(prepared, bytes(length))


def test_the_members_keep_their_order_and_their_characters() -> None:
    token = made("vc+jwt", "ed25519", name="Größe 🎓")
    payload = joserfc_jwt.decode(token, theirs("ed25519"), algorithms=["EdDSA"]).claims
    assert payload["name"] == "Größe 🎓"
    assert list(payload)[:3] == ["@context", "id", "type"]
