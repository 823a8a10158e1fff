"""Ed25519 keys and signatures: official vectors, forms that go there and back, and nothing that leaks."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase, multicodec, varint

from gateway import keys
from gateway.errors import KeyInvalid, ProofInvalid
from gateway.keys.base58 import SHA256_MULTIHASH
from gateway.keys.values import KINDS
from tests.keys.points import UNSOUND

SEED = keys.SecretKey("ed25519", bytes(range(32)))
PUBLIC = keys.public_key_of(SEED)
DID = keys.did_key(PUBLIC)
SEEDS = st.binary(min_size=32, max_size=32).map(lambda seed: keys.SecretKey("ed25519", seed))

NOT_ON_CURVE = "0200000000000000000000000000000000000000000000000000000000000000"


@given(st.binary(max_size=96))
@settings(max_examples=200)
def test_base58_is_the_one_of_the_reference_and_goes_back(data: bytes) -> None:
    text = keys.base58_encode(data)
    assert "z" + text == multibase.encode(data, "base58btc")
    assert keys.base58_decode(text) == data


@pytest.mark.parametrize("length", [0, 1, 2, 3, 5, 127, 128, 129, 1023, 1024])
def test_base58_joins_digits_at_every_length(length: int) -> None:
    text = ("zY3" * 400)[:length]
    assert keys.base58_encode(keys.base58_decode(text)) == text


def test_what_a_key_derives_to_sign_is_told_to_nobody() -> None:
    used, fresh = (keys.SecretKey("ed25519", bytes(range(32))) for _ in range(2))
    assert keys.sign(used, b"a") == keys.sign(used, b"a")
    assert used == fresh
    assert repr(used) == repr(fresh)


def test_prefixes_are_those_of_the_table_of_multicodecs() -> None:
    for name, kind in KINDS.items():
        assert kind.public_prefix == varint.encode(multicodec.get(f"{name}-pub").code)
        assert kind.secret_prefix == varint.encode(multicodec.get(f"{name}-priv").code)
    assert bytes([multicodec.get("sha2-256").code, 32]) == SHA256_MULTIHASH


@pytest.mark.parametrize("zeros", [0, 1, 5, 64])
def test_base58_keeps_leading_zeros(zeros: int) -> None:
    data = bytes(zeros) + b"\x01\x02"
    assert keys.base58_decode(keys.base58_encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "ab c", "ab\n", "é", "\ud800", "1" * 1025])
def test_base58_refuses_foreign_characters_and_long_texts(text: str) -> None:
    with pytest.raises(KeyInvalid):
        keys.base58_decode(text)


@given(SEEDS)
@settings(max_examples=50)
def test_every_form_of_a_key_gives_the_key_back(seed: keys.SecretKey) -> None:
    public = keys.public_key_of(seed)
    did = keys.did_key(public)
    assert keys.public_key_from_multikey(keys.multikey(public)) == public
    assert keys.public_key_of_did_key(did) == public
    assert keys.public_key_of_did_key(keys.verification_method_of(did)) == public
    assert keys.secret_key_from_multikey(keys.secret_multikey(seed)) == seed


def test_the_prefixes_are_those_of_the_multicodec_table() -> None:
    assert multicodec.wrap("ed25519-pub", PUBLIC.data) == b"\xed\x01" + PUBLIC.data
    public = keys.multikey(PUBLIC)
    assert public.startswith("z6Mk")
    assert multicodec.unwrap(multibase.decode(public))[1] == PUBLIC.data
    assert keys.secret_multikey(SEED).startswith("z3u2")
    codec, raw = multicodec.unwrap(multibase.decode(keys.secret_multikey(SEED)))
    assert (codec.name, raw) == ("ed25519-priv", SEED.data)


def test_the_did_key_of_a_known_seed_is_known() -> None:
    # The all-zero seed is the first vector of the did:key method.
    zero = keys.did_key(keys.public_key_of(keys.SecretKey("ed25519", bytes(32))))
    assert zero == "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    assert keys.verification_method_of(zero) == f"{zero}#{zero.removeprefix('did:key:')}"


def test_the_did_key_vectors_give_their_did(corpora: Path) -> None:
    vectors = json.loads((corpora / "w3c/did-key/ed25519-x25519.json").read_text())
    for did, vector in vectors.items():
        assert (
            keys.did_key(keys.public_key_of(keys.SecretKey("ed25519", bytes.fromhex(vector["seed"])))) == did
        )


@pytest.mark.parametrize("encoded", [*UNSOUND, NOT_ON_CURVE])
def test_a_public_key_that_is_no_key_is_refused_everywhere(encoded: str) -> None:
    public = bytes.fromhex(encoded)
    with pytest.raises(KeyInvalid):
        keys.public_key_from_multikey("z" + keys.base58_encode(b"\xed\x01" + public))


BAD_MULTIKEYS = [
    "",
    "z",
    "z6Mk",
    keys.multikey(PUBLIC)[1:],
    "u" + keys.multikey(PUBLIC)[1:],
    keys.multikey(PUBLIC) + "1",
    keys.multikey(PUBLIC) + " ",
    keys.secret_multikey(SEED),
    "zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU",
    None,
    7,
]


@pytest.mark.parametrize("text", BAD_MULTIKEYS)
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(KeyInvalid):
        keys.public_key_from_multikey(text)


@pytest.mark.parametrize(
    "did",
    [
        "did:key:",
        "did:web:example.org",
        "did:key:zDnaegE6RR3atJtHKwTRTWHsJ3kNHqFwv7n9YjTgmU7TyfU7",
        DID + "#",
        DID + "#key-1",
        DID + "?versionId=1",
        DID + "/path",
        DID.upper(),
        "did:key:1.1:" + DID.removeprefix("did:key:"),
        None,
        {},
    ],
)
def test_what_is_no_did_key_is_refused(did: str) -> None:
    with pytest.raises(KeyInvalid):
        keys.public_key_of_did_key(did)


JWK = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(PUBLIC.data).decode().rstrip("=")}


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        [],
        "x",
        None,
        {**JWK, "kty": "EC"},
        {**JWK, "crv": "X448"},
        {**JWK, "d": JWK["x"]},
        {**JWK, "x": JWK["x"] + "="},
        {**JWK, "x": JWK["x"][:-1] + "é"},
        {**JWK, "x": JWK["x"] + "\n"},
        {**JWK, "x": "AA"},
        {**JWK, "x": 7},
        {"kty": "OKP", "crv": "Ed25519"},
    ],
)
def test_what_is_no_jwk_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(KeyInvalid):
        keys.public_key_from_jwk(jwk)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33), "a" * 32, None])
def test_a_seed_that_is_not_32_bytes_is_refused(seed: bytes) -> None:
    with pytest.raises(KeyInvalid):
        keys.secret_key("ed25519", seed)


def test_no_error_shows_the_secret() -> None:
    secret = keys.secret_multikey(SEED)
    for malformed in (secret + "1", secret[:-1], secret[:-1] + "0"):
        with pytest.raises(KeyInvalid) as refusal:
            keys.secret_key_from_multikey(malformed)
        assert secret[5:15] not in repr(refusal.value) + json.dumps(refusal.value.problem())


@given(SEEDS, st.binary(max_size=200))
@settings(max_examples=50)
def test_what_is_signed_verifies(seed: keys.SecretKey, message: bytes) -> None:
    keys.verify_signature(keys.public_key_of(seed), message, keys.sign(seed, message))


@given(st.binary(max_size=70), st.binary(max_size=40))
@settings(max_examples=300)
def test_any_other_signature_or_key_is_invalid_and_nothing_else(signature: bytes, public: bytes) -> None:
    with pytest.raises(ProofInvalid):
        keys.verify_signature(PUBLIC, b"message", signature)
    with pytest.raises(ProofInvalid):
        keys.verify_signature(keys.PublicKey("ed25519", public), b"message", keys.sign(SEED, b"message"))


@given(st.integers(min_value=0, max_value=511))
@settings(max_examples=60)
def test_one_flipped_bit_of_a_signature_is_invalid(bit: int) -> None:
    signature = bytearray(keys.sign(SEED, b"message"))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofInvalid):
        keys.verify_signature(PUBLIC, b"message", bytes(signature))


@pytest.mark.parametrize("given_value", [None, "text", 5, [], {}])
def test_a_signature_key_or_message_of_another_type_is_invalid(given_value: bytes) -> None:
    signature = keys.sign(SEED, b"m")
    for arguments in (
        (keys.PublicKey("ed25519", given_value), b"m", signature),
        (PUBLIC, given_value, signature),
        (PUBLIC, b"m", given_value),
    ):
        with pytest.raises(ProofInvalid):
            keys.verify_signature(*arguments)


def test_a_signature_with_s_beyond_the_order_of_the_group_is_invalid() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    signature = keys.sign(SEED, b"message")
    s = int.from_bytes(signature[32:], "little") + order
    with pytest.raises(ProofInvalid):
        keys.verify_signature(PUBLIC, b"message", signature[:32] + s.to_bytes(32, "little"))


def _accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        keys.verify_signature(keys.PublicKey("ed25519", public), message, signature)
    except ProofInvalid:
        return False
    return True


def test_wycheproof_151_of_151(corpora: Path) -> None:
    groups = json.loads((corpora / "security/ed25519/ed25519_test.json").read_text())["testGroups"]
    seen = 0
    for group in groups:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            seen += 1
            accepted = _accepts(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert accepted == (case["result"] == "valid"), case["tcId"]
    assert seen == 151


def test_speccheck_accepts_only_case_3(corpora: Path) -> None:
    cases = json.loads((corpora / "security/ed25519/speccheck_cases.json").read_text())
    accepted = [
        number
        for number, case in enumerate(cases)
        if _accepts(*(bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature")))
    ]
    assert accepted == [3]
