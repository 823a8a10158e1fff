"""Writing: the hub through a table into a document tree, with the trail of where each value went.

The rows of the table come compiled (``gateway.mapping.writing_rows``); here is what they have in common:
the node, its types, and the pool of nodes that are referred to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.codecs import ABSOLUTE_IRI, CodecContext
from gateway.mapping.table import Table
from gateway.mapping.trace import Step
from gateway.pointers import escape

__all__ = ["Choose", "RowWriter", "SectionWriter", "Writer"]

Json = dict[str, Any]

Choose = Callable[[Any, tuple[str, ...]], str | None]
"""Picks the section for a node where its class alone does not decide."""

RowWriter = Callable[["Writer", Any, Json, str, str], None]
"""A row: the writer, the value of the field its path begins with, the tree to put it in, and where the
node is in the hub and in the document."""


@dataclass(slots=True, eq=False)
class SectionWriter:
    """A section made ready. ``fields`` gives, for each of ``rows``, the value of the field that it begins with;
    ``types_listed`` says that its types stand in an array, ``pool`` where nodes referred to are kept.
    """

    name: str
    node_class: type
    types: tuple[str, ...]
    types_listed: bool
    pool: str
    fields: Callable[[Any], tuple[Any, ...]]
    rows: list[RowWriter] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Writer:
    """Writes one document. ``pools`` collects the nodes the document refers to by identifier:
    section name → identifier → tree. ``local_id`` makes an identifier for a pooled node without one.

    ``refused`` are the hub pointers of fields that a reader will not find in the tree as they are: a codec
    refused them, or their text is not in normal form. ``vague`` is true where a node says nothing, or nothing
    but its identifier, and may be taken for another. ``count`` is the number of nodes written.
    """

    table: Table
    sections: Mapping[str, SectionWriter]
    context: CodecContext
    choose: Choose | None
    local_id: Callable[[str, str], str] | None
    traced: bool
    vague: bool = False
    count: int = 0
    refused: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    pools: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    _pooled: dict[str, Any] = field(default_factory=dict)
    _unnamed: dict[Any, str] = field(default_factory=dict)

    def write(self, node: Any, section: str, *, hub: str = "", here: str = "") -> Json:
        """The tree of ``node`` written by the named section."""
        return self.node(node, self.sections[section], hub, here)

    def node(self, node: Any, section: SectionWriter, hub: str, here: str) -> Json:
        """The tree of ``node``, which is at ``hub`` and will stand at ``here``."""
        self.count += 1
        tree: Json = {}
        if section.types:
            self._put_types(tree, section, hub, here)
        for value, row in zip(section.fields(node), section.rows, strict=True):
            if value or (value is not None and value != ()):
                row(self, value, tree, hub, here)
        if len(tree) < 2 and tree.keys() <= {self.table.id_key}:
            self.vague = True
        return tree

    def _put_types(self, tree: Json, section: SectionWriter, hub: str, here: str) -> None:
        key, types = self.table.type_key, section.types
        if not section.types_listed:
            tree[key] = types[0]
            if self.traced:
                self.steps.append(Step(f"{here}/{key}", hub, "type"))
            return
        tree[key] = list(types)
        if self.traced:
            self.steps += [Step(f"{here}/{key}/{n}", hub, "type") for n in range(len(types))]

    def reference(self, item: Any, section: SectionWriter, hub: str, here: str) -> dict[str, str]:
        """Refers to a node and keeps its tree in the pool, once for each identifier and content."""
        identifier = item.id
        usable = identifier is not None and ABSOLUTE_IRI.match(identifier) is not None
        if not usable or self._pooled.get(identifier, item) != item:
            identifier = self.local_id(section.name, hub) if self.local_id else hub
            if item.id is None:
                identifier = self._unnamed.setdefault(item, identifier)
        if identifier not in self._pooled:
            self._pooled[identifier] = item
            slot = len(self.pools[section.name])
            self.pools[section.name][identifier] = {}
            tree = self.node(item, section, hub, f"{section.pool}/{slot}")
            tree = {self.table.id_key: identifier} | tree | {self.table.id_key: identifier}
            self.pools[section.name][identifier] = tree
        key = self.table.reference_key
        if self.traced:
            self.steps.append(Step(f"{here}/{escape(key)}", f"{hub}/id", "reference"))
        return {key: identifier}
