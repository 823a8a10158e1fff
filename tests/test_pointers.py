"""JSON pointers: the examples of RFC 6901, and the way there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pointers import escape, join, resolve, split

DOCUMENT = {
    "foo": ["bar", "baz"],
    "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip
EXAMPLES = {
    "": DOCUMENT, "/foo": ["bar", "baz"], "/foo/0": "bar", "/": 0, "/a~1b": 1, "/c%d": 2, "/e^f": 3,
    "/g|h": 4, "/i\\j": 5, '/k"l': 6, "/ ": 7, "/m~0n": 8,
}  # fmt: skip
STEPS = st.lists(st.text(max_size=5), max_size=5)


@pytest.mark.parametrize(("pointer", "value"), EXAMPLES.items(), ids=[repr(pointer) for pointer in EXAMPLES])
def test_the_examples_of_rfc_6901(pointer: str, value: Any) -> None:
    assert resolve(DOCUMENT, pointer) == value
    assert join(*split(pointer)) == pointer


@pytest.mark.parametrize(
    "pointer",
    [
        "/no",
        "/foo/2",
        "/foo/-",
        "/foo/-1",
        "/foo/x",
        "/foo/0/x",
        "/a~1b/c",
        "/foo/²",
        "/foo/00",
        "/foo/" + "1" * 5000,
    ],
)
def test_where_nothing_stands_there_is_the_default(pointer: str) -> None:
    assert resolve(DOCUMENT, pointer) is None
    assert resolve(DOCUMENT, pointer, default=7) == 7


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}])
def test_an_empty_value_is_something(value: Any) -> None:
    assert resolve({"a": [value]}, "/a/0", default="nothing") == value


def test_a_tilde_is_undone_after_a_slash() -> None:
    assert split("/~01") == ["~1"]
    assert escape("~1") == "~01"


@given(STEPS)
def test_steps_go_there_and_back(steps: list[str]) -> None:
    assert split(join(*steps)) == steps


@given(STEPS, STEPS)
def test_pointers_join_as_their_steps_do(one: list[str], other: list[str]) -> None:
    assert join(*one) + join(*other) == join(*one, *other)


TREES = st.recursive(
    st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(TREES)
def test_every_place_of_a_tree_is_found(tree: Any) -> None:
    def visit(value: Any, *steps: str | int) -> None:
        assert resolve(tree, join(*steps)) is value
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for name, item in items:
            visit(item, *steps, name)

    visit(tree)


@given(TREES, st.text(max_size=10))
def test_no_pointer_raises(tree: Any, pointer: str) -> None:
    resolve(tree, pointer)
