"""Tokens: the algorithm and the key are the issuer's, the header chooses nothing, claims and credential agree."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway import keys
from gateway.core import POLICIES, Question, inspect, verify
from gateway.core.views import credential_of
from gateway.envelopes.jwt import base64url_decode, base64url_encode, read_jwt
from gateway.errors import MalformedJwt
from gateway.proofs import Expectations
from gateway.proofs.jose import jwt_method, verify_jwt
from gateway.report import Check, Verdict
from gateway.retrieval import ISSUER, Retrieved
from tests.proofs.tokens import (
    ALGORITHMS,
    NOW,
    claims_1,
    controllers,
    credential_1,
    credential_2,
    did_of,
    method_of,
    seconds,
    secret_of,
    token_of,
)

RSA = rsa.generate_private_key(65537, 2048)
RSA_PUBLIC = keys.public_key_from_pem(
    RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
)
KEYS = {method_of(kind): keys.public_key_of(secret_of(kind)) for kind in ALGORITHMS}


def checks_of(token: bytes, found: Any = None, **options: Any) -> list[Check]:
    tree = credential_of(inspect(token))
    return list(
        verify_jwt(
            read_jwt(token), tree, Expectations(NOW, KEYS if found is None else found), **options
        ).checks
    )


def verdict_of(token: bytes) -> Verdict:
    verdicts = {check.verdict for check in checks_of(token)}
    return next(v for v in (Verdict.INVALID, Verdict.UNDETERMINED, Verdict.VALID) if v in verdicts)


def codes_of(token: bytes) -> set[str]:
    return {check.code for check in checks_of(token) if check.verdict is not Verdict.VALID}


def plain(kind: str = "ed25519", header: Any = None, **changes: Any) -> bytes:
    """A ``vc+jwt``; a header parameter that is changed to None is left out."""
    head = {"alg": ALGORITHMS[kind], "typ": "vc+jwt", "cty": "vc", "kid": method_of(kind), **(header or {})}
    payload = {**credential_2(did_of(kind)), **changes}
    return token_of({k: v for k, v in head.items() if v is not None}, payload, secret_of(kind))


def wrapped(kind: str = "ed25519", credential: Any = None, header: Any = None, **claims: Any) -> bytes:
    """A VC-JWT 1.1."""
    head = {"alg": ALGORITHMS[kind], "typ": "JWT", "kid": method_of(kind), **(header or {})}
    whole = {**claims_1(credential_1(did_of(kind))), **claims}
    whole["vc"] = {**whole["vc"], **(credential or {})}
    return token_of(head, {k: v for k, v in whole.items() if v is not None}, secret_of(kind))


@pytest.mark.parametrize("make", [plain, wrapped])
@pytest.mark.parametrize("kind", ALGORITHMS)
def test_a_token_is_valid_in_every_check_and_a_changed_one_is_not(make: Any, kind: str) -> None:
    token = make(kind)
    assert {check.verdict for check in checks_of(token)} == {Verdict.VALID}
    header, payload, signature = token.decode().split(".")
    changed = json.loads(base64url_decode(payload))
    (changed.get("vc") or changed)["name"] = "Another"
    forged = f"{header}.{base64url_encode(json.dumps(changed).encode())}.{signature}".encode()
    assert "proof_invalid" in codes_of(forged)


def test_a_token_by_rsa_is_valid() -> None:
    payload = credential_2("https://school.example/issuer")
    head = {"alg": "RS256", "typ": "JWT", "kid": "https://school.example/issuer#key-1"}
    signing_input = token_of(head, payload, secret_of("ed25519")).rpartition(b".")[0]
    signature = RSA.sign(signing_input, padding.PKCS1v15(), SHA256())
    token = signing_input + b"." + base64url_encode(signature).encode()
    found = {"https://school.example/issuer#key-1": RSA_PUBLIC}
    assert {check.verdict for check in checks_of(token, found)} == {Verdict.VALID}
    pss = RSA.sign(signing_input, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    other = signing_input + b"." + base64url_encode(pss).encode()
    assert {check.code for check in checks_of(other, found)} >= {"proof_invalid"}


# --- claims --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:example:other"},
        {"sub": "did:example:other"},
        {"jti": "urn:uuid:0"},
        {"nbf": seconds("2026-01-02T00:00:00Z")},
        {"exp": seconds("2026-12-31T00:00:00Z")},
        {"iss": {"id": "did:example:learner"}},
        {"sub": 1},
    ],
    ids=["iss", "sub", "jti", "nbf", "exp", "iss of another kind", "sub of another kind"],
)
@pytest.mark.parametrize("make", [plain, wrapped])
def test_a_claim_that_contradicts_the_credential_is_invalid(make: Any, claims: dict[str, Any]) -> None:
    assert "claim_contradicts" in codes_of(make(**claims))


@pytest.mark.parametrize("claim", ["iss", "sub", "jti"])
def test_a_claim_that_vc_jwt_must_have_leaves_the_question_open(claim: str) -> None:
    assert codes_of(wrapped(**{claim: None})) == {"claim_missing"}
    assert verdict_of(wrapped(**{claim: None})) is Verdict.UNDETERMINED


@pytest.mark.parametrize("member", ["id", "issuer", "issuanceDate", "expirationDate"])
def test_what_the_credential_leaves_out_the_claims_say(member: str) -> None:
    whole = claims_1(credential_1())
    short = {name: value for name, value in whole["vc"].items() if name != member}
    token = token_of(
        {"alg": "EdDSA", "kid": method_of("ed25519")}, {**whole, "vc": short}, secret_of("ed25519")
    )
    assert verdict_of(token) is Verdict.VALID
    assert credential_of(inspect(token))[member] == credential_1()[member]


@pytest.mark.parametrize("subject", [{"id": "did:example:learner"}, [{"id": "did:example:learner"}]])
def test_one_subject_is_one_whether_in_a_list_or_not(subject: Any) -> None:
    assert (
        verdict_of(wrapped(credential={"credentialSubject": subject}, sub="did:example:learner"))
        is Verdict.VALID
    )


@pytest.mark.parametrize(
    ("sub", "verdict"),
    [("did:example:a", Verdict.VALID), ("did:example:b", Verdict.VALID), (None, Verdict.VALID),
     ("did:example:c", Verdict.INVALID)],
)  # fmt: skip
def test_of_several_subjects_the_claim_may_name_one(sub: str | None, verdict: Verdict) -> None:
    subjects = [{"id": "did:example:a"}, {"id": "did:example:b"}]
    assert verdict_of(wrapped(credential={"credentialSubject": subjects}, sub=sub)) is verdict


def test_a_claim_stands_for_the_member_of_its_own_data_model() -> None:
    """Some wallets put a credential of VCDM 2.0 into the claim ``vc``."""
    whole = credential_2()
    short = {name: value for name, value in whole.items() if not name.startswith("valid")}
    claims = {"nbf": seconds(whole["validFrom"]), "exp": seconds(whole["validUntil"]), "iss": whole["issuer"],
              "sub": "did:example:learner", "jti": whole["id"], "vc": short}  # fmt: skip
    token = token_of({"alg": "EdDSA", "kid": method_of("ed25519")}, claims, secret_of("ed25519"))
    assert credential_of(inspect(token)) == whole
    assert verdict_of(token) is Verdict.VALID


def test_dates_are_compared_as_moments_and_a_fraction_of_a_second_is_none() -> None:
    assert verdict_of(wrapped(credential={"issuanceDate": "2026-01-01T01:00:00+01:00"})) is Verdict.VALID
    assert (
        verdict_of(plain(validFrom="2026-01-01T00:00:00.250Z", nbf=seconds("2026-01-01T00:00:00Z")))
        is Verdict.VALID
    )


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"nbf": seconds("2026-03-01T12:02:00Z")}, "proof_from_the_future"),
        ({"iat": seconds("2026-03-01T12:02:00Z")}, "proof_from_the_future"),
        ({"exp": seconds("2026-03-01T11:58:00Z")}, "proof_expired"),
        ({"iat": "2026-01-01T00:00:00Z"}, "proof_malformed"),
        ({"exp": True}, "proof_malformed"),
        ({"nbf": 1e300}, "proof_malformed"),
        ({"exp": None}, "proof_malformed"),
    ],
)
def test_a_token_out_of_its_time_is_invalid(claims: dict[str, Any], code: str) -> None:
    without = {name: value for name, value in credential_2().items() if not name.startswith("valid")}
    head = {"alg": "EdDSA", "kid": method_of("ed25519")}
    assert codes_of(token_of(head, {**without, **claims}, secret_of("ed25519"))) == {code}


# --- header --------------------------------------------------------------------------------------

ATTACKER = secret_of("ed25519", 66)
ATTACKERS_JWK = keys.jwk_of(keys.public_key_of(ATTACKER))
VICTIM = method_of("ed25519")


def attack(header: dict[str, Any], secret: keys.SecretKey = ATTACKER, **changes: Any) -> bytes:
    """A forged token that claims to be the victim's; a parameter that is None is left out."""
    head = {"alg": "EdDSA", "typ": "vc+jwt", "kid": VICTIM, **header}
    return token_of({k: v for k, v in head.items() if v is not None}, {**credential_2(), **changes}, secret)


