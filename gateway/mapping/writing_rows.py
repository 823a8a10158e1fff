"""Rows made into writers: each row of a table is compiled, once, into a function that writes what it names.

``row(writer, value, tree, hub, here)`` follows the row's path from ``value``, the field of the node that the
path begins with, puts what it finds into ``tree``, and leaves its steps with the writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from gateway.codecs import CodecContext, Refused
from gateway.mapping.table import Row, Section, Table
from gateway.mapping.trace import Step
from gateway.mapping.writing import Choose, Json, RowWriter, SectionWriter, Writer
from gateway.model import text
from gateway.pointers import escape

__all__ = ["writer_of"]

Put = Callable[[Json, Any], None]
"""Puts a value into a tree at a row's place."""


def writer_of(
    table: Table,
    context: CodecContext,
    choose: Choose | None = None,
    local_id: Callable[[str, str], str] | None = None,
    *,
    traced: bool = True,
) -> Writer:
    """A writer of one document by a table; one that is not ``traced`` leaves no steps."""
    return Writer(table, _sections(table), context, choose, local_id, traced)


@cache
def _sections(table: Table) -> dict[str, SectionWriter]:
    """The sections of a table by name, compiled on first use."""
    writers = {name: _section(section, table) for name, section in table.sections.items()}
    for name, section in table.sections.items():
        places = [row.here for row in section.rows]
        writers[name].rows += [
            _row(row, writers, table, shared=places.count(row.here) > 1) for row in section.rows
        ]
    return writers


def _section(section: Section, table: Table) -> SectionWriter:
    listed = len(section.types) > 1 or (table.type_array and not section.type_alone)
    # What always has a value stands for constants, which no field of the node holds.
    names = [row.hub[0] if row.hub else "__class__" for row in section.rows]
    get = attrgetter(*names) if len(names) > 1 else _getter_of_few(names)
    pool = _pointer(section.pool, table) if section.pool else ""
    return SectionWriter(section.name, section.node_class, section.types, listed, pool, get)


