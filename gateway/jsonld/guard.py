"""What may be signed: the checks that make canonical bytes cover everything a document shows.

JSON-LD processing drops what it cannot place: undefined terms, relative identifiers, nulls. A
signature would not cover it, so it is refused here, before and after expansion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gateway.errors import NestingTooDeep, TooLarge, UndefinedTerm, UnsafeJsonLd
from gateway.pointers import escape

__all__ = [
    "ALIASES",
    "SENTINEL",
    "check_contexts",
    "check_expanded",
    "check_source",
    "context_urls",
    "pointer_of_key",
    "pointer_of_value",
]

SENTINEL = "relative-not-allowed://x/"
"""Base IRI of expansion: whatever begins with it was relative in the document."""

MAX_DEPTH = 64
MAX_CONTEXTS = 8
MAX_INLINE_TERMS = 1000
MAX_CONTEXT_DEPTH = 6
COLLECTIONS = frozenset(("@set", "@list"))
NODES_ONLY = frozenset(("@graph", "@included"))
ABOUT_A_TEXT = frozenset(("@language", "@direction"))
ALIASES = frozenset(("uid",))
"""Names that one of the bundled contexts makes keywords of, beside the usual ones."""
FORBIDDEN_IN_CONTEXT = ("@base", "@import", "@propagate", "@vocab")

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\s]*\Z")
_BLANK = re.compile(r"_:[A-Za-z0-9]+\Z")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")


def check_source(document: Any, *, strict: bool) -> None:
    """Refuse what expansion would drop or what could make it work without bound.

    ``strict`` also refuses null, ``[]`` and ``{}``, which are legal JSON-LD, but sign as nothing.
    """
    _walk(document, "", 0, strict)


def _walk(value: Any, pointer: str, depth: int, strict: bool) -> None:
    if depth > MAX_DEPTH:
        raise NestingTooDeep(f"more than {MAX_DEPTH} levels", pointer=pointer)
    if value is None or value == [] or value == {}:
        if strict:
            raise UnsafeJsonLd("an empty value signs as nothing", pointer=pointer)
        return
    if isinstance(value, dict):
        if "@value" not in value and not ABOUT_A_TEXT.isdisjoint(value):
            raise UnsafeJsonLd("a language without a text signs as nothing", pointer=pointer)
        if not COLLECTIONS.isdisjoint(value) and len(value) > 1:
            raise UnsafeJsonLd("what stands beside a set or list signs as nothing", pointer=pointer)
        for name, item in value.items():
            here = f"{pointer}/{escape(name)}"
            if name in NODES_ONLY and not all(map(_says_something, _entries(item))):
                raise UnsafeJsonLd("what makes no statement signs as nothing in a graph", pointer=here)
            if name == "@context":
                check_contexts(item, here)
            else:
                _walk(item, here, depth + 1, strict)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _walk(item, f"{pointer}/{position}", depth + 1, strict)


def _says_something(entry: Any) -> bool:
    """Whether what stands in a graph is an object that says more than a name or a value."""
    return isinstance(entry, dict) and "@value" not in entry and not entry.keys() <= {"@id", "id"}


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def check_contexts(value: Any, pointer: str) -> None:
    """Refuse contexts that are too many, too large or set what an inline context may not."""
    entries = value if isinstance(value, list) else [value]
    if len(entries) > MAX_CONTEXTS:
        raise TooLarge(f"more than {MAX_CONTEXTS} contexts", pointer=pointer)
    if sum(_terms(entry, pointer, 0) for entry in entries) > MAX_INLINE_TERMS:
        raise TooLarge(f"more than {MAX_INLINE_TERMS} inline terms", pointer=pointer)


def _terms(context: Any, pointer: str, depth: int) -> int:
    """How many terms an inline context defines, scoped ones included."""
    if not isinstance(context, dict):
        return 0
    if depth > MAX_CONTEXT_DEPTH:
        raise NestingTooDeep(f"contexts nested more than {MAX_CONTEXT_DEPTH} levels", pointer=pointer)
    for name in FORBIDDEN_IN_CONTEXT:
        if name in context:
            raise UnsafeJsonLd(f"{name} is not accepted in an inline context", pointer=pointer)
    count = 0
    for term, definition in context.items():
        count += 1
        scoped = definition.get("@context") if isinstance(definition, dict) else None
        for entry in scoped if isinstance(scoped, list) else [scoped]:
            count += _terms(entry, f"{pointer}/{escape(term)}", depth + 1)
    return count


def check_expanded(expanded: Any, document: Any) -> None:
    """Refuse relative or malformed IRIs, blank labels and language tags in an expanded document."""
    for kind, value in _names(expanded):
        if kind == "language":
            sound = bool(_LANGUAGE.match(value))
        elif value.startswith("_:"):
            sound = kind == "id" and bool(_BLANK.match(value))
        else:
            sound = bool(_IRI.match(value))
        if value.startswith(SENTINEL):
            relative = value.removeprefix(SENTINEL)
            pointer = pointer_of_value(document, relative)
            if kind == "type":
                raise UndefinedTerm(f"the type {relative[:80]!r} is not defined", pointer=pointer)
            raise UnsafeJsonLd("a relative identifier is dropped from what is signed", pointer=pointer)
        if not sound:
            raise UnsafeJsonLd(f"not a valid {_NAMES[kind]}", pointer=pointer_of_value(document, value))


_NAMES = {"id": "identifier", "type": "type", "datatype": "datatype", "property": "property",
          "language": "language tag"}  # fmt: skip


def _names(item: Any) -> Iterator[tuple[str, str]]:
    """Every identifier, type, property, datatype and language of an expanded document."""
    if isinstance(item, list):
        for entry in item:
            yield from _names(entry)
    if not isinstance(item, dict):
        return
    if "@value" in item:
        if "@type" in item and item["@type"] != "@json":
            yield "datatype", str(item["@type"])
        if "@language" in item:
            yield "language", str(item["@language"])
        return
    for name, value in item.items():
        if name == "@graph":
            _check_graph(value)
        if name == "@id":
            yield "id", str(value)
        elif name == "@type":
            yield from (("type", str(kind)) for kind in value)
        elif name == "@reverse":
            yield from (("property", key) for key in value)
            for inner in value.values():
                yield from _names(inner)
        else:
            if not name.startswith("@"):
                yield "property", name
            yield from _names(value)


def context_urls(document: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every context that a document names by URL, with its place."""
    if isinstance(document, list):
        for position, item in enumerate(document):
            yield from context_urls(item, f"{pointer}/{position}")
    elif isinstance(document, dict):
        for name, item in document.items():
            here = f"{pointer}/{escape(name)}"
            if name == "@context":
                listed = isinstance(item, list)
                for position, entry in enumerate(item if listed else [item]):
                    if isinstance(entry, str):
                        yield f"{here}/{position}" if listed else here, entry
            yield from context_urls(item, here)


def _check_graph(items: list[Any]) -> None:
    """Refuse what stands in a graph and makes no statement there: a value, or a name alone."""
    for item in items:
        if "@value" in item or "@list" in item or set(item) <= {"@id", "@index"}:
            raise UnsafeJsonLd("what stands in a graph of its own says nothing there")


def pointer_of_key(document: Any, key: str) -> str:
    """Where a property of this name stands first, outside contexts; empty when nowhere."""
    return next((pointer for pointer, name, _ in _members(document, "") if name == key), "")


def pointer_of_value(document: Any, value: str) -> str:
    """Where a string with this content stands first, as a value or a member's name."""
    for pointer, name, item in _members(document, ""):
        if item == value or name == value or (isinstance(item, str) and item.lower() == value.lower()):
            return pointer
    return ""


def _members(value: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "@context":
                continue
            yield f"{pointer}/{escape(name)}", name, item
            yield from _members(item, f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield f"{pointer}/{position}", "", item
            yield from _members(item, f"{pointer}/{position}")
