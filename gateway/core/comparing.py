"""Two documents side by side, of whatever formats: what both say, what one says otherwise, what only one says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.core.places import Places
from gateway.core.understanding import Understanding
from gateway.model import LangString, walk

__all__ = ["Compared", "Side", "compare"]


class Side(StrEnum):
    """How two documents stand to one value of the hub."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_FIRST = "onlyFirst"
    ONLY_SECOND = "onlySecond"


@dataclass(frozen=True, slots=True)
class Compared:
    """One value of the hub: where each document says it, by which rule it is read there, and what it says.

    ``first`` and ``second`` are places in the documents, empty where one does not say it.
    """

    hub: str
    side: Side
    first: str = ""
    second: str = ""
    first_rule: str = ""
    second_rule: str = ""
    first_value: Any = None
    second_value: Any = None

    def to_json(self, *, values: bool) -> dict[str, Any]:
        """As JSON, empty members left out; with ``values`` what is said, too, which may be about a person."""
        told: dict[str, Any] = {
            "hub": self.hub, "side": self.side.value, "first": self.first, "second": self.second,
            "firstRule": self.first_rule, "secondRule": self.second_rule,
        }  # fmt: skip
        if values:
            told |= {"firstValue": self.first_value, "secondValue": self.second_value}
        return {name: value for name, value in told.items() if value not in ("", None)}


def compare(first: Understanding, second: Understanding) -> tuple[Compared, ...]:
    """Every value that one of two documents says, in the order of the first; what only the second says comes last."""
    left, right = dict(walk(first.hub)), dict(walk(second.hub))
    places = [Places(source.form, source.steps, source.envelope) for source in (first, second)]
    rules = [{step.hub: step.rule for step in source.steps} for source in (first, second)]
    return tuple(
        Compared(
            hub, _side(hub, left, right), places[0].at(hub), places[1].at(hub),
            rules[0].get(hub, ""), rules[1].get(hub, ""), _told(left.get(hub)), _told(right.get(hub)),
        )
        for hub in (*left, *(pointer for pointer in right if pointer not in left))
    )  # fmt: skip


def _side(hub: str, left: dict[str, Any], right: dict[str, Any]) -> Side:
    if hub not in right:
        return Side.ONLY_FIRST
    if hub not in left:
        return Side.ONLY_SECOND
    return Side.SAME if left[hub] == right[hub] else Side.CHANGED


def _told(value: Any) -> Any:
    """A value as JSON has it: a text by its languages, several of one language in a list."""
    if not isinstance(value, tuple):
        return value
    told: dict[str, list[str]] = {}
    for string in value:
        if isinstance(string, LangString):
            told.setdefault(string.language, []).append(string.value)
    return {language: said[0] if len(said) == 1 else said for language, said in told.items()}
