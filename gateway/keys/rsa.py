"""RSASSA-PKCS1-v1_5 and RSASSA-PSS, verified alone: what JWTs of old platforms, Open Badges 2.0 and seals use."""

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
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


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


def verify(
    data: bytes, message: bytes, signature: bytes, *, digest: str = "sha256", pss: bool = False
) -> None:
    """Return when the signature holds; ``ProofInvalid`` in every other case.

    ``pss`` asks for RSASSA-PSS with a salt as long as the digest, and MGF1 with the same digest.
    """
    chosen = HASHES[digest]
    scheme = padding.PSS(padding.MGF1(chosen), chosen.digest_size) if pss else padding.PKCS1v15()
    try:
        _loaded(data).verify(signature, message, scheme, chosen)
    except (InvalidSignature, KeyInvalid, ValueError):
        raise ProofInvalid("the signature does not match") from None
