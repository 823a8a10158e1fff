"""Canonically simple output: deterministic identifiers for nodes that would tie (D6).

Verifiers in the field disagree on blank nodes that only Hash N-Degree Quads tells apart. A node that
would tie gets a ``urn:uuid`` derived from the source's digest and its place; a node that may have no
identifier (the schema of Open Badges closes some) passes the duty on to the node that holds it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from gateway.errors import JsonLdRefused
from gateway.formats.format import Tree
from gateway.formats.identifiers import derived_id
from gateway.jsonld import LinkedData, canonicalize_dataset, statements
from gateway.pointers import escape, resolve

__all__ = ["name_ties"]

CLOSED_TYPES = frozenset({"IdentifierEntry", "IdentityObject"})
"""Types whose JSON Schema takes no ``id``."""

UNTYPED_NODES = frozenset({"criteria", "carried", "childCredential"})
"""Properties whose values are nodes although they state no type."""

UNTOUCHED = frozenset({"@context", "type", "endorsement", "proof"})
"""Properties nothing below which is changed: somebody else has signed an endorsement as it stands."""

ROUNDS = 4
"""Naming one node can make its neighbours tie no longer, or newly so."""


def name_ties(tree: Tree, digest: str) -> tuple[tuple[str, ...], bool, LinkedData]:
    """Give identifiers, in place, to the nodes of ``tree`` that would tie.

    The pointers of these ids, whether ties are left that no identifier can undo, and the document as it
    was read in the end, for whoever signs it.

    A document whose linked data is refused is left as it is: signing it will say why.
    """
    named: list[str] = []
    left = False
    for _ in range(ROUNDS):
        read = LinkedData(tree)
        wanted, left = _tied(read)
        for pointer in wanted:
            node = resolve(tree, pointer)
            if isinstance(node, dict) and "id" not in node:
                node["id"] = derived_id(digest, pointer)
                named.append(f"{pointer}/id")
        if not wanted:
            return tuple(named), left, read
    return tuple(named), left, LinkedData(tree)


def _tied(read: LinkedData) -> tuple[list[str], bool]:
    """Pointers of nodes to name, whose first-degree hashes are not unique, and whether others tie."""
    try:
        if not read.canonical().ties:
            return [], False
        labelled, places = _labelled(read.document)
        ties = canonicalize_dataset(statements(labelled).dataset).ties
    except JsonLdRefused:
        return [], False
    wanted = (_holder(read.document, places[label]) for group in ties for label in group if label in places)
    pointers = sorted({pointer for pointer in wanted if pointer})
    return pointers, bool(ties) and not pointers


def _labelled(tree: Tree) -> tuple[Tree, dict[str, str]]:
    """A copy in which every node has a label, and the pointers by the labels that its RDF has."""
    labelled = copy.deepcopy(tree)
    places: dict[str, str] = {}
    for number, (node, pointer) in enumerate(list(_unnamed(labelled, "", ""))):
        node["id"] = f"_:n{number}"
        places[f"en{number}"] = pointer
    return labelled, places


def _unnamed(value: Any, pointer: str, name: str) -> Iterator[tuple[Tree, str]]:
    if isinstance(value, dict):
        if pointer and "id" not in value and ("type" in value or name in UNTYPED_NODES):
            yield value, pointer
        for key, item in value.items():
            if key not in UNTOUCHED:
                yield from _unnamed(item, f"{pointer}/{escape(key)}", key)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unnamed(item, f"{pointer}/{position}", name)


def _holder(tree: Tree, pointer: str) -> str:
    """The place itself, or the nearest node above that may have an identifier; empty if all have one."""
    while pointer:
        node = resolve(tree, pointer)
        kinds = node.get("type", []) if isinstance(node, dict) else []
        closed = set(kinds if isinstance(kinds, list) else [kinds]) & CLOSED_TYPES
        if isinstance(node, dict) and not closed and "id" not in node:
            return pointer
        pointer = pointer.rpartition("/")[0]
    return ""
