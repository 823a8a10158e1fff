"""State the shapes of the Commission's profiles in our own form: `python -m conformance.make_shapes CORPORA`.

Made from the published SHACL of ELM 3.2 (profiles *generic full* and *converted*), one row for each
member of each class: how often, what kind, from which list of concepts.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rdflib
from rdflib.collection import Collection

from gateway.resources import context_bytes

__all__ = ["local_name", "main", "member_names", "table"]

FILE = Path(__file__).resolve().parent.parent / "shapes" / "elm3.toml"
GENERIC = ("EDC-generic-no-cv", "EDC-generic-full")
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SKOS_IN_SCHEME = rdflib.URIRef("http://www.w3.org/2004/02/skos/core#inScheme")
ABOUT = "ELM 3.2, profile edc-generic-full: members of each class, how often, of what kind, from which list"


@dataclass
class _Row:
    """What all shapes together say of one member of one class."""

    least: int = 0
    most: int | None = None
    kinds: list[str] = field(default_factory=list)
    scheme: str = ""
    marks: set[str] = field(default_factory=set)

    def text(self) -> str:
        often = f"{self.least}..{'*' if self.most is None else self.most}"
        parts = [often, "|".join(dict.fromkeys(self.kinds)), *sorted(self.marks)]
        return " ".join([part for part in parts if part] + ([f"in {self.scheme}"] if self.scheme else []))


def table(corpora: Path) -> str:
    """The table, as TOML text."""
    folder = corpora / "elm/shacl/v3.2"
    generic = _rows(folder, *GENERIC)
    more = _rows(folder, "EDC-converted")
    lines = [f"about = {json.dumps(ABOUT)}"]
    for name in sorted(generic):
        lines += ["", f"[{name}]", *_lines(generic[name])]
    for name in sorted(more):
        lines += ["", f'["converted.{name}"]', *_lines(more[name])]
    return "\n".join(lines) + "\n"


def _lines(rows: dict[str, _Row]) -> Iterator[str]:
    return (f'{name} = "{row.text()}"' for name, row in sorted(rows.items()))


def _rows(folder: Path, *files: str) -> dict[str, dict[str, _Row]]:
    graph = rdflib.Graph()
    for file in files:
        graph.parse(folder / f"{file}.ttl")
    terms = member_names()
    found: dict[str, dict[str, _Row]] = defaultdict(lambda: defaultdict(_Row))
    for shape, target in graph.subject_objects(SH.targetClass):
        for member in graph.objects(shape, SH.property):
            if graph.value(member, SH.deactivated) is None:
                path = graph.value(member, SH.path)
                _add(graph, member, found[local_name(target)][terms.get(str(path), local_name(path))])
    return found


def _add(graph: rdflib.Graph, member: Any, row: _Row) -> None:
    least, most = graph.value(member, SH.minCount), graph.value(member, SH.maxCount)
    row.least = max(row.least, int(str(least or 0)))
    if most is not None:
        row.most = int(str(most)) if row.most is None else min(row.most, int(str(most)))
    row.kinds += [
        local_name(kind) for name in ("class", "datatype") for kind in graph.objects(member, SH[name])
    ]
    for options in graph.objects(member, SH["or"]):
        row.kinds += [kind for option in Collection(graph, options) for kind in _option(graph, option)]
    for node in graph.objects(member, SH.node):
        row.scheme = _scheme(graph, node) or row.scheme
        row.marks |= {"sealed"} if local_name(node) == "IssuerNodeShape" else set()
        for options in graph.objects(node, SH["or"]):
            row.marks |= {"node"}
            row.kinds += [kind for option in Collection(graph, options) for kind in _option(graph, option)]
    kind = graph.value(member, SH.nodeKind)
    row.marks |= {"iri"} if kind == SH.IRI else {"literal"} if kind is not None else set()
    row.marks |= {"unique"} if graph.value(member, SH.uniqueLang) is not None else set()


def _option(graph: rdflib.Graph, option: Any) -> Iterator[str]:
    """The class one alternative names; a shape instead of a class is for claims of no class ELM has."""
    yield from (local_name(kind) for kind in graph.objects(option, SH["class"]))


def _scheme(graph: rdflib.Graph, node: Any) -> str:
    """The list a restriction of concepts demands; empty for another shape."""
    for member in graph.objects(node, SH.property):
        if graph.value(member, SH.path) == SKOS_IN_SCHEME:
            return str(graph.value(member, SH.hasValue))
    return ""


def member_names() -> dict[str, str]:
    """The terms of the Commission's context by the IRIs they stand for."""
    context = json.loads(context_bytes("elm/edc-ap-3.2.jsonld"))["@context"]
    found: dict[str, str] = {}
    _collect(context, context, found)
    return found


def _collect(context: dict[str, Any], prefixes: dict[str, Any], found: dict[str, str]) -> None:
    for term, definition in context.items():
        iri = definition if isinstance(definition, str) else (definition or {}).get("@id", "")
        prefix, _, rest = iri.partition(":")
        base = prefixes.get(prefix, "")
        base = base.get("@id", "") if isinstance(base, dict) else base
        found.setdefault(base + rest if base else iri, term)
        if isinstance(definition, dict) and isinstance(definition.get("@context"), dict):
            _collect(definition["@context"], prefixes, found)


def local_name(iri: Any) -> str:
    """The last step of an IRI."""
    return str(iri).replace("#", "/").rpartition("/")[2]


def main() -> None:
    """Write the table."""
    FILE.write_text(table(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
