"""Turns: who has much to do does not keep others waiting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compute.turns import Turns


def taken(turns: Turns[str]) -> list[str]:
    return [turns.popleft() for _ in range(len(turns))]


def test_one_of_each_then_the_next_of_each() -> None:
    turns: Turns[str] = Turns()
    for item in ("a1", "a2", "a3", "b1", "c1", "c2"):
        turns.append(item[0], item)
    assert turns.first() == "a1"
    assert taken(turns) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_who_comes_late_waits_for_one_piece_of_each_other() -> None:
    turns: Turns[str] = Turns()
    for number in range(100):
        turns.append("flood", f"f{number}")
    assert turns.popleft() == "f0"
    turns.append("late", "here")
    assert taken(turns).index("here") == 1


def test_what_was_taken_once_comes_first() -> None:
    turns: Turns[str] = Turns()
    turns.append("a", "a1")
    turns.appendleft("again")
    assert (turns.first(), len(turns)) == ("again", 2)
    assert taken(turns) == ["again", "a1"]


def test_nothing_waits() -> None:
    turns: Turns[str] = Turns()
    for ask in (turns.first, turns.popleft):
        with pytest.raises(IndexError):
            ask()


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_nothing_is_lost_and_the_order_of_each_is_kept(whose: list[str]) -> None:
    turns: Turns[str] = Turns()
    items = [f"{name}{number}" for number, name in enumerate(whose)]
    for item in items:
        turns.append(item[0], item)
    out = taken(turns)
    assert sorted(out) == sorted(items)
    assert all([i for i in out if i[0] == name] == [i for i in items if i[0] == name] for name in "abc")
    assert len(turns) == 0
