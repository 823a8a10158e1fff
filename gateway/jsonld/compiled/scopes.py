"""Scopes: active contexts (JSON-LD 1.1 API section 4.1) compiled once, with what each term means in them.

pyld processes the contexts; a scope keeps the result, and remembers the scopes that types, terms and
embedded contexts lead to. Scopes of equal content are one, so that a list of contexts has few of them
however documents nest, and their number has a bound.
"""

from __future__ import annotations

import json
import marshal
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.errors import GatewayError
from gateway.jsonld.compiled.terms import (
    PLAIN,
    USUAL_SCHEMES,
    NotCompiled,
    container_of,
    reading_of,
    sound_iri,
    value_of,
)
from gateway.jsonld.contexts import Contexts, pyld_loader, pyld_resolver
from gateway.jsonld.guard import ALIASES, SENTINEL, check_contexts
from gateway.jsonld.processor import pyld
from gateway.jsonld.quick import need_time, uninterrupted
from gateway.jsonld.rdf import RDF

__all__ = ["LOOKED_AT", "TYPE", "Meaning", "Scope", "compiled_scope", "is_plain"]

MAX_SCOPES = 2_000
"""Most scopes of one list of contexts; the published ones need some tens. A list that has reached it is
compiled anew."""
MAX_DEFINITIONS = 200_000
"""Most definitions of terms that one list of contexts has seen, likewise."""
MAX_TRANSITIONS = 1_024
"""Most sets of types, and most embedded contexts, that one scope remembers."""
MAX_TYPES = 8
"""Most types of one node that are remembered with what they lead to."""
MAX_PROGRAMS = 64
"""Most lists of contexts that stay compiled; the one unused for longest goes first."""
MAX_SETS = 8
"""Most closed sets of contexts that lists stay compiled under."""

