"""What stands at a path of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.core.completeness.tables import Path
from gateway.model import Credential, LangString, fields_of, is_node

__all__ = ["filled"]

MAX_DEPTH = 16
"""How deep parts of parts are looked into."""


def filled(hub: Credential, path: Path) -> Iterator[str]:
    """The hub pointers at which a path leads to something, in order of the document.

    Claims are looked at first, the parts of claims only where no claim has it.
    """
    found = False
    for deep in (False, True):
        for pointer in _below(hub, path, 0, "", deep):
            found = True
            yield pointer
        if found or "has_claim" not in path.fields:
            return


def _below(node: Any, path: Path, at: int, pointer: str, deep: bool) -> Iterator[str]:
    name = path.fields[at]
    spec = fields_of(type(node)).get(name)
    value = getattr(node, name, None) if spec is not None else None
    if value is None or value == ():
        return
    items = enumerate(value) if spec is not None and spec.many else ((-1, value),)
    for index, item in items:
        here = f"{pointer}/{name}" + ("" if index < 0 else f"/{index}")
        for part, where in _with_parts(item, here) if deep and name == "has_claim" else ((item, here),):
            if at + 1 == len(path.fields):
                if _says(part, path):
                    yield where
            elif is_node(part):
                yield from _below(part, path, at + 1, where, deep)


def _with_parts(claim: Any, pointer: str, depth: int = 0) -> Iterator[tuple[Any, str]]:
    """A claim and its parts, however deep."""
    yield claim, pointer
    if depth < MAX_DEPTH:
        for index, part in enumerate(claim.has_part):
            yield from _with_parts(part, f"{pointer}/has_part/{index}", depth + 1)


def _says(value: Any, path: Path) -> bool:
    """Whether a value says something: a text has a letter or a digit, and begins as it has to."""
    if isinstance(value, str):
        return any(map(str.isalnum, value)) and (not path.begins or value.startswith(path.begins))
    if isinstance(value, tuple):  # a text in several languages
        return any(_says(string, path) for string in value)
    if isinstance(value, LangString):
        return any(map(str.isalnum, value.value))
    if is_node(value):
        return any(
            _says(getattr(value, name), Path(())) for name in fields_of(type(value)) if getattr(value, name)
        )
    return value is not None
