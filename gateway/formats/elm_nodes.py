"""An ELM document as the graph it says: nodes by identifier, however often each is embedded.

ELM repeats a node in full wherever it is meant, so that what the document says of one thing is what all
its occurrences say together. Shapes (SHACL) look at that, not at the tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.pointers import escape

__all__ = ["Node", "Nodes", "is_node", "nodes_of"]

Nodes = dict[str, "Node"]


@dataclass(slots=True)
class Node:
    """One thing: its types, where it stands, and the values of each member with their places.

    A value that is a node is told by the node's key: its identifier, or ``#`` and where it stands.
    """

    types: set[str] = field(default_factory=set)
    places: list[str] = field(default_factory=list)
    members: dict[str, dict[str, list[str]]] = field(default_factory=dict)


def is_node(value: Any) -> bool:
    """Whether a value of a document is a node, not a text by languages."""
    return isinstance(value, dict) and ("id" in value or "type" in value)


def nodes_of(tree: dict[str, Any]) -> Nodes:
    """Every node of a document by its key, the credential first."""
    nodes: Nodes = {}
    _take(tree, "", nodes)
    return nodes


def _take(value: dict[str, Any], pointer: str, nodes: Nodes) -> str:
    key = str(value.get("id") or f"#{pointer}")
    node = nodes.setdefault(key, Node())
    node.places.append(pointer)
    types = value.get("type", [])
    node.types.update([types] if isinstance(types, str) else types)
    for name, member in value.items():
        if name in ("@context", "id", "type"):
            continue
        values = node.members.setdefault(name, {})
        for told, place in _values(member, f"{pointer}/{escape(name)}", nodes):
            values.setdefault(told, []).append(place)
    return key


def _values(member: Any, pointer: str, nodes: Nodes) -> Iterator[tuple[str, str]]:
    if isinstance(member, list):
        for position, entry in enumerate(member):
            yield from _values(entry, f"{pointer}/{position}", nodes)
    elif is_node(member):
        yield _take(member, pointer, nodes), pointer
    elif isinstance(member, dict):
        for language, texts in member.items():
            place = f"{pointer}/{escape(language)}"
            for position, text in enumerate(texts if isinstance(texts, list) else [texts]):
                # A space ends the language: no tag has one.
                yield (
                    f"@{language.lower()} {text}",
                    f"{place}/{position}" if isinstance(texts, list) else place,
                )
    else:
        yield member if isinstance(member, str) else json.dumps(member), pointer
