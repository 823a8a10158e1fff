"""Making a template: the specimen's rows with holes in them, taken apart by subject and by blank node."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from gateway.jsonld.compiled.specimen import Place, Specimen, scheme_of
from gateway.jsonld.compiled.template import Block, Column, Line, Node, Template
from gateway.jsonld.compiled.terms import NotCompiled

__all__ = ["template_of"]

DIGESTS: dict[str, Callable[[bytes], hashlib._Hash]] = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
Term = str | int
"""A term as it is written, or the number of one that differs by document."""
Symbols = tuple[Term, Term, Term, Term]


def template_of(
    specimen: Specimen, holes: Sequence[tuple[str, Sequence[Place]]], algorithm: str = "sha256"
) -> Template:
    """The template of documents that differ from a specimen in some of its texts alone.

    Each hole is a text and all the places where it may be another one. Raises ``NotCompiled`` for a specimen
    that is not canonically simple.
    """
    if specimen.disputed:
        raise NotCompiled("a literal that implementations write differently")
    columns, rows = _with_holes(specimen, holes)
    mentions = _mentions(rows)
    numbers: dict[Term, Term] = {label: len(columns) + number for number, label in enumerate(mentions)}
    subjects: dict[Term, list[Symbols]] = {}
    for subject, predicate, obj, graph in rows:
        told = numbers.get(subject, subject), predicate, numbers.get(obj, obj), numbers.get(graph, graph)
        subjects.setdefault(told[0], []).append(told)
    digest = DIGESTS[algorithm]
    made = Template(
        columns,
        tuple(_node(label, those, digest) for label, those in mentions.items()),
        tuple(f"_:c14n{number}" for number in range(len(mentions))),
        tuple(_block(subject, those) for subject, those in subjects.items()),
        specimen.terms,
        digest,
        len(rows),
    )
    if made.nquads([text for text, _ in holes]) is None:
        raise NotCompiled("blank nodes that are not told apart at once")
    return made


def _with_holes(
    specimen: Specimen, holes: Sequence[tuple[str, Sequence[Place]]]
) -> tuple[tuple[Column, ...], list[Symbols]]:
    """The forms that the texts of the holes are written in, and the rows, each once, with their numbers."""
    numbers: dict[Column, int] = {}
    rows: list[list[Term]] = [list(row) for row in specimen.rows]
    for hole, (text, places) in enumerate(holes):
        for place in places:
            column = Column(hole, place.before, place.after, scheme_of(text) if place.before == "<" else "")
            rows[place.row][place.term] = numbers.setdefault(column, len(numbers))
    return tuple(numbers), list(dict.fromkeys((s, p, o, g) for s, p, o, g in rows))


def _mentions(rows: Sequence[Symbols]) -> dict[str, list[Symbols]]:
    """The rows that mention each blank node."""
    found: dict[str, list[Symbols]] = {}
    for row in rows:
        for term in dict.fromkeys(row):
            if isinstance(term, str) and term[:2] == "_:":
                found.setdefault(term, []).append(row)
    return found


def _node(label: str, mentions: Sequence[Symbols], made: Callable[[bytes], hashlib._Hash]) -> Node:
    """A blank node by the rows that mention it (RDFC-1.0 section 4.6)."""
    fixed, lines = _lines([_seen_from(label, term) for term in row] for row in mentions)
    return Node("" if lines else made("".join(fixed).encode()).hexdigest(), fixed, lines)


def _seen_from(label: str, term: Term) -> Term:
    if isinstance(term, str) and term[:2] == "_:":
        return "_:a" if term == label else "_:z"
    return term


def _block(subject: Term, rows: Sequence[Symbols]) -> Block:
    """What the rows say of a subject."""
    ends, lines = _lines(["", *row[1:]] for row in rows)
    text = subject.join(("", *ends)) if isinstance(subject, str) and not lines else ""
    return Block(subject, ("", *ends), lines, text)


def _lines(rows: Iterable[Sequence[Term]]) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """Rows as lines of N-Quads: those that are always the same, in order, and the others."""
    fixed, lines = [], []
    for row in rows:
        numbers = [term for term in row if isinstance(term, int)]
        subject, predicate, obj, graph = ("%s" if isinstance(t, int) else t.replace("%", "%%") for t in row)
        form = f"{subject} {predicate} {obj}{f' {graph}' if graph else ''} .\n"
        if numbers:
            lines.append(Line(form, itemgetter(*numbers)))
        else:
            fixed.append(form % ())
    return tuple(sorted(fixed)), tuple(lines)
