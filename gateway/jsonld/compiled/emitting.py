"""One pass from a document to its quads: what expansion and Deserialize JSON-LD to RDF do together.

Strict in what it takes: whatever expansion would drop, or the guard refuse, ends the pass with
``NotCompiled``, and expansion says what is wrong. JSON-LD 1.1 API, sections 5.1, 5.3 and 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError
from gateway.jsonld.compiled.scopes import Meaning, Scope, compiled_scope
from gateway.jsonld.compiled.terms import (
    GRAPH,
    ID,
    LANGUAGE,
    LIST,
    PLAIN,
    NotCompiled,
    sound_iri,
    sound_language,
)
from gateway.jsonld.contexts import Contexts
from gateway.jsonld.nquads import Row, write_literal, write_term
from gateway.jsonld.rdf import CONTROL, RDF, is_disputed, literal_of

__all__ = ["Emitted", "emit"]

MAX_DEPTH = 30
"""Objects inside objects; the guard's own limit counts arrays too and lies above it."""

TYPE, FIRST, REST, NIL = (f"<{RDF}{name}>" for name in ("type", "first", "rest", "nil"))
_BLANK = re.compile(r"_:[A-Za-z0-9]+\Z")
DIRECTIONS = ("ltr", "rtl")
_VALUE_KEYS = ({"@value"}, {"@value", "@language"}, {"@value", "@type"})


@dataclass(frozen=True, slots=True)
class Emitted:
    """The quads of a document as rows, each once or more; whether a literal is disputed."""

    rows: list[Row]
    disputed: bool


def emit(document: Any, contexts: Contexts) -> Emitted:
    """The quads of a document. Raises ``NotCompiled`` for one that expansion has to look at."""
    if not isinstance(document, dict) or "@context" not in document:
        raise NotCompiled("a document without contexts")
    emitter = _Emitter()
    try:
        scope = compiled_scope(document["@context"], contexts)
        emitter.document(document, scope)
    except (GatewayError, RecursionError):
        raise NotCompiled("a document that is refused") from None
    if not emitter.rows:
        raise NotCompiled("a document that says nothing")
    return Emitted(emitter.rows, emitter.disputed)


