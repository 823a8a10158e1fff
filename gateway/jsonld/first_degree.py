"""RDFC-1.0 of one graph whose blank nodes first-degree hashes tell apart: what credentials nearly always are.

The same results as the algorithm step by step (``gateway.jsonld.rdfc10``), with the work done for whole
subjects at a time: their lines share a beginning, so that they are hashed, sorted and written together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from gateway.errors import TooComplex
from gateway.jsonld.dataset import Graph

__all__ = ["MAX_BLANK_NODES", "MAX_QUADS", "FirstDegree"]

MAX_QUADS = 250_000
MAX_BLANK_NODES = 50_000


class FirstDegree:
    """A graph with each statement once, and the hash of each blank node by its label (section 4.6).

    Raises ``TooComplex`` for one that is too large. ``nquads`` uses it up.
    """

    __slots__ = ("ends", "hashes", "links", "quads")

    def __init__(self, graph: Graph, algorithm: str) -> None:
        self.ends = {subject: _sorted_once(ends) for subject, ends in graph.ends.items()}
        self.links = list(dict.fromkeys(graph.links))
        self.quads = sum(map(len, self.ends.values())) + len(self.links)
        if self.quads > MAX_QUADS:
            raise TooComplex(f"more than {MAX_QUADS} statements")
        labels = dict.fromkeys(label for label in self.ends if label[0] == "_")
        labels |= dict.fromkeys(obj for _, _, obj in self.links)
        if len(labels) > MAX_BLANK_NODES:
            raise TooComplex(f"more than {MAX_BLANK_NODES} blank nodes")
        self.hashes = self._hashes(labels, algorithm)

    @property
    def apart(self) -> bool:
        """Whether no two blank nodes share a hash."""
        return len(set(self.hashes.values())) == len(self.hashes)

    def _hashes(self, labels: Iterable[str], algorithm: str) -> dict[str, str]:
        """Hash First Degree Quads, for every blank node.

        In code point order, the lines of a node are those whose subject is an IRI, its own, and those of
        other blank nodes: ``<``, ``_:a`` and ``_:z``.
        """
        before, own, after = _Lines(), _Lines(), _Lines()
        for subject, start, obj in self.links:
            if subject[0] == "<":
                before.add(obj, f"{subject}{start}_:a .\n")
            elif subject == obj:
                own.add(subject, f"{start}_:a .\n")
            else:
                own.add(subject, f"{start}_:z .\n")
                after.add(obj, f"_:z{start}_:a .\n")
        digest, found = getattr(hashlib, algorithm), {}
        for label in labels:
            ends = self.ends.get(label, [])
            if label in own:
                ends = sorted(ends + own[label])
            text = f"{before.text(label)}{_lines('_:a', ends)}{after.text(label)}"
            found[label] = digest(text.encode()).hexdigest()
        return found

    def names(self) -> dict[str, str]:
        """Canonical labels, where all nodes are ``apart``: in the order of their hashes (section 4.4.3, step 4)."""
        order = sorted(self.hashes, key=self.hashes.__getitem__)
        return {label: f"_:c14n{number}" for number, label in enumerate(order)}

    def nquads(self, names: dict[str, str]) -> str:
        """The canonical N-Quads under these labels. Subjects and ends are sorted apart: a space ends a subject."""
        ends = self.ends
        for subject, start, obj in self.links:
            ends.setdefault(subject, []).append(f"{start}{names[obj]} .\n")
        for subject in {link[0] for link in self.links}:
            ends[subject].sort()
        lines = [_lines(subject, ends[subject]) for subject in sorted(ends) if subject[0] == "<"]
        lines += [
            _lines(name, ends[label])
            for name, label in sorted((name, label) for label, name in names.items())
            if label in ends
        ]
        return "".join(lines)


class _Lines(dict[str, list[str]]):
    """Lines by the blank node they are lines of."""

    def add(self, label: str, line: str) -> None:
        known = self.get(label)
        if known is None:
            self[label] = [line]
        else:
            known.append(line)

    def text(self, label: str) -> str:
        """The lines of a node in order."""
        found = self.get(label)
        return "" if found is None else found[0] if len(found) == 1 else "".join(sorted(found))


def _sorted_once(ends: list[str]) -> list[str]:
    """Ends in order, each once: comparing neighbours takes less than hashing all."""
    ordered, before = sorted(ends), ""
    for end in ordered:
        if end == before:
            return sorted(set(ends))
        before = end
    return ordered


def _lines(subject: str, ends: list[str]) -> str:
    return subject + subject.join(ends) if ends else ""
