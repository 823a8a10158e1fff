"""Canonical N-Quads of a document: through compiled contexts where they suffice, by expansion where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.errors import UnsafeJsonLd
from gateway.jsonld.compiled import NotCompiled, emit
from gateway.jsonld.contexts import Contexts, bundled
from gateway.jsonld.expansion import expand
from gateway.jsonld.nquads import Quad, Row, row_of
from gateway.jsonld.rdf import quads_of
from gateway.jsonld.rdfc10 import canonicalize_rows

__all__ = ["Canonical", "Statements", "canonicalize", "statements"]


@dataclass(frozen=True, slots=True)
class Statements:
    """What a document says, as rows. ``expanded`` tells why it had to be expanded; empty when it had not."""

    rows: Sequence[Row]
    control_characters: bool
    expanded: str = ""


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical document: ``nquads``, how many ``quads``, and whether it is *canonically simple*.

    Simple means that no two blank nodes share a first-degree hash (identical leaves under one
    parent apart) and that no literal holds a control character: then all implementations agree.
    ``expanded`` tells why the document had to be expanded; empty when compiled contexts sufficed.
    """

    nquads: str
    quads: int
    simple: bool
    ties: int
    control_characters: bool
    expanded: str = ""


def statements(document: Any, *, contexts: Contexts | None = None) -> Statements:
    """The statements of a document, if signing it would sign all it shows; refuses as ``expand`` does."""
    closed = contexts or bundled()
    try:
        emitted = emit(document, closed)
    except NotCompiled as reason:
        quads = quads_of(expand(document, contexts=closed))
        return Statements([row_of(quad) for quad in quads], any(map(_has_control, quads)), str(reason))
    return Statements(emitted.rows, emitted.control_characters)


def canonicalize(document: Any, *, contexts: Contexts | None = None, algorithm: str = "sha256") -> Canonical:
    """The canonical N-Quads of a document by RDFC-1.0; refuses as ``expand`` does, or ``TooComplex``."""
    said = statements(document, contexts=contexts)
    if not said.rows:
        raise UnsafeJsonLd("the document says nothing that could be signed")
    try:
        dataset = canonicalize_rows(said.rows, algorithm=algorithm)
        dataset.nquads.encode()
    except UnicodeEncodeError:
        raise UnsafeJsonLd("a text holds half of a surrogate pair") from None
    ties, control = len(dataset.ties), said.control_characters
    return Canonical(dataset.nquads, dataset.quads, not ties and not control, ties, control, said.expanded)


def _has_control(quad: Quad) -> bool:
    """Whether the object holds a control character that implementations write differently."""
    value = quad.object.value
    return quad.object.kind == "literal" and any((c < " " and c not in "\n\r") or c == "\x7f" for c in value)
