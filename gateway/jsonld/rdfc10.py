"""RDF Dataset Canonicalization, RDFC-1.0 (https://www.w3.org/TR/rdf-canon/), with a budget of work.

Agrees byte for byte with the JavaScript lineage (rdf-canonize), also where the specification's
wording leaves room: a blank node reached twice by equal quads of several graphs is kept twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations

from gateway.errors import TooComplex
from gateway.jsonld.nquads import Quad, Term, blank, write_quad, write_term

__all__ = ["CanonicalDataset", "PERMUTATION_BUDGET", "canonicalize_quads"]

PERMUTATION_BUDGET = 3000
"""Permutations tried over the whole run (step 5.4 of Hash N-Degree Quads) before giving up."""
MAX_QUADS = 250_000
MAX_BLANK_NODES = 50_000

_A, _Z = blank("a"), blank("z")


@dataclass(frozen=True, slots=True)
class CanonicalDataset:
    """``nquads`` is the canonical form; ``labels`` maps input blank labels to canonical ones.

    ``ties`` holds the groups of input labels that first-degree hashes do not tell apart, identical
    leaves under one parent left out: a dataset without ties is *canonically simple*.
    """

    nquads: str
    labels: dict[str, str]
    ties: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class _Issuer:
    prefix: str
    issued: dict[str, str] = field(default_factory=dict)

    def issue(self, label: str) -> str:
        if label not in self.issued:
            self.issued[label] = f"{self.prefix}{len(self.issued)}"
        return self.issued[label]

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, dict(self.issued))


def canonicalize_quads(
    quads: Iterable[Quad], *, algorithm: str = "sha256", budget: int = PERMUTATION_BUDGET
) -> CanonicalDataset:
    """The canonical form of a dataset (section 4.4.3).

    Raises ``TooComplex`` when it takes more than ``budget`` permutations, or is too large.
    """
    return _Canonicalizer(tuple(dict.fromkeys(quads)), algorithm, budget).run()


class _Canonicalizer:
    """The canonicalization state (section 4.3)."""

    def __init__(self, quads: tuple[Quad, ...], algorithm: str, budget: int) -> None:
        if len(quads) > MAX_QUADS:
            raise TooComplex(f"more than {MAX_QUADS} statements")
        self.quads = quads
        self.algorithm = algorithm
        self.budget = budget
        self.canonical = _Issuer("c14n")
        self.mentions: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            # A set: a quad that mentions a node twice (a self-loop) counts once.
            for label in {term.value for term in _blanks(quad)}:
                self.mentions[label].append(quad)
        if len(self.mentions) > MAX_BLANK_NODES:
            raise TooComplex(f"more than {MAX_BLANK_NODES} blank nodes")
        self.first: dict[str, str] = {}

    def run(self) -> CanonicalDataset:
        groups: dict[str, list[str]] = defaultdict(list)
        for label in self.mentions:
            groups[self._first_degree(label)].append(label)
        tied = []
        for _, group in sorted(groups.items()):
            if len(group) == 1:
                self.canonical.issue(group[0])
            else:
                tied.append(group)
        for group in tied:
            self._issue_tied(group)
        labels = self.canonical.issued
        lines = sorted(write_quad(_relabel(quad, labels)) for quad in self.quads)
        ties = tuple(tuple(group) for group in tied if not self._identical_leaves(group))
        return CanonicalDataset("".join(lines), dict(labels), ties)

    def _issue_tied(self, group: list[str]) -> None:
        """Step 5: nodes that share a first-degree hash."""
        results = []
        for label in group:
            if label in self.canonical.issued:
                continue
            issuer = _Issuer("b")
            issuer.issue(label)
            results.append(self._n_degree(label, issuer))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for label in issuer.issued:
                self.canonical.issue(label)

    def _hash(self, text: str) -> str:
        return hashlib.new(self.algorithm, text.encode()).hexdigest()

    def _first_degree(self, label: str) -> str:
        """Hash First Degree Quads (section 4.6)."""
        if label not in self.first:
            lines = [write_quad(_anonymous(quad, label)) for quad in self.mentions[label]]
            self.first[label] = self._hash("".join(sorted(lines)))
        return self.first[label]

    def _related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Hash Related Blank Node (section 4.7)."""
        known = self.canonical.issued.get(related) or issuer.issued.get(related)
        identifier = f"_:{known}" if known else self._first_degree(related)
        predicate = write_term(quad.predicate) if position != "g" else ""
        return self._hash(f"{position}{predicate}{identifier}")

    def _n_degree(self, label: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Hash N-Degree Quads (section 4.8)."""
        related: dict[str, list[str]] = defaultdict(list)
        for quad in self.mentions[label]:
            for position, term in (("s", quad.subject), ("o", quad.object), ("g", quad.graph)):
                if term is not None and term.kind == "blank" and term.value != label:
                    related[self._related(term.value, quad, issuer, position)].append(term.value)
        data = ""
        for key in sorted(related):
            path, issuer = self._best_path(related[key], issuer)
            data += key + path
        return self._hash(data), issuer

    def _best_path(self, labels: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """Steps 5.1 to 5.6: the least path over all orders of equally hashed nodes."""
        chosen_path, chosen_issuer = "", issuer
        for order in permutations(labels):
            self.budget -= 1
            if self.budget < 0:
                raise TooComplex("blank nodes cannot be told apart within the work limit")
            tried = self._path(order, issuer.copy(), chosen_path)
            if tried is not None and (not chosen_path or tried[0] < chosen_path):
                chosen_path, chosen_issuer = tried
        return chosen_path, chosen_issuer

    def _path(self, order: tuple[str, ...], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer] | None:
        path, recursion = "", []
        for label in order:
            if label in self.canonical.issued:
                path += f"_:{self.canonical.issued[label]}"
            else:
                if label not in issuer.issued:
                    recursion.append(label)
                path += f"_:{issuer.issue(label)}"
            if _worse(path, chosen):
                return None
        for label in recursion:
            digest, result = self._n_degree(label, issuer)
            path += f"_:{issuer.issue(label)}<{digest}>"
            issuer = result
            if _worse(path, chosen):
                return None
        return path, issuer

    def _identical_leaves(self, group: list[str]) -> bool:
        """Whether the nodes of a tie hang under one parent and lead to no other blank node."""
        parents = set()
        for label in group:
            for quad in self.mentions[label]:
                others = {term.value for term in _blanks(quad)} - {label}
                if quad.subject == blank(label):
                    if others - ({quad.graph.value} if quad.graph else set()):
                        return False
                else:
                    parents.add((quad.subject, quad.predicate, quad.graph))
        return len(parents) == 1


def _worse(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen


def _blanks(quad: Quad) -> Iterable[Term]:
    terms = (quad.subject, quad.object, quad.graph)
    return (term for term in terms if term is not None and term.kind == "blank")


def _replace(term: Term, label: str) -> Term:
    if term.kind != "blank":
        return term
    return _A if term.value == label else _Z


def _anonymous(quad: Quad, label: str) -> Quad:
    graph = _replace(quad.graph, label) if quad.graph is not None else None
    return Quad(_replace(quad.subject, label), quad.predicate, _replace(quad.object, label), graph)


def _relabel(quad: Quad, labels: dict[str, str]) -> Quad:
    def named(term: Term) -> Term:
        return blank(labels[term.value]) if term.kind == "blank" else term

    graph = named(quad.graph) if quad.graph is not None else None
    return Quad(named(quad.subject), quad.predicate, named(quad.object), graph)
