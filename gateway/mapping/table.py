"""Mapping tables: one TOML file per format, hub on one side, the format's own terms on the other (D1).

A table has a section for each class of node and in it rows with these members, no others:

``hub``   path of fields from the node (``awarded_by/awarding_date``, ``has_claim/0/specified_by``)
``here``  path of names in the document (``credentialSubject/achievement``, ``@uri``, ``#``)
``as``    the codec (``gateway.codecs``); the field's kind chooses one where none is named
``each``  the section, or the sections to choose from, for the nodes in the field; ``&`` before a
          name says that the document refers to the node by its identifier and keeps it in a pool
``is``    a constant the format demands here
``note``  for readers of the table

A section may name its hub ``class`` (its title otherwise), the ``type`` it is marked with, the
``pool`` its nodes are kept in, a section it ``extends``, and ``type_alone`` where its type takes no array.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from gateway.codecs import CODECS, Codec
from gateway.errors import GatewayFailed
from gateway.model import CLASSES, FieldSpec, fields_of
from gateway.resources import mapping_text

__all__ = ["Row", "Section", "Table", "load_table"]

ROW_MEMBERS = frozenset({"hub", "here", "as", "each", "is", "note"})
DEFAULT_CODECS = {"string": "string", "integer": "integer", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row, resolved: paths split, codec and field looked up.

    ``listed`` is true where other rows write to the same place, so that a list stands there.
    """

    hub: tuple[str, ...]
    here: tuple[str, ...]
    spec: FieldSpec | None = None
    codec: Codec | None = None
    each: tuple[str, ...] = ()
    by_reference: bool = False
    constant: str | None = None
    listed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """How one class of node stands in the format. ``types`` are its values of the type property;
    ``type_alone`` says that the one type never stands in an array.
    """

    name: str
    node_class: type
    types: tuple[str, ...]
    pool: tuple[str, ...]
    rows: tuple[Row, ...]
    type_alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One format's table. ``repeat`` says how several values stand: ``bare`` (one value alone, more
    in an array), ``array`` (always an array) or ``element`` (XML). ``type_key``, ``id_key`` and
    ``reference_key`` name the properties with these roles, ``type_array`` says that types always stand
    in an array; ``restated`` and ``not_copied`` the root
    properties the gateway states anew, or verifies and never copies.
    """

    name: str
    version: str
    repeat: str
    type_key: str
    id_key: str
    reference_key: str
    type_array: bool
    restated: tuple[str, ...]
    not_copied: tuple[str, ...]
    sections: Mapping[str, Section]

    @property
    def element(self) -> bool:
        """Whether the table is for XML, where every child stands in a list and every scalar is text."""
        return self.repeat == "element"


@cache
def load_table(name: str) -> Table:
    """The table of a format, read once from ``mappings/<name>.toml``.

    A table may name a ``base`` whose sections it takes over; rows it gives for a section are added
    to those of the base. Raises ``GatewayFailed`` naming the row that is wrong.
    """
    return parse_table(name, tomllib.loads(mapping_text(f"{name}.toml")))


def parse_table(name: str, document: dict[str, Any]) -> Table:
    """The table a parsed TOML document describes; see ``load_table``."""
    head = dict(document.pop("table"))
    sections: dict[str, Section] = {}
    default_text = head.get("text", "language_map")
    if base := head.get("base"):
        sections.update(load_table(base).sections)
    for title, content in document.items():
        above = [sections[other] for other in (title, content.get("extends")) if other in sections]
        sections[title] = _section(name, title, content, above, default_text)
    sections = {title: _specific_first(section, sections) for title, section in sections.items()}
    table = Table(
        name=name,
        version=head["version"],
        repeat=head.get("repeat", "bare"),
        type_key=head.get("type_key", "type"),
        id_key=head.get("id_key", "id"),
        reference_key=head.get("reference_key", "id"),
        type_array=head.get("repeat", "bare") == "array",
        restated=tuple(head.get("restated", ())),
        not_copied=tuple(head.get("not_copied", ())),
        sections=sections,
    )
    _check_each(table)
    return table


def _section(
    table: str, title: str, content: dict[str, Any], above: list[Section], default_text: str
) -> Section:
    """One section; ``above`` are the sections whose rows come first: the base's and the extended one."""
    class_name = content.get("class", title)
    if class_name not in CLASSES:
        raise GatewayFailed(f"mapping {table}: [{title}] names no hub class {class_name!r}")
    node_class = CLASSES[class_name]
    rows = [_row(f"mapping {table}: [{title}]", node_class, row, default_text) for row in content["rows"]]
    kind = content.get("type", ())
    return Section(
        name=title,
        node_class=node_class,
        types=(kind,) if isinstance(kind, str) else tuple(kind) or (above[0].types if above else ()),
        pool=tuple(content["pool"].split("/")) if "pool" in content else (),
        rows=tuple(dict.fromkeys(row for part in (*(base.rows for base in above), rows) for row in part)),
        type_alone=content.get("type_alone", False),
    )


