"""RSASSA-PKCS1-v1_5 with SHA-256, verified alone: what JWTs of old platforms and Open Badges 2.0 use."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from gateway.errors import KeyInvalid, ProofInvalid

__all__ = ["checked", "numbers", "public_bytes", "verify"]

MIN_BITS, MAX_BITS = 2048, 8192
"""Shorter keys can be broken; longer ones only cost time."""


def checked(key: RSAPublicKey) -> bytes:
    """A loaded key as SubjectPublicKeyInfo. Raises ``KeyInvalid`` for one too short or too long."""
    if not MIN_BITS <= key.key_size <= MAX_BITS:
        raise KeyInvalid(f"an RSA key has {MIN_BITS} to {MAX_BITS} bits")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_bytes(modulus: bytes, exponent: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a modulus and an exponent. Raises ``KeyInvalid``."""
    if len(modulus) > MAX_BITS // 8 + 1:
        raise KeyInvalid(f"an RSA key has {MIN_BITS} to {MAX_BITS} bits")
    numbers = RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
    try:
        return checked(numbers.public_key())
    except ValueError:
        raise KeyInvalid("not an RSA key") from None


def _loaded(data: bytes) -> RSAPublicKey:
    key = load_der_public_key(data)
    if not isinstance(key, RSAPublicKey):
        raise KeyInvalid("not an RSA key")
    return key


def numbers(data: bytes) -> tuple[bytes, bytes]:
    """Modulus and exponent, big endian without leading zeros."""
    found = _loaded(data).public_numbers()
    return tuple(n.to_bytes((n.bit_length() + 7) // 8, "big") for n in (found.n, found.e))  # type: ignore[return-value]


def verify(data: bytes, message: bytes, signature: bytes) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case."""
    try:
        _loaded(data).verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, KeyInvalid, ValueError):
        raise ProofInvalid("the signature does not match") from None
