"""Outlines: what differs between two JSON texts of one structure, told without reading them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import read_json
from gateway.envelopes.outline import outline_of, string_of, strings_in
from gateway.errors import EnvelopeRefused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=4)


@given(OBJECTS, st.booleans())
@settings(derandomize=True)
def test_the_strings_of_a_text_are_those_of_its_tree_in_order(tree: dict[str, Any], ascii_only: bool) -> None:
    data = json.dumps(tree, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    outline = outline_of(data)
    assert outline is not None
    paths = list(strings_in(tree))
    assert len(paths) == len(outline.strings)
    for path, written in zip(paths, outline.strings, strict=True):
        if path is not None:
            value: Any = tree
            for step in path:
                value = value[step]
            assert string_of(written) == value


@given(
    OBJECTS, st.lists(st.text(st.sampled_from('a"\\/nu00,:{}[] \x00\x01\n\ud800'), max_size=6), min_size=20)
)
@settings(derandomize=True, max_examples=300)
def test_a_text_of_a_known_outline_reads_as_its_strings_say(tree: dict[str, Any], written: list[str]) -> None:
    outline = outline_of(json.dumps(tree).encode())
    assert outline is not None
    marks, given_ = outline.marks.split("\0"), list(outline.strings)
    paths = list(strings_in(tree))
    for position, (path, text) in enumerate(zip(paths, written, strict=False)):
        if path is not None:
            given_[position] = text
    parts = [
        part for pair in zip(marks, [f'"{text}"' for text in given_] + [""], strict=True) for part in pair
    ]
    data = "".join(parts).encode("utf-8", "surrogatepass")
    other = outline_of(data)
    if other is None or other.marks != outline.marks or len(other.strings) != len(paths):
        return
    values = [string_of(text) for text in other.strings]
    if None in values:
        return
    read = read_json(data)
    assert list(strings_in(read)) == paths
    assert json.dumps(read, ensure_ascii=False).count('"') >= 2 * len(paths)
    for path, value in zip(paths, values, strict=True):
        found: Any = read
        for step in path or ():
            found = found[step]
        assert path is None or found == value


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'["a"]', b"\xff{}", b'"text"', b'{"a', b'{"a":"b', b"<a>", b"PK\x03\x04", b"x" * 9_000_000],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_text_of_an_object_has_no_outline(data: bytes) -> None:
    assert outline_of(data) is None


@pytest.mark.parametrize("written", ["\n", "\x00", "\\x", "\\", "\\ud800", "\\u12", "a\x1fb"])
def test_what_json_does_not_write_is_no_string(written: str) -> None:
    assert string_of(written) is None
    with pytest.raises(EnvelopeRefused):
        read_json(f'{{"a":"{written}"}}'.encode())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", ""),
        ("é", "é"),
        ("\\u00e9", "é"),
        ("a\\/b", "a/b"),
        ('\\"', '"'),
        ("\\ud83d\\ude00", "😀"),
        ("\x7f", "\x7f"),
    ],
)
def test_a_string_is_what_json_reads(written: str, value: str) -> None:
    assert string_of(written) == value == read_json(f'{{"a":"{written}"}}'.encode())["a"]


def test_a_text_made_to_be_slow_is_not() -> None:
    outline = outline_of(b'{"' + b'\\"' * 2_000_000)
    assert outline is None or len(outline.strings) == 1
