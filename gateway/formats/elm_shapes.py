"""What the Commission's profiles demand of an ELM document, by the table ``shapes/elm3.toml``.

The table states the published SHACL of ELM 3.2; ``problems`` finds what a SHACL processor finds.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from gateway.formats.elm_nodes import Node, Nodes, nodes_of
from gateway.resources import shape_text

__all__ = ["Problem", "Row", "problems", "rows"]

CONVERTED = "converted."
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DATE_TIME = r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"
_DURATION = r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
LITERALS: dict[str, Callable[[str], Any]] = {
    "dateTime": re.compile(_DATE_TIME).fullmatch,
    "duration": re.compile(_DURATION).fullmatch,
    "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)").fullmatch,
    "integer": re.compile(r"[+-]?\d+").fullmatch,
    "positiveInteger": re.compile(r"\+?0*[1-9]\d*").fullmatch,
    "boolean": re.compile(r"true|false|0|1").fullmatch,
}
"""What the literals of a datatype look like; any text is one of the others."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the profile says of one member of a class; ``most`` None is without limit.

    ``classes`` are those a value may be of, none where it is a literal.
    """

    least: int
    most: int | None
    kinds: tuple[str, ...]
    scheme: str
    marks: frozenset[str]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A shape that a node does not satisfy. ``constraint`` is named as in SHACL (section 4).

    ``places`` is where the node stands, ``values`` where the offending values stand, each of which is
    told by its key; where something is missing there are none.
    """

    shape: str
    member: str
    constraint: str
    key: str
    places: tuple[str, ...]
    values: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The shape, by class, member and constraint."""
        return f"{self.shape}.{self.member} {self.constraint}"

    @property
    def pointer(self) -> str:
        """Where the document should say otherwise."""
        return self.values[0] if self.values else f"{self.places[0]}/{self.member}"


@cache
def rows(*, converted: bool) -> dict[str, dict[str, Row]]:
    """The rows of each class, in the generic profile or in *converted*, which adds to it."""
    told = tomllib.loads(shape_text("elm3"))
    del told["about"]
    found: dict[str, dict[str, Row]] = {}
    for name, members in sorted(told.items(), key=lambda item: item[0].startswith(CONVERTED)):
        if converted or not name.startswith(CONVERTED):
            own = {member: _row(text) for member, text in members.items()}
            shape = found.setdefault(name.removeprefix(CONVERTED), {})
            shape.update({member: _both(shape.get(member), row) for member, row in own.items()})
    return found


def _row(text: str) -> Row:
    body, _, scheme = text.partition(" in ")
    often, *words = body.split()
    least, _, most = often.partition("..")
    marks = frozenset(words) & {"iri", "literal", "unique", "node", "sealed"}
    kinds = tuple(kind for word in words if word not in marks for kind in word.split("|"))
    classes = tuple(kind for kind in kinds if kind[0].isupper() and kind != "HTML")
    return Row(int(least), None if most == "*" else int(most), kinds, scheme, marks, classes)


def _both(first: Row | None, second: Row) -> Row:
    """A row that demands what two demand, as far as the tables need it: how often at least."""
    if first is None:
        return second
    return replace(first, least=max(first.least, second.least))


def problems(tree: dict[str, Any], *, converted: bool) -> list[Problem]:
    """Every shape of the profile that the document does not satisfy, in the order of the document."""
    nodes, table = nodes_of(tree), rows(converted=converted)
    return [
        problem
        for key, node in nodes.items()
        for shape in sorted(node.types & table.keys())
        for member, row in table[shape].items()
        if row.least or member in node.members
        for problem in _of_member(shape, member, row, key, nodes)
    ]


def _of_member(shape: str, member: str, row: Row, key: str, nodes: Nodes) -> Iterator[Problem]:
    node = nodes[key]
    values = node.members.get(member, {})

    def problem(constraint: str, told: list[str]) -> Problem:
        return Problem(shape, member, constraint, key, tuple(node.places), tuple(told))

    if len(values) < row.least:
        yield problem("MinCount", [])
    if row.most is not None and len(values) > row.most:
        yield problem(
            "MaxCount", [place for _, places in list(values.items())[row.most :] for place in places]
        )
    for told, places in values.items():
        for constraint in _of_value(row, told, nodes):
            yield problem(constraint, places)
    if "unique" in row.marks:
        yield from (problem("UniqueLang", places) for places in _second_texts(values))


def _of_value(row: Row, told: str, nodes: Nodes) -> Iterator[str]:
    value = nodes.get(told)
    types = value.types if value is not None else set()
    if row.classes and not types & set(row.classes):
        yield "Node" if "node" in row.marks else "Or" if len(row.classes) > 1 else "Class"
    if not row.classes and not _is_literal(row, told):
        yield "Datatype"
    if "iri" in row.marks and not ABSOLUTE.match(told):
        yield "NodeKind"
    if (row.scheme and not _is_listed(row.scheme, told, nodes)) or (
        "sealed" in row.marks and not _is_sealed(value, nodes)
    ):
        yield "Node"


def _is_literal(row: Row, told: str) -> bool:
    if "langString" in row.kinds:
        return told.startswith("@")
    return all(LITERALS[kind](told) for kind in row.kinds if kind in LITERALS)


def _is_listed(scheme: str, told: str, nodes: Nodes) -> bool:
    """Whether a concept says it is of a list, and of lists only (the restrictions of *generic full*)."""
    concept = nodes.get(told)
    schemes = concept.members.get("inScheme", {}) if concept is not None else {}
    return scheme in schemes and all(
        ABSOLUTE.match(entry) and entry in nodes and "ConceptScheme" in nodes[entry].types
        for entry in schemes
    )


def _is_sealed(issuer: Node | None, nodes: Nodes) -> bool:
    """Whether an issuer has the one identifier a qualified seal brings."""
    told = issuer.members.get("eIDASIdentifier", {}) if issuer is not None else {}
    return len(told) == 1 and all(key in nodes and "LegalIdentifier" in nodes[key].types for key in told)


def _second_texts(values: dict[str, list[str]]) -> Iterator[list[str]]:
    """Where texts stand beyond the first of their language, one list for each language."""
    languages = Counter(told.partition(" ")[0] for told in values if told.startswith("@"))
    for language, number in languages.items():
        if number > 1:
            same = [places for told, places in values.items() if told.partition(" ")[0] == language]
            yield [place for places in same[1:] for place in places]
