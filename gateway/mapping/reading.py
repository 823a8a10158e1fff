"""Reading: a document tree through a table into the hub, every leaf accounted for (D1, D3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.codecs import CodecContext, Refused
from gateway.errors import TooManyElements
from gateway.mapping.table import Row, Section, Table
from gateway.mapping.trace import Step
from gateway.model import LangString, Residue, fields_of
from gateway.pointers import escape, split

__all__ = ["Draft", "NodeIndex", "Reader", "Reading"]

MAX_NODES = 100_000
"""Most nodes read from one document: references could otherwise multiply without end."""

NodeIndex = Mapping[str, tuple[Any, str, str]]
"""Nodes of the document by identifier: the tree, its JSON pointer, its section (or ``""``)."""


Choose = Callable[[Any, tuple[str, ...]], str | None]
"""Picks the section for a tree where its type alone does not decide."""


@dataclass(slots=True)
class Draft:
    """A hub node being filled in; ``build`` freezes it and all below."""

    node_class: type
    values: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Any:
        return self.node_class(**{name: _built(value) for name, value in self.values.items()})

    def has(self, name: str) -> bool:
        return name in self.values


def _built(value: Any) -> Any:
    if isinstance(value, Draft):
        return value.build()
    if isinstance(value, list):
        return tuple(_built(item) for item in value)
    return value


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: the draft of the root node, the trail, and what no row took."""

    draft: Draft
    steps: tuple[Step, ...]
    residue: tuple[Residue, ...]


