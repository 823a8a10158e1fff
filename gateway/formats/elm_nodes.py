"""An ELM document as the graph it says: nodes by identifier, however often each is embedded.

ELM repeats a node in full wherever it is meant, so that what the document says of one thing is what all
its occurrences say together. Shapes (SHACL) look at that, not at the tree.
"""

from __future__ import annotations

import json
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
        if name not in ("@context", "id", "type"):
            _put(member, f"{pointer}/{escape(name)}", node.members.setdefault(name, {}), nodes)
    return key


def _put(member: Any, pointer: str, values: dict[str, list[str]], nodes: Nodes) -> None:
    """Note what a member says, and where."""
    if isinstance(member, str):
        values.setdefault(member, []).append(pointer)
    elif isinstance(member, list):
        for position, entry in enumerate(member):
            _put(entry, f"{pointer}/{position}", values, nodes)
    elif not isinstance(member, dict):
        values.setdefault(json.dumps(member), []).append(pointer)
    elif is_node(member):
        values.setdefault(_take(member, pointer, nodes), []).append(pointer)
    else:
        for language, texts in member.items():
            place = f"{pointer}/{escape(language)}"
            for position, text in enumerate(texts if isinstance(texts, list) else [texts]):
                # A space ends the language: no tag has one.
                told = f"@{language.lower()} {text}"
                values.setdefault(told, []).append(
                    f"{place}/{position}" if isinstance(texts, list) else place
                )
