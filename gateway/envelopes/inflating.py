"""Inflating what somebody else has deflated, never beyond what it may be."""

from __future__ import annotations

import zlib

__all__ = ["GZIP", "ZLIB", "inflated"]

ZLIB, GZIP = zlib.MAX_WBITS, zlib.MAX_WBITS | 16
"""The two framings there are (RFC 1950, RFC 1952)."""


def inflated(compressed: bytes, most: int, framing: int = ZLIB) -> bytes | None:
    """The bytes, or None where they are damaged, cut short or followed by something.

    One byte more than ``most`` is given at most: more of a longer text is not inflated.
    """
    inflater = zlib.decompressobj(framing)
    try:
        data = inflater.decompress(compressed, most + 1)
    except zlib.error:
        return None
    whole = inflater.eof and not inflater.unused_data
    return data if whole or len(data) > most else None
