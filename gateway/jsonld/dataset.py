"""A dataset as the compiled pass makes it: by graphs and subjects, most lines but for their subject ready.

Most of what credentials say needs no row of four terms: the lines of a subject differ in their ends
alone, and one that names no blank node there is in canonical form as soon as its subject is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.jsonld.nquads import Row
from gateway.records import quick

__all__ = ["DEFAULT", "Dataset", "Graph", "dataset_of", "rows_of"]

DEFAULT = ""
"""The label of the default graph."""


@quick
@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """The statements of one graph, each once or more.

    ``ends`` holds by subject the ends of its lines, as `` <p> "o" .`` and a newline, of those whose object is no
    blank node; a subject may have none. ``links`` are the others: subject, start of the end, and object.
    """

    ends: dict[str, list[str]] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)


Dataset = dict[str, Graph]
"""Graphs by label: IRIs and blank labels in N-Quads form."""


def dataset_of(rows: Iterable[Row]) -> Dataset:
    """Rows by graph and subject."""
    found: Dataset = {}
    for subject, predicate, obj, label in rows:
        graph = found.get(label)
        if graph is None:
            graph = found[label] = Graph()
        ends = graph.ends.setdefault(subject, [])
        if obj[0] == "_":
            graph.links.append((subject, f" {predicate} ", obj))
        else:
            ends.append(f" {predicate} {obj} .\n")
    return found


def rows_of(dataset: Dataset) -> Iterator[Row]:
    """The rows again, each once or more."""
    for label, graph in dataset.items():
        for subject, ends in graph.ends.items():
            for end in ends:
                _, predicate, rest = end.split(" ", 2)
                yield subject, predicate, rest[:-3], label
        for subject, start, obj in graph.links:
            yield subject, start[1:-1], obj, label
