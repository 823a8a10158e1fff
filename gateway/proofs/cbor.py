"""CBOR as far as selective disclosure proofs use it: numbers, byte strings, arrays, maps (RFC 8949)."""

from __future__ import annotations

from typing import Any

from gateway.errors import ProofMalformed

__all__ = ["read_cbor"]

MAX_BYTES = 1_048_576
MAX_ITEMS = 100_000
_DEPTH = 4
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def read_cbor(data: bytes) -> Any:
    """The one value that the bytes hold, to the last byte. Raises ``ProofMalformed`` for anything else."""
    if len(data) > MAX_BYTES:
        raise ProofMalformed("the proof value is too long")
    value, end = _value(data, 0, _DEPTH)
    if end != len(data):
        raise ProofMalformed("something follows the proof value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    major, number, at = _head(data, at)
    if major == 0:
        return number, at
    if major == 2:
        if at + number > len(data):
            raise ProofMalformed("the proof value is cut short")
        return data[at : at + number], at + number
    if major not in (4, 5) or depth == 0 or number > MAX_ITEMS:
        raise ProofMalformed("the proof value holds what no proof does")
    items: list[Any] = []
    for _ in range(number * (2 if major == 5 else 1)):
        item, at = _value(data, at, depth - 1)
        items.append(item)
    if major == 4:
        return items, at
    keys = items[::2]
    if not all(isinstance(key, int) for key in keys) or len(set(keys)) != len(keys):
        raise ProofMalformed("a map of the proof value has keys that are no numbers, or twice the same")
    return dict(zip(keys, items[1::2], strict=True)), at


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument, and where the content begins."""
    if at >= len(data):
        raise ProofMalformed("the proof value is cut short")
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, at + 1
    length = _LENGTHS.get(low)
    if length is None or at + 1 + length > len(data):
        raise ProofMalformed("the proof value is malformed")
    return major, int.from_bytes(data[at + 1 : at + 1 + length], "big"), at + 1 + length
