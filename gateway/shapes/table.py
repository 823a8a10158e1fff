"""Tables of shapes. A row is ``member = "kinds"``: what a value may be, and how often.

``kinds`` are separated by ``|``: a name of ``KINDS``, a class of the same table, ``types:Name`` (a type
or a list of types that holds the name; ``types:A,B`` one of them), ``enum:NAME`` (a list of the table's
``[enums]``; with ``ext:`` terms where the list ends with ``ext:``). A trailing ``!`` means required,
``*`` one or several, ``+`` at least one and maybe several, ``?`` (or nothing) at most one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gateway.errors import GatewayFailed
from gateway.resources import shape_text
from gateway.shapes.kinds import KINDS

__all__ = ["Member", "Shapes", "load_shapes"]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a class: the kinds a value may have, whether it must be there, whether there may be many."""

    kinds: tuple[str, ...]
    required: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Shapes:
    """A table: its classes with their members, and its lists of terms."""

    classes: Mapping[str, Mapping[str, Member]]
    enums: Mapping[str, frozenset[str]]


@cache
def load_shapes(name: str) -> Shapes:
    """A table by its name. Raises ``GatewayFailed`` for one that is not well made."""
    table = tomllib.loads(shape_text(name))
    enums = {key: frozenset(terms) for key, terms in table.pop("enums", {}).items()}
    table.pop("about", None)
    classes = {name: {member: _member(text) for member, text in rows.items()} for name, rows in table.items()}
    shapes = Shapes(classes, enums)
    for members in classes.values():
        for member in members.values():
            _check(member, shapes)
    return shapes


def _member(text: str) -> Member:
    mark = text[-1] if text[-1:] in ("!", "*", "+", "?") else ""
    return Member(tuple(text.removesuffix(mark).split("|")), mark in ("!", "+"), mark in ("*", "+"))


def _check(member: Member, shapes: Shapes) -> None:
    for kind in member.kinds:
        prefix, _, rest = kind.partition(":")
        known = kind in KINDS or kind in shapes.classes or (prefix == "types" and rest)
        if not known and not (prefix == "enum" and rest in shapes.enums):
            raise GatewayFailed(f"a table of shapes names {kind!r}, which there is not")
