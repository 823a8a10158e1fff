"""base58btc and multihash texts. https://www.w3.org/TR/cid-1.0/#multibase-0"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.errors import KeyInvalid

__all__ = ["base58_decode", "base58_encode", "sha256_multihash"]

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FOREIGN = 0xFF
_VALUES = bytes(ALPHABET.find(chr(code)) % 256 for code in range(256))
"""The value of each character, ``_FOREIGN`` for one that has none."""
MAX_BASE58 = 1024
"""Longest base58 text decoded: decoding is quadratic."""

SHA256_MULTIHASH = b"\x12\x20"
"""The multicodec of SHA-256, and its length."""
CHUNK, PAIR = 58**10, 58**2
"""Digits are taken off a long number ten at a time, and off a short one by twos: dividing is what costs."""
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def _folds() -> Iterator[tuple[int, int, int]]:
    """How digits that stand beside each other join, first by twos, then by fours: width, mask, weight."""
    for step in range((MAX_BASE58 - 1).bit_length()):
        width = 8 << step
        lane = (1 << width) - 1
        yield (
            width,
            sum(lane << 2 * width * place for place in range(4 * MAX_BASE58 // width)),
            58 ** (1 << step),
        )


_FOLDS = tuple(_folds())


def base58_encode(data: bytes) -> str:
    """base58btc without multibase prefix."""
    number = int.from_bytes(data, "big")
    pairs = []
    while number:
        number, chunk = divmod(number, CHUNK)
        for _ in range(5):
            chunk, pair = divmod(chunk, PAIR)
            pairs.append(_PAIRS[pair])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def base58_decode(text: str) -> bytes:
    """The bytes of a base58btc text; ``KeyInvalid`` for a foreign character or an endless text."""
    if len(text) > MAX_BASE58:
        raise KeyInvalid("a base58 text is too long")
    values = text.encode("latin-1", "replace").translate(_VALUES)
    if _FOREIGN in values:
        raise KeyInvalid("a character is not base58")
    number = int.from_bytes(values, "big")
    for width, mask, weight in _FOLDS[: max(len(values) - 1, 0).bit_length()]:
        number = (number >> width & mask) * weight + (number & mask)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def sha256_multihash(digest: bytes) -> str:
    """A SHA-256 digest as multibase multihash (``digestMultibase`` of VCDM 2.0), base58btc."""
    return "z" + base58_encode(SHA256_MULTIHASH + digest)
