"""Checking a document against a table of shapes: every problem at once, each with its place.

A value that fits none of its kinds is one problem, at the value: nothing below it is reported too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.pointers import escape
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
    if _is_sound(tree, shape, shapes):
        return []
    found: list[Problem] = []
    for problem in _node(tree, shape, shapes, pointer):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return found


def _is_sound(tree: dict[str, Any], shape: str, shapes: Shapes) -> bool:
    """Whether nothing is wrong with a node, told by its own members, without words and places: as nearly always."""
    members, missing = shapes.classes[shape], shapes.required[shape]
    for name, value in tree.items():
        member = members.get(name)
        if member is None:
            continue
        missing -= member.required
        if type(value) is str and member.any_text:
            continue
        if type(value) is not list or member.whole:
            if not _is_one(value, member, shapes):
                return False
            continue
        if not value or not member.many:
            return False
        for entry in value:
            if not _is_one(entry, member, shapes):
                return False
    return missing == 0


def _is_one(value: Any, member: Member, shapes: Shapes) -> bool:
    """Whether a value is one that a member may have."""
    kind = type(value)
    if kind is str and member.any_text:
        return True
    if value is None or value == []:
        return False
    for fits in member.fits if kind is not dict else member.fits_object:
        if fits(value):
            return True
    return (
        kind is dict and bool(member.nested) and _is_sound(value, _best(value, member.nested, shapes), shapes)
    )


def _node(tree: dict[str, Any], shape: str, shapes: Shapes, pointer: str) -> Iterator[Problem]:
    for name, member in shapes.classes[shape].items():
        value = tree.get(name)
        if value is None and not member.required and name not in tree:
            continue
        if value is not None and type(value) is not list and any(fits(value) for fits in member.fits):
            continue
        place = f"{pointer}/{escape(name)}"
        if value is None or value == []:
            yield _missing(place, name, member, shape)
            continue
        several = isinstance(value, list) and not member.whole
        if several and not member.many:
            yield Problem(
                place, "member_malformed", f"{name} is an array", f"Give one {name}, not in an array."
            )
            continue
        for position, entry in enumerate(value if several else [value]):
            yield from _value(entry, name, member, shapes, f"{place}/{position}" if several else place)


def _value(value: Any, name: str, member: Member, shapes: Shapes, pointer: str) -> Iterator[Problem]:
    if any(fits(value) for fits in member.fits):
        return
    if isinstance(value, dict) and member.nested:
        yield from _node(value, _best(value, member.nested, shapes), shapes, pointer)
        return
    wanted = " or ".join(dict.fromkeys(_word(kind, shapes) for kind in member.kinds))
    yield Problem(pointer, "member_malformed", f"{name} is not {wanted}", f"Give {name} as {wanted}.")


def _best(value: dict[str, Any], nested: tuple[str, ...], shapes: Shapes) -> str:
    """Of several classes the one whose type the value names, else the first."""
    for kind in nested if len(nested) > 1 else ():
        member = shapes.classes[kind].get("type")
        if member is not None and any(fits(value.get("type")) for fits in member.fits):
            return kind
    return nested[0]


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
