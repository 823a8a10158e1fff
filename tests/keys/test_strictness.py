"""What a signature must be to hold: full length, in range, by a key that fits one message at a time."""

from __future__ import annotations

import json
import warnings

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from gateway import keys
from gateway.envelopes.jwt import base64url_encode
from gateway.errors import KeyInvalid, ProofInvalid
from gateway.proofs.controllers import methods_of
from tests.keys.points import UNSOUND

ORDERS = {
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "p384": int("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
                "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
}  # fmt: skip
GOLDEN = {
    "ed25519": (
        "9e46ad095242486ab68b0b6664ade0909c98e02de019d98810c448d7e58d4319c8ae941a474f6ef64ea9dd22106c5c52"
        "196e4728f9a3464737bbac84df2fab0a"
    ),
    "p256": (
        "d5360c4043acdc473ac75df445276e4ef1f7ef72a2535878f055973e9a96e72816802c4080101e9c1df2ae06a9f74c15"
        "a24ecce34a4d2dd3986c1384aff77dcc"
    ),
    "p384": (
        "0b1ac807e4940246a4e098c40c742490deafd2538fac0daeb5b74ee3d4710c839663b3c7850bb8939905bf52896a0bb6"
        "c21c383c6b4024ad8dbe1a2cb38ddd67a46bb3922f034644d7973d84875bdd579e40c0f89c06549d71d1fff961d71b64"
    ),
}
"""The signatures of ``message`` by the key whose bytes are all 7: signing is deterministic."""
NEUTRAL = b"\x01" + bytes(31)
"""The neutral point of Ed25519, whose order is 1."""


RFC_6979 = {
    # appendix A.2.5 and A.2.6: kind, key, message, r, s
    "p256 sample": (
        "p256", "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", "sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    "p256 test": (
        "p256", "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", "test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
    "p384 sample": (
        "p384", "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "sample", "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
        "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    ),
}  # fmt: skip


def secret(kind: str) -> keys.SecretKey:
    return keys.secret_key(kind, b"\x07" * keys.KINDS[kind].secret_bytes)


def parts(kind: str) -> tuple[int, int, int]:
    signature = keys.sign(secret(kind), b"message")
    length = len(signature) // 2
    return int.from_bytes(signature[:length], "big"), int.from_bytes(signature[length:], "big"), length


def verify(kind: str, r: int, s: int, length: int) -> None:
    signature = r.to_bytes(length, "big") + s.to_bytes(length, "big")
    keys.verify_signature(keys.public_key_of(secret(kind)), b"message", signature)


@pytest.mark.parametrize("kind", GOLDEN)
def test_a_key_signs_a_message_always_alike(kind: str) -> None:
    assert keys.sign(secret(kind), b"message").hex() == GOLDEN[kind]


@pytest.mark.parametrize("name", RFC_6979)
def test_the_vectors_of_rfc_6979_are_reproduced(name: str) -> None:
    kind, key, message, r, s = RFC_6979[name]
    made = keys.sign(keys.secret_key(kind, bytes.fromhex(key)), message.encode())
    assert made.hex().upper() == r + s


@pytest.mark.parametrize("kind", ORDERS)
def test_either_s_holds_since_no_specification_asks_for_the_lower(kind: str) -> None:
    r, s, length = parts(kind)
    verify(kind, r, s, length)
    verify(kind, r, ORDERS[kind] - s, length)


@pytest.mark.parametrize("kind", ORDERS)
def test_numbers_out_of_range_do_not_hold(kind: str) -> None:
    r, s, length = parts(kind)
    order, top = ORDERS[kind], (1 << 8 * length) - 1
    for wrong in (
        (0, s),
        (r, 0),
        (0, 0),
        (order, s),
        (r, order),
        (order, order),
        (top, s),
        (r, top),
        (r, top - 1),
    ):
        with pytest.raises(ProofInvalid):
            verify(kind, *wrong, length)


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("change", [-2, -1, 1, 2])
def test_numbers_of_another_length_do_not_hold(kind: str, change: int) -> None:
    r, s, length = parts(kind)
    with pytest.raises(ProofInvalid):
        keys.verify_signature(
            keys.public_key_of(secret(kind)), b"message",
            r.to_bytes(length, "big") + s.to_bytes(length, "big").rjust(length + change, b"\0")[-(length + change):],
        )  # fmt: skip


def test_a_signature_in_der_is_another_and_does_not_hold() -> None:
    r, s, _ = parts("p256")
    numbers = b"".join(b"\x02" + bytes([len(n)]) + n for n in (_der(r), _der(s)))
    with pytest.raises(ProofInvalid):
        keys.verify_signature(
            keys.public_key_of(secret("p256")), b"message", b"\x30" + bytes([len(numbers)]) + numbers
        )


def _der(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def test_a_key_that_fits_every_message_elsewhere_is_no_key_here() -> None:
    signature = NEUTRAL + bytes(32)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(NEUTRAL)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for message in (b"one", b"two"):
            header = base64url_encode(json.dumps({"alg": "EdDSA"}).encode())
            token = f"{header}.{base64url_encode(message)}.{base64url_encode(signature)}"
            elsewhere = jws.deserialize_compact(token, OKPKey.import_key(jwk), algorithms=["EdDSA"])
            assert elsewhere.payload == message
    with pytest.raises(ProofInvalid):
        keys.verify_signature(keys.PublicKey("ed25519", NEUTRAL), b"one", signature)


@pytest.mark.parametrize("point", UNSOUND)
def test_a_key_of_small_order_is_refused_where_it_is_read(point: str) -> None:
    data = bytes.fromhex(point)
    text = "z" + keys.base58_encode(b"\xed\x01" + data)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(data)}
    for read, given in (
        (keys.public_key_from_jwk, jwk),
        (keys.public_key_from_multikey, text),
        (keys.public_key_of_did_key, f"did:key:{text}"),
    ):
        with pytest.raises(KeyInvalid):
            read(given)
    for method in (
        {"type": "Multikey", "publicKeyMultibase": text},
        {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": text},
        {"type": "Ed25519VerificationKey2018", "publicKeyBase58": keys.base58_encode(data)},
        {"type": "JsonWebKey", "publicKeyJwk": jwk},
    ):
        listed = [{"id": "did:example:a#1", "controller": "did:example:a", **method}]
        assert methods_of({"id": "did:example:a", "assertionMethod": listed}, "assertionMethod") == {}
