"""One pass from a document to its statements: what expansion and Deserialize JSON-LD to RDF do together.

Strict in what it takes: whatever expansion would drop, or the guard refuse, ends the pass with
``NotCompiled``, and expansion says what is wrong. JSON-LD 1.1 API, sections 5.1, 5.3 and 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gateway.errors import GatewayError
from gateway.jsonld.compiled.scopes import LOOKED_AT, Meaning, Scope, compiled_scope, is_plain
from gateway.jsonld.compiled.terms import (
    GRAPH,
    ID,
    IRI_CHARACTERS,
    LANGUAGE,
    LIST,
    PLAIN,
    NotCompiled,
    sound_iri,
    sound_language,
)
from gateway.jsonld.contexts import Contexts
from gateway.jsonld.dataset import DEFAULT, Dataset, Graph, rows_of
from gateway.jsonld.nquads import Row, write_literal, write_term
from gateway.jsonld.rdf import CONTROL, RDF, is_disputed, literal_of
from gateway.records import quick

__all__ = ["Emitted", "emit"]

MAX_DEPTH = 30
"""Objects inside objects; the guard's own limit counts arrays too and lies above it."""

FIRST, REST, NIL = f" <{RDF}first> ", f" <{RDF}rest> ", f"<{RDF}nil>"
_BLANK = re.compile(r"_:[A-Za-z0-9]+\Z")
DIRECTIONS = ("ltr", "rtl")
_VALUE_KEYS = ({"@value"}, {"@value", "@language"}, {"@value", "@type"})


@quick
@dataclass(frozen=True, slots=True)
class Emitted:
    """The statements of a document; whether a literal is disputed, and whether all its names are plain: terms that
    are no keyword, alias or IRI, types that are no IRI, no context but the document's own, the root told of once.
    """

    dataset: Dataset
    disputed: bool
    plain_names: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        """The statements as rows, each once or more; for documents of one shape in one order."""
        return tuple(rows_of(self.dataset))


def emit(document: Any, contexts: Contexts) -> Emitted:
    """The statements of a document. Raises ``NotCompiled`` for one that expansion has to look at."""
    if not isinstance(document, dict) or "@context" not in document:
        raise NotCompiled("a document without contexts")
    emitter = _Emitter(document)
    try:
        scope = compiled_scope(document["@context"], contexts)
        emitter.document(document, scope)
    except (GatewayError, RecursionError):
        raise NotCompiled("a document that is refused") from None
    graph = emitter.graph
    if not graph.links and not any(graph.ends.values()):
        raise NotCompiled("a document that says nothing")
    return Emitted(emitter.dataset, emitter.disputed, emitter.plain_names)


