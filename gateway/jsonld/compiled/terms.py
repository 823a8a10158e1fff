"""How the values of a term are read under an active context: as texts, identifiers, lists, language maps."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gateway.jsonld.guard import SENTINEL
from gateway.jsonld.processor import pyld

__all__ = [
    "GRAPH",
    "IRI_CHARACTERS",
    "ID",
    "LANGUAGE",
    "LIST",
    "PLAIN",
    "USUAL_SCHEMES",
    "VOCAB",
    "NotCompiled",
    "Reading",
    "container_of",
    "reading_of",
    "sound_iri",
    "sound_language",
    "value_of",
]

PLAIN, ID, VOCAB = "plain", "id", "vocab"
LIST, GRAPH, LANGUAGE = "list", "graph", "language"
CONTAINERS: dict[frozenset[str], str] = {
    frozenset(): "",
    frozenset(("@set",)): "",
    frozenset(("@list",)): LIST,
    frozenset(("@graph",)): GRAPH,
    frozenset(("@graph", "@set")): GRAPH,
    frozenset(("@language",)): LANGUAGE,
    frozenset(("@language", "@set")): LANGUAGE,
}
"""The containers the pass knows; maps by index, id and type are left to expansion."""

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
# IRIs of plain characters: on these, all who read IRIs agree, the guard of expansion among them.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-\[\]_a-z~]*\Z")
IRI_CHARACTERS = b"!" + bytes(
    (*range(0x23, 0x3C), 0x3D, *range(0x3F, 0x5C), 0x5D, 0x5F, *range(0x61, 0x7B), 0x7E)
)
"""The same characters, for those that need not look at the scheme."""
USUAL_SCHEMES = ("https", "http", "did", "urn", "mailto", "tel")
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*\Z")


class NotCompiled(Exception):
    """A document is not one the pass understands; the text says why. Never leaves ``gateway.jsonld``."""


class Reading(NamedTuple):
    """``coercion`` says how texts are read, ``suffix`` what follows their quotes; ``datatype`` is that of
    other values."""

    coercion: str
    suffix: str = ""
    datatype: str | None = None


def sound_iri(value: Any) -> str:
    """An absolute IRI in N-Quads form. Raises ``NotCompiled`` for anything that is not plainly one."""
    if not isinstance(value, str) or not _IRI.match(value) or value.startswith(SENTINEL):
        raise NotCompiled("an identifier that is not plainly an absolute IRI")
    return f"<{value}>"


def sound_language(tag: Any) -> str:
    """A language tag in lower case. Raises ``NotCompiled`` for a malformed one."""
    lowered = tag.lower() if isinstance(tag, str) else ""
    if not _LANGUAGE.match(lowered):
        raise NotCompiled("a malformed language tag")
    return lowered


def value_of(active: dict[str, Any], key: str, name: str) -> Any:
    """An entry of a term's definition, or the context's default for it."""
    return pyld.JsonLdProcessor.get_context_value(active, key, name)


def container_of(mapping: dict[str, Any]) -> str:
    """The container of a term. Raises ``NotCompiled`` for one the pass does not know."""
    given = mapping.get("@container")
    entries = given if isinstance(given, list | tuple) else [] if given is None else [given]
    container = CONTAINERS.get(frozenset(entries))
    if container is None or mapping.get("reverse") or mapping.get("@nest"):
        raise NotCompiled("a term of an unusual kind")
    return container


def reading_of(active: dict[str, Any], key: str) -> Reading:
    """How a term's values are read (JSON-LD 1.1 API, section 5.3)."""
    kind = value_of(active, key, "@type")
    if kind == "@id":
        return Reading(ID)
    if kind == "@vocab":
        return Reading(VOCAB)
    if value_of(active, key, "@direction") is not None:
        raise NotCompiled("a term with a direction")
    if kind is not None and kind != "@none":
        return Reading(PLAIN, f"^^{sound_iri(kind)}" if kind != XSD_STRING else "", kind)
    language = value_of(active, key, "@language")
    return Reading(PLAIN, f"@{sound_language(language)}" if language is not None else "")
