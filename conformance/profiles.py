"""ELM that is written, held to the official SHACL of its profile: what is violated is what the report names."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyshacl
import rdflib

from conformance.conversions import converted, understood
from conformance.figures import Figure, all_of
from conformance.make_shapes import local_name, member_names
from gateway.jsonld import canonicalize
from gateway.pointers import resolve
from gateway.report import Finding

__all__ = ["as_named", "figures", "shapes_of", "violations"]

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
PROFILE_CODES = ("profile_misses", "profile_breaks", "profile_needs_seal")
BY_SEAL = {
    "id": "urn:example:eidas-identifier",
    "type": "LegalIdentifier",
    "notation": "VATBE-0000000097",
    "spatial": {
        "id": "http://publications.europa.eu/resource/authority/country/BEL",
        "type": "Concept",
        "inScheme": {
            "id": "http://publications.europa.eu/resource/authority/country",
            "type": "ConceptScheme",
        },
    },
}
"""What a qualified electronic seal brings: the issuer's eIDAS identifier."""
Violations = Counter[tuple[str, str, str]]


def figures(corpora: Path) -> Iterator[Figure]:
    """Whether the report names every violation and nothing else, and how many documents pass whole."""
    shapes = shapes_of(corpora)
    exact: dict[str, bool] = {}
    native: dict[str, bool] = {}
    foreign: dict[str, bool] = {}
    causes: Counter[str] = Counter()
    for sample, read in understood(corpora):
        done = converted(read, "elm3")
        profile = done.tree["credentialSchema"]["id"].rpartition("/")[2]
        found = violations(done.tree, shapes[profile])
        named = [finding for finding in done.report.findings if finding.code in PROFILE_CODES]
        causes.update(finding.code for finding in named)
        exact[sample.name] = found == as_named(done.tree, named)
        sealed = copy.deepcopy(done.tree)
        sealed["issuer"]["eIDASIdentifier"] = BY_SEAL
        passed = found.keys() <= {("issuer", "Node")} or not violations(sealed, shapes[profile])
        (native if sample.family == "elm3" else foreign)[sample.name] = passed
    said = ", ".join(f"{causes[code]} {code}" for code in PROFILE_CODES)
    yield all_of("ELM written whose SHACL violations are exactly those the report names", exact, said)
    for title, outcomes in (("ELM", native), ("other formats", foreign)):
        lacking = tuple(name for name, good in outcomes.items() if not good)
        yield Figure(
            f"elm3 from {title} that passes SHACL whole once a seal has brought the issuer's identifier",
            len(outcomes) - len(lacking), len(outcomes), 0, lacking,
            "what a source does not say is not invented; the report names it (profile_misses)",
        )  # fmt: skip


def shapes_of(corpora: Path) -> dict[str, rdflib.Graph]:
    """The official shapes, by the profile a document states."""
    generic = _shapes(corpora, "EDC-generic-full", "EDC-generic-no-cv")
    return {"edc-generic-full": generic, "edc-converted": generic + _shapes(corpora, "EDC-converted")}


def _shapes(corpora: Path, *names: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in names:
        graph.parse(corpora / f"elm/shacl/v3.2/{name}.ttl")
    return graph


def violations(tree: dict[str, Any], shapes: rdflib.Graph) -> Violations:
    """What pyshacl finds, each once: the node (``_`` for one without identifier), member and constraint."""
    data = rdflib.Graph().parse(data=canonicalize(tree).nquads, format="nt")
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes)
    names = member_names()
    found = set()
    for report in results.subjects(rdflib.RDF.type, SH.ValidationReport):
        for result in results.objects(report, SH.result):
            path, node = str(results.value(result, SH.resultPath)), results.value(result, SH.focusNode)
            constraint = local_name(results.value(result, SH.sourceConstraintComponent))
            found.add(
                (node, names.get(path, local_name(path)), constraint.removesuffix("ConstraintComponent"))
            )
    return Counter(
        (str(node) if isinstance(node, rdflib.URIRef) else "_", member, kind) for node, member, kind in found
    )


def as_named(tree: dict[str, Any], findings: list[Finding]) -> Violations:
    """What the report names, in the same words: each shape of a node once, whatever its values."""
    found = set()
    for finding in findings:
        name, _, constraint = finding.rule.partition(" ")
        member = name.partition(".")[2]
        holder = finding.target[: finding.target.rindex(f"/{member}")]
        identifier = resolve(tree, holder).get("id")
        found.add((identifier or f"#{holder}", member, constraint))
    return Counter(("_" if identifier.startswith("#") else identifier, *rest) for identifier, *rest in found)  # type: ignore[misc]
