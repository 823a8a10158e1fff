"""Changing one place of a JSON document."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

__all__ = ["REMOVED", "changed", "leaves", "retyped", "write"]

REMOVED = object()
"""In place of a value: nothing stands there."""
Path = tuple[str | int, ...]


def write(tree: Any) -> bytes:
    """The document as bytes."""
    return json.dumps(tree, ensure_ascii=False).encode()


def changed(tree: Any, path: Path, value: Any) -> Any:
    """A copy of a document with another value at one place, or none."""
    copied = copy.deepcopy(tree)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copied


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text, number and truth value with its place."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaves(item, (*path, position))
    elif value is not None:
        yield path, value


def retyped(value: Any) -> Iterator[tuple[str, Any]]:
    """Other things than a text where one stood, each with its name."""
    yield "removed", REMOVED
    yield "null", None
    yield "empty", ""
    yield "a number", 7
    yield "true", True
    yield "an object", {"id": value}
    yield "an empty object", {}
    yield "in an array", [value]
    yield "twice in an array", [value, value]
    yield "an empty array", []
    yield "as a value object", {"@value": value}
