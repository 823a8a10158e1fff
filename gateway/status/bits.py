"""Bit strings of status lists: compressed with gzip, in base64url, the first bit leftmost.

https://www.w3.org/TR/vc-bitstring-status-list/#bitstring-encoding. Expansion is bounded: the
specification sets no limit, and a few bytes can hold gigabytes.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable

from gateway.envelopes.inflating import GZIP, inflated
from gateway.errors import StatusListMalformed, StatusListTooShort

__all__ = ["MAX_BYTES", "MIN_ENTRIES", "encode_bits", "expand", "value_at"]

MAX_BYTES = 16 * 1024 * 1024
"""Longest list, 134 million entries."""
MIN_ENTRIES = 131_072
"""Fewest entries of a list: fewer would point out the holder who is looked up."""
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}\Z")
_MAX_TEXT = 4 * 1024 * 1024


def expand(text: str) -> bytes:
    """The bits of an encoded list, with or without multibase prefix ``u``. Raises ``StatusListMalformed``."""
    if not isinstance(text, str) or len(text) > _MAX_TEXT or not _BASE64URL.match(text):
        raise StatusListMalformed("the list is not base64url")
    body = text.removeprefix("u").rstrip("=")
    try:
        compressed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        raise StatusListMalformed("the list is not base64url") from None
    bits = inflated(compressed, MAX_BYTES, GZIP)
    if bits is None:
        raise StatusListMalformed("the list is not whole: damaged gzip, cut short, or something follows it")
    if len(bits) > MAX_BYTES:
        raise StatusListMalformed(f"the list is longer than {MAX_BYTES} bytes")
    return bits


def value_at(bits: bytes, index: int, size: int = 1) -> int:
    """The status at an index of a list with ``size`` bits an entry.

    Raises ``StatusListTooShort`` for an index beyond the end (RANGE_ERROR).
    """
    start = index * size
    if index < 0 or start + size > len(bits) * 8:
        raise StatusListTooShort("the index lies beyond the end of the list")
    first, last = start // 8, (start + size - 1) // 8
    number = int.from_bytes(bits[first : last + 1], "big")
    return number >> ((last + 1) * 8 - start - size) & ((1 << size) - 1)


def encode_bits(marked: Iterable[int], entries: int = MIN_ENTRIES) -> str:
    """An encoded list of single bits of which those at the given indices are set."""
    bits = bytearray((entries + 7) // 8)
    for index in marked:
        bits[index // 8] |= 0x80 >> index % 8
    compressor = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    compressed = compressor.compress(bytes(bits)) + compressor.flush()
    return "u" + base64.urlsafe_b64encode(compressed).rstrip(b"=").decode()
