"""base58btc and multihash texts. https://www.w3.org/TR/cid-1.0/#multibase-0"""

from __future__ import annotations

from gateway.errors import KeyInvalid

__all__ = ["base58_decode", "base58_encode", "sha256_multihash"]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
MAX_BASE58 = 1024
"""Longest base58 text decoded: decoding is quadratic."""

SHA256_MULTIHASH = b"\x12\x20"
"""The multicodec of SHA-256, and its length."""
CHUNK, CHUNK_DIGITS = 58**10, 10
"""Digits are taken off a long number ten at a time: dividing it is what costs."""


def base58_encode(data: bytes) -> str:
    """base58btc without multibase prefix."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, chunk = divmod(number, CHUNK)
        for _ in range(CHUNK_DIGITS):
            chunk, digit = divmod(chunk, 58)
            digits.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits)).lstrip("1")


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


def sha256_multihash(digest: bytes) -> str:
    """A SHA-256 digest as multibase multihash (``digestMultibase`` of VCDM 2.0), base58btc."""
    return "z" + base58_encode(SHA256_MULTIHASH + digest)
