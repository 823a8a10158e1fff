"""Documents made at random over the pinned contexts: sound ones, odd ones, and ones to be refused.

A document follows from its number, so that one which fails can be made again in a process of its own.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from random import Random
from typing import Any

from gateway.jsonld import bundled
from gateway.jsonld.compiled import NotCompiled
from gateway.jsonld.compiled.scopes import Meaning, Scope, compiled_scope
from gateway.jsonld.compiled.terms import GRAPH, ID, LANGUAGE, VOCAB

__all__ = ["document"]

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OWN: dict[str, Any] = {
    "ex": "https://example.org/terms#",
    "note": {"@id": "ex:note", "@container": "@language"},
    "ordered": {"@id": "ex:ordered", "@container": "@list"},
    "points": {"@id": "ex:points", "@container": "@list", "@type": "ex:Points"},
    "kind": {"@id": "ex:kind", "@type": "@vocab"},
    "link": {"@id": "ex:link", "@type": "@id"},
    "aside": {"@id": "ex:aside", "@container": "@graph"},
    "indexed": {"@id": "ex:indexed", "@container": "@index"},
    "raw": {"@id": "ex:raw", "@type": "@json"},
    "back": {"@reverse": "ex:forth"},
    "nothing": None,
    "Inner": {"@id": "ex:Inner", "@context": {"title": "ex:innerTitle", "part": {"@id": "ex:innerPart"}}},
    "part": {"@id": "ex:part", "@context": {"title": {"@id": "ex:partTitle", "@language": "EN-gb"}}},
    "title": "ex:title",
}
LISTS: tuple[list[Any], ...] = (
    [V2],
    [V2, OB],
    [V2, OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"],
    [V2, OWN],
    [V1, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
    [V1, "http://data.europa.eu/snb/model/context/edc-ap"],
    [V1, "https://w3id.org/security/data-integrity/v2", OWN],
    [V2, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"],
    [OWN],
)
STRANGE = ("undefinedTerm", "@id", "@type", "@value", "@set", "@list", "@graph", "@reverse", "@index", "@included",
           "@nest", "@language", "urn:x:property", "ex:compact", "https://example.org/property")  # fmt: skip
TEXTS = ("", "text", "two words", 'quote " \\ back', "line\nbreak\r", "tab\there", "é ü ß", "日本", "\u0001", "\x7f",
         "\U0001f600", "\u2028", "a" * 40, "en", "Inner", "VerifiableCredential")  # fmt: skip
IRIS = ("https://example.org/a", "urn:uuid:12345678-0000-4000-8000-000000000001", "did:example:abc#key",
        "ex:thing", "mailto:a@example.org", "_:b0", "_:label", "relative", "", "https://example.org/ä",
        "https://example.org/a b", "http://example.org/{x}", "ex://odd", "data:,x", "urn:a\u00a0b")  # fmt: skip
NUMBERS = (0, 1, -1, 2.0, 0.5, 1e21, 1e-7, 12345678901, 3.14159, True, False, 1.5e300)
TAGS = ("en", "EN", "de-AT", "fr", "x y", "@none", "toolongtagpart-a")


@cache
def _terms(list_number: int) -> tuple[str, ...]:
    """Every name that the contexts of a list define, scoped ones included."""
    found: dict[str, None] = {}

    def walk(context: Any) -> None:
        if isinstance(context, list):
            for entry in context:
                walk(entry)
        elif isinstance(context, dict):
            for name, definition in context.items():
                if not name.startswith("@"):
                    found[name] = None
                if isinstance(definition, dict):
                    walk(definition.get("@context"))

    for entry in LISTS[list_number]:
        walk(bundled().get(entry)["@context"] if isinstance(entry, str) else entry)
    return tuple(found)


def document(number: int) -> dict[str, Any]:
    """The document of a number."""
    random = Random(number)
    which = random.randrange(len(LISTS))
    maker = _Maker(random, _terms(which))
    node = maker.node(compiled_scope(LISTS[which], bundled()), 0)
    node.pop("@context", None)
    return {"@context": LISTS[which], **node}


class _Maker:
    """Aims by compiled scopes, so that most documents say something; and misses on purpose in some."""

    def __init__(self, random: Random, terms: tuple[str, ...]) -> None:
        self.random, self.terms = random, terms
        self.odd = random.random() < 0.3

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def node(self, scope: Scope, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if self.chance(0.5):
            made["@id" if self.chance(0.3) or "id" not in scope.id_keys else "id"] = self.iri()
        if self.chance(0.7):
            key = "type" if "type" in scope.type_keys and self.chance(0.8) else "@type"
            types = [self.type(scope) for _ in range(self.random.randint(1, 2))]
            made[key] = types if len(types) > 1 or self.chance(0.5) else types[0]
            with suppress(NotCompiled):
                scope = scope.typed(tuple(sorted(kind for kind in types if kind in scope.scoped_types)))
        if self.odd and depth and self.chance(0.1):
            made["@context"] = self.random.choice((OWN, [OWN], V2, {"extra": "urn:x:extra"}))
        here = sorted(name for name in scope.active["mappings"] if name[:1] != "@") or list(STRANGE)
        for _ in range(self.random.randint(0 if self.odd else 1, 4)):
            name = self.random.choice(here)
            if self.odd and self.chance(0.15):
                name = self.random.choice(STRANGE if self.chance(0.5) else self.terms)
            made[name] = self.value(scope, name, depth)
        return made

    def type(self, scope: Scope) -> str:
        named = sorted(name for name in scope.active["mappings"] if name[:1].isupper())
        return self.random.choice(named) if named and not (self.odd and self.chance(0.2)) else self.iri()

    def iri(self) -> str:
        return self.random.choice(IRIS if self.odd else IRIS[:5])

    def value(self, scope: Scope, name: str, depth: int) -> Any:
        try:
            meaning = scope.meaning(name)
        except NotCompiled:
            meaning = Meaning(below=scope, node=scope, reference=scope)
        if meaning.container == LANGUAGE and self.chance(0.8):
            return {self.tag(): self.text() for _ in range(self.random.randint(1, 2))}
        if self.chance(0.25):
            return [self.single(meaning, depth) for _ in range(self.random.randint(0 if self.odd else 1, 3))]
        return self.single(meaning, depth)

    def single(self, meaning: Meaning, depth: int) -> Any:
        if self.odd and self.chance(0.1):
            return self.random.choice((None, [], {}, [["a"]], *NUMBERS))
        if meaning.container == GRAPH or (self.chance(0.3) and depth < 5):
            return self.node(meaning.node, depth + 1) if meaning.node and depth < 8 else {"id": self.iri()}
        if self.chance(0.15):
            return self.told()
        if meaning.coercion in (ID, VOCAB):
            return self.iri()
        return self.random.choice(NUMBERS) if self.chance(0.15) else self.text()

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def tag(self) -> str:
        return self.random.choice(TAGS if self.odd else TAGS[:4])

    def told(self) -> dict[str, Any]:
        """A value object, a reference, a language map, or what looks like one."""
        kinds: tuple[dict[str, Any], ...] = (
            {"@value": self.text()}, {"@value": self.text(), "@language": self.tag()},
            {"@value": self.text(), "@type": self.iri()}, {"@value": self.random.choice(NUMBERS)},
            {"@id": self.iri()}, {"@value": self.text(), "@direction": "rtl"},
            {"@language": self.tag()}, {"@value": self.text(), "@index": "i"}, {self.tag(): self.text()},
        )  # fmt: skip
        return self.random.choice(kinds if self.odd else kinds[:6])
