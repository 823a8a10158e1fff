"""Rows made into readers: each row of a table is compiled, once, into a function that reads what it names.

``row(reader, found, where, draft, hub)`` puts what it finds of ``found``, which stands at ``where``, into
``draft``, the node at ``hub``, and leaves its steps with the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from gateway.codecs import UNDETERMINED, CodecContext, Refused
from gateway.mapping.drafts import Draft, place_of
from gateway.mapping.reading import Choice, Choose, NodeIndex, Reader, RowReader, SectionReader
from gateway.mapping.table import Row, Section, Table
from gateway.mapping.trace import Step
from gateway.model import fields_of
from gateway.pointers import escape

__all__ = ["reader_of"]


def reader_of(
    table: Table,
    context: CodecContext,
    index: NodeIndex | None = None,
    ignore: frozenset[str] = frozenset(),
    choose: Choose | None = None,
) -> Reader:
    """A reader of one document by a table. ``ignore`` lists JSON pointers of values the gateway itself supplied."""
    return Reader(table, _sections(table), context, index or {}, ignore, choose)


@cache
def _sections(table: Table) -> dict[str, SectionReader]:
    """The sections of a table by name, compiled on first use."""
    readers = {name: _section(section, table) for name, section in table.sections.items()}
    for name, section in table.sections.items():
        places = [row.here for row in section.rows if row.each]
        for number, row in enumerate(section.rows):
            shared = places.count(row.here) > 1 or len(row.here) > 1
            read = _row(row, readers, shared=shared)
            if len(row.here) > 1:
                read = _deeper(row.here[1:], read)
            readers[name].rows.setdefault(row.here[0], []).append(
                (number, row.here[0], f"/{escape(row.here[0])}", read)
            )
    return readers


def _section(section: Section, table: Table) -> SectionReader:
    identifying = next((row.hub[0] for row in section.rows if row.here == (table.id_key,)), "id")
    return SectionReader(
        name=section.name,
        node_class=section.node_class,
        types=section.types,
        constants=tuple((row.here[0], row.constant) for row in section.rows if row.constant is not None),
        identifying=identifying if identifying in fields_of(section.node_class) else None,
    )


def _row(row: Row, readers: Mapping[str, SectionReader], *, shared: bool) -> RowReader:
    if row.constant is not None:
        return _constant(row.constant)
    if row.each:
        return _nodes(row, _choice(row.each, readers), shared=shared)
    return _values(row)


def _choice(names: tuple[str, ...], readers: Mapping[str, SectionReader]) -> Choice:
    sections = tuple(readers[name] for name in names)
    if any(section.constants for section in sections):
        return Choice(names, sections, None)
    return Choice(names, sections, {kind: one for one in reversed(sections) for kind in one.types})


# --- the kinds of rows ------------------------------------------------------------------------------


def _constant(constant: str) -> RowReader:
    in_xml = [{"#": constant}]

    def read(reader: Reader, found: Any, where: str, _: Draft, hub: str) -> None:
        if where in reader.ignore:
            reader.note(Step(where, hub, "supplied"))
        elif found in (constant, in_xml):
            reader.note(Step(where, hub, "constant"))

    return read


def _values(row: Row) -> RowReader:
    """One value, or several one by one; a text is read whole."""
    value = _value(row)
    whole = row.codec is not None and row.codec.whole
    below = "/" + "/".join(row.hub)

    def read(reader: Reader, found: Any, where: str, draft: Draft, hub: str) -> None:
        if where in reader.ignore:
            reader.note(Step(where, hub, "supplied"))
        elif whole or not isinstance(found, list):
            value(reader, found, where, draft, hub + below)
        else:
            for position, item in enumerate(found):
                if value(reader, item, f"{where}/{position}", draft, hub + below):
                    reader.touch(where)

    return read


def _value(row: Row) -> Callable[[Reader, Any, str, Draft, str], bool]:
    """Reads one value; whether it was taken. The container it stands in is the caller's to touch."""
    codec, spec, place = row.codec, row.spec, place_of(row.hub)
    if codec is None or spec is None:
        raise ValueError(f"no row of values: {row}")
    decode, whole, rule, exact = codec.read, codec.whole, codec.name, codec.exact
    name, many, is_text, direct = place.name, spec.many, spec.kind == "text", not place.way

    def read(reader: Reader, value: Any, where: str, draft: Draft, target: str) -> bool:
        try:
            told = decode(value if whole else _scalar(value, reader), reader.context)
        except Refused:
            return False
        values = draft.values if direct else place.made(draft)
        if many:
            held = values.setdefault(name, [])
            target = f"{target}/{len(held)}"
            held.append(told)
        elif is_text:
            values[name] = (*values[name], *told) if name in values else told
        elif place.filled(draft):
            return False
        else:
            values[name] = told if place.index is None else [*values.get(name, ()), told]
        assumed = (
            is_text and bool(told) and isinstance(value, str) and reader.context.language == UNDETERMINED
        )
        reader.steps.append(Step(where, target, rule, exact, assumed))
        reader.taken.add(where)
        return True

    return read


def _scalar(value: Any, reader: Reader) -> Any:
    """In XML, the text of an element that is nothing but text."""
    if isinstance(value, dict) and reader.context.element:
        if value.keys() - {"#"}:
            raise Refused
        return value.get("#", "")
    return value


def _nodes(row: Row, choice: Choice, *, shared: bool) -> RowReader:
    """Nodes, in place or by reference. ``shared`` is true where other rows may have read them already."""
    place, below = place_of(row.hub), "/" + "/".join(row.hub)
    many = row.spec is not None and row.spec.many
    listed = many or place.index is not None

    def one(reader: Reader, item: Any, where: str, draft: Draft, target: str) -> None:
        if where in reader.ignore:
            reader.note(Step(where, target, "supplied"))
            return
        section = reader.choose_section(choice, item)
        if section is None or (shared and (id(draft), where) in reader.read_as_node):
            return
        if many:
            target = f"{target}/{place.count(draft)}"
        elif place.filled(draft):
            return  # a second node where the hub holds one: left to the residue
        read = reader.item(section, choice, item, where, target)
        if read is None:
            return
        if shared:
            reader.read_as_node.add((id(draft), where))
        values = place.made(draft)
        if listed:
            values.setdefault(place.name, []).append(read)
        else:
            values[place.name] = read

    def read(reader: Reader, found: Any, where: str, draft: Draft, hub: str) -> None:
        if where in reader.ignore:
            reader.note(Step(where, hub, "supplied"))
        elif not isinstance(found, list):
            one(reader, found, where, draft, hub + below)
        else:
            for position, item in enumerate(found):
                one(reader, item, f"{where}/{position}", draft, hub + below)

    return read


def _deeper(path: tuple[str, ...], row: RowReader) -> RowReader:
    """The same row for what stands further down; wrappers that repeat are all looked into."""

    def read(reader: Reader, found: Any, where: str, draft: Draft, hub: str) -> None:
        for value, place, holder in reader.below(found, where, path):
            before = len(reader.steps)
            row(reader, value, place, draft, hub)
            if len(reader.steps) > before:
                reader.touch(holder)

    return read