def hs256() -> bytes:
    """The victim's public key taken as a shared secret."""
    signing_input = attack({"alg": "HS256"}).rpartition(b".")[0]
    digest = hmac.new(KEYS[VICTIM].data, signing_input, hashlib.sha256).digest()
    return signing_input + b"." + base64url_encode(digest).encode()


def unsigned(algorithm: str) -> bytes:
    return attack({"alg": algorithm}).rpartition(b".")[0] + b"."


ATTACKS = {
    "none": unsigned("none"),
    "nOnE": unsigned("nOnE"),
    "no signature": unsigned("EdDSA"),
    "HS256 with the public key": hs256(),
    "kid of a path": attack({"kid": "../../../../dev/null"}),
    "kid with an injection": attack({"kid": "x' UNION SELECT 'key' --"}),
    "kid of the attacker": attack({"kid": method_of("ed25519", 66)}),
    "kid of another kind": attack({"kid": ["a"]}),
    "jku": attack({"jku": "https://attacker.example/keys.json", "kid": "1"}),
    "x5u": attack({"x5u": "https://attacker.example/chain.pem", "kid": None}),
    "x5c": attack({"x5c": ["MIIB"], "kid": None}),
    "embedded jwk": attack({"jwk": ATTACKERS_JWK, "kid": None}),
    "embedded jwk beside the kid": attack({"jwk": ATTACKERS_JWK}),
    "embedded jwk with the victim's kid": attack({"jwk": {**ATTACKERS_JWK, "kid": VICTIM}}),
    "crit": attack({"crit": ["exp"]}, secret_of("ed25519")),
    "crit of nothing": attack({"crit": []}, secret_of("ed25519")),
    "b64": attack({"b64": False, "crit": ["b64"]}, secret_of("ed25519")),
    "zip": attack({"zip": "DEF"}, secret_of("ed25519")),
    "typ of an access token": attack({"typ": "at+jwt"}, secret_of("ed25519")),
    "typ of a presentation": attack({"typ": "vp+jwt"}, secret_of("ed25519")),
    "typ of a wallet's key proof": attack({"typ": "openid4vci-proof+jwt"}, secret_of("ed25519")),
    "vc+jwt with a claim vc": attack({}, secret_of("ed25519"), vc="no object"),
    "algorithm of another key": attack({"alg": "ES256"}, secret_of("p256")),
    "algorithm of no text": attack({"alg": ["EdDSA"]}, secret_of("ed25519")),
    "wrapped by somebody else": wrapped(header={"kid": method_of("ed25519", 66)}),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ATTACKS)
