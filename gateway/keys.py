"""Ed25519 keys as Multikey, did:key and JWK; signing and verifying bytes. The one door to the primitives.

Controlled Identifiers 1.0 section 2.2.2 (Multikey), did:key, RFC 8037 (OKP), RFC 8032 by libsodium.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from multiformats import multicodec, varint
from nacl import bindings
from nacl.exceptions import CryptoError

from gateway.errors import KeyInvalid, ProofInvalid

__all__ = [
    "base58_decode",
    "base58_encode",
    "did_key",
    "key_agreement_multikey",
    "multikey",
    "public_key_from_jwk",
    "public_key_from_multikey",
    "public_key_of_did_key",
    "public_key_of_seed",
    "secret_multikey",
    "seed_from_secret_multikey",
    "sha256_multihash",
    "sign",
    "verification_method_of",
    "verify_signature",
]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
MAX_BASE58 = 1024
"""Longest base58 text decoded: decoding is quadratic."""

PUBLIC_BYTES, SEED_BYTES, SIGNATURE_BYTES = 32, 32, 64


def _prefix(name: str) -> bytes:
    return bytes(varint.encode(multicodec.get(name).code))


ED25519_PUBLIC = _prefix("ed25519-pub")
ED25519_SECRET = _prefix("ed25519-priv")
X25519_PUBLIC = _prefix("x25519-pub")
SHA256_MULTIHASH = bytes([multicodec.get("sha2-256").code, 32])

DID_KEY = re.compile(r"did:key:(z[1-9A-HJ-NP-Za-km-z]+)(?:#\1)?\Z")


def base58_encode(data: bytes) -> str:
    """base58btc without multibase prefix."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def base58_decode(text: str) -> bytes:
    """The bytes of a base58btc text; ``KeyInvalid`` for a foreign character or an endless text."""
    if len(text) > MAX_BASE58:
        raise KeyInvalid("a base58 text is too long")
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            raise KeyInvalid("a character is not base58")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _decode(text: Any, prefix: bytes, length: int, what: str) -> bytes:
    if not isinstance(text, str) or not text.startswith("z"):
        raise KeyInvalid(f"{what} is not a base58btc multibase text")
    data = base58_decode(text[1:])
    if not data.startswith(prefix) or len(data) != len(prefix) + length:
        raise KeyInvalid(f"{what} is not an Ed25519 key")
    return data[len(prefix) :]


def _checked(public: bytes) -> bytes:
    """A public key that is a point of the main subgroup: small-order keys verify many messages."""
    if len(public) != PUBLIC_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise KeyInvalid("the public key is not a valid Ed25519 point")
    return public


def multikey(public: bytes) -> str:
    """A public key as Multikey text, ``z6Mk…``."""
    return "z" + base58_encode(ED25519_PUBLIC + public)


def public_key_from_multikey(text: Any) -> bytes:
    """The 32 bytes of a public Multikey; ``KeyInvalid`` when it is none."""
    return _checked(_decode(text, ED25519_PUBLIC, PUBLIC_BYTES, "the public key"))


def secret_multikey(seed: bytes) -> str:
    """A secret seed as Multikey text, ``z3u2…``."""
    if not isinstance(seed, bytes) or len(seed) != SEED_BYTES:
        raise KeyInvalid("a seed has 32 bytes")
    return "z" + base58_encode(ED25519_SECRET + seed)


def seed_from_secret_multikey(text: Any) -> bytes:
    """The 32-byte seed of a secret Multikey; ``KeyInvalid`` (which never holds the text) when it is none."""
    return _decode(text, ED25519_SECRET, SEED_BYTES, "the secret key")


def public_key_of_seed(seed: bytes) -> bytes:
    """The public key that belongs to a 32-byte seed."""
    if not isinstance(seed, bytes) or len(seed) != SEED_BYTES:
        raise KeyInvalid("a seed has 32 bytes")
    public, _ = bindings.crypto_sign_seed_keypair(seed)
    return bytes(public)


def key_agreement_multikey(public: bytes) -> str:
    """The X25519 key derived from an Ed25519 public key, as Multikey (did:key section 3.1.3)."""
    try:
        derived = bindings.crypto_sign_ed25519_pk_to_curve25519(public)
    except (CryptoError, ValueError, TypeError):
        raise KeyInvalid("no X25519 key can be derived") from None
    return "z" + base58_encode(X25519_PUBLIC + derived)


def did_key(public: bytes) -> str:
    """The did:key of a public key."""
    return f"did:key:{multikey(public)}"


def verification_method_of(did: str) -> str:
    """The one verification method of a did:key."""
    return f"{did}#{did.removeprefix('did:key:')}"


def public_key_of_did_key(did_url: Any) -> bytes:
    """The public key of a did:key or of its verification method; ``KeyInvalid`` when malformed."""
    found = DID_KEY.match(did_url) if isinstance(did_url, str) else None
    if found is None:
        raise KeyInvalid("not a did:key")
    return public_key_from_multikey(found[1])


def public_key_from_jwk(jwk: Any) -> bytes:
    """The public key of an OKP JWK on Ed25519 (RFC 8037); ``KeyInvalid`` for anything else."""
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise KeyInvalid("the JWK is not an Ed25519 key")
    text = jwk.get("x")
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        raise KeyInvalid("the JWK's x is not 32 base64url bytes")
    return _checked(base64.urlsafe_b64decode(text + "="))


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature of a message."""
    if not isinstance(seed, bytes) or len(seed) != SEED_BYTES:
        raise KeyInvalid("a seed has 32 bytes")
    _, secret = bindings.crypto_sign_seed_keypair(seed)
    return bytes(bindings.crypto_sign(message, secret)[:SIGNATURE_BYTES])


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case, whatever the reason."""
    if not all(isinstance(part, bytes) for part in (public, message, signature)):
        raise ProofInvalid("the signature does not match")
    if len(signature) != SIGNATURE_BYTES or len(public) != PUBLIC_BYTES:
        raise ProofInvalid("the signature does not match")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except (CryptoError, ValueError, TypeError):
        raise ProofInvalid("the signature does not match") from None


def sha256_multihash(digest: bytes) -> str:
    """A SHA-256 digest as multibase multihash (``digestMultibase`` of VCDM 2.0), base58btc."""
    return "z" + base58_encode(SHA256_MULTIHASH + digest)
