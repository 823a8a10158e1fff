"""Hub nodes being filled in, and the places in them that the rows of a table name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.model import fields_of

__all__ = ["Draft", "Place", "place_of"]


@dataclass(slots=True, eq=False)
class Draft:
    """A hub node being filled in; ``build`` freezes it and all below, once."""

    node_class: type
    values: dict[str, Any]

    def build(self) -> Any:
        """The node: drafts below it are built, lists become tuples."""
        values = self.values
        for name, value in values.items():
            if type(value) is list:
                values[name] = tuple([item.build() if type(item) is Draft else item for item in value])
            elif type(value) is Draft:
                values[name] = value.build()
        return self.node_class(**values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row's value goes in a draft: the way down to the node that has the field, and the field.

    ``index`` is the item of a list that the row stands for, where its path ends with one.
    """

    way: tuple[str, ...]
    name: str
    index: int | None

    def values(self, draft: Draft) -> dict[str, Any] | None:
        """The values of the node that has the field; None while nothing stands on the way."""
        return draft.values if not self.way else _values_below(draft, self.way, create=False)

    def made(self, draft: Draft) -> dict[str, Any]:
        """The same, with the nodes on the way made where they are missing."""
        values = draft.values if not self.way else _values_below(draft, self.way, create=True)
        return {} if values is None else values

    def filled(self, draft: Draft) -> bool:
        """Whether the one value that may stand here does so."""
        values = self.values(draft)
        if values is None or self.name not in values:
            return False
        return self.index is None or len(values[self.name]) > self.index

    def count(self, draft: Draft) -> int:
        """How many values stand here."""
        values = self.values(draft)
        return len(values.get(self.name, ())) if values is not None else 0


def place_of(path: tuple[str, ...]) -> Place:
    """The place a hub path names."""
    if path[-1].isdigit():
        return Place(path[:-2], path[-2], int(path[-1]))
    return Place(path[:-1], path[-1], None)


def _values_below(draft: Draft, way: tuple[str, ...], *, create: bool) -> dict[str, Any] | None:
    """The values of the draft at the end of a way of fields and, after fields of several, indices."""
    current = draft
    position = 0
    while position < len(way):
        name = way[position]
        spec = fields_of(current.node_class)[name]
        if name not in current.values:
            if not create:
                return None
            made = Draft(spec.classes[0], {})
            current.values[name] = [made] if spec.many else made
        held = current.values[name]
        current = held[int(way[position + 1])] if spec.many else held
        position += 2 if spec.many else 1
    return current.values