def test_no_header_makes_a_forgery_verified_and_none_is_followed(name: str, policy: str) -> None:
    retrieved = Retrieved(controllers())
    done = verify(inspect(ATTACKS[name]), retrieved, Question(NOW, POLICIES[policy]))
    assert not done.verified
    assert {need.kind for need in retrieved.missing} <= {ISSUER}, "nothing but the lists of issuers is asked"


def test_the_genuine_token_beside_them_is_verified() -> None:
    done = verify(inspect(attack({}, secret_of("ed25519"))), Retrieved(controllers()), Question(NOW))
    assert done.verified, [check for check in done.checks if check.verdict is not Verdict.VALID]


def test_a_token_in_a_token_is_no_credential() -> None:
    inner = plain().decode()
    parts = [base64url_encode(json.dumps(p).encode()) for p in ({"alg": "EdDSA", "cty": "JWT"}, inner)]
    with pytest.raises(MalformedJwt, match="objects"):
        read_jwt(".".join([*parts, "AA"]).encode())


@pytest.mark.parametrize("algorithm", ["ES512", "ES256K", "PS256", "RS512", "Ed448"])
def test_an_algorithm_that_holds_elsewhere_leaves_the_question_open(algorithm: str) -> None:
    (check,) = checks_of(plain(header={"alg": algorithm}))
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "cryptosuite_unknown")


@pytest.mark.parametrize("kind", [None, "JWT", "jwt", "vc+jwt", "application/vc+jwt", "vc-ld+jwt"])
def test_the_types_a_credential_may_say_it_has(kind: str | None) -> None:
    assert verdict_of(plain(header={"typ": kind})) is Verdict.VALID


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 63, 65, 70, 72, 95, 96, 97, 127, 128, 256])
@pytest.mark.parametrize("kind", ALGORITHMS)
def test_a_signature_of_another_length_is_invalid(kind: str, length: int) -> None:
    if length == (96 if kind == "p384" else 64):
        length += 2
    token = plain(kind).rpartition(b".")[0] + b"." + base64url_encode(bytes(length)).encode()
    assert codes_of(token) == {"proof_invalid"}


def test_an_embedded_key_shows_a_signature_and_nobody() -> None:
    elsewhere = attack({"jwk": ATTACKERS_JWK, "kid": None}, issuer="https://school.example/issuer")
    token = read_jwt(elsewhere)
    secured = verify_jwt(
        token, credential_2("https://school.example/issuer"), Expectations(NOW, KEYS), embedded_key=True
    )
    assert secured.signed
    assert secured.method == ""
    assert not verify_jwt(token, credential_2(), Expectations(NOW, KEYS)).signed


@pytest.mark.parametrize(
    ("kid", "method"),
    [
        ("#key-1", "did:example:issuer#key-1"),
        ("key-1", "did:example:issuer#key-1"),
        ("did:example:issuer#key-1", "did:example:issuer#key-1"),
        (did_of("ed25519"), method_of("ed25519")),
        ("", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_a_kid_names_a_key_of_the_issuer_or_one_in_full(kid: Any, method: str) -> None:
    token = token_of({"alg": "EdDSA", "kid": kid}, credential_2("did:example:issuer"), secret_of("ed25519"))
    assert jwt_method(read_jwt(token)) == method


def test_a_did_key_has_one_key_and_needs_no_kid() -> None:
    assert verdict_of(plain(header={"kid": None})) is Verdict.VALID
    assert "proof_invalid" in codes_of(attack({"kid": None}))
