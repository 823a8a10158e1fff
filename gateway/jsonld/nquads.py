"""N-Quads: terms, a strict parser, and the canonical writer (RDF 1.1 N-Quads, RDFC-1.0 section 5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.errors import UnsafeJsonLd

__all__ = [
    "Quad",
    "Row",
    "Term",
    "blank",
    "iri",
    "literal",
    "parse_nquads",
    "row_of",
    "write_literal",
    "write_quad",
    "write_term",
]

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


class Term(NamedTuple):
    """An RDF term: ``kind`` is ``iri``, ``blank`` (value is the label without ``_:``) or ``literal``."""

    kind: str
    value: str
    datatype: str = ""
    language: str = ""


class Quad(NamedTuple):
    """Subject, predicate, object, graph; None is the default graph."""

    subject: Term
    predicate: Term
    object: Term
    graph: Term | None = None


Row = tuple[str, str, str, str]
"""A quad as its four terms in canonical N-Quads form; an empty text is the default graph."""


def iri(value: str) -> Term:
    return Term("iri", value)


def blank(label: str) -> Term:
    return Term("blank", label)


def literal(value: str, datatype: str = XSD_STRING, language: str = "") -> Term:
    return Term("literal", value, RDF_LANG_STRING if language else datatype, language)


_ESCAPES = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_ESCAPED = re.compile('[\x00-\x1f\x7f"\\\\]')


def _escape(value: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)


def write_literal(value: str, suffix: str = "") -> str:
    """A literal in canonical form; ``suffix`` is what follows its text: ``@en``, ``^^<…>`` or nothing."""
    if _ESCAPED.search(value) is not None:
        value = _escape(value)
    return f'"{value}"{suffix}'


def write_term(term: Term) -> str:
    """One term in canonical form."""
    if term.kind == "iri":
        return f"<{term.value}>"
    if term.kind == "blank":
        return f"_:{term.value}"
    if term.language:
        return write_literal(term.value, f"@{term.language}")
    if term.datatype == XSD_STRING:
        return write_literal(term.value)
    return write_literal(term.value, f"^^<{term.datatype}>")


def row_of(quad: Quad) -> Row:
    """A quad as a row."""
    graph = write_term(quad.graph) if quad.graph is not None else ""
    return write_term(quad.subject), write_term(quad.predicate), write_term(quad.object), graph


def write_quad(quad: Quad) -> str:
    """One quad as a canonical line, with its newline."""
    subject, predicate, obj, graph = row_of(quad)
    return f"{subject} {predicate} {obj} {graph} .\n" if graph else f"{subject} {predicate} {obj} .\n"


_IRI = r'<((?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)>'
_BLANK = r"_:((?:[^\W]|[0-9:])(?:(?:[\w:.·-])*[\w:·-])?)"
_LITERAL = (
    r'"((?:[^\x22\x5C\x0A\x0D]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)"'
    r"(?:\^\^" + _IRI + r"|@([a-zA-Z]+(?:-[a-zA-Z0-9]+)*))?"
)
_LINE = re.compile(
    rf"[ \t]*(?:{_IRI}|{_BLANK})[ \t]*{_IRI}[ \t]*(?:{_IRI}|{_BLANK}|{_LITERAL})"
    rf"[ \t]*(?:{_IRI}|{_BLANK})?[ \t]*\.[ \t]*(?:#.*)?\Z"
)
_UNESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_NAMED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _unescape(value: str) -> str:
    def replace(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _NAMED.get(found[3], found[3])

    return _UNESCAPE.sub(replace, value) if "\\" in value else value


def parse_nquads(text: str) -> tuple[Quad, ...]:
    """The quads of an N-Quads document, in order; ``UnsafeJsonLd`` names the first line that is none."""
    quads = []
    for number, line in enumerate(re.split(r"[\r\n]+", text), start=1):
        if not line.strip(" \t") or line.lstrip(" \t").startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None:
            raise UnsafeJsonLd("a line is not an N-Quad", pointer=f"line {number}")
        quads.append(_quad(found))
    return tuple(quads)


def _quad(found: re.Match[str]) -> Quad:
    s_iri, s_blank, p, o_iri, o_blank, value, datatype, language, g_iri, g_blank = found.groups()
    if value is not None:
        obj = literal(_unescape(value), _unescape(datatype) if datatype else XSD_STRING, language or "")
    else:
        obj = iri(_unescape(o_iri)) if o_iri is not None else blank(o_blank)
    graph = iri(_unescape(g_iri)) if g_iri is not None else (blank(g_blank) if g_blank else None)
    subject = iri(_unescape(s_iri)) if s_iri is not None else blank(s_blank)
    return Quad(subject, iri(_unescape(p)), obj, graph)