def _specific_first(section: Section, sections: Mapping[str, Section]) -> Section:
    """Rows whose nodes are told by constants come before rows that take any node of the same place."""

    def general(row: Row) -> bool:
        chosen = [sections[name] for name in row.each if name in sections]
        return not any(other.constant for one in chosen for other in one.rows)

    shared = {row.here for row in section.rows if row.each and not general(row)}
    rows = [replace(row, listed=row.here in shared) for row in section.rows]
    late = [row for row in rows if row.listed and general(row)]
    return replace(section, rows=(*(row for row in rows if row not in late), *late))


def _row(where: str, node_class: type, row: dict[str, Any], default_text: str) -> Row:
    if unknown := set(row) - ROW_MEMBERS:
        raise GatewayFailed(f"{where} row {row} has members no row has: {sorted(unknown)}")
    here = tuple(row["here"].split("/"))
    if "is" in row:
        return Row(hub=(), here=here, constant=row["is"], note=row.get("note", ""))
    hub = tuple(row["hub"].split("/"))
    spec = _field(where, node_class, hub)
    each = row.get("each", ())
    names = (each,) if isinstance(each, str) else tuple(each)
    codec_name = row.get("as") or _default_codec(spec, here, default_text)
    if (spec.kind == "node") != bool(names) or (codec_name and codec_name not in CODECS):
        raise GatewayFailed(f"{where} row {row['hub']}: needs `each` for nodes, a known codec otherwise")
    return Row(
        hub=hub,
        here=here,
        spec=spec,
        codec=None if names else CODECS[codec_name or "string"],
        each=tuple(name.lstrip("&") for name in names),
        by_reference=any(name.startswith("&") for name in names),
        note=row.get("note", ""),
    )


def _default_codec(spec: FieldSpec, here: tuple[str, ...], default_text: str) -> str | None:
    """The codec a field's kind asks for; an ``id`` is an IRI in every JSON format."""
    if spec.kind == "text":
        return default_text
    if spec.kind == "string" and here[-1] == "id":
        return "iri"
    return DEFAULT_CODECS.get(spec.kind)


def _field(where: str, node_class: type, path: tuple[str, ...]) -> FieldSpec:
    """The field at the end of a hub path; a list index chooses the item it stands for."""
    current, spec = node_class, None
    for step in path:
        if step.isdigit():
            continue
        candidates = [current] if spec is None else list(spec.classes)
        spec = next((fields_of(c)[step] for c in candidates if step in fields_of(c)), None)
        if spec is None:
            raise GatewayFailed(f"{where}: no hub field {'/'.join(path)}")
    if spec is None:
        raise GatewayFailed(f"{where}: a hub path begins with a field, not {'/'.join(path)!r}")
    return replace(spec, many=False) if path[-1].isdigit() else spec


def _check_each(table: Table) -> None:
    for section in table.sections.values():
        for row in section.rows:
            if missing := [name for name in row.each if name not in table.sections]:
                raise GatewayFailed(f"mapping {table.name}: [{section.name}] refers to no section {missing}")
