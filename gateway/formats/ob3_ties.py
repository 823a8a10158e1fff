"""What would tie and can have no identifier of ours is left to the carrier (D6).

``allowedValue`` is an RDF list, whose cells have no identifiers: two cells with the same value and the
same kind of rest are told apart by Hash N-Degree Quads only. An endorsement is signed by somebody
else, so that nothing in it may be changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.formats.format import Tree
from gateway.pointers import escape, resolve

__all__ = ["take_out_endorsements", "untie_lists"]

DESCRIPTIONS = "/credentialSubject/achievement/resultDescription"


def untie_lists(tree: Tree) -> tuple[str, ...]:
    """Take out, in place, each list with a cell that an earlier list has too; their pointers."""
    seen: set[tuple[str, bool]] = set()
    removed: list[str] = []
    for position, description in enumerate(resolve(tree, DESCRIPTIONS, [])):
        values = description.get("allowedValue", []) if isinstance(description, dict) else []
        # The first cell hangs on the description, whose identifier tells it apart.
        cells = [(value, place == len(values) - 1) for place, value in enumerate(values) if place]
        if len(set(cells)) < len(cells) or seen & set(cells):
            del description["allowedValue"]
            removed.append(f"{DESCRIPTIONS}/{position}/allowedValue")
        else:
            seen.update(cells)
    return tuple(removed)


def take_out_endorsements(tree: Tree) -> tuple[str, ...]:
    """Take out, in place, every endorsement; their pointers."""
    return tuple(_take_out(tree, "", "endorsement"))


def _take_out(value: Any, pointer: str, name: str) -> Iterator[str]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _take_out(item, f"{pointer}/{position}", name)
    elif isinstance(value, dict):
        if value.pop(name, None) is not None:
            yield f"{pointer}/{name}"
        for key, item in value.items():
            yield from _take_out(item, f"{pointer}/{escape(key)}", name)
