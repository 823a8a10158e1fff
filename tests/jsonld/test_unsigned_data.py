"""Attacks on what a signature covers: changes that hide from it, and graphs that take for ever."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.vectors import explicit
from gateway import keys
from gateway.errors import GatewayError, JsonLdRefused, TooComplex, UnsafeJsonLd
from gateway.jsonld import canonicalize, canonicalize_quads, parse_nquads
from gateway.proofs import create_proof
from tests.conftest import corpora_path

SECURITY = corpora_path() / "security"
MUTATIONS = SECURITY / "jsonld" / "unsigned-data-mutations.json"
CASES = json.loads(MUTATIONS.read_text(encoding="utf-8")) if MUTATIONS.is_file() else {"mutations": {}}
POISON = sorted((SECURITY / "rdfc" / "poison-jsonld").glob("*.json"))
VOCABULARY = "https://example.org/v#"

SEED = bytes(range(32))
METHOD = keys.verification_method_of(keys.did_key(keys.public_key_of(keys.SecretKey("ed25519", SEED))))
OPTIONS = {"cryptosuite": "eddsa-rdfc-2022", "verificationMethod": METHOD, "created": "2026-01-01T00:00:00Z"}


def test_all_thirteen_mutations_are_here(corpora: Path) -> None:
    assert len(CASES["mutations"]) == 13


@pytest.mark.parametrize("name", CASES["mutations"])
def test_no_mutation_hides_from_the_signature(name: str) -> None:
    signed = canonicalize(CASES["base"]).nquads
    try:
        mutated = canonicalize(CASES["mutations"][name]["document"]).nquads
    except GatewayError:
        return
    assert mutated != signed


def test_a_language_tag_cannot_inject_statements(corpora: Path) -> None:
    pair = CASES["language_injection"]
    sound = explicit(pair["signed_looking"], "https://e/")
    signed = canonicalize(sound).nquads
    assert signed.count("\n") == 3
    with pytest.raises(UnsafeJsonLd):
        canonicalize(explicit(pair["attacker"], "https://e/"))
    for document in (pair["signed_looking"], pair["attacker"]):
        with pytest.raises(UnsafeJsonLd):
            canonicalize(document)


def shortest(action: Callable[[], object], times: int = 10) -> float:
    """Seconds of processor time, so that what else the machine does drops out."""
    lengths = []
    for _ in range(times):
        began = time.process_time()
        action()
        lengths.append(time.process_time() - began)
    return min(lengths)


@pytest.fixture(scope="module")
def one_signature(corpora: Path) -> float:
    """Seconds for one ordinary signature, contexts warm."""
    document = json.loads((corpora / "perf/docs/mid.json").read_text(encoding="utf-8"))

    def sign() -> object:
        return create_proof(
            document, OPTIONS, sign=lambda data: keys.sign(keys.SecretKey("ed25519", SEED), data)
        )

    sign()
    return shortest(sign, 5)


def test_all_twenty_five_poison_graphs_are_here(corpora: Path) -> None:
    assert len([*POISON, SECURITY / "rdfc" / "test074-in.nq"]) == 25


@pytest.mark.parametrize("path", POISON, ids=lambda path: path.stem)
def test_a_poison_document_is_refused_before_it_costs(path: Path, one_signature: float) -> None:
    """As it came (``@vocab`` inline is not accepted), and in a context that has nothing else against it."""
    document = json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(GatewayError):
        canonicalize(document)
    named = explicit(document, VOCABULARY)

    def refused() -> None:
        with pytest.raises(TooComplex):
            canonicalize(named)

    refused()
    assert shortest(refused) < 15 * one_signature


def test_the_official_poison_graph_is_refused_before_it_costs(corpora: Path, one_signature: float) -> None:
    quads = parse_nquads((SECURITY / "rdfc" / "test074-in.nq").read_text(encoding="utf-8"))

    def refused() -> None:
        with pytest.raises(TooComplex):
            canonicalize_quads(quads)

    assert shortest(refused) < 15 * one_signature


STATEMENT = "<urn:a> <https://e/role> <urn:admin> ."
BREAKS = ["\n", "\r\n", " .\n", '" .\n', "> .\n", '"@en .\n', "\t", " ", "\x0b", "\x00"]
PAYLOADS = [
    f"{before}{broken}{STATEMENT}{after}"
    for before in ("en", "urn:a", "x>")
    for broken in BREAKS
    for after in ("", "\n")
][:50]
POSITIONS: dict[str, Callable[[str], dict[str, Any]]] = {
    "language": lambda bad: {"name": {"@value": "x", "@language": bad}},
    "language map": lambda bad: {"title": {bad: "x"}},
    "id": lambda bad: {"@id": bad, "name": "x"},
    "type": lambda bad: {"@type": bad, "name": "x"},
    "datatype": lambda bad: {"name": {"@value": "x", "@type": bad}},
    "key": lambda bad: {bad: "x"},
}
TERMS = {"name": "https://e/name", "title": {"@id": "https://e/title", "@container": "@language"}}


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_nothing_written_into_a_name_becomes_a_statement(position: str, payload: str) -> None:
    """Six places in which a line of N-Quads could be smuggled, fifty payloads each: all refused."""
    with pytest.raises(JsonLdRefused):
        canonicalize({"@context": TERMS, "@id": "urn:a", **POSITIONS[position](payload)})


def test_the_positions_and_payloads_are_three_hundred() -> None:
    assert len(POSITIONS) * len(set(PAYLOADS)) == 300


VCDM_2 = "https://www.w3.org/ns/credentials/v2"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("description", {"@language": "en"}),
        ("description", {"@direction": "rtl"}),
        ("issuer", {"id": "did:example:b", "@language": "en"}),
        ("verifiableCredential", "text"),
        ("verifiableCredential", {"@value": 1}),
        ("verifiableCredential", {"id": "urn:uuid:a"}),
        ("id", "urn:a\u00a0b"),
        ("evidence", {"@set": ["x"], "id": "urn:uuid:a"}),
        ("evidence", {"@list": ["x"], "id": "urn:uuid:a"}),
        ("@graph", ["text"]),
        ("@graph", {"@value": "text"}),
        ("@graph", {"id": "urn:uuid:a"}),
        ("@included", ["text"]),
    ],
)
def test_what_makes_no_statement_is_not_signed(member: str, value: Any) -> None:
    document = {
        "@context": [VCDM_2],
        "type": "VerifiablePresentation",
        "holder": "did:example:a",
        member: value,
    }
    with pytest.raises(JsonLdRefused):
        canonicalize(document)


def test_a_number_that_others_write_as_nought_is_not_simple() -> None:
    terms = {"n": "urn:n", "d": {"@id": "urn:d", "@type": "urn:decimal"}}
    for name, number, simple in (
        ("n", 1e-7, False),
        ("d", -3e-9, False),
        ("n", 1.5e-7, True),
        ("n", 0.5, True),
    ):
        assert canonicalize({"@context": [VCDM_2, terms], "id": "urn:x", name: number}).simple is simple