TYPE = f"<{RDF}type>"
LOOKED_AT = frozenset(("id", "type", *ALIASES))
"""Names that whoever reads a document by its names looks at, whatever a context says of them."""
Active = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What the name of a member means in a scope.

    ``keyword`` is set for what stands for ``@id`` or ``@type``; nothing else counts then. ``start`` is the predicate
    in N-Quads form with a space on both sides; ``coercion``, ``suffix`` and ``datatype`` are those of
    ``Reading``. ``below`` is the scope that values are read in, ``node`` that of an object, ``reference`` that
    of an object which only names a node or tells a value. Of a term whose texts are ``plain`` literals each
    statement has the ``end``.
    """

    below: Scope
    node: Scope
    reference: Scope
    keyword: str = ""
    start: str = ""
    container: str = ""
    coercion: str = PLAIN
    suffix: str = ""
    datatype: str | None = None
    plain: bool = field(init=False)
    end: str = field(init=False)

    def __post_init__(self) -> None:
        plain = not self.keyword and not self.container and self.coercion == PLAIN
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "end", f"{self.suffix} .\n")


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """One active context. ``previous`` is the one to return to where the reach of a node's types ends.

    ``prefixes`` are the terms that may begin a compact IRI, ``schemes`` the beginnings of usual IRIs, which are
    no prefixes here; ``scoped_types`` those with a context of their
    own, ``type_keys`` and ``id_keys`` what stands for ``@type`` and ``@id``.
    """

    program: _Program
    active: Active
    previous: Scope | None
    prefixes: Mapping[str, str]
    schemes: tuple[str, ...]
    scoped_types: frozenset[str]
    type_keys: tuple[str, ...]
    id_keys: tuple[str, ...]
    meanings: dict[str, Meaning] = field(default_factory=dict)
    type_iris: dict[str, str] = field(default_factory=dict)
    _others: dict[str, Meaning] = field(default_factory=dict)
    _nodes: dict[Any, tuple[Scope, tuple[str, ...], bool]] = field(default_factory=dict)
    _typed: dict[tuple[str, ...], Scope] = field(default_factory=dict)
    _embedded: dict[bytes, Scope] = field(default_factory=dict)

    def meaning(self, key: str) -> Meaning:
        """What a member's name means here; only ``is_plain`` ones are among the ``meanings`` from then on.

        Raises ``NotCompiled`` for a name that is no term, or an unusual one.
        """
        found = self.meanings.get(key) or self._others.get(key)
        if found is not None:
            return found
        if key not in self.active["mappings"] and key[:1] != "@":
            return _unlisted(self, key)  # not remembered: there is no end of such names
        found = _meaning(self, key)
        (self.meanings if is_plain(key, found) else self._others)[key] = found
        return found

    def type_iri(self, name: str) -> str:
        """The IRI of a type in N-Quads form. Raises ``NotCompiled`` for a relative or malformed one."""
        known = self.type_iris.get(name)
        if known is not None:
            return known
        mappings = self.active["mappings"]
        if name not in mappings:
            return sound_iri(self.in_vocabulary(name))
        iri = self.type_iris[name] = sound_iri(mappings[name] and mappings[name]["@id"])
        return iri

    def node(self, told: Any) -> tuple[Scope, tuple[str, ...], bool]:
        """The scope inside a node that is told to be of some types, the ends of the lines that say so, and
        whether none of them is an IRI.
        """
        key = tuple(told) if type(told) is list else told
        try:
            found = self._nodes.get(key)
        except TypeError:
            found = None
        if found is not None:
            return found
        types = told if type(told) is list else [told]
        if not types or any(type(kind) is not str for kind in types):
            raise NotCompiled("a type that is no text")
        scoped = tuple(sorted(kind for kind in types if kind in self.scoped_types))
        scope = self.typed(scoped) if scoped else self
        lines = tuple(f" {TYPE} {self.type_iri(kind)} .\n" for kind in types)
        found = scope, lines, not any(":" in kind for kind in types)
        if len(types) <= MAX_TYPES and all(kind in self.active["mappings"] for kind in types):
            _remember(self._nodes, key, found)
        return found

    def expanded(self, value: str) -> str:
        """An identifier with its prefix expanded. Raises ``NotCompiled`` for a relative one."""
        prefix, colon, rest = value.partition(":")
        if not colon:
            raise NotCompiled("a relative identifier")
        if prefix in self.prefixes and not rest.startswith("//"):
            return self.prefixes[prefix] + rest
        return value

    def in_vocabulary(self, name: str) -> str:
        """A name that is no term, as a type or property: an IRI, or one of the vocabulary if there is one."""
        if ":" in name or "@vocab" not in self.active or name[:1] == "@":
            return self.expanded(name)
        return f"{self.active['@vocab']}{name}"

    def typed(self, types: tuple[str, ...]) -> Scope:
        """The scope inside a node of these types: names with contexts of their own, sorted."""
        found = self._typed.get(types)
        if found is None:
            active, mappings = self.active, self.active["mappings"]
            for name in types:
                active = self.program.process(active, mappings[name]["@context"], propagate=False)
            found = _remember(self._typed, types, self.program.scope(active))
        return found

    def embedded(self, context: Any) -> Scope:
        """The scope of a node with an ``@context`` of its own."""
        key = _key(context)
        found = self._embedded.get(key)
        if found is None:
            if isinstance(context, dict) and list(context) == ["@context"]:
                raise NotCompiled("a context inside a context")
            need_time("contexts are not compiled yet")
            check_contexts(context, "")
            made = self.program.scope(self.program.process(self.active, context))
            found = _remember(self._embedded, key, made)
        return found

    def inside(self, context: Any) -> Scope:
        """The scope of a term with a context of its own; the same scope without."""
        if context is None:
            return self
        return self.program.scope(self.program.process(self.active, context, override_protected=True))


def is_plain(key: str, meaning: Meaning) -> bool:
    """Whether a member's name is neither a keyword, nor an IRI, nor one to look at that does not mean what it says."""
    if ":" in key or key[:1] == "@":
        return False
    return key not in LOOKED_AT or meaning.keyword == f"@{key}"


def _meaning(scope: Scope, key: str) -> Meaning:
    if key in ("@id", "@type"):
        return Meaning(scope, scope, scope, keyword=key)
    mapping = scope.active["mappings"].get(key)
    if mapping is None:
        raise NotCompiled("a name that is no term")
    if mapping["@id"] in ("@id", "@type"):
        return Meaning(scope, scope, scope, keyword=mapping["@id"])
    # What expansion does with a term's own context: it is applied to the scope of the value, and once
    # more to that of an object, after the reach of the types above it has ended.
    below = scope.inside(mapping.get("@context"))
    again = value_of(below.active, key, "@context")
    return Meaning(
        below,
        (below.previous or below).inside(again),
        below.inside(again),
        "",
        f" {sound_iri(mapping['@id'])} ",
        container_of(mapping),
        *reading_of(below.active, key),
    )


def _unlisted(scope: Scope, key: str) -> Meaning:
    """The meaning of a name that is no term: an IRI, or a name of the vocabulary."""
    reading = reading_of(scope.active, key)
    start = f" {sound_iri(scope.in_vocabulary(key))} "
    return Meaning(scope, scope.previous or scope, scope, "", start, "", *reading)


