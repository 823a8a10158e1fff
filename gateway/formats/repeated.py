"""What is said again word for word is said once: later occurrences of a large node refer to the first.

A diploma in EDCI XML names a university once; embedded at each use, logo and all, it would be said dozens
of times. In linked data both say the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gateway.formats.format import Tree
from gateway.pointers import escape

__all__ = ["refer_repeated", "referred_to"]

LARGE = 1000
"""Characters from which on a node is not said twice."""


def refer_repeated(tree: Tree, kinds: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Replace, in place, large nodes that stand before in ``tree``; the pointers of the replaced.

    Only a node that says the same wherever it stands. ``kinds`` are the types of the nodes that may be
    replaced; all where there are none.
    """
    sizes: dict[int, int] = {}
    _measure(tree, sizes)
    said: dict[str, Tree | None] = {}
    _compare(tree, said)
    return tuple(_replace(tree, "", said, sizes, kinds))


def _compare(value: Any, said: dict[str, Tree | None]) -> None:
    """Note what each identifier stands for first; None where it stands for different things."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for name, child in children:
        if name == "@context" or not isinstance(child, dict | list):
            continue
        if isinstance(child, dict) and isinstance(child.get("id"), str):
            first = said.setdefault(child["id"], child)
            if first is not None and first is not child and first != child:
                said[child["id"]] = None
        _compare(child, said)


def referred_to(tree: Any) -> frozenset[str]:
    """The identifiers that a tree refers to by nothing else: a node that says its type is no reference."""
    if isinstance(tree, dict):
        below = frozenset[str]().union(*map(referred_to, tree.values()))
        return below | {tree["id"]} if tree.keys() == {"id"} and isinstance(tree["id"], str) else below
    return frozenset[str]().union(*map(referred_to, tree)) if isinstance(tree, list) else frozenset()


def _measure(value: Any, sizes: dict[int, int]) -> int:
    """About how many characters a value takes; noted for each object in it."""
    if isinstance(value, dict):
        size = sum(len(name) + 6 + _measure(item, sizes) for name, item in value.items())
        sizes[id(value)] = size
        return size
    if isinstance(value, list):
        return sum(_measure(item, sizes) + 2 for item in value)
    return len(value) + 2 if isinstance(value, str) else len(json.dumps(value))


def _replace(
    value: Any, pointer: str, said: dict[str, Tree | None], sizes: dict[int, int], kinds: frozenset[str]
) -> Iterator[str]:
    children: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for name, child in list(children):
        if name == "@context" or not isinstance(child, dict | list):
            continue
        place = f"{pointer}/{escape(str(name))}"
        if isinstance(child, dict) and _may(child, sizes, kinds):
            first = said[child["id"]]
            if first is not None and first is not child:
                value[name] = {"id": child["id"]}
                yield place
                continue
        yield from _replace(child, place, said, sizes, kinds)


def _may(node: Tree, sizes: dict[int, int], kinds: frozenset[str]) -> bool:
    given = node.get("type", [])
    types = {given} if isinstance(given, str) else set(given)
    return isinstance(node.get("id"), str) and sizes[id(node)] >= LARGE and (not kinds or bool(types & kinds))
