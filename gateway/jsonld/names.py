"""One name, one meaning: whoever reads a document by its names reads what its statements say.

Linked data lets the same statements be written in many ways: under a full IRI, under an alias, nested,
reversed, in a graph. A signature over statements holds for all of them, so that a status or an end of
validity could be put where nobody who reads by names looks for it, or two texts change places. The
names of the published contexts are therefore kept for their meanings, and the meanings for their names.
"""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from gateway.errors import UnsafeJsonLd
from gateway.jsonld.contexts import bundled
from gateway.jsonld.guard import ALIASES
from gateway.pointers import escape
from gateway.resources import context_bytes

__all__ = ["check_names"]

Names = dict[str, set[str]]
"""What each name may mean."""
Uses = dict[str, set[tuple[str, str]]]
"""The meanings of each name, with the container its values come in."""

ABOUT_A_VALUE = frozenset(("@value", "@type", "@language", "@direction"))
DECISIVE = frozenset(("validFrom", "validUntil", "credentialStatus", "status", "proof"))
"""Members of a credential that are looked for at its root alone."""
DATES = frozenset(("issuanceDate", "expirationDate", "issued"))
"""The same in older credentials; the gateway's carrier keeps them for newer ones, which do not have them."""
CARRIER = "/carried"
WHOLE = frozenset(("VerifiableCredential", "VerifiablePresentation"))
"""Types of nodes that are documents of their own, with contexts of their own."""
_IN_PROOF = re.compile(r"/proof(/[0-9]+)?\Z")
"""A proof of such a document keeps its context; it is held against the document's when it is verified."""
HINT = "Use the names of the published contexts as they are, and other names for terms of your own."
OTHERS = (
    "https://w3id.org/openbadges/", "https://openbadgespec.org/", "https://purl.imsglobal.org/ob/",
    "http://www.w3.org/ns/odrl", "https://www.w3.org/ns/odrl",
)  # fmt: skip
"""Contexts that are not of verifiable credentials: anybody may use their names for something else."""
OWN_TERMS = "gateway/terms-v1.jsonld"
MAX_STEPS = 8
"""Most definitions followed from one name to its meaning."""


def check_names(document: Any) -> None:
    """Raise ``UnsafeJsonLd`` where a published term stands under another name, or its name for another term.

    Refused are also the keywords that put statements elsewhere than where they are read.
    """
    if _has_plain_names(document):
        return
    terms = _published_terms()
    inline = list(_inline(document, ""))
    if inline:
        at_root = [entry for entry in _contexts(document.get("@context")) if entry]
        if len(inline) == sum(1 for entry in at_root for _ in _definitions(entry, "")):
            terms = _terms_of(marshal.dumps(document["@context"], 0))
        else:
            terms = _checked(inline)
    _check_members(document, "", terms, _reserved(), _identifier(document))


@lru_cache(maxsize=64)
def _terms_of(context: bytes) -> Names:
    """The names of a document whose root alone has contexts of its own, given in a form that can be remembered."""
    return _checked(list(_inline({"@context": marshal.loads(context)}, "")))


def _checked(inline: list[tuple[str, Any, str]]) -> Names:
    """The published names and a document's own, which are found to be in order."""
    uses, terms = _published(), dict(_published_terms())
    for name, definition, _ in inline:
        if name not in uses:
            terms[name] = {*terms.get(name, ()), _named(name, definition)}
    for name, definition, pointer in inline:
        _check_definition(name, definition, pointer, (uses, terms, _reserved()))
    return terms


# --- contexts --------------------------------------------------------------------------------------


@cache
def _published_terms() -> Names:
    """The meanings of each published name, in whatever container."""
    return {name: {meaning for meaning, _ in meanings} for name, meanings in _published().items()}


@cache
def _reserved() -> set[str]:
    """Every meaning that a published name has."""
    return {meaning for meanings in _published().values() for meaning, _ in meanings}


@cache
def _published() -> Uses:
    """What the published contexts say: every term of theirs, in whatever scope it is defined."""
    uses: Uses = {}
    published = [bundled().get(url) for url in bundled().urls() if not url.startswith(OTHERS)]
    for document in (*published, json.loads(context_bytes(OWN_TERMS))):
        for context in _contexts(document.get("@context")):
            _note(context, {}, uses)
    return uses


def _note(context: dict[str, Any], scope: dict[str, Any], uses: Uses) -> None:
    inner = {**scope, **context}
    for name, definition in context.items():
        if name.startswith("@") or definition is None:
            continue
        for meaning in _meanings(_named(name, definition), {k: {_named(k, v)} for k, v in inner.items()}):
            uses.setdefault(name, set()).add((meaning, _container(definition)))
        if isinstance(definition, dict):
            for nested in _contexts(definition.get("@context")):
                _note(nested, inner, uses)


def _contexts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict))


def _named(name: str, definition: Any) -> str:
    """What a term's definition says it means, as it is written there."""
    given = definition.get("@id", definition.get("@reverse")) if isinstance(definition, dict) else definition
    return given if isinstance(given, str) else name


