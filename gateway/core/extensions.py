"""Extensions of Open Badges 2.0: of those 1EdTech publishes, whether each says what it must.

An extension brings a JSON Schema at an address; those published are tables here, so that nothing is
fetched to judge one. An extension of somebody else's is not judged.
https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#Extensions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gateway.formats.reading import types_of
from gateway.pointers import escape
from gateway.report import Check, Verdict
from gateway.shapes import load_shapes, problems_of

__all__ = ["extension_checks"]

TERMS = {"http://schema.org/text": "exampleProperty"}
"""Members that some write by the IRI which the extension's context gives its term."""
_LAST = re.compile(r"[:/#]")


def extension_checks(tree: Any, pointer: str = "") -> Iterator[Check]:
    """What is wrong with the extensions anywhere in a node."""
    children: Any = ()
    if isinstance(tree, dict):
        if "Extension" in types_of(tree):
            yield from _extension(tree, pointer)
        children = tree.items()
    elif isinstance(tree, list):
        children = enumerate(tree)
    for name, child in children:
        if name != "@context":
            yield from extension_checks(child, f"{pointer}/{escape(str(name))}")


def _extension(tree: dict[str, Any], pointer: str) -> Iterator[Check]:
    shapes = load_shapes("ob2_extensions")
    node = {TERMS.get(name, name): value for name, value in tree.items()}
    for name in sorted(types_of(tree)):
        shape = _LAST.split(name)[-1]
        if shape in shapes.classes:
            for found in problems_of(node, shape, shapes, pointer):
                yield Check("schema", Verdict.INVALID, found.code, found.message, found.pointer, found.hint)
