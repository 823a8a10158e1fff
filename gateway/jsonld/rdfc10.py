"""RDF Dataset Canonicalization, RDFC-1.0 (https://www.w3.org/TR/rdf-canon/), with a budget of work.

Agrees byte for byte with the JavaScript lineage (rdf-canonize), also where the specification's
wording leaves room: a blank node reached twice by equal quads of several graphs is kept twice.

Quads come as rows of four texts in N-Quads form, so that a line is written by joining: the cost of a
dataset without ties is linear in its quads, and a few string operations for each.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations
from math import factorial
from operator import itemgetter

from gateway.errors import TooComplex
from gateway.jsonld.dataset import DEFAULT, Dataset, rows_of
from gateway.jsonld.first_degree import MAX_BLANK_NODES, MAX_QUADS, FirstDegree
from gateway.jsonld.nquads import Quad, Row, row_of
from gateway.records import quick

__all__ = [
    "CanonicalDataset",
    "PERMUTATION_BUDGET",
    "canonicalize_dataset",
    "canonicalize_quads",
    "canonicalize_rows",
]

PERMUTATION_BUDGET = 3000
"""Permutations tried over the whole run (step 5.4 of Hash N-Degree Quads) before giving up."""


@quick
@dataclass(frozen=True, slots=True)
class CanonicalDataset:
    """``nquads`` is the canonical form; ``names`` are the canonical labels by those of the input, ``_:`` included.

    ``ties`` holds the groups of input labels that first-degree hashes do not tell apart, identical
    leaves under one parent left out: a dataset without ties is *canonically simple*. ``tried`` is how many
    permutations it took.
    """

    nquads: str
    names: dict[str, str]
    ties: tuple[tuple[str, ...], ...]
    quads: int
    tried: int = 0

    @property
    def labels(self) -> dict[str, str]:
        """The same without ``_:``."""
        return {_bare(label): _bare(name) for label, name in self.names.items()}


def canonicalize_quads(
    quads: Iterable[Quad], *, algorithm: str = "sha256", budget: int = PERMUTATION_BUDGET
) -> CanonicalDataset:
    """The canonical form of a dataset; see ``canonicalize_rows``."""
    return canonicalize_rows(map(row_of, quads), algorithm=algorithm, budget=budget)


def canonicalize_rows(
    rows: Iterable[Row], *, algorithm: str = "sha256", budget: int = PERMUTATION_BUDGET
) -> CanonicalDataset:
    """The canonical form of a dataset (section 4.4.3).

    Raises ``TooComplex`` when it takes more than ``budget`` permutations, or is too large.
    """
    return _Canonicalizer(tuple(dict.fromkeys(rows)), algorithm, budget).run()


def canonicalize_dataset(
    dataset: Dataset, *, algorithm: str = "sha256", budget: int = PERMUTATION_BUDGET
) -> CanonicalDataset:
    """The same of a dataset by graphs and subjects: at once where first-degree hashes of one graph do."""
    if dataset.keys() != {DEFAULT}:
        return canonicalize_rows(rows_of(dataset), algorithm=algorithm, budget=budget)
    graph = FirstDegree(dataset[DEFAULT], algorithm)
    if not graph.apart:
        return canonicalize_rows(rows_of(dataset), algorithm=algorithm, budget=budget)
    names = graph.names()
    return CanonicalDataset(graph.nquads(names), names, (), graph.quads)


class _Canonicalizer:
    """The canonicalization state (section 4.3). Labels are written as N-Quads has them, ``_:`` included."""

    def __init__(self, rows: tuple[Row, ...], algorithm: str, budget: int) -> None:
        if len(rows) > MAX_QUADS:
            raise TooComplex(f"more than {MAX_QUADS} statements")
        self.rows = rows
        self.algorithm = algorithm
        self.allowed = self.budget = budget
        self.canonical: dict[str, str] = {}
        self.mentions = _mentions(rows)
        if len(self.mentions) > MAX_BLANK_NODES:
            raise TooComplex(f"more than {MAX_BLANK_NODES} blank nodes")
        self.first: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self.steps: dict[str, str] = {}
        self.neighbours: dict[str, list[tuple[str, str]]] = {}

    def run(self) -> CanonicalDataset:
        groups: dict[str, list[str]] = defaultdict(list)
        for label in self.mentions:
            groups[self._first_degree(label)].append(label)
        tied = []
        for _, group in sorted(groups.items()):
            if len(group) == 1:
                self._issue(group[0])
            else:
                tied.append(group)
        for group in tied:
            self._issue_tied(group)
        ties = tuple(tuple(_bare(label) for label in g) for g in tied if not self._identical_leaves(g))
        return CanonicalDataset(
            self._lines(), self.canonical, ties, len(self.rows), self.allowed - self.budget
        )

    def _lines(self) -> str:
        """The canonical N-Quads: every label replaced, the lines in order."""
        names = self.canonical
        lines = []
        for subject, predicate, obj, graph in self.rows:
            subject, obj = names.get(subject, subject), names.get(obj, obj)
            end = f" {names.get(graph, graph)} .\n" if graph else " .\n"
            lines.append(f"{subject} {predicate} {obj}{end}")
        lines.sort()
        return "".join(lines)

    def _issue_tied(self, group: list[str]) -> None:
        """Step 5: nodes that share a first-degree hash."""
        results = []
        for label in group:
            if label not in self.canonical:
                results.append(self._n_degree(label, {label: "_:b0"}))
        for _, issued in sorted(results, key=lambda result: result[0]):
            for label in issued:
                self._issue(label)

    def _issue(self, label: str) -> None:
        """Issue Identifier (section 4.5), for the canonical names."""
        if label not in self.canonical:
            self.canonical[label] = f"_:c14n{len(self.canonical)}"

    def _hash(self, text: str) -> str:
        return hashlib.new(self.algorithm, text.encode()).hexdigest()

    def _first_degree(self, label: str) -> str:
        """Hash First Degree Quads (section 4.6)."""
        known = self.first.get(label)
        if known is not None:
            return known
        lines = []
        for subject, predicate, obj, graph in self.mentions[label]:
            if subject[0] == "_":
                subject = "_:a" if subject == label else "_:z"
            if obj[0] == "_":
                obj = "_:a" if obj == label else "_:z"
            if not graph:
                lines.append(f"{subject} {predicate} {obj} .\n")
                continue
            if graph[0] == "_":
                graph = "_:a" if graph == label else "_:z"
            lines.append(f"{subject} {predicate} {obj} {graph} .\n")
        lines.sort()
        digest = self.first[label] = self._hash("".join(lines))
        return digest

    def _again(self, text: str) -> str:
        """The hash of a text that Hash N-Degree Quads comes back to for many orders of the same nodes."""
        digest = self.hashes.get(text)
        if digest is None:
            digest = self.hashes[text] = self._hash(text)
        return digest

    def _n_degree(self, label: str, issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Hash N-Degree Quads (section 4.8), with Hash Related Blank Node (section 4.7)."""
        settled = self._settled(label, issued)
        if settled is not None:
            self._spend(settled[1])
            return settled[0], issued
        related: dict[str, list[str]] = {}
        canonical, first, hashes = self.canonical, self.first, self.hashes
        for place, term in self.neighbours[label]:
            text = place + (canonical.get(term) or issued.get(term) or first[term])
            related.setdefault(hashes.get(text) or self._again(text), []).append(term)
        data = ""
        for key, labels in sorted(related.items()):
            if len(labels) == 1 and (name := canonical.get(labels[0]) or issued.get(labels[0])):
                self._spend(1)
                data += key + name
                continue
            path, issued = self._best_path(labels, issued)
            data += key + path
        return self._again(data), issued

    def _settled(self, label: str, issued: dict[str, str]) -> tuple[str, int] | None:
        """The same hash of a node whose neighbours have their names, each reached one way; and what it costs."""
        steps, canonical, known = [], self.canonical, self.steps
        for place, term in self.neighbours.get(label) or self._neighbours(label):
            name = canonical.get(term) or issued.get(term)
            if name is None:
                return None
            text = place + name
            steps.append(known.get(text) or self._step(text, name))
        steps.sort()
        if len(steps) > 1 and len(set(steps)) < len(steps):
            return None
        return self._again("".join(steps)), len(steps)

    def _step(self, text: str, name: str) -> str:
        """What a neighbour that has a name adds to the hash of a node: no order is to be chosen there."""
        step = self.steps[text] = self._again(text) + name
        return step

    def _neighbours(self, label: str) -> list[tuple[str, str]]:
        """The blank nodes a node shares a quad with, each with its position and, but for a graph, predicate."""
        found = self.neighbours[label] = [
            (f"{position}{predicate}" if position != "g" else "g", term)
            for subject, predicate, obj, graph in self.mentions[label]
            for position, term in (("s", subject), ("o", obj), ("g", graph))
            if term[:1] == "_" and term != label
        ]
        return found

    def _best_path(self, labels: list[str], issued: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Steps 5.1 to 5.6: the least path over all orders of equally hashed nodes."""
        # Every order is tried, so that the work is known, and refused, before any of it is done.
        self._spend(factorial(len(labels)))
        if len(labels) > 1 and (leaves := self._leaves(labels, issued)) is not None:
            return leaves
        chosen_path, chosen = "", issued
        for order in permutations(labels):
            tried = self._path(order, issued.copy(), chosen_path)
            if tried is not None and (not chosen_path or tried[0] < chosen_path):
                chosen_path, chosen = tried
        return chosen_path, chosen

    def _leaves(self, labels: list[str], issued: dict[str, str]) -> tuple[str, dict[str, str]] | None:
        """The least path at once, where no order changes a hash: that of the hashes. It costs what trying all would."""
        settled = []
        for label in labels:
            found = None if label in self.canonical or label in issued else self._settled(label, issued)
            if found is None:
                return None
            settled.append((found[0], found[1], label))
        if len(set(labels)) < len(labels):
            return None
        self._spend(factorial(len(labels)) * sum(cost for _, cost, _ in settled))
        settled.sort(key=itemgetter(0))
        issued, names, path = issued.copy(), "", ""
        for digest, _, label in settled:
            name = issued[label] = f"_:b{len(issued)}"
            names += name
            path += f"{name}<{digest}>"
        return names + path, issued

    def _spend(self, orders: int) -> None:
        self.budget -= orders
        if self.budget < 0:
            raise TooComplex("blank nodes cannot be told apart within the work limit")

    def _path(
        self, order: tuple[str, ...], issued: dict[str, str], chosen: str
    ) -> tuple[str, dict[str, str]] | None:
        """Steps 5.4.3 to 5.4.5: the path of one order; None as soon as it is worse than the one chosen."""
        canonical, path, recursion = self.canonical, "", []
        for label in order:
            name = canonical.get(label) or issued.get(label)
            if name is None:
                recursion.append(label)
                name = issued[label] = f"_:b{len(issued)}"
            path += name
        if chosen and len(path) >= len(chosen) and path > chosen:
            return None
        for label in recursion:
            digest, result = self._n_degree(label, issued)
            path += f"{issued[label]}<{digest}>"
            issued = result
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None
        return path, issued

    def _identical_leaves(self, group: list[str]) -> bool:
        """Whether the nodes of a tie hang under one parent and lead to no other blank node."""
        parents = set()
        for label in group:
            for subject, predicate, obj, graph in self.mentions[label]:
                others = {term for term in (subject, obj) if term[0] == "_" and term not in (label, graph)}
                if graph == label or (subject == label and others):
                    return False
                if subject != label:
                    parents.add((subject, predicate, graph))
        return len(parents) == 1


def _mentions(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows that mention each blank node; one that mentions it twice, a self-loop, counts once."""
    mentions: dict[str, list[Row]] = {}
    for row in rows:
        subject, _, obj, graph = row
        if subject[0] == "_":
            mentions.setdefault(subject, []).append(row)
        if obj[0] == "_" and obj != subject:
            mentions.setdefault(obj, []).append(row)
        if graph and graph[0] == "_" and graph not in (subject, obj):
            mentions.setdefault(graph, []).append(row)
    return mentions


def _bare(label: str) -> str:
    return label[2:]
