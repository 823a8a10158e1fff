"""P-256, P-384, X25519 and RSA keys: their texts, the did:key vectors, signatures there and back."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import keys
from gateway.errors import KeyInvalid, ProofInvalid

SCALARS = st.integers(min_value=1, max_value=2**250)
CURVES = {"p256": 32, "p384": 48}
RSA = rsa.generate_private_key(65537, 2048)
RSA_PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
RSA_PKCS1 = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()


def secret(kind: str, scalar: int) -> keys.SecretKey:
    return keys.secret_key(kind, scalar.to_bytes(CURVES[kind], "big"))


@pytest.mark.parametrize("kind", CURVES)
@settings(max_examples=20, deadline=None)
@given(scalar=SCALARS, message=st.binary(max_size=64))
def test_every_form_of_a_curve_key_goes_back_and_its_signature_verifies(
    kind: str, scalar: int, message: bytes
) -> None:
    key = secret(kind, scalar)
    public = keys.public_key_of(key)
    assert keys.public_key_from_multikey(keys.multikey(public)) == public
    assert keys.public_key_from_jwk(keys.jwk_of(public)) == public
    assert keys.public_key_of_did_key(keys.did_key(public)) == public
    assert keys.secret_key_from_multikey(keys.secret_multikey(key)) == key
    signature = keys.sign(key, message)
    keys.verify_signature(public, message, signature)
    with pytest.raises(ProofInvalid):
        keys.verify_signature(public, message + b"x", signature)


@pytest.mark.parametrize("kind", CURVES)
@pytest.mark.parametrize("byte", [b"\x00", b"\xff"])
def test_a_scalar_out_of_range_is_refused(kind: str, byte: bytes) -> None:
    with pytest.raises(KeyInvalid):
        keys.secret_key(kind, byte * CURVES[kind])


def test_the_vectors_of_did_key_for_the_nist_curves(corpora: Path) -> None:
    vectors = json.loads((corpora / "w3c/did-key/nist-curves.json").read_text())
    seen = set()
    for did, vector in vectors.items():
        jwk = vector["verificationMethod"].get("publicKeyJwk")
        if jwk is None:
            continue
        public_jwk = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
        if jwk["crv"] not in ("P-256", "P-384"):
            with pytest.raises(KeyInvalid):
                keys.public_key_of_did_key(did)
            continue
        seen.add(jwk["crv"])
        assert keys.public_key_of_did_key(did) == keys.public_key_from_jwk(public_jwk)
    assert seen == {"P-256", "P-384"}


def test_an_x25519_key_does_not_sign_and_does_not_verify() -> None:
    key = keys.public_key("x25519", bytes(range(32)))
    assert keys.public_key_from_jwk(keys.jwk_of(key)) == key
    with pytest.raises(ProofInvalid):
        keys.verify_signature(key, b"m", bytes(64))
    with pytest.raises(KeyInvalid):
        keys.new_secret_key("x25519", bytes(32))


@pytest.mark.parametrize("text", [RSA_PEM, RSA_PKCS1])
def test_an_rsa_key_comes_from_pem_and_goes_through_jwk(text: str) -> None:
    key = keys.public_key_from_pem(text)
    assert key.kind == "rsa"
    assert keys.public_key_from_jwk(keys.jwk_of(key)) == key
    assert keys.public_key_from_der(key.data) == key
    with pytest.raises(KeyInvalid):
        keys.multikey(key)


def test_short_rsa_keys_and_private_parts_are_refused() -> None:
    short = rsa.generate_private_key(65537, 1024).public_key()
    with pytest.raises(KeyInvalid):
        keys.public_key_from_pem(short.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
    jwk = keys.jwk_of(keys.public_key_from_pem(RSA_PEM))
    for member in ("d", "p", "k"):
        with pytest.raises(KeyInvalid):
            keys.public_key_from_jwk({**jwk, member: "AQAB"})


@pytest.mark.parametrize("text", ["", "-----BEGIN PUBLIC KEY-----", None, 7, "x" * 20_000, RSA_PEM[:-40]])
def test_what_is_no_pem_is_refused(text: str) -> None:
    with pytest.raises(KeyInvalid):
        keys.public_key_from_pem(text)


def test_keys_on_other_curves_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP521R1()).public_key()
    with pytest.raises(KeyInvalid):
        keys.public_key_from_der(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("kind", CURVES)
def test_a_point_off_the_curve_is_refused_in_every_form(kind: str) -> None:
    jwk = keys.jwk_of(keys.public_key_of(secret(kind, 7)))
    with pytest.raises(KeyInvalid):
        keys.public_key_from_jwk({**jwk, "x": jwk["y"], "y": jwk["x"]})
    with pytest.raises(KeyInvalid):
        keys.public_key_from_jwk({**jwk, "x": base64.urlsafe_b64encode(bytes(5)).decode().rstrip("=")})


@pytest.mark.parametrize("kind", CURVES)
@pytest.mark.parametrize("length", [0, 63, 64, 65, 70, 72, 95, 96, 97])
def test_a_signature_of_zeros_or_of_another_length_is_invalid(kind: str, length: int) -> None:
    with pytest.raises(ProofInvalid):
        keys.verify_signature(keys.public_key_of(secret(kind, 7)), b"m", bytes(length))


def test_no_secret_is_shown() -> None:
    key = secret("p256", 0x1234567890ABCDEF)
    assert "1234567890" not in repr(key)
    assert "\\x12" not in repr(key)
