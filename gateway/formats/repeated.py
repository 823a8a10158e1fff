"""What is said again word for word is said once: later occurrences of a large node refer to the first.

A diploma in EDCI XML names a university once; embedded at each use, logo and all, it would be said dozens
of times. In linked data both say the same.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from gateway.formats.format import Tree
from gateway.pointers import escape

__all__ = ["Referred", "refer_repeated", "referred_to"]

CONTAINERS = (dict, list)
LARGE = 1000
"""Characters from which on a node is not said twice."""


class Referred(NamedTuple):
    """The pointers of the nodes replaced; ``reordered`` is true where one said the same in another order,
    which in a text by languages is an order of its own.
    """

    places: tuple[str, ...]
    reordered: bool


def refer_repeated(tree: Tree, kinds: frozenset[str] = frozenset()) -> Referred:
    """Replace, in place, large nodes that stand before in ``tree``.

    Only a node that says the same wherever it stands. ``kinds`` are the types of the nodes that may be
    replaced; all where there are none.
    """
    first: dict[str, Tree] = {}
    again: dict[str, list[Tree]] = {}
    _compare(tree, first, again)
    said = {name: first[name] for name, others in again.items() if others and _may(first[name], kinds)}
    reordered = any(_is_reordered(node, again[name]) for name, node in said.items())
    places: list[str] = []
    if said:
        _replace(tree, "", said, places)
    return Referred(tuple(places), reordered)


def _compare(value: Any, first: dict[str, Tree], again: dict[str, list[Tree]]) -> None:
    """Note where each identifier stands first, and the nodes that say the same again; none where any differs."""
    for name, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, dict):
            if name == "@context":
                continue
            if isinstance(identifier := child.get("id"), str):
                if identifier not in first:
                    first[identifier] = child
                elif (others := again.setdefault(identifier, [first[identifier]])) and others[0] == child:
                    others.append(child)
                else:
                    others.clear()
            _compare(child, first, again)
        elif isinstance(child, list) and name != "@context":
            _compare(child, first, again)


def _is_reordered(node: Tree, others: list[Tree]) -> bool:
    """Whether one of the others, which say the same, says it in another order; the first of them is the node."""
    text = repr(node)
    return any(repr(other) != text for other in others[1:])


def referred_to(tree: Any) -> frozenset[str]:
    """The identifiers that a tree refers to by nothing else: a node that says its type is no reference."""
    found: set[str] = set()
    stack = [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if value.keys() == {"id"} and isinstance(value["id"], str):
                found.add(value["id"])
            stack += [item for item in value.values() if isinstance(item, CONTAINERS)]
        elif isinstance(value, list):
            stack += [item for item in value if isinstance(item, CONTAINERS)]
    return frozenset(found)


def _is_large(node: Tree) -> bool:
    """Whether a node takes about as many characters as are not said twice; looked at no further than that."""
    size, stack = 0, [node]
    while stack and size < LARGE:
        value: Any = stack.pop()
        if isinstance(value, dict):
            size += sum(map(len, value)) + 6 * len(value)
            stack += value.values()
        elif isinstance(value, list):
            size += 2 * len(value)
            stack += value
        else:
            size += len(value) + 2 if isinstance(value, str) else len(json.dumps(value))
    return size >= LARGE


def _replace(value: Any, pointer: str, said: dict[str, Tree], places: list[str]) -> None:
    """Put references for the nodes said before, and their pointers into ``places``."""
    for name, child in value.items() if isinstance(value, dict) else enumerate(value):
        if name == "@context" or not isinstance(child, CONTAINERS):
            continue
        place = f"{pointer}/{escape(str(name))}"
        identifier = child.get("id") if isinstance(child, dict) else None
        first = said.get(identifier) if isinstance(identifier, str) else None
        if first is not None and first is not child:
            value[name] = {"id": identifier}
            places.append(place)
        else:
            _replace(child, place, said, places)


def _may(node: Tree, kinds: frozenset[str]) -> bool:
    given = node.get("type", [])
    types = {given} if isinstance(given, str) else set(given)
    return (not kinds or bool(types & kinds)) and _is_large(node)
