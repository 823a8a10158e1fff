"""Reading: a document tree through a table into the hub, every leaf accounted for (D1, D3).

The rows of the table come compiled (``gateway.mapping.reading_rows``); here is what they have in common:
the node, the reference to a node, the trail, and what is left over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.codecs import CodecContext
from gateway.errors import TooManyElements
from gateway.mapping.drafts import Draft
from gateway.mapping.table import Table
from gateway.mapping.trace import Step
from gateway.model import Residue
from gateway.pointers import escape, split
from gateway.records import quick

__all__ = ["MAX_NODES", "Choice", "Choose", "NodeIndex", "Reader", "Reading", "RowReader", "SectionReader"]

MAX_NODES = 100_000
"""Most nodes read from one document: references could otherwise multiply without end."""

NodeIndex = Mapping[str, tuple[Any, str, str]]
"""Nodes of the document by identifier: the tree, its JSON pointer, its section (or ``""``)."""

Choose = Callable[[Any, tuple[str, ...]], str | None]
"""Picks the section for a tree where its type alone does not decide."""

RowReader = Callable[["Reader", Any, str, Draft, str], None]
"""A row: the reader, what was found, where, the node to put it in, and where that is in the hub."""


@dataclass(slots=True, eq=False)
class SectionReader:
    """A section made ready: ``rows`` are, by the name that begins their path, the place of each in the
    table, that name, the same as the end of a pointer, and the row; ``constants`` tell nodes in one place apart;
    ``identifying`` is the field that a bare identifier stands for, None where the class has none.
    """

    name: str
    node_class: type
    types: tuple[str, ...]
    constants: tuple[tuple[str, str], ...]
    identifying: str | None
    rows: dict[str, list[tuple[int, str, str, RowReader]]] = field(default_factory=dict)


@quick
@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The sections a node may be read by, in order. ``by_type`` is the answer for a type that decides
    alone; None where constants have to be looked at.
    """

    names: tuple[str, ...]
    sections: tuple[SectionReader, ...]
    by_type: Mapping[str | None, SectionReader] | None


