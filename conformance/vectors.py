"""Official vectors: RDF canonicalization, EdDSA cryptosuites, unsigned data, poison graphs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance import eddsa
from conformance.figures import Figure, all_of
from gateway.errors import GatewayError, JsonLdRefused, TooComplex
from gateway.jsonld import canonicalize, canonicalize_quads, parse_nquads

__all__ = ["figures", "poison", "rdf_canon", "unsigned_data"]

SLOWEST = 15.0
"""A poison graph must be refused within this many times a normal canonicalization."""


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about vectors."""
    yield all_of("RDFC-1.0 test suite", rdf_canon(corpora))
    yield all_of(
        "checks of the EdDSA cryptosuite vectors, byte for byte",
        eddsa.checks(corpora / "w3c/vc-di-eddsa/TestVectors"),
    )
    yield all_of("unsigned-data mutations rejected", unsigned_data(corpora))
    refused, slowest = poison(corpora)
    note = f"the slowest took {slowest:.1f} times a normal canonicalization"
    yield all_of(f"poison graphs refused, each under {SLOWEST:g} times a normal signature", refused, note)


def rdf_canon(corpora: Path) -> dict[str, bool]:
    """Every entry of the manifest: canonical form, issued labels, or refusal."""
    folder = corpora / "w3c/rdf-canon"
    manifest = json.loads((folder / "manifest.jsonld").read_text())
    return {entry["id"]: _entry(folder, entry) for entry in manifest["entries"]}


def _entry(folder: Path, entry: dict[str, Any]) -> bool:
    quads = parse_nquads((folder / entry["action"]).read_text())
    algorithm = entry.get("hashAlgorithm", "SHA256").lower()
    try:
        done = canonicalize_quads(quads, algorithm=algorithm)
    except TooComplex:
        return bool(entry["type"] == "rdfc:RDFC10NegativeEvalTest")
    if entry["type"] == "rdfc:RDFC10NegativeEvalTest":
        return False
    expected = (folder / entry["result"]).read_text()
    if entry["type"] == "rdfc:RDFC10MapTest":
        labels = {
            key.removeprefix("_:"): value.removeprefix("_:") for key, value in json.loads(expected).items()
        }
        return labels == {
            key.removeprefix("_:"): value.removeprefix("_:") for key, value in done.labels.items()
        }
    return bool(done.nquads == expected)


def unsigned_data(corpora: Path) -> dict[str, bool]:
    """Each way to add data that a careless signature does not cover: refused, or other bytes."""
    told = json.loads((corpora / "security/jsonld/unsigned-data-mutations.json").read_text())
    base = canonicalize(told["base"]).nquads
    return {name: _rejected(entry["document"], base) for name, entry in told["mutations"].items()}


def _rejected(document: dict[str, Any], base: str) -> bool:
    try:
        return canonicalize(document).nquads != base
    except JsonLdRefused:
        return True


def poison(corpora: Path) -> tuple[dict[str, bool], float]:
    """Each graph made to exhaust a canonicalizer: refused in time; and how slow the slowest was."""
    normal = min(_seconds(corpora / "perf/docs/mid.json") for _ in range(5))
    outcomes: dict[str, bool] = {}
    slowest = 0.0
    for path in sorted((corpora / "security/rdfc/poison-jsonld").glob("*.json")):
        outcomes[path.name], ratio = _refused(lambda path=path: canonicalize(_document(path)), normal)
        slowest = max(slowest, ratio)
    quads = parse_nquads((corpora / "security/rdfc/test074-in.nq").read_text())
    outcomes["test074"], ratio = _refused(lambda: canonicalize_quads(quads), normal)
    return outcomes, max(slowest, ratio)


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    document.pop("proof", None)
    return document


def _seconds(path: Path) -> float:
    document = _document(path)
    start = time.perf_counter()
    canonicalize(document)
    return time.perf_counter() - start


def _refused(run: Any, normal: float) -> tuple[bool, float]:
    start = time.perf_counter()
    try:
        run()
    except GatewayError as error:
        ratio = (time.perf_counter() - start) / normal
        return isinstance(error, TooComplex | JsonLdRefused) and ratio < SLOWEST, ratio
    return False, 0.0
