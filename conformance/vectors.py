"""Official vectors: RDF canonicalization, EdDSA cryptosuites, unsigned data, poison graphs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from conformance import eddsa
from conformance.figures import Figure, all_of
from gateway.errors import JsonLdRefused, TooComplex
from gateway.jsonld import canonicalize, canonicalize_quads, parse_nquads
from gateway.keys import SecretKey, did_key, public_key_of, sign, verification_method_of
from gateway.proofs import create_proof

__all__ = ["explicit", "figures", "poison", "rdf_canon", "unsigned_data"]

VOCABULARY = "https://example.org/v#"
SLOWEST = 15.0
"""A poison graph must be refused within this many times a normal signature."""


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about vectors."""
    yield all_of("RDFC-1.0 test suite", rdf_canon(corpora))
    yield all_of(
        "checks of the EdDSA cryptosuite vectors, byte for byte",
        eddsa.checks(corpora / "w3c/vc-di-eddsa/TestVectors"),
    )
    yield all_of("unsigned-data mutations rejected", unsigned_data(corpora))
    refused, slowest = poison(corpora)
    note = f"the slowest took {slowest:.1f} times a normal signature"
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
    normal = _signing(_document(corpora / "perf/docs/mid.json"))
    outcomes: dict[str, bool] = {}
    slowest = 0.0
    for path in sorted((corpora / "security/rdfc/poison-jsonld").glob("*.json")):
        document = explicit(_document(path), VOCABULARY)
        outcomes[path.name], ratio = _refused(partial(canonicalize, document), normal)
        slowest = max(slowest, ratio)
    quads = parse_nquads((corpora / "security/rdfc/test074-in.nq").read_text())
    outcomes["test074"], ratio = _refused(partial(canonicalize_quads, quads), normal)
    return outcomes, max(slowest, ratio)


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    document.pop("proof", None)
    return document


def explicit(document: dict[str, Any], vocabulary: str) -> dict[str, Any]:
    """The document with every term defined one by one, so that the guard has nothing against its context."""
    terms: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            terms.update(name for name in value if not name.startswith("@") and ":" not in name)
            kinds = value.get("@type", [])
            terms.update(kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if ":" not in kind)
            for name, item in value.items():
                if name != "@context":
                    collect(item)
        elif isinstance(value, list):
            for item in value:
                collect(item)

    collect(document)
    return {**document, "@context": {term: vocabulary + term for term in sorted(terms)}}


def _signing(document: dict[str, Any]) -> Callable[[], object]:
    """One ordinary signature, contexts warm."""
    key = SecretKey("ed25519", bytes(range(32)))
    method = verification_method_of(did_key(public_key_of(key)))
    options = {
        "cryptosuite": "eddsa-rdfc-2022",
        "verificationMethod": method,
        "created": "2026-01-01T00:00:00Z",
    }
    return lambda: create_proof(document, options, sign=lambda data: sign(key, data))


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _refused(run: Callable[[], object], normal: Callable[[], object]) -> tuple[bool, float]:
    """Whether a poison graph is refused in time, and by how many times a normal signature.

    Ten rounds in turns, the best of each: nothing but the work itself shall count, and a processor that is slow for
    a while is so for both.
    """
    poisoned, signed = [], []
    for _ in range(10):
        signed += [_seconds(normal) for _ in range(3)]
        start = time.process_time()
        try:
            run()
        except (TooComplex, JsonLdRefused):
            poisoned.append(time.process_time() - start)
        else:
            return False, 0.0
    ratio = min(poisoned) / min(signed)
    return ratio < SLOWEST, ratio