class _Emitter:
    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.disputed = False
        self._count = 0

    def fresh(self) -> str:
        self._count += 1
        return f"_:b{self._count - 1}"

    def document(self, document: dict[str, Any], scope: Scope) -> None:
        """A node object, or several in a ``@graph`` that nothing else is said of."""
        if document.keys() != {"@context", "@graph"}:
            self.node(document, scope, "", 0)
            return
        graph = document["@graph"]
        for item in graph if type(graph) is list else [graph]:
            if type(item) is not dict or len(item) < 2 or "@context" in item or "@value" in item:
                raise NotCompiled("a graph of what says nothing")
            self.node(item, scope, "", 1)

    def node(self, element: dict[str, Any], outer: Scope, graph: str, depth: int) -> str:
        """A node object in the scope its own contexts are applied to; its subject."""
        if depth > MAX_DEPTH or not element:
            raise NotCompiled("an object that is empty or too deep")
        type_key, types, scope = _types(element, outer)
        id_key = _only(scope.id_keys, element)
        subject = self.name(element[id_key], scope) if id_key else self.fresh()
        for kind in types:
            self.rows.append((subject, TYPE, outer.type_iri(kind), graph))
        meanings = scope.meanings
        for key, value in element.items():
            meaning = meanings.get(key)
            if meaning is None:
                if key == "@context":
                    continue
                meaning = scope.meaning(key)
            if meaning.keyword:
                if key not in (type_key, id_key):
                    raise NotCompiled("a keyword that is told twice, or by types alone")
            elif type(value) is str and not meaning.container:
                self.rows.append((subject, meaning.predicate, self.text(value, meaning), graph))
            elif type(value) is list and meaning.container != LIST:
                if not value:
                    raise NotCompiled("an empty array")
                for item in value:
                    self.member(subject, item, meaning, graph, depth)
            elif meaning.container == LANGUAGE and type(value) is dict:
                self.language_map(subject, value, meaning, graph)
            else:
                self.member(subject, value, meaning, graph, depth)
        if type_key and scope.meaning(type_key).keyword != "@type":
            raise NotCompiled("a type that its own context renames")
        return subject

    def member(self, subject: str, item: Any, meaning: Meaning, graph: str, depth: int) -> None:
        """The rows that say one value of a member, by the container of its term."""
        container = meaning.container
        if container == GRAPH:
            obj = self.graph(item, meaning, graph, depth)
        elif container == LIST:
            obj = self.list(item, meaning, graph, depth)
        else:
            obj = self.value(item, meaning, graph, depth)
        self.rows.append((subject, meaning.predicate, obj, graph))

    def value(self, item: Any, meaning: Meaning, graph: str, depth: int) -> str:
        """One value as an object of a quad."""
        if type(item) is str:
            return self.text(item, meaning)
        if type(item) is dict:
            return self.object(item, meaning, graph, depth)
        if item is None or type(item) is list:
            raise NotCompiled("a null, or an array inside an array")
        told = {"@value": item} if meaning.datatype is None else {"@value": item, "@type": meaning.datatype}
        return self.number(told)

    def number(self, told: dict[str, Any]) -> str:
        """A number or boolean."""
        term = literal_of(told)
        self.disputed = self.disputed or is_disputed(term)
        return write_term(term)

    def text(self, value: str, meaning: Meaning) -> str:
        """A text as its term reads it: a literal or an identifier."""
        if meaning.coercion == PLAIN:
            return self.literal(value, meaning.suffix)
        scope = _known(meaning.below)
        if meaning.coercion == ID:
            return self.name(value, scope)
        return scope.type_iri(value) if value in scope.active["mappings"] else self.name(value, scope)

    def literal(self, value: str, suffix: str) -> str:
        if CONTROL.search(value) is not None:
            self.disputed = True
        return write_literal(value, suffix)

    def name(self, value: Any, scope: Scope) -> str:
        """An identifier in N-Quads form; a document's own blank labels get a letter no fresh one begins with."""
        if type(value) is not str:
            raise NotCompiled("an identifier that is no text")
        if value[:2] == "_:":
            if not _BLANK.match(value):
                raise NotCompiled("a malformed label")
            return f"_:e{value[2:]}"
        return sound_iri(scope.expanded(value))

    def object(self, item: dict[str, Any], meaning: Meaning, graph: str, depth: int) -> str:
        """A value object, a reference, or a node object with what it says."""
        if "@value" in item:
            return self.value_object(item, _known(meaning.reference))
        scope = _known(meaning.node)
        if len(item) == 1 and _only(_known(meaning.below).id_keys, item):
            reference = _known(meaning.reference)
            return self.name(item.get(_only(reference.id_keys, item)), reference)
        if "@context" in item:
            scope = scope.embedded(item["@context"])
        return self.node(item, scope, graph, depth + 1)

    def value_object(self, item: dict[str, Any], scope: Scope) -> str:
        value = item["@value"]
        if item.keys() - {"@direction"} not in _VALUE_KEYS or item.get("@direction", "ltr") not in DIRECTIONS:
            raise NotCompiled("an unusual value object")
        if "@direction" in item and "@type" in item:
            raise NotCompiled("a typed value with a direction")
        if "@language" in item:
            if type(value) is not str:
                raise NotCompiled("a language of what is no text")
            return self.literal(value, f"@{sound_language(item['@language'])}")
        if "@type" in item:
            if type(value) is not str or type(item["@type"]) is not str:
                raise NotCompiled("a typed value of an unusual kind")
            if item["@type"] in scope.scoped_types:
                raise NotCompiled("a datatype with a context of its own")
            datatype = scope.type_iri(item["@type"])
            return self.literal(value, "" if datatype == STRING else f"^^{datatype}")
        if type(value) is str:
            return self.literal(value, "")
        if type(value) not in (bool, int, float):
            raise NotCompiled("a value object without a value")
        return self.number({"@value": value})

    def language_map(self, subject: str, item: dict[str, Any], meaning: Meaning, graph: str) -> None:
        mappings = _known(meaning.below).active["mappings"]
        if not item:
            raise NotCompiled("an empty language map")
        for tag, told in item.items():
            suffix = f"@{sound_language(tag)}"
            if tag in mappings and (mappings[tag] or {}).get("@id") == "@none":
                raise NotCompiled("a tag that stands for no language")
            texts = told if type(told) is list else [told]
            if not texts or any(type(text) is not str for text in texts):
                raise NotCompiled("a language map of something else than texts")
            for text in texts:
                self.rows.append((subject, meaning.predicate, self.literal(text, suffix), graph))

    def graph(self, item: Any, meaning: Meaning, graph: str, depth: int) -> str:
        """A node in a graph of its own."""
        if type(item) is not dict or "@value" in item or len(item) == 1:
            raise NotCompiled("a graph of what is no node, or may say nothing")
        name = self.fresh()
        self.object(item, meaning, name, depth)
        return name

    def list(self, value: Any, meaning: Meaning, graph: str, depth: int) -> str:
        """The head of a list."""
        items = value if type(value) is list else [value]
        if not items:
            raise NotCompiled("an empty list")
        cells = [self.fresh() for _ in items]
        for cell, after, item in zip(cells, [*cells[1:], NIL], items, strict=True):
            self.rows.append((cell, FIRST, self.value(item, meaning, graph, depth), graph))
            self.rows.append((cell, REST, after, graph))
        return cells[0]


STRING = "<http://www.w3.org/2001/XMLSchema#string>"


def _types(element: dict[str, Any], outer: Scope) -> tuple[str, list[Any], Scope]:
    """The member that tells the types, the types, and the scope inside a node that has them."""
    key = _only(outer.type_keys, element)
    if not key:
        return "", [], outer
    told = element[key]
    types = told if type(told) is list else [told]
    if not types or any(type(kind) is not str for kind in types):
        raise NotCompiled("a type that is no text")
    scoped = tuple(sorted(kind for kind in types if kind in outer.scoped_types))
    return key, types, outer.typed(scoped) if scoped else outer


def _only(keys: tuple[str, ...], element: dict[str, Any]) -> str:
    """The one of some names that an object has, empty when it has none."""
    found = [key for key in keys if key in element]
    if len(found) > 1:
        raise NotCompiled("a keyword under two names")
    return found[0] if found else ""


def _known(scope: Scope | None) -> Scope:
    if scope is None:
        raise NotCompiled("a keyword where a term was awaited")
    return scope
