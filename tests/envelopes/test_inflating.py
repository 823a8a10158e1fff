"""Inflating: whole texts only, and never more than one byte beyond the limit."""

from __future__ import annotations

import gzip
import zlib

import pytest

from gateway.envelopes.inflating import GZIP, ZLIB, inflated

TEXT = b"a credential " * 100
PACKED = {ZLIB: zlib.compress(TEXT), GZIP: gzip.compress(TEXT)}


@pytest.mark.parametrize("framing", PACKED)
def test_a_whole_text_is_inflated(framing: int) -> None:
    assert inflated(PACKED[framing], len(TEXT), framing) == TEXT


@pytest.mark.parametrize("framing", PACKED)
def test_what_is_not_whole_is_nothing(framing: int) -> None:
    packed = PACKED[framing]
    for damaged in (packed[:-3], packed + b"more", b"?" + packed, b"", packed + packed):
        assert inflated(damaged, len(TEXT), framing) is None


def test_a_bomb_gives_one_byte_too_many_and_no_more() -> None:
    assert len(inflated(zlib.compress(b"\0" * 10_000_000), 1000) or b"") == 1001
