"""Checking a document against a table of shapes: every problem at once, each with its place.

A value that fits none of its kinds is one problem, at the value: nothing below it is reported too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.pointers import escape
from gateway.shapes.kinds import KINDS
from gateway.shapes.table import Member, Shapes

__all__ = ["MAX_PROBLEMS", "Problem", "problems_of"]

MAX_PROBLEMS = 50
"""Most problems told of one document."""

WORDS = {
    "iri": "an IRI", "url": "an address beginning with https://", "dateTime": "a date and time with zone",
    "date": "a date", "text": "a text", "filled": "a text that is not empty", "number": "a number",
    "boolean": "true or false", "email": "an e-mail address", "phone": "a telephone number",
    "language": "a language tag", "identityHash": "sha256$ and 64 hexadecimal digits", "data": "a data: URL",
    "compactJws": "a compact JWS", "object": "an object", "blank": "a blank node identifier",
    "languageValue": "a text with @value, @language and @direction", "digestSri": "a subresource digest",
    "multibase": "a multibase text", "iriOrId": "an object with an id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: ``code`` is ``member_missing`` or ``member_malformed``."""

    pointer: str
    code: str
    message: str
    hint: str


def problems_of(tree: Any, shape: str, shapes: Shapes, pointer: str = "") -> list[Problem]:
    """What is wrong with a node of a class, in the order of the document's table; at most ``MAX_PROBLEMS``."""
    found: list[Problem] = []
    for problem in _node(tree, shape, shapes, pointer):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return found


def _node(tree: dict[str, Any], shape: str, shapes: Shapes, pointer: str) -> Iterator[Problem]:
    for name, member in shapes.classes[shape].items():
        value = tree.get(name)
        if value is None and not member.required and name not in tree:
            continue
        place = f"{pointer}/{escape(name)}"
        if value is None or value == []:
            yield _missing(place, name, member, shape)
            continue
        several = isinstance(value, list) and not _takes_list(member)
        if several and not member.many:
            yield Problem(
                place, "member_malformed", f"{name} is an array", f"Give one {name}, not in an array."
            )
            continue
        for position, entry in enumerate(value if several else [value]):
            yield from _value(entry, name, member, shapes, f"{place}/{position}" if several else place)


def _takes_list(member: Member) -> bool:
    """Types are looked at as a whole list."""
    return any(kind.startswith("types:") for kind in member.kinds)


def _value(value: Any, name: str, member: Member, shapes: Shapes, pointer: str) -> Iterator[Problem]:
    nested = [kind for kind in member.kinds if kind in shapes.classes]
    if any(_fits(value, kind, shapes) for kind in member.kinds if kind not in shapes.classes):
        return
    if isinstance(value, dict) and nested:
        yield from _node(value, _best(value, nested, shapes), shapes, pointer)
        return
    wanted = " or ".join(dict.fromkeys(_word(kind, shapes) for kind in member.kinds))
    yield Problem(pointer, "member_malformed", f"{name} is not {wanted}", f"Give {name} as {wanted}.")


def _best(value: dict[str, Any], nested: list[str], shapes: Shapes) -> str:
    """Of several classes the one whose type the value names, else the first."""
    for kind in nested:
        member = shapes.classes[kind].get("type")
        if member is not None and any(_fits(value.get("type"), entry, shapes) for entry in member.kinds):
            return kind
    return nested[0]


def _fits(value: Any, kind: str, shapes: Shapes) -> bool:
    prefix, _, rest = kind.partition(":")
    if prefix == "types":
        types = value if isinstance(value, list) else [value]
        return all(isinstance(entry, str) for entry in types) and any(n in types for n in rest.split(","))
    if prefix == "enum":
        terms = shapes.enums[rest]
        extension = "ext:" in terms and isinstance(value, str) and value.startswith("ext:") and len(value) > 4
        return isinstance(value, str) and (value in terms or extension)
    return KINDS[kind](value)


def _word(kind: str, shapes: Shapes) -> str:
    prefix, _, rest = kind.partition(":")
    if prefix == "types":
        return f"a type {rest.replace(',', ' or ')}"
    if prefix == "enum":
        return f"one of the terms of {rest}"
    return f"an object ({kind})" if kind in shapes.classes else WORDS.get(kind, kind)


def _missing(pointer: str, name: str, member: Member, shape: str) -> Problem:
    told = "missing" if member.required else "null or an empty array"
    hint = f"{shape} needs {name}." if member.required else f"Leave {name} out where there is none."
    return Problem(pointer, "member_missing", f"{name} is {told}", hint)
