"""Parts of a JSON text as they stand: they mean what the whole means, and nothing else is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.envelopes.slices import elements, members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), VALUES), st.sampled_from([None, 0, 3]), st.booleans())
def test_members_mean_what_the_object_means(value: dict[str, Any], indent: int | None, plain: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    found = members(text)
    assert {name: json.loads(part) for name, part in found.items()} == value
    assert all(part in text and part == part.strip() for part in found.values())


@given(st.lists(VALUES), st.sampled_from([None, 0, 3]))
def test_elements_mean_what_the_array_means(value: list[Any], indent: int | None) -> None:
    assert [json.loads(part) for part in elements(json.dumps(value, indent=indent))] == value


def test_what_stands_between_parts_is_left_out_and_what_stands_in_them_is_kept() -> None:
    assert members(' {"a" : 1.0e2 ,\n"b":{ "c":1 } } ') == {"a": "1.0e2", "b": '{ "c":1 }'}
    assert elements('[ "\\u0061" ,2 ]') == ['"\\u0061"', "2"]


@pytest.mark.parametrize("text", [
    "", "1", "[]", "{", '{"a"}', '{"a":}', '{"a":1', '{"a":1,}', '{"a":1 "b":2}', '{,"a":1}', '{"a":1}x', "{1:2}",
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a"=1}', '{"a":' + "[" * 100_000,
])  # fmt: skip
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        members(text)


@pytest.mark.parametrize("text", ["", "{}", "[", "[1", "[1,]", "[,1]", "[1 2]", "[1]]", "[" * 100_000])
def test_what_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        elements(text)