def _getter_of_few(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What ``attrgetter`` gives for several names, for one or none."""
    return lambda node: tuple(getattr(node, name) for name in names)


def _row(row: Row, writers: Mapping[str, SectionWriter], table: Table, *, shared: bool) -> RowWriter:
    if row.constant is not None:
        return _constant(row, table)
    return _nodes(row, writers, table, shared=shared) if row.each else _values(row, table)


# --- the kinds of rows ------------------------------------------------------------------------------


def _constant(row: Row, table: Table) -> RowWriter:
    put, constant = _putter(row.here, table, many=False), row.constant

    def write(_: Writer, __: Any, tree: Json, ___: str, ____: str) -> None:
        put(tree, constant)

    return write


def _values(row: Row, table: Table) -> RowWriter:
    """One value, or several one by one; a text is written whole."""
    codec, spec = row.codec, row.spec
    if codec is None or spec is None:
        raise ValueError(f"no row of values: {row}")
    encode, rule, exact, is_text = codec.write, codec.name, codec.exact, spec.kind == "text"
    many = spec.many and not codec.whole
    put, numbered = _putter(row.here, table, many=many), _in_arrays(table)
    way, below, place = row.hub[1:], "/" + "/".join(row.hub), _pointer(row.here, table)

    def one(writer: Writer, value: Any, tree: Json, hub: str, here: str) -> bool:
        try:
            written = encode(value, writer.context)
        except Refused:
            return False
        put(tree, written)
        if writer.traced:
            writer.steps.append(Step(here, hub, rule, exact))
        return not is_text or len(value) < 3 or text(value) == value

    def write(writer: Writer, value: Any, tree: Json, hub: str, here: str) -> None:
        found = _follow(value, way) if way else value
        if found is None or found == ():
            return
        hub, here = hub + below, here + place
        if not many:
            if not one(writer, found, tree, hub, here):
                writer.refused.append(hub)
            return
        for n, item in enumerate(found):
            where = f"{here}/{n}" if numbered or len(found) > 1 else here
            if not one(writer, item, tree, f"{hub}/{n}", where):
                writer.refused.append(hub)

    return write


def _nodes(row: Row, writers: Mapping[str, SectionWriter], table: Table, *, shared: bool) -> RowWriter:
    """Nodes, in place or by reference. ``shared`` is true where other rows write to the same place."""
    many = row.spec is not None and row.spec.many
    listed = many or row.listed
    put, numbered = _putter(row.here, table, many=listed), (listed and _in_arrays(table)) or table.element
    way, below, place = row.hub[1:], "/" + "/".join(row.hub), _pointer(row.here, table)
    section_of = _chooser(row.each, writers)
    tell = Writer.reference if row.by_reference else Writer.node

    def write(writer: Writer, value: Any, tree: Json, hub: str, here: str) -> None:
        found = _follow(value, way) if way else value
        if found is None or found == ():
            return
        hub, here = hub + below, here + place
        first = _taken(tree, row.here) if shared else 0
        if not many:
            if (section := section_of(writer, found)) is not None:
                put(tree, tell(writer, found, section, hub, f"{here}/{first}" if numbered else here))
            return
        chosen = [(n, item, section_of(writer, item)) for n, item in enumerate(found)]
        written = [(n, item, section) for n, item, section in chosen if section is not None]
        repeated = numbered or len(written) > 1
        for count, (n, item, section) in enumerate(written, first):
            put(tree, tell(writer, item, section, f"{hub}/{n}", f"{here}/{count}" if repeated else here))

    return write


def _chooser(
    names: tuple[str, ...], writers: Mapping[str, SectionWriter]
) -> Callable[[Writer, Any], SectionWriter | None]:
    """The section for a node: by the hook, else by its class; None for a node without a place here."""
    by_class = {writers[name].node_class: writers[name] for name in reversed(names)}

    def choose(writer: Writer, item: Any) -> SectionWriter | None:
        if writer.choose is not None and (name := writer.choose(item, names)) is not None:
            return writers[name] if name in names else None
        return by_class.get(type(item))

    return choose


def _follow(value: Any, way: tuple[str, ...]) -> Any:
    """What stands at a path of fields and indices below ``value``; None where the way does not exist."""
    for step in way:
        if value is None or value == ():
            return None
        value = next(iter(value[int(step) :]), None) if step.isdigit() else getattr(value, step, None)
    return value


# --- places -----------------------------------------------------------------------------------------


def _in_arrays(table: Table) -> bool:
    """Whether several values always stand in an array, be there but one."""
    return table.repeat != "bare" or table.element


def _pointer(path: tuple[str, ...], table: Table) -> str:
    """A row's path as a pointer from its node; in XML what holds something stands in a list."""
    steps = [escape(step) for step in path]
    inner = "".join(f"/{step}/0" if table.element else f"/{step}" for step in steps[:-1])
    return f"{inner}/{steps[-1]}"


def _taken(tree: Any, path: tuple[str, ...]) -> int:
    """How many items earlier rows have put where this row writes."""
    current: Any = tree
    for step in path:
        if isinstance(current, list):
            current = current[0]
        current = current.get(step) if isinstance(current, dict) else None
    return len(current) if isinstance(current, list) else 0


def _putter(path: tuple[str, ...], table: Table, *, many: bool) -> Put:
    outer, name = path[:-1], path[-1]
    put = (
        _put_element(name)
        if table.element and name[0] not in "@#"
        else _put_member(name, many=many, array=many and _in_arrays(table))
    )
    return _inside(outer, put, element=table.element) if outer else put


def _put_element(name: str) -> Put:
    def put(tree: Json, value: Any) -> None:
        elements = value if isinstance(value, list) else [value]
        wrapped = [item if isinstance(item, dict) else {"#": item} for item in elements]
        tree.setdefault(name, []).extend(wrapped)

    return put


def _put_member(name: str, *, many: bool, array: bool) -> Put:
    def put(tree: Json, value: Any) -> None:
        if name not in tree or not many:
            tree[name] = [value] if array else value
        elif isinstance(tree[name], list):
            tree[name].append(value)
        else:
            tree[name] = [tree[name], value]

    return put


def _inside(path: tuple[str, ...], put: Put, *, element: bool) -> Put:
    """The same further down; what is missing on the way is made."""

    def put_inside(tree: Json, value: Any) -> None:
        for step in path:
            held: Any = tree.setdefault(step, [{}] if element else {})
            if isinstance(held, list):
                held = held[0]
            tree = held if isinstance(held, dict) else {}
        put(tree, value)

    return put_inside
