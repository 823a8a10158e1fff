"""The tables of ``completeness/``: elements with their places in the hub, profiles, and signs of quality.

Council Recommendation 2022/C 243/02, Annex I, and Zdunek et al. 2024, Tables 1 and 2.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from gateway.errors import GatewayFailed, RequestRefused
from gateway.model import Credential, fields_of
from gateway.resources import completeness_text

__all__ = [
    "PROFILES", "Element", "Obligation", "Path", "Profile", "Sign", "check_profile", "dimensions", "elements",
    "profile_named",
]  # fmt: skip

PROFILES = ("eu", "microbol", "oepass")


class Obligation(StrEnum):
    """What a profile says of an element. What is mandatory where it applies, no document can settle."""

    MANDATORY = "mandatory"
    WHERE_APPLICABLE = "whereApplicable"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Path:
    """Fields of the hub that lead to a value; with ``begins``, to a text that begins with one of these."""

    fields: tuple[str, ...]
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a micro-credential: ``at`` state it, ``near`` only point to it."""

    name: str
    at: tuple[Path, ...]
    near: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Which elements are to be stated, by whom that is said, and when."""

    name: str
    source: str
    date: str
    obligations: Mapping[str, Obligation]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a dimension of quality: an ``element`` is stated, something stands ``at`` a path, a ``check``
    of the verification holds, or texts are in so many ``languages``."""

    name: str
    element: str = ""
    at: tuple[Path, ...] = ()
    check: str = ""
    languages: int = 0


@cache
def elements() -> Mapping[str, Element]:
    """All elements by their names. Raises ``GatewayFailed`` for a table that is not well made."""
    table = tomllib.loads(completeness_text("elements"))
    return {
        name: Element(name, _paths(row["at"]), _paths(row.get("near", ()))) for name, row in table.items()
    }


def check_profile(name: str) -> None:
    """Raise ``RequestRefused`` for a name that no profile has. Reads no table."""
    if name not in PROFILES:
        raise RequestRefused(
            f"no profile is named {name[:40]!r}",
            hint=f"A profile is {', '.join(PROFILES[:-1])} or {PROFILES[-1]}.",
        )


@cache
def profile_named(name: str) -> Profile:
    """A profile. Raises ``RequestRefused`` for a name there is none of."""
    check_profile(name)
    row = tomllib.loads(completeness_text("profiles"))[name]
    groups = (
        (Obligation.MANDATORY, row["mandatory"]),
        (Obligation.WHERE_APPLICABLE, row["where_applicable"]),
        (Obligation.OPTIONAL, row["optional"]),
    )
    said = {element: obligation for obligation, names in groups for element in names}
    if unknown := said.keys() - elements().keys():
        raise GatewayFailed(f"completeness: profile {name} names no element {min(unknown)}")
    return Profile(name, row["source"], row["date"], said)


@cache
def dimensions() -> Mapping[str, tuple[Sign, ...]]:
    """The dimensions of quality that a document can show, each with its signs."""
    table = tomllib.loads(completeness_text("dimensions"))
    return {name: tuple(_sign(sign, row) for sign, row in signs.items()) for name, signs in table.items()}


def _sign(name: str, row: dict[str, Any]) -> Sign:
    if row.keys() <= {"element"} and row["element"] not in elements():
        raise GatewayFailed(f"completeness: sign {name} names no element {row['element']}")
    return Sign(
        name, row.get("element", ""), _paths(row.get("at", ())), row.get("check", ""), row.get("languages", 0)
    )


def _paths(rows: Any) -> tuple[Path, ...]:
    given = [row if isinstance(row, dict) else {"path": row} for row in rows]
    paths = tuple(Path(tuple(row["path"].split("/")), tuple(row.get("begins", ()))) for row in given)
    for path in paths:
        _check(path)
    return paths


def _check(path: Path) -> None:
    """A path leads through fields that some class of the hub has. Raises ``GatewayFailed`` otherwise."""
    classes: tuple[type, ...] = (Credential,)
    for name in path.fields:
        specs = [fields_of(node)[name] for node in classes if name in fields_of(node)]
        if not specs:
            raise GatewayFailed(f"completeness: no field {name} on the way {'/'.join(path.fields)}")
        classes = tuple({below for spec in specs for below in spec.classes})
