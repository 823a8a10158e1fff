"""Expanded JSON-LD to RDF quads (JSON-LD 1.1 API, Deserialize JSON-LD to RDF)."""

from __future__ import annotations

import math
import re
import sys
from typing import Any

from gateway.errors import NotAnInteroperableNumber
from gateway.jsonld.jcs import jcs
from gateway.jsonld.nquads import Quad, Term, blank, iri, literal

__all__ = ["CONTROL", "RDF", "is_disputed", "literal_of", "quads_of"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
CONTROL = re.compile("[\x00-\t\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters that implementations escape differently."""
SMALL = re.compile(r"-?[1-9]\.0E-(?:[7-9]|[1-9][0-9]+)\Z")
"""Numbers of one digit below 1e-6: the JavaScript lineage takes them for integers, and writes 0."""
LARGEST_INTEGER = 1e21
"""From here on a number is written as xsd:double (section 8.6, step 9)."""


def quads_of(expanded: list[Any]) -> tuple[Quad, ...]:
    """The quads of an expanded document that has passed the guard, each once, in document order."""
    builder = _Builder()
    for item in expanded:
        builder.node(item, None)
    return tuple(dict.fromkeys(builder.quads))


class _Builder:
    def __init__(self) -> None:
        self.quads: list[Quad] = []
        self._count = 0

    def fresh(self) -> Term:
        self._count += 1
        return blank(f"b{self._count - 1}")

    def name(self, identifier: str) -> Term:
        """The term of an ``@id``; the document's own blank labels get a letter no fresh one begins with."""
        return blank(f"e{identifier[2:]}") if identifier.startswith("_:") else iri(identifier)

    def node(self, item: dict[str, Any], graph: Term | None) -> Term:
        subject = self.name(item["@id"]) if "@id" in item else self.fresh()
        for kind in item.get("@type", ()):
            self.quads.append(Quad(subject, iri(RDF + "type"), self.name(kind), graph))
        for inner in item.get("@graph", ()):
            self.node(inner, subject)
        for included in item.get("@included", ()):
            self.node(included, graph)
        for predicate, values in item.get("@reverse", {}).items():
            for value in values:
                other = self.node(value, graph)
                self.quads.append(Quad(other, iri(predicate), subject, graph))
        for predicate, values in item.items():
            if not predicate.startswith("@"):
                for value in values:
                    self.quads.append(Quad(subject, iri(predicate), self.value(value, graph), graph))
        return subject

    def value(self, item: dict[str, Any], graph: Term | None) -> Term:
        if "@value" in item:
            return literal_of(item)
        if "@list" in item:
            return self.list(item["@list"], graph)
        return self.node(item, graph)

    def list(self, items: list[Any], graph: Term | None) -> Term:
        if not items:
            return iri(RDF + "nil")
        cells = [self.fresh() for _ in items]
        for position, (cell, item) in enumerate(zip(cells, items, strict=True)):
            rest = cells[position + 1] if position + 1 < len(cells) else iri(RDF + "nil")
            self.quads.append(Quad(cell, iri(RDF + "first"), self.value(item, graph), graph))
            self.quads.append(Quad(cell, iri(RDF + "rest"), rest, graph))
        return cells[0]


def literal_of(item: dict[str, Any]) -> Term:
    """Object to RDF conversion of a value object (section 8.6)."""
    value, datatype = item["@value"], item.get("@type")
    if datatype == "@json":
        return literal(jcs(value).decode(), RDF + "JSON")
    if isinstance(value, bool):
        return literal("true" if value else "false", datatype or XSD + "boolean")
    if isinstance(value, int | float):
        return _number(value, datatype)
    if "@language" in item:
        return literal(value, language=item["@language"].lower())
    return literal(value, datatype or XSD + "string")


def _number(value: float, datatype: str | None) -> Term:
    if not abs(value) <= sys.float_info.max:
        raise NotAnInteroperableNumber("a number is not finite or too large")
    whole = isinstance(value, int) or (math.isfinite(value) and value == math.floor(value))
    if whole and abs(value) < LARGEST_INTEGER and datatype != XSD + "double":
        return literal(str(int(value)), datatype or XSD + "integer")
    text = re.sub(r"(\d)0*E\+?(-?)0*(\d+)", r"\1E\2\3", f"{value:.15E}")
    return literal(text, datatype or XSD + "double")


def is_disputed(term: Term) -> bool:
    """Whether a literal is one that implementations in the field write differently."""
    return term.kind == "literal" and bool(CONTROL.search(term.value) or SMALL.match(term.value))