def _remember(known: dict[Any, T], key: Any, found: T) -> T:
    if len(known) >= MAX_TRANSITIONS:
        known.clear()
    known[key] = found
    return found


def _key(context: Any) -> bytes:
    """A text of a context that tells ``true`` from ``1``, as equality would not."""
    return marshal.dumps(context, 0)


class _Program:
    """What one list of contexts compiles to: its scopes by their content."""

    def __init__(self, contexts: Contexts) -> None:
        self._options = {
            "base": SENTINEL,
            "documentLoader": pyld_loader(contexts),
            "contextResolver": pyld_resolver(contexts),
            "processingMode": "json-ld-1.1",
        }
        self._processor = pyld.JsonLdProcessor()
        self._scopes: dict[tuple[Any, ...], Scope] = {}
        self._definitions: dict[int, tuple[Any, str]] = {}
        self.start = self.scope(self._processor._get_initial_context(self._options))

    def process(
        self, active: Active, context: Any, *, override_protected: bool = False, propagate: bool = True
    ) -> Active:
        """Context processing by pyld. Raises ``NotCompiled`` where it finds fault."""
        # pyld offers scoped contexts under no public name. Its version is pinned by hash, and the tests
        # of equality with expansion by pyld would notice a change.
        try:
            with uninterrupted():
                found: Active = self._processor._process_context(
                    active, context, self._options, override_protected=override_protected, propagate=propagate
                )
        except (GatewayError, pyld.JsonLdError, RecursionError):
            raise NotCompiled("the contexts are at fault") from None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise NotCompiled("the contexts are malformed") from None
        return found

    def scope(self, active: Active) -> Scope:
        """The scope of an active context, one for each content."""
        if self.full:
            raise NotCompiled("more scopes than are kept")
        before = active.get("previousContext")
        previous = self.scope(before) if before is not None else None
        key = self._content(active, previous)
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = _scope(self, active, previous)
        return found

    @property
    def scopes(self) -> Collection[Scope]:
        """The scopes there are so far."""
        return self._scopes.values()

    @property
    def full(self) -> bool:
        """Whether it has come to hold too much, and makes no more scopes."""
        return len(self._scopes) >= MAX_SCOPES or len(self._definitions) >= MAX_DEFINITIONS

    def _content(self, active: Active, previous: Scope | None) -> tuple[Any, ...]:
        rest = {n: v for n, v in active.items() if n not in ("mappings", "previousContext", "_uuid")}
        terms = frozenset((name, self._definition(m)) for name, m in active["mappings"].items())
        return id(previous), json.dumps(rest, sort_keys=True, default=str), terms

    def _definition(self, mapping: Any) -> str:
        """The text of a term's definition. Definitions are shared by many active contexts, and never change."""
        known = self._definitions.get(id(mapping))
        if known is None:
            known = mapping, json.dumps(mapping, sort_keys=True, default=dict)
            self._definitions[id(mapping)] = known
        return known[1]


def _scope(program: _Program, active: Active, previous: Scope | None) -> Scope:
    mappings: dict[str, Any] = {name: m for name, m in active["mappings"].items() if m is not None}
    prefixes = {name: m["@id"] for name, m in mappings.items() if m.get("_prefix")}
    return Scope(
        program,
        active,
        previous,
        prefixes,
        tuple(f"{scheme}:" for scheme in USUAL_SCHEMES if scheme not in prefixes),
        frozenset(n for n, m in mappings.items() if m.get("@context") not in (None, False)),
        ("@type", *(name for name, m in mappings.items() if m["@id"] == "@type")),
        ("@id", *(name for name, m in mappings.items() if m["@id"] == "@id")),
    )


class _Programs:
    """The lists of contexts compiled of late, under one closed set of contexts."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self._scopes: OrderedDict[bytes, Scope] = OrderedDict()

    def get(self, context: Any) -> Scope:
        key = _key(context)
        found = self._scopes.get(key)
        if found is None or found.program.full:
            found = self._scopes[key] = _Program(self.contexts).start.embedded(context)
            if len(self._scopes) > MAX_PROGRAMS:
                self._scopes.popitem(last=False)
        self._scopes.move_to_end(key)
        return found


_SETS: list[_Programs] = []


def compiled_scope(context: Any, contexts: Contexts) -> Scope:
    """The scope of a document with this ``@context``. Raises ``NotCompiled`` where it is at fault."""
    for programs in _SETS:
        if programs.contexts is contexts or programs.contexts == contexts:
            return programs.get(context)
    programs = _Programs(contexts)
    _SETS.append(programs)
    del _SETS[:-MAX_SETS]
    return programs.get(context)
