"""Expansion (JSON-LD 1.1 API) by pyld, with closed contexts, a closed base and the guard around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyld import jsonld as pyld

from gateway.errors import (
    GatewayError,
    JsonLdRefused,
    ProtectedTermRedefinition,
    UndefinedTerm,
    UnsafeJsonLd,
)
from gateway.jsonld.contexts import Contexts, bundled, pyld_loader, pyld_resolver
from gateway.jsonld.guard import SENTINEL, check_expanded, check_source, pointer_of_key
from gateway.jsonld.nquads import Quad
from gateway.jsonld.rdf import quads_of
from gateway.jsonld.rdfc10 import canonicalize_quads

__all__ = ["Canonical", "canonicalize", "expand", "to_quads"]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical document: ``nquads``, how many ``quads``, and whether it is *canonically simple*.

    Simple means that no two blank nodes share a first-degree hash (identical leaves under one
    parent apart) and that no literal holds a control character: then all implementations agree.
    """

    nquads: str
    quads: int
    simple: bool
    ties: int
    control_characters: bool


def expand(document: Any, *, contexts: Contexts | None = None, strict: bool = True) -> list[Any]:
    """The expanded form of a document, if signing it would sign all it shows.

    Raises ``UndefinedTerm``, ``UnsafeJsonLd``, ``UnknownContext``, ``ProtectedTermRedefinition`` or
    another ``JsonLdRefused``, each with the JSON pointer in the document.
    """
    if not isinstance(document, dict):
        raise UnsafeJsonLd("a linked-data document is a JSON object")
    check_source(document, strict=strict)
    expanded = _expand(document, contexts or bundled())
    check_expanded(expanded, document)
    return expanded


def _expand(document: dict[str, Any], contexts: Contexts) -> list[Any]:
    dropped: list[str | None] = []
    options = {
        "base": SENTINEL,
        "documentLoader": pyld_loader(contexts),
        "contextResolver": pyld_resolver(contexts),
        "processingMode": "json-ld-1.1",
    }
    try:
        expanded: list[Any] = pyld.expand(document, options, on_property_dropped=dropped.append)
    except GatewayError:
        raise
    except pyld.JsonLdError as error:
        raise _refusal(error) from None
    except RecursionError:
        raise UnsafeJsonLd("the contexts or the document nest without end") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        # pyld has known crashes on malformed contexts; none may leave the gateway.
        raise JsonLdRefused(f"the linked data is malformed ({type(error).__name__})") from None
    for name in dropped:
        key = "" if name is None else str(name)
        raise UndefinedTerm(
            f"the term {key[:80]!r} is not defined"
            if key
            else "a term is defined as null, so that its value is dropped",
            pointer=pointer_of_key(document, key) if key else "",
        )
    return expanded


def _refusal(error: BaseException) -> GatewayError:
    """The gateway's error for one of pyld's, found in the chain of causes."""
    current: BaseException | None = error
    codes = []
    while current is not None:
        if isinstance(current, GatewayError):
            return current
        codes.append(getattr(current, "code", None))
        current = getattr(current, "cause", None) or current.__cause__
    code = next((code for code in reversed(codes) if code), "invalid")
    if "protected term redefinition" in codes or "invalid context nullification" in codes:
        return ProtectedTermRedefinition("a context redefines a protected term", pointer="/@context")
    return JsonLdRefused(f"the linked data is invalid: {code}")


def to_quads(document: Any, *, contexts: Contexts | None = None) -> tuple[Quad, ...]:
    """The RDF of a document; refuses as ``expand`` does."""
    return quads_of(expand(document, contexts=contexts))


def canonicalize(document: Any, *, contexts: Contexts | None = None, algorithm: str = "sha256") -> Canonical:
    """The canonical N-Quads of a document by RDFC-1.0; refuses as ``expand`` does, or ``TooComplex``."""
    quads = to_quads(document, contexts=contexts)
    if not quads:
        raise UnsafeJsonLd("the document says nothing that could be signed")
    try:
        dataset = canonicalize_quads(quads, algorithm=algorithm)
        dataset.nquads.encode()
    except UnicodeEncodeError:
        raise UnsafeJsonLd("a text holds half of a surrogate pair") from None
    control = any(_has_control(quad) for quad in quads)
    return Canonical(dataset.nquads, len(quads), not dataset.ties and not control, len(dataset.ties), control)


def _has_control(quad: Quad) -> bool:
    """Whether the object holds a control character that implementations write differently."""
    value = quad.object.value
    return quad.object.kind == "literal" and any((c < " " and c not in "\n\r") or c == "\x7f" for c in value)
