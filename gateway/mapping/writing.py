"""Writing: the hub through a table into a document tree, with the trail of where each value went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.codecs import ABSOLUTE_IRI, CodecContext, Refused
from gateway.mapping.table import Row, Section, Table
from gateway.mapping.trace import Step
from gateway.pointers import escape

__all__ = ["Writer"]

Choose = Callable[[Any, tuple[str, ...]], str | None]
"""Picks the section for a node where its class alone does not decide."""


@dataclass(slots=True)
class Writer:
    """Writes one document. ``pools`` collects the nodes the document refers to by identifier:
    section name → identifier → tree. ``local_id`` makes an identifier for a pooled node without one.
    """

    table: Table
    context: CodecContext
    choose: Choose | None = None
    local_id: Callable[[str, str], str] | None = None
    steps: list[Step] = field(default_factory=list)
    pools: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    _pooled: dict[str, Any] = field(default_factory=dict)

    def write(self, node: Any, section: str, *, hub: str = "", here: str = "") -> dict[str, Any]:
        """The tree of ``node`` written by the named section."""
        return self._node(node, self.table.sections[section], hub, here)

    # --- nodes ----------------------------------------------------------------------------------

    def _node(self, node: Any, section: Section, hub: str, here: str) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        self._put_types(tree, section, hub, here)
        for row in section.rows:
            if row.constant is not None:
                self._place(tree, row.here, row.constant)
            elif _lacks(node, row):
                continue
            elif row.each:
                self._nodes_row(row, node, tree, hub, here)
            else:
                self._value_row(row, node, tree, hub, here)
        return tree

    def _put_types(self, tree: dict[str, Any], section: Section, hub: str, here: str) -> None:
        if not section.types:
            return
        key = self.table.type_key
        kinds = list(section.types)
        if len(kinds) == 1 and (section.type_alone or not self.table.type_array):
            tree[key] = kinds[0]
            self.steps.append(Step(f"{here}/{key}", hub, "type"))
            return
        tree[key] = kinds
        self.steps.extend(Step(f"{here}/{key}/{n}", hub, "type") for n in range(len(kinds)))

    def _nodes_row(self, row: Row, node: Any, tree: dict[str, Any], hub: str, here: str) -> None:
        found, pointer = _get(node, row.hub, hub)
        many = row.spec is not None and row.spec.many
        items = list(enumerate(found or ())) if many else ([(None, found)] if found is not None else [])
        chosen = [(n, item, self._section(row, item)) for n, item in items]
        written = [(n, item, section) for n, item, section in chosen if section is not None]
        taken = self._taken(tree, row.here)
        for count, (n, item, section) in enumerate(written, taken):
            place = f"{pointer}/{n}" if n is not None else pointer
            repeated = self._array(many or row.listed) or len(written) > 1
            where = self._pointer(here, row.here) + (f"/{count}" if repeated else "")
            if row.by_reference and section is not None:
                value: Any = self._reference(item, section, place, where)
            elif section is not None:
                value = self._node(item, section, place, where)
            self._place(tree, row.here, value, many=many or row.listed)

    def _section(self, row: Row, item: Any) -> Section | None:
        if self.choose is not None and len(row.each) > 0:
            name = self.choose(item, row.each)
            if name is not None:
                return self.table.sections[name] if name in row.each else None
        sections = (self.table.sections[name] for name in row.each)
        return next((section for section in sections if section.node_class is type(item)), None)

    def _reference(self, item: Any, section: Section, hub: str, here: str) -> dict[str, str]:
        """Refers to a node and keeps its tree in the pool, once for each identifier and content."""
        identifier = item.id
        usable = identifier is not None and ABSOLUTE_IRI.match(identifier) is not None
        if not usable or self._pooled.get(identifier, item) != item:
            identifier = self.local_id(section.name, hub) if self.local_id else hub
            for known, other in self._pooled.items():
                if other == item and other.id is None:
                    identifier = known
        if identifier not in self._pooled:
            self._pooled[identifier] = item
            place = self._pointer("", section.pool)
            slot = len(self.pools[section.name])
            self.pools[section.name][identifier] = {}
            tree = self._node(item, section, hub, f"{place}/{slot}")
            tree = {self.table.id_key: identifier} | tree | {self.table.id_key: identifier}
            self.pools[section.name][identifier] = tree
        key = self.table.reference_key
        self.steps.append(Step(f"{here}/{escape(key)}", f"{hub}/id", "reference"))
        return {key: identifier}

    # --- values ---------------------------------------------------------------------------------

    def _value_row(self, row: Row, node: Any, tree: dict[str, Any], hub: str, here: str) -> None:
        found, pointer = _get(node, row.hub, hub)
        codec = row.codec
        if codec is None or row.spec is None or found is None or found == ():
            return
        where = self._pointer(here, row.here)
        if codec.whole:
            self._value(row, found, tree, (pointer, where), many=False)
        elif row.spec.many:
            for n, item in enumerate(found):
                place = f"{where}/{n}" if self._array(True) or len(found) > 1 else where
                self._value(row, item, tree, (f"{pointer}/{n}", place), many=True)
        else:
            self._value(row, found, tree, (pointer, where), many=False)

    def _value(
        self, row: Row, value: Any, tree: dict[str, Any], places: tuple[str, str], *, many: bool
    ) -> None:
        hub, here = places
        if row.codec is None:
            return
        try:
            written = row.codec.write(value, self.context)
        except Refused:
            return
        self._place(tree, row.here, written, many=many)
        self.steps.append(Step(here, hub, row.codec.name, row.codec.exact))

    # --- places ---------------------------------------------------------------------------------

    @staticmethod
    def _taken(tree: dict[str, Any], path: tuple[str, ...]) -> int:
        """How many items earlier rows have put where this row writes."""
        current: Any = tree
        for step in path:
            if isinstance(current, list):
                current = current[0]
            current = current.get(step) if isinstance(current, dict) else None
        return len(current) if isinstance(current, list) else 0

    def _array(self, many: bool) -> bool:
        return (many and self.table.repeat != "bare") or self.table.element

    def _pointer(self, here: str, path: tuple[str, ...]) -> str:
        steps = [escape(step) for step in path]
        if self.table.element:
            return here + "".join(f"/{step}/0" for step in steps[:-1]) + f"/{steps[-1]}"
        return here + "".join(f"/{step}" for step in steps)

    def _place(self, tree: dict[str, Any], path: tuple[str, ...], value: Any, *, many: bool = False) -> None:
        current = tree
        for step in path[:-1]:
            current = self._inside(current, step)
        name = path[-1]
        if self.table.element and name[0] not in "@#":
            elements = value if isinstance(value, list) else [value]
            wrapped = [item if isinstance(item, dict) else {"#": item} for item in elements]
            current.setdefault(name, []).extend(wrapped)
        elif name in current and many:
            held = current[name]
            current[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            current[name] = [value] if many and self._array(True) else value

    def _inside(self, tree: dict[str, Any], step: str) -> dict[str, Any]:
        held = tree.setdefault(step, [{}]) if self.table.element else tree.setdefault(step, {})
        if isinstance(held, list):
            held = held[0]
        return held if isinstance(held, dict) else {}


def _lacks(node: Any, row: Row) -> bool:
    """Whether the first field of a row's path is empty: most rows find nothing, and need look no further."""
    value = getattr(node, row.hub[0], None)
    return value is None or value == ()


def _get(node: Any, path: tuple[str, ...], hub: str) -> tuple[Any, str]:
    """The value at a hub path below ``node``, None where the way does not exist, and its pointer."""
    current = node
    for step in path:
        if current is None or current == ():
            current = None
            break
        if step.isdigit():
            current = current[int(step)] if int(step) < len(current) else None
        else:
            current = getattr(current, step, None)
    return current, f"{hub}/{'/'.join(path)}"