def _container(definition: Any) -> str:
    given = definition.get("@container", []) if isinstance(definition, dict) else []
    entries = given if isinstance(given, list) else [given]
    return " ".join(sorted(str(entry) for entry in entries if entry != "@set"))


def _meanings(text: str, terms: Names, steps: int = MAX_STEPS) -> set[str]:
    """Every IRI or keyword a text may stand for under the definitions there are."""
    if text.startswith("@") or not steps:
        return {text}
    prefix, colon, rest = text.partition(":")
    if colon and not rest.startswith("//"):
        found = {m + rest for given in terms.get(prefix, ()) for m in _meanings(given, terms, steps - 1)}
        return found or {text}
    found = {m for given in terms.get(text, ()) if given != text for m in _meanings(given, terms, steps - 1)}
    return found or {text}


def _inline(value: Any, pointer: str) -> Iterator[tuple[str, Any, str]]:
    """Every definition of a term in the document's own contexts, scoped ones included."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _inline(item, f"{pointer}/{position}")
    elif isinstance(value, dict):
        for name, item in value.items():
            place = f"{pointer}/{escape(name)}"
            if name == "@context":
                for context in _contexts(item):
                    yield from _definitions(context, place)
            else:
                yield from _inline(item, place)


def _definitions(context: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any, str]]:
    for name, definition in context.items():
        if name.startswith("@") or definition is None:
            continue
        place = f"{pointer}/{escape(name)}"
        yield name, definition, place
        if isinstance(definition, dict):
            for nested in _contexts(definition.get("@context")):
                yield from _definitions(nested, place)


def _check_definition(name: str, definition: Any, pointer: str, known: tuple[Uses, Names, set[str]]) -> None:
    uses, terms, reserved = known
    if isinstance(definition, dict) and ("@reverse" in definition or "@nest" in definition):
        raise _refused("a term puts statements elsewhere than where they are read", pointer)
    container = _container(definition)
    if "@index" in container:
        raise _refused("the keys of an index are not signed", pointer)
    for meaning in _meanings(_named(name, definition), {**terms, name: set()} if name in uses else terms):
        if name in uses and (meaning, container) not in uses[name]:
            raise _refused("a term of a published context is given another meaning", pointer)
        if name not in uses and (meaning in reserved or meaning.startswith("@")):
            raise _refused("a published term is given another name", pointer)


# --- members ---------------------------------------------------------------------------------------


def _identifier(document: Any) -> Any:
    return document.get("id") if isinstance(document, dict) else None


def _has_plain_names(document: Any) -> bool:
    """Whether nothing is there that has to be looked at twice: no keyword, alias or IRI for a name, no full IRI
    for a type, no context of the document's own or of a part, the root told of once. So are nearly all
    documents, and it is found out without building pointers.
    """
    root = _identifier(document)
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if type(value) is list:
            stack += value
        elif type(value) is dict:
            for name, item in value.items():
                if name == "@context":
                    entries = item if type(item) is list else (item,)
                    if value is not document or any(type(entry) is not str for entry in entries):
                        return False
                    continue
                if ":" in name or name[:1] == "@" or name in ALIASES:
                    return False
                if name == "type" and not _plain(item):
                    return False
                if name == "id" and item == root and value is not document:
                    return False
                stack.append(item)
    return True


def _plain(types: Any) -> bool:
    return all(type(kind) is str and ":" not in kind for kind in (types if type(types) is list else (types,)))


def _check_members(value: Any, pointer: str, terms: Names, reserved: set[str], root: Any) -> None:
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_members(item, f"{pointer}/{position}", terms, reserved, root)
    if not isinstance(value, dict):
        return
    if pointer and root is not None and value.get("id") == root:
        decisive = DECISIVE if pointer == CARRIER else DECISIVE | DATES
        if decisive & set(value):
            raise _refused("the document states its period or status in another place", pointer)
    for name, item in value.items():
        place = f"{pointer}/{escape(name)}"
        if name == "@context":
            if pointer and not (WHOLE & _texts(value.get("type")) or _IN_PROOF.search(pointer)):
                raise _refused("only a whole credential has contexts of its own", place)
            continue
        if name.startswith("@") and not ("@value" in value and name in ABOUT_A_VALUE):
            raise _refused("a keyword puts statements elsewhere than where they are read", place)
        if name in ALIASES and name not in terms:
            raise _refused("a keyword is not called by its usual name", place)
        if ":" in name and _meanings(name, terms) & reserved:
            raise _refused("a published term is not called by its name", place)
        if name == "type" and any(_renamed(kind, terms, reserved) for kind in _texts(item)):
            raise _refused("a published type is not called by its name", place)
        _check_members(item, place, terms, reserved, root)


def _renamed(kind: str, terms: Names, reserved: set[str]) -> bool:
    return ":" in kind and bool(_meanings(kind, terms) & reserved)


def _texts(value: Any) -> frozenset[str]:
    entries = value if isinstance(value, list) else [value]
    return frozenset(entry for entry in entries if isinstance(entry, str))


def _refused(message: str, pointer: str) -> UnsafeJsonLd:
    return UnsafeJsonLd(message, pointer=pointer, hint=HINT)
