"""A document taken as a specimen: where its texts stand in its statements, and which decide more than that.

A text is put in the place of one of the document's, and the document goes through its contexts again. Where the
rows are the same but for that text, whole and in the same form, the text does nothing but stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.jsonld.compiled.emitting import emit
from gateway.jsonld.compiled.scopes import TYPE, compiled_scope
from gateway.jsonld.compiled.terms import NotCompiled
from gateway.jsonld.contexts import Contexts
from gateway.jsonld.nquads import Row, write_literal

__all__ = ["Path", "Place", "Specimen", "put"]

Path = tuple[str | int, ...]
"""The members and positions that lead to a value of a document."""
DECISIVE = frozenset(("@context", "type", "@type"))
"""Members whose texts say what others mean."""
SUBJECT, OBJECT = 0, 2
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://)?")
"""What decides how an identifier is read: its scheme or prefix, and whether two slashes follow."""


class Place(NamedTuple):
    """Where a text stands: the row and the term in it, and what goes before and after the text there."""

    row: int
    term: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Specimen:
    """A document and its rows, those told twice included. ``terms`` are names of terms that look like IRIs:
    a text that is one of them may be read as a term.
    """

    document: dict[str, Any]
    contexts: Contexts
    rows: tuple[Row, ...]
    disputed: bool
    terms: frozenset[str]

    @classmethod
    def of(cls, document: dict[str, Any], contexts: Contexts) -> Specimen:
        """The specimen. Raises ``NotCompiled`` for a document that expansion has to look at."""
        emitted = emit(document, contexts)
        scopes = compiled_scope(document["@context"], contexts).program.scopes
        terms = frozenset(name for scope in scopes for name in scope.active["mappings"] if ":" in name)
        return cls(document, contexts, emitted.rows, emitted.disputed, terms)

    def places(self, path: Path) -> tuple[Place, ...]:
        """Where the text at a path stands; nowhere for one that decides more, or is read in another way."""
        value = _at(self.document, path)
        if type(value) is not str or not DECISIVE.isdisjoint(path):
            return ()
        start = scheme_of(value)
        mark = f"{start}{self._unused()}"
        try:
            rows = emit(put(self.document, path, mark), self.contexts).rows
        except NotCompiled:
            return ()
        if len(rows) != len(self.rows):
            return ()
        found = []
        for number, (row, marked) in enumerate(zip(self.rows, rows, strict=True)):
            for term in range(4):
                if row[term] != marked[term]:
                    place = _place(number, term, (value, row[term]), (mark, marked[term]))
                    if place is None or term not in (SUBJECT, OBJECT) or (row[1] == TYPE and term == OBJECT):
                        return ()
                    found.append(place)
        return tuple(found)

    def _unused(self) -> str:
        """A text that no row holds."""
        number = 0
        while any(f"x{number}x" in term for row in self.rows for term in row):
            number += 1
        return f"x{number}x"


def scheme_of(value: str) -> str:
    """How an identifier begins, as far as that decides how it is read; empty for what is none."""
    found = _NAME.match(value)
    return found[0] if found else ""


def _place(row: int, term: int, own: tuple[str, str], marked: tuple[str, str]) -> Place | None:
    """The place of a text, if it is the same for the document's own and for the mark."""
    (value, told), (mark, told_marked) = own, marked
    if told == f"<{value}>" and told_marked == f"<{mark}>":
        return Place(row, term, "<", ">")
    suffix = told_marked.removeprefix(f'"{mark}"')
    if suffix != told_marked and mark not in suffix and told == write_literal(value, suffix):
        return Place(row, term, '"', f'"{suffix}')
    return None


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def put(value: Any, path: Path, text: str) -> Any:
    """The document with another text at a path; what is not on the way there is shared."""
    if not path:
        return text
    made = value.copy()
    made[path[0]] = put(value[path[0]], path[1:], text)
    return made