@quick
@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: the draft of the root node, the trail, and what no row took."""

    draft: Draft
    steps: tuple[Step, ...]
    residue: tuple[Residue, ...]


@dataclass(slots=True, eq=False)
class Reader:
    """Reads one document. ``ignore`` lists JSON pointers of values the gateway itself supplied.

    ``taken`` are the places that went somewhere, ``touched`` those that hold such a place.
    """

    table: Table
    sections: Mapping[str, SectionReader]
    context: CodecContext
    index: NodeIndex
    ignore: frozenset[str]
    choose: Choose | None
    steps: list[Step] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    read_as_node: set[tuple[int, str]] = field(default_factory=set)
    _nodes: dict[str, str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _count: int = 0

    def read(self, tree: Any, section: str, pointer: str = "") -> Draft:
        """The draft of the document's root node, which stands at ``pointer``, read by the named section."""
        return self.node(tree, pointer, self.sections[section], "")

    def finish(self, tree: Any, draft: Draft) -> Reading:
        """The reading with its residue: every part of ``tree`` that nothing has taken."""
        for name in (*self.table.restated, *self.table.not_copied):
            self.take("/" + escape(name))
        for pointer in self.ignore - self.taken:
            self.note(Step(pointer, "", "supplied"))
        residue: list[Residue] = []
        for value, pointer in self._untaken(tree, ""):
            node, name = self._owner(pointer)
            here = f"/residue/{len(residue)}"
            self.steps.append(Step(pointer, here, "residue"))
            text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            residue.append(Residue(format=self.table.name, node=node, name=name, value=text))
        return Reading(draft, tuple(self.steps), tuple(residue))

    def take(self, pointer: str) -> None:
        """Mark the value at ``pointer`` as taken, so that it does not become residue."""
        self.taken.add(pointer)
        self.touch(pointer)

    def note(self, step: Step) -> None:
        """Record where a value went and mark it as taken."""
        self.steps.append(step)
        self.take(step.here)

    def touch(self, pointer: str) -> None:
        """Mark that something at ``pointer`` or below it was taken."""
        while pointer not in self.touched:
            self.touched.add(pointer)
            pointer = pointer.rpartition("/")[0]

    # --- nodes ----------------------------------------------------------------------------------

    def node(self, value: Any, pointer: str, section: SectionReader, hub: str) -> Draft:
        """The node that stands at ``pointer``, as a draft for the place ``hub``."""
        self._count += 1
        if self._count > MAX_NODES:
            raise TooManyElements("the document refers to its own nodes too often", pointer=pointer)
        draft = Draft(section.node_class, {})
        self._nodes.setdefault(pointer, hub)
        if pointer not in self.touched:
            self.touch(pointer)
        if not value:
            self.note(Step(pointer, hub, "empty"))
        if isinstance(value, dict):
            self._take_types(value, pointer, section, hub)
            rows = section.rows
            wanted = [row for name in value if name in rows for row in rows[name]]
            wanted.sort()  # no two rows have one place in the table, so that nothing else is compared
            for _, name, end, row in wanted:
                row(self, value[name], pointer + end, draft, hub)
        return draft

    def _take_types(self, value: dict[str, Any], pointer: str, section: SectionReader, hub: str) -> None:
        key = self.table.type_key
        given = value.get(key)
        if given is None:
            return
        if not isinstance(given, list):
            if given in section.types:
                here = f"{pointer}/{key}"
                self.steps.append(Step(here, hub, "type"))
                self.taken.add(here)
            return
        for position, entry in enumerate(given):
            if entry is not None and entry in section.types:
                self.note(Step(f"{pointer}/{key}/{position}", hub, "type"))

    def item(self, section: SectionReader, choice: Choice, item: Any, place: str, hub: str) -> Draft | None:
        """One node of a field, in place or by reference; None when it is no node at all."""
        reference = self._reference(item, place)
        if reference is None:
            return self.node(item, place, section, hub) if isinstance(item, dict) else None
        identifier, leaf = reference
        if identifier not in self.index or identifier in self._open:
            if section.identifying is None:
                return None  # a node without identifier cannot be referred to
            self.note(Step(leaf, f"{hub}/{section.identifying}", "reference"))
            if isinstance(item, dict):
                self._take_types(item, place, section, hub)
            return Draft(section.node_class, {section.identifying: identifier})
        self.note(Step(leaf, f"{hub}/id", "reference"))
        node, home, name = self.index[identifier]
        section = (
            self.sections[name] if name in choice.names else self.choose_section(choice, node) or section
        )
        if isinstance(item, dict):
            self._take_types(item, place, section, hub)
        self._open.append(identifier)
        read = self.node(node, home, section, hub)
        self._open.pop()
        return read

    def _reference(self, item: Any, place: str) -> tuple[str, str] | None:
        """The identifier an item refers to instead of saying anything, and where it stands."""
        key = self.table.reference_key
        if isinstance(item, str):
            return item, place
        identifier = item.get(key) if isinstance(item, dict) else None
        if not isinstance(identifier, str) or (key == self.table.id_key and len(item) > 2):
            return None
        if identifier in self.index and not item.keys() - {key, self.table.type_key}:
            home = self.index[identifier][1]
            return None if home == place else (identifier, f"{place}/{escape(key)}")
        if key != self.table.id_key:
            return identifier, f"{place}/{escape(key)}"
        return None

    def choose_section(self, choice: Choice, item: Any) -> SectionReader | None:
        """The section for a tree: by the hook, by its type, else the first; None if constants differ."""
        if self.choose is not None and (name := self.choose(item, choice.names)) is not None:
            return self.sections[name] if name else None
        given = item.get(self.table.type_key) if isinstance(item, dict) else None
        kinds = given if isinstance(given, list) else [given]
        if choice.by_type is not None and len(kinds) == 1 and isinstance(kinds[0], str | None):
            return choice.by_type.get(kinds[0], choice.sections[0])
        typed = [one for one in choice.sections if any(kind in one.types for kind in kinds if kind)]
        return next((one for one in typed or choice.sections if _has_constants(item, one)), None)

    # --- places ---------------------------------------------------------------------------------

    def below(self, found: Any, where: str, path: tuple[str, ...]) -> Iterator[tuple[Any, str, str]]:
        """What stands at a path below ``found``, its place, and the place that holds it.

        Wrappers that repeat are all looked into.
        """
        items = enumerate(found) if isinstance(found, list) else [(None, found)]
        for position, item in items:
            place = where if position is None else f"{where}/{position}"
            if place in self.ignore:
                continue
            self.touch(place)
            node, home = item, place
            reference = self._reference(item, place)
            if reference is not None and reference[0] in self.index:
                node, home, _ = self.index[reference[0]]
            if not isinstance(node, dict) or path[0] not in node:
                continue
            here = f"{home}/{escape(path[0])}"
            if len(path) == 1:
                yield node[path[0]], here, home
            else:
                yield from self.below(node[path[0]], here, path[1:])

    def _untaken(self, value: Any, pointer: str) -> Iterator[tuple[Any, str]]:
        """The largest parts of the tree of which nothing was taken."""
        if pointer in self.taken:
            return
        if pointer not in self.touched or value in ({}, []):
            yield value, pointer
        elif isinstance(value, dict):
            for name, item in value.items():
                if (place := f"{pointer}/{escape(name)}") not in self.taken:
                    yield from self._untaken(item, place)
        elif isinstance(value, list):
            for position, item in enumerate(value):
                if (place := f"{pointer}/{position}") not in self.taken:
                    yield from self._untaken(item, place)

    def _owner(self, pointer: str) -> tuple[str, str]:
        """The hub pointer of the node a place belongs to, and the rest of the path from there."""
        node = pointer.rpartition("/")[0]
        while node and node not in self._nodes:
            node = node.rpartition("/")[0]
        path = split(pointer[len(node) :])
        if path[-1].isdigit():
            path[-1] = "-"
        return self._nodes.get(node, ""), "/".join(escape(step) for step in path)


def _has_constants(item: Any, section: SectionReader) -> bool:
    """Whether a tree holds every constant the section demands: that is how nodes in one place differ."""
    if not section.constants:
        return True
    return isinstance(item, dict) and all(item.get(name) == value for name, value in section.constants)