@dataclass(slots=True)
class Reader:
    """Reads one document. ``ignore`` lists JSON pointers of values the gateway itself supplied."""

    table: Table
    context: CodecContext
    index: NodeIndex = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    choose: Choose | None = None
    steps: list[Step] = field(default_factory=list)
    _consumed: set[str] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)
    _nodes: dict[str, str] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _read_as_node: set[tuple[int, str]] = field(default_factory=set)
    _count: int = 0

    def read(self, tree: Any, section: str, pointer: str = "") -> Draft:
        """The draft of the document's root node, which stands at ``pointer``, read by the named section."""
        return self._node(tree, pointer, self.table.sections[section], "")

    def finish(self, tree: Any, draft: Draft) -> Reading:
        """The reading with its residue: every part of ``tree`` that nothing has taken."""
        for name in (*self.table.restated, *self.table.not_copied):
            self.take("/" + escape(name))
        for pointer in self.ignore - self._consumed:
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
        self._consumed.add(pointer)
        self._touch(pointer)

    def note(self, step: Step) -> None:
        """Record where a value went and mark it as taken."""
        self.steps.append(step)
        self.take(step.here)

    # --- nodes ----------------------------------------------------------------------------------

    def _node(self, value: Any, pointer: str, section: Section, hub: str) -> Draft:
        self._count += 1
        if self._count > MAX_NODES:
            raise TooManyElements("the document refers to its own nodes too often", pointer=pointer)
        draft = Draft(section.node_class)
        self._nodes.setdefault(pointer, hub)
        self._touch(pointer)
        if not value:
            self.note(Step(pointer, hub, "empty"))
        self._take_types(value, pointer, section, hub)
        if isinstance(value, dict):
            for row in section.rows:
                if row.here[0] in value:
                    for found, where in self._at(value, pointer, row.here):
                        self._row(row, found, where, draft, hub)
        return draft

    def _take_types(self, value: Any, pointer: str, section: Section, hub: str) -> None:
        key = self.table.type_key
        given = value.get(key) if isinstance(value, dict) else None
        entries = given if isinstance(given, list) else [given]
        for position, entry in enumerate(entries):
            if entry is not None and entry in section.types:
                here = f"{pointer}/{escape(key)}" + (f"/{position}" if isinstance(given, list) else "")
                self.note(Step(here, hub, "type"))

    def _row(self, row: Row, found: Any, where: str, draft: Draft, hub: str) -> None:
        if where in self.ignore:
            self.note(Step(where, hub, "supplied"))
            return
        if row.constant is not None:
            if found == row.constant or found == [{"#": row.constant}]:
                self.note(Step(where, hub, "constant"))
            return
        if row.spec is None:
            return
        target = f"{hub}/{'/'.join(row.hub)}"
        if row.each:
            self._nodes_row(row, found, where, draft, target)
        elif row.codec is not None and row.codec.whole:
            self._value(row, found, where, draft, target)
        else:
            for item, place in _items(found, where):
                self._value(row, item, place, draft, target)

    def _nodes_row(self, row: Row, found: Any, where: str, draft: Draft, target: str) -> None:
        for item, place in _items(found, where):
            if place in self.ignore:
                self.note(Step(place, target, "supplied"))
                continue
            section = self._choose(row.each, item)
            if section is None or (id(draft), place) in self._read_as_node:
                continue
            many = bool(row.spec and row.spec.many)
            if not many and _filled(draft, row.hub):
                continue  # a second node where the hub holds one: left to the residue
            position = _count(draft, row.hub) if many else None
            hub = target if position is None else f"{target}/{position}"
            read = self._item(section, row.each, (item, place), hub)
            if read is not None:
                self._read_as_node.add((id(draft), place))
                _put(draft, row.hub, read, many=many)

    def _item(
        self, section: Section, each: tuple[str, ...], found: tuple[Any, str], hub: str
    ) -> Draft | None:
        """One node of a field, in place or by reference; None when it is no node at all."""
        item, place = found
        reference = self._reference(item, place)
        if reference is None:
            return self._node(item, place, section, hub) if isinstance(item, dict) else None
        identifier, leaf = reference
        if identifier not in self.index or identifier in self._open:
            field_name = _identifying_field(section, self.table.id_key)
            if field_name not in fields_of(section.node_class):
                return None  # a node without identifier cannot be referred to
            self.note(Step(leaf, f"{hub}/{field_name}", "reference"))
            self._take_types(item, place, section, hub)
            return Draft(section.node_class, {field_name: identifier})
        self.note(Step(leaf, f"{hub}/id", "reference"))
        node, home, name = self.index[identifier]
        section = self.table.sections[name] if name in each else self._choose(each, node) or section
        self._take_types(item, place, section, hub)
        self._open.append(identifier)
        read = self._node(node, home, section, hub)
        self._open.pop()
        return read

    def _reference(self, item: Any, place: str) -> tuple[str, str] | None:
        """The identifier an item refers to instead of saying anything, and where it stands."""
        key = self.table.reference_key
        if isinstance(item, str):
            return item, place
        if not isinstance(item, dict) or not isinstance(item.get(key), str):
            return None
        if item[key] in self.index and not set(item) - {key, self.table.type_key}:
            home = self.index[item[key]][1]
            return None if home == place else (item[key], f"{place}/{escape(key)}")
        if key != self.table.id_key:
            return item[key], f"{place}/{escape(key)}"
        return None

    def _choose(self, names: tuple[str, ...], item: Any) -> Section | None:
        """The section for a tree: by the hook, by its type, else the first; None if constants differ."""
        sections = [self.table.sections[name] for name in names]
        if self.choose is not None and (name := self.choose(item, names)) is not None:
            return self.table.sections[name] if name else None
        given = item.get(self.table.type_key) if isinstance(item, dict) else None
        kinds = given if isinstance(given, list) else [given]
        typed = [s for s in sections if any(kind in s.types for kind in kinds if kind)]
        return next((s for s in typed or sections if _has_constants(item, s)), None)

    # --- values ---------------------------------------------------------------------------------

    def _value(self, row: Row, value: Any, where: str, draft: Draft, target: str) -> None:
        codec, spec = row.codec, row.spec
        if codec is None or spec is None:
            return
        try:
            read = codec.read(value if codec.whole else _scalar(value, self.context), self.context)
        except Refused:
            return
        if not spec.many and spec.kind != "text" and _filled(draft, row.hub):
            return
        position = f"/{_count(draft, row.hub)}" if spec.many else ""
        assumed = spec.kind == "text" and self.context.language == "und" and _language_unsaid(value, read)
        _put(draft, row.hub, read, many=spec.many)
        self.note(Step(where, target + position, codec.name, codec.exact, assumed))

    # --- places ---------------------------------------------------------------------------------

    def _at(self, value: Any, pointer: str, path: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
        """What stands at a path below ``value``; wrappers that repeat are all looked into."""
        name, *rest = path
        if not isinstance(value, dict) or name not in value:
            return
        here = f"{pointer}/{escape(name)}"
        if not rest:
            yield value[name], here
            return
        for item, place in _items(value[name], here):
            if place in self.ignore:
                continue
            self._touch(place)
            node, home = item, place
            reference = self._reference(item, place)
            if reference is not None and reference[0] in self.index:
                node, home, _ = self.index[reference[0]]
            yield from self._at(node, home, tuple(rest))

    def _touch(self, pointer: str) -> None:
        while pointer not in self._touched:
            self._touched.add(pointer)
            pointer = pointer.rpartition("/")[0]

    def _untaken(self, value: Any, pointer: str) -> Iterator[tuple[Any, str]]:
        """The largest parts of the tree of which nothing was taken."""
        if pointer in self._consumed:
            return
        if pointer not in self._touched or value in ({}, []):
            yield value, pointer
            return
        children: Iterable[tuple[str, Any]] = value.items() if isinstance(value, dict) else ()
        if isinstance(value, list):
            children = ((str(position), item) for position, item in enumerate(value))
        for name, item in children:
            yield from self._untaken(item, f"{pointer}/{escape(name)}")

    def _owner(self, pointer: str) -> tuple[str, str]:
        """The hub pointer of the node a place belongs to, and the rest of the path from there."""
        node = pointer.rpartition("/")[0]
        while node and node not in self._nodes:
            node = node.rpartition("/")[0]
        path = split(pointer[len(node) :])
        if path[-1].isdigit():
            path[-1] = "-"
        return self._nodes.get(node, ""), "/".join(escape(step) for step in path)


def _has_constants(item: Any, section: Section) -> bool:
    """Whether a tree holds every constant the section demands: that is how nodes in one place differ."""
    constants = [row for row in section.rows if row.constant is not None]
    if not constants:
        return True
    return isinstance(item, dict) and all(item.get(row.here[0]) == row.constant for row in constants)


def _identifying_field(section: Section, id_key: str) -> str:
    """The field that a bare identifier stands for."""
    return next((row.hub[0] for row in section.rows if row.here == (id_key,)), "id")


def _items(found: Any, where: str) -> Iterator[tuple[Any, str]]:
    if isinstance(found, list):
        for position, item in enumerate(found):
            yield item, f"{where}/{position}"
    else:
        yield found, where


def _scalar(value: Any, context: CodecContext) -> Any:
    """In XML, the text of an element that is nothing but text."""
    if context.element and isinstance(value, dict):
        if set(value) - {"#"}:
            raise Refused
        return value.get("#", "")
    return value


def _language_unsaid(value: Any, read: tuple[LangString, ...]) -> bool:
    return isinstance(value, str) and bool(read)


# --- drafts ------------------------------------------------------------------------------------


def _put(draft: Draft, path: tuple[str, ...], value: Any, *, many: bool) -> None:
    if path[-1].isdigit():
        path, many = path[:-1], True
    holder, name = _holder(draft, path, create=True)
    if holder is None:
        return
    if many:
        holder.values.setdefault(name, []).append(value)
    elif name in holder.values and isinstance(value, tuple):
        holder.values[name] = (*holder.values[name], *value)
    else:
        holder.values[name] = value


def _holder(draft: Draft, path: tuple[str, ...], *, create: bool) -> tuple[Draft | None, str]:
    """The draft that has the last field of a path, made on the way where wanted."""
    steps = path[:-1]
    current: Draft = draft
    position = 0
    while position < len(steps):
        name = steps[position]
        spec = fields_of(current.node_class)[name]
        indexed = spec.many
        if name not in current.values:
            if not create:
                return None, path[-1]
            made = Draft(spec.classes[0])
            current.values[name] = [made] if indexed else made
        held = current.values[name]
        current = held[int(steps[position + 1])] if indexed else held
        position += 2 if indexed else 1
    return current, path[-1]


def _filled(draft: Draft, path: tuple[str, ...]) -> bool:
    if path[-1].isdigit():
        return _count(draft, path[:-1]) > int(path[-1])
    holder, name = _holder(draft, path, create=False)
    return holder is not None and name in holder.values


def _count(draft: Draft, path: tuple[str, ...]) -> int:
    holder, name = _holder(draft, path, create=False)
    return len(holder.values.get(name, ())) if holder is not None else 0
