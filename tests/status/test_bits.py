"""Bits of a status list: what they decode to, where each stands, and how little a bomb can do."""

from __future__ import annotations

import base64
import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import StatusListMalformed, StatusListTooShort
from gateway.status.bits import MAX_BYTES, MIN_ENTRIES, encode_bits, expand, value_at
from tests.status.parts import packed

SPECIFIED = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""The list that the examples of Bitstring Status List 1.0 hold."""


def test_the_list_of_the_specification_is_sixteen_kilobytes_of_zeros() -> None:
    assert expand(SPECIFIED) == bytes(16_384)
    assert len(expand(SPECIFIED)) * 8 == MIN_ENTRIES


def test_the_short_form_of_the_specification_is_cut_short_and_refused() -> None:
    """Some copies of the specification's example lack the end of the gzip stream."""
    with pytest.raises(StatusListMalformed, match="cut short"):
        expand("uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAA")


def test_a_list_without_multibase_prefix_is_read_as_older_specifications_have_it() -> None:
    assert expand(SPECIFIED.removeprefix("u")) == bytes(16_384)
    padded = base64.urlsafe_b64encode(gzip.compress(b"ab")).decode()
    assert expand(padded) == b"ab"


def test_the_first_index_is_the_leftmost_bit() -> None:
    bits = bytes([0b1000_0001, 0b0100_0000])
    assert [index for index in range(16) if value_at(bits, index)] == [0, 7, 9]


@pytest.mark.parametrize(("size", "values"), [(2, [2, 0, 0, 1]), (4, [8, 1]), (8, [0x81]), (3, [4, 0])])
def test_a_status_of_several_bits_is_read_from_the_left(size: int, values: list[int]) -> None:
    assert [value_at(bytes([0b1000_0001]), index, size) for index in range(len(values))] == values


def test_a_status_may_lie_across_bytes() -> None:
    bits = bytes([0b0000_0001, 0b1000_0000])
    assert value_at(bits, 1, 7) == 0b1100000
    assert value_at(bytes([0, 0b0111_1111, 0b1000_0000]), 1, 9) == 0b1111_1111_0


@given(st.lists(st.integers(0, 2_047), max_size=20, unique=True))
def test_what_is_marked_is_read_back_and_nothing_else(marked: list[int]) -> None:
    bits = expand(encode_bits(marked, 2_048))
    assert {index for index in range(2_048) if value_at(bits, index)} == set(marked)


@given(st.integers(1, 16), st.integers(0, 200), st.binary(min_size=64, max_size=64))
def test_a_value_is_the_bits_of_the_whole_as_a_number(size: int, index: int, bits: bytes) -> None:
    text = "".join(f"{byte:08b}" for byte in bits)
    start = index * size
    if start + size <= len(text):
        assert value_at(bits, index, size) == int(text[start : start + size], 2)
    else:
        with pytest.raises(StatusListTooShort):
            value_at(bits, index, size)


@pytest.mark.parametrize("index", [16, 17, 10**11, -1])
def test_an_index_beyond_the_end_is_a_range_error(index: int) -> None:
    with pytest.raises(StatusListTooShort) as refusal:
        value_at(bytes(2), index)
    assert refusal.value.code == "range_error"


@pytest.mark.parametrize(
    "text",
    ["", "u", "uAAAA", "not base64!", "u" + "A" * 5_000_000, 7, None, ["u"], packed(b"x")[:-8], packed(b"x") + "AAAA"],
)  # fmt: skip
def test_what_is_no_list_is_malformed(text: object) -> None:
    with pytest.raises(StatusListMalformed) as refusal:
        expand(text)  # type: ignore[arg-type]
    assert refusal.value.code == "malformed_value_error"


def test_two_streams_behind_each_other_are_refused() -> None:
    both = gzip.compress(b"a", mtime=0) + gzip.compress(b"b", mtime=0)
    with pytest.raises(StatusListMalformed, match="follows"):
        expand("u" + base64.urlsafe_b64encode(both).rstrip(b"=").decode())


def test_a_bomb_is_refused_before_it_is_expanded() -> None:
    with pytest.raises(StatusListMalformed, match="longer"):
        expand(packed(bytes(MAX_BYTES + 1)))
    assert len(expand(packed(bytes(MAX_BYTES)))) == MAX_BYTES


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    text = "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    with contextlib.suppress(StatusListMalformed):
        expand(text)
