"""Checking against a table of shapes: every problem at once, one cause for each, each at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pointers import resolve
from gateway.shapes import Problem, load_shapes, problems_of
from gateway.shapes.checking import MAX_PROBLEMS, _is_sound, _node
from gateway.shapes.table import shapes_of

SHAPES = shapes_of("""
[Cat]
type = "types:Cat!"
name = "filled!"
friend = "Cat|Dog|iri*"
colour = "enum:Colour"
age = "number"

[Dog]
type = "types:Dog,Hound!"
bark = "text!"

[enums]
Colour = ["black", "white", "ext:"]
""")
CAT = {"type": "Cat", "name": "Tom"}


def found(tree: Any, shape: str = "Cat") -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in problems_of(tree, shape, SHAPES)]


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"type": ["Animal", "Cat"]}, {"colour": "black"}, {"colour": "ext:grey"}, {"age": 2.5}, {"more": None},
        {"friend": CAT}, {"friend": [CAT, "https://cats.example/1"]}, {"friend": {"type": "Hound", "bark": ""}},
    ],
)  # fmt: skip
def test_what_a_table_allows_is_no_problem(changes: dict[str, Any]) -> None:
    assert found({**CAT, **changes}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": None}, ("/name", "member_missing")),
        ({"name": []}, ("/name", "member_missing")),
        ({"name": " "}, ("/name", "member_malformed")),
        ({"name": ["Tom"]}, ("/name", "member_malformed")),
        ({"type": "Dog"}, ("/type", "member_malformed")),
        ({"type": ["Cat", 7]}, ("/type", "member_malformed")),
        ({"colour": "ext:"}, ("/colour", "member_malformed")),
        ({"colour": "red"}, ("/colour", "member_malformed")),
        ({"colour": None}, ("/colour", "member_missing")),
        ({"age": True}, ("/age", "member_malformed")),
        ({"friend": []}, ("/friend", "member_missing")),
        ({"friend": [CAT, "no iri"]}, ("/friend/1", "member_malformed")),
        ({"friend": [{"type": "Cat"}]}, ("/friend/0/name", "member_missing")),
        ({"friend": {"type": "Dog", "name": "Rex"}}, ("/friend/bark", "member_missing")),
        ({"friend": {"name": "Tim"}}, ("/friend/type", "member_missing")),
    ],
)
def test_one_fault_is_one_problem(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert found({**CAT, **changes}) == [problem]


def test_a_value_of_the_wrong_kind_is_not_looked_into_as_well() -> None:
    assert found({**CAT, "friend": 7}) == [("/friend", "member_malformed")]


def test_all_faults_are_told_at_once_in_the_order_of_the_table() -> None:
    assert found({"colour": "red", "type": 7}) == [
        ("/type", "member_malformed"), ("/name", "member_missing"), ("/colour", "member_malformed"),
    ]  # fmt: skip


def test_no_more_problems_are_told_than_the_bound() -> None:
    assert len(found({**CAT, "friend": [7] * (MAX_PROBLEMS + 5)})) == MAX_PROBLEMS


def test_a_problem_says_what_is_wanted_in_words() -> None:
    (problem,) = problems_of({**CAT, "friend": 7}, "Cat", SHAPES, "/pet")
    assert problem == Problem(
        "/pet/friend", "member_malformed", "friend is not an object (Cat) or an object (Dog) or an IRI",
        "Give friend as an object (Cat) or an object (Dog) or an IRI.",
    )  # fmt: skip


def test_a_member_with_a_slash_has_its_place_escaped() -> None:
    shapes = shapes_of('[A]\n"a/b" = "text!"')
    assert [problem.pointer for problem in problems_of({}, "A", shapes)] == ["/a~1b"]


NAMES = st.sampled_from([*SHAPES.classes["Cat"], "bark"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*SHAPES.classes["Cat"]]), VALUES))
def test_every_problem_of_any_tree_is_at_a_place_in_it_or_one_that_is_missing(tree: dict[str, Any]) -> None:
    for problem in problems_of(tree, "Cat", SHAPES):
        parent, _, name = problem.pointer.rpartition("/")
        holder = resolve(tree, parent)
        there = name in holder if isinstance(holder, dict) else int(name) < len(holder)
        assert there or problem.code == "member_missing"


@pytest.mark.parametrize("table", ["ob2", "ob2_extensions", "ob3", "vcdm"])
@given(
    tree=st.dictionaries(
        st.sampled_from(["type", "id", "name", "issuer", "credentialSubject", "badge"]), VALUES
    )
)
def test_no_tree_breaks_a_table_of_ours(table: str, tree: dict[str, Any]) -> None:
    shapes = load_shapes(table)
    for shape in shapes.classes:
        assert all(problem.message and problem.hint for problem in problems_of(tree, shape, shapes))


VALUES = st.recursive(
    st.sampled_from([None, "", "Cat", "Dog", "https://cats.example/1", "black", "ext:grey", 2, True, 1.5]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "friend", "colour", "bark", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["type", "name", "friend", "colour", "age", "x"]), VALUES, max_size=5))
def test_what_is_found_sound_at_once_has_no_problem_and_the_other_way_round(tree: dict[str, Any]) -> None:
    for changed in (tree, {**CAT, **tree}):
        assert _is_sound(changed, "Cat", SHAPES) is (not list(_node(changed, "Cat", SHAPES, "")))