class _Emitter:
    """The statements met so far; ``graph`` is the one that is being read."""

    def __init__(self, document: dict[str, Any]) -> None:
        contexts = document["@context"]
        self.root = document.get("id")
        self.plain_names = all(type(e) is str for e in (contexts if type(contexts) is list else [contexts]))
        self.graph = Graph()
        self.dataset: Dataset = {DEFAULT: self.graph}
        self.disputed = False
        self._count = 0

    def fresh(self) -> str:
        self._count += 1
        return f"_:b{self._count - 1}"

    def document(self, document: dict[str, Any], scope: Scope) -> None:
        """A node object, or several in a ``@graph`` that nothing else is said of."""
        if document.keys() != {"@context", "@graph"}:
            self.node(document, scope, 0)
            return
        self.plain_names = False
        graph = document["@graph"]
        for item in graph if type(graph) is list else [graph]:
            if type(item) is not dict or len(item) < 2 or "@context" in item or "@value" in item:
                raise NotCompiled("a graph of what says nothing")
            self.node(item, scope, 1)

    def node(self, element: dict[str, Any], outer: Scope, depth: int) -> str:
        """A node object in the scope its own contexts are applied to; its subject."""
        if depth > MAX_DEPTH or not element:
            raise NotCompiled("an object that is empty or too deep")
        type_key = _only(outer.type_keys, element)
        scope, types, plain = outer.node(element[type_key]) if type_key else (outer, (), True)
        graph, id_key = self.graph, _only(scope.id_keys, element)
        subject = self.name(element[id_key], scope) if id_key else self.fresh()
        if not plain or (id_key and depth and element[id_key] == self.root):
            self.plain_names = False
        ends, links = graph.ends.setdefault(subject, []), graph.links
        ends += types
        meanings, renamed = scope.meanings, bool(type_key)
        for key, value in element.items():
            try:
                meaning = meanings[key]
            except KeyError:
                if key == "@context":
                    continue
                meaning = scope.meaning(key)
                self.plain_names = self.plain_names and is_plain(key, meaning)
            kind = type(value)
            if kind is str and meaning.plain:
                if value.isprintable() and '"' not in value and "\\" not in value:
                    ends.append(f'{meaning.start}"{value}"{meaning.end}')
                else:
                    ends.append(f"{meaning.start}{self.literal(value, meaning.suffix)} .\n")
            elif kind is not list and not meaning.container and not meaning.keyword:
                obj = (
                    self.object(value, meaning, depth) if kind is dict else self.value(value, meaning, depth)
                )
                if obj[0] == "_":
                    links.append((subject, meaning.start, obj))
                else:
                    ends.append(f"{meaning.start}{obj} .\n")
            elif not meaning.keyword:
                self.member(subject, value, meaning, depth)
            elif key != (type_key if meaning.keyword == "@type" else id_key):
                raise NotCompiled("a keyword that is told twice, or by types alone")
            elif key == type_key:
                renamed = False
        if renamed:
            raise NotCompiled("a type that its own context renames")
        return subject

    def member(self, subject: str, value: Any, meaning: Meaning, depth: int) -> None:
        """The statements of a member with several values, or with a container."""
        if type(value) is list and meaning.container != LIST:
            if not value:
                raise NotCompiled("an empty array")
            for item in value:
                if meaning.container == GRAPH:
                    self.say(subject, meaning.start, self.inner_graph(item, meaning, depth))
                else:
                    self.say(subject, meaning.start, self.value(item, meaning, depth))
        elif meaning.container == LANGUAGE and type(value) is dict:
            self.language_map(subject, value, meaning)
        elif meaning.container == GRAPH:
            self.say(subject, meaning.start, self.inner_graph(value, meaning, depth))
        elif meaning.container == LIST:
            self.say(subject, meaning.start, self.list(value, meaning, depth))
        else:
            self.say(subject, meaning.start, self.value(value, meaning, depth))

    def say(self, subject: str, start: str, obj: str) -> None:
        """One statement; ``start`` is its predicate with a space on both sides."""
        if obj[0] == "_":
            self.graph.links.append((subject, start, obj))
        else:
            self.graph.ends[subject].append(f"{start}{obj} .\n")

    def value(self, item: Any, meaning: Meaning, depth: int) -> str:
        """One value as an object of a statement."""
        if type(item) is dict:
            return self.object(item, meaning, depth)
        if type(item) is str:
            return self.text(item, meaning)
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
        scope = meaning.below
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
        if value.startswith(scope.schemes) and value.isascii():
            if value.encode().translate(None, IRI_CHARACTERS):
                raise NotCompiled("an identifier that is not plainly an absolute IRI")
            return f"<{value}>"
        if value[:2] == "_:":
            if not _BLANK.match(value):
                raise NotCompiled("a malformed label")
            return f"_:e{value[2:]}"
        return sound_iri(scope.expanded(value))

    def object(self, item: dict[str, Any], meaning: Meaning, depth: int) -> str:
        """A value object, a reference, or a node object with what it says."""
        if "@value" in item:
            self.plain_names = False
            return self.value_object(item, meaning.reference)
        scope = meaning.node
        if len(item) == 1 and _only(meaning.below.id_keys, item):
            key = _only(meaning.reference.id_keys, item)
            if key != "id" or item[key] == self.root:
                self.plain_names = False
            return self.name(item.get(key), meaning.reference)
        if "@context" in item:
            self.plain_names = False
            scope = scope.embedded(item["@context"])
        return self.node(item, scope, depth + 1)

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

    def language_map(self, subject: str, item: dict[str, Any], meaning: Meaning) -> None:
        ends, mappings = self.graph.ends[subject], meaning.below.active["mappings"]
        if not item:
            raise NotCompiled("an empty language map")
        for tag, told in item.items():
            suffix = f"@{sound_language(tag)}"
            if tag in LOOKED_AT:
                self.plain_names = False
            if tag in mappings and (mappings[tag] or {}).get("@id") == "@none":
                raise NotCompiled("a tag that stands for no language")
            texts = told if type(told) is list else [told]
            if not texts or any(type(text) is not str for text in texts):
                raise NotCompiled("a language map of something else than texts")
            for text in texts:
                ends.append(f"{meaning.start}{self.literal(text, suffix)} .\n")

    def inner_graph(self, item: Any, meaning: Meaning, depth: int) -> str:
        """A node in a graph of its own."""
        if type(item) is not dict or "@value" in item or len(item) == 1:
            raise NotCompiled("a graph of what is no node, or may say nothing")
        name, outer = self.fresh(), self.graph
        self.graph = self.dataset[name] = Graph()
        self.object(item, meaning, depth)
        self.graph = outer
        return name

    def list(self, value: Any, meaning: Meaning, depth: int) -> str:
        """The head of a list."""
        items = value if type(value) is list else [value]
        if not items:
            raise NotCompiled("an empty list")
        cells = [self.fresh() for _ in items]
        for cell, after, item in zip(cells, [*cells[1:], NIL], items, strict=True):
            self.graph.ends[cell] = []
            self.say(cell, FIRST, self.value(item, meaning, depth))
            self.say(cell, REST, after)
        return cells[0]


STRING = "<http://www.w3.org/2001/XMLSchema#string>"


def _only(keys: tuple[str, ...], element: dict[str, Any]) -> str:
    """The one of some names that an object has, empty when it has none."""
    found = ""
    for key in keys:
        if key in element:
            if found:
                raise NotCompiled("a keyword under two names")
            found = key
    return found
