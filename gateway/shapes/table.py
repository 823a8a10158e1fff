"""Tables of shapes. A row is ``member = "kinds"``: what a value may be, and how often.

``kinds`` are separated by ``|``: a name of ``KINDS``, a class of the same table, ``types:Name`` (a type
or a list of types that holds the name; ``types:A,B`` one of them), ``enum:NAME`` (a list of the table's
``[enums]``; with ``ext:`` terms where the list ends with ``ext:``). A trailing ``!`` means required,
``*`` one or several, ``+`` at least one and maybe several, ``?`` (or nothing) at most one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from gateway.errors import GatewayFailed
from gateway.resources import shape_text
from gateway.shapes.kinds import KINDS, OF_OBJECTS

__all__ = ["Member", "Shapes", "load_shapes", "shapes_of"]


Fits = Callable[[Any], bool]
EXTENSION = "ext:"
"""How terms of one's own begin, and the mark of a list that takes them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a class: the kinds a value may have, whether it must be there, whether there may be many.

    ``fits`` are the tests of the kinds that are no classes, ``fits_object`` those of them that an object may pass,
    ``nested`` the classes; ``any_text`` says that every text is one of the kinds, ``whole`` that an array is one
    value, as types are.
    """

    kinds: tuple[str, ...]
    required: bool
    many: bool
    fits: tuple[Fits, ...]
    nested: tuple[str, ...]
    whole: bool
    any_text: bool
    fits_object: tuple[Fits, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """A table: its classes with their members, how many of these each requires, and its lists of terms."""

    classes: Mapping[str, Mapping[str, Member]]
    enums: Mapping[str, frozenset[str]]
    required: Mapping[str, int]


@cache
def load_shapes(name: str) -> Shapes:
    """A table by its name. Raises ``GatewayFailed`` for one that is not well made."""
    return shapes_of(shape_text(name))


def shapes_of(text: str) -> Shapes:
    """A table from its TOML text. Raises ``GatewayFailed`` when a row names a kind there is not."""
    table = tomllib.loads(text)
    enums = {key: frozenset(terms) for key, terms in table.pop("enums", {}).items()}
    table.pop("about", None)
    classes = {
        name: {member: _member(text, frozenset(table), enums) for member, text in rows.items()}
        for name, rows in table.items()
    }
    required = {name: sum(member.required for member in rows.values()) for name, rows in classes.items()}
    return Shapes(classes, enums, required)


def _member(text: str, classes: frozenset[str], enums: Mapping[str, frozenset[str]]) -> Member:
    mark = text[-1] if text[-1:] in ("!", "*", "+", "?") else ""
    kinds = tuple(text.removesuffix(mark).split("|"))
    fits = {kind: _fits(kind, enums) for kind in kinds if kind not in classes}
    return Member(
        kinds,
        required=mark in ("!", "+"),
        many=mark in ("*", "+"),
        fits=tuple(fits.values()),
        nested=tuple(kind for kind in kinds if kind in classes),
        whole=any(kind.startswith("types:") for kind in kinds),
        any_text="text" in kinds,
        fits_object=tuple(test for kind, test in fits.items() if kind in OF_OBJECTS),
    )


def _fits(kind: str, enums: Mapping[str, frozenset[str]]) -> Fits:
    """The test of a kind that is no class."""
    prefix, _, rest = kind.partition(":")
    if prefix == "types" and rest:
        return partial(_has_type, frozenset(rest.split(",")))
    if prefix == "enum" and rest in enums:
        return partial(_is_of, enums[rest])
    if kind not in KINDS:
        raise GatewayFailed(f"a table of shapes names {kind!r}, which there is not")
    return KINDS[kind]


def _has_type(names: frozenset[str], value: Any) -> bool:
    if type(value) is str:
        return value in names
    types = value if isinstance(value, list) else [value]
    for entry in types:
        if not isinstance(entry, str):
            return False
    return not names.isdisjoint(types)


def _is_of(terms: frozenset[str], value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if value.startswith(EXTENSION):
        return EXTENSION in terms and len(value) > len(EXTENSION)
    return value in terms
