"""Expansion (JSON-LD 1.1 API) by pyld, with closed contexts, a closed base and the guard around it."""

from __future__ import annotations

from typing import Any

from gateway.errors import (
    GatewayError,
    JsonLdRefused,
    ProtectedTermRedefinition,
    UndefinedTerm,
    UnknownContext,
    UnsafeJsonLd,
)
from gateway.jsonld.contexts import Contexts, bundled, pyld_loader, pyld_resolver
from gateway.jsonld.guard import SENTINEL, check_expanded, check_source, context_urls, pointer_of_key
from gateway.jsonld.processor import pyld
from gateway.jsonld.quick import need_time

__all__ = ["expand"]


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
    need_time("a document has to be expanded")
    dropped: list[str | None] = []
    options = {
        "base": SENTINEL,
        "documentLoader": pyld_loader(contexts),
        "contextResolver": pyld_resolver(contexts),
        "processingMode": "json-ld-1.1",
    }
    try:
        expanded: list[Any] = pyld.expand(document, options, on_property_dropped=dropped.append)
    except GatewayError as error:
        raise _placed(error, document, contexts) from None
    except pyld.JsonLdError as error:
        raise _placed(_refusal(error), document, contexts) from None
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


def _placed(error: GatewayError, document: dict[str, Any], contexts: Contexts) -> GatewayError:
    """A refusal of an unknown context with the place of the first one in the document."""
    if not isinstance(error, UnknownContext) or error.pointer:
        return error
    known = frozenset(contexts.urls())
    place = next((pointer for pointer, url in context_urls(document) if url not in known), "")
    return UnknownContext(error.detail, pointer=place, hint=error.hint)


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
