"""Proof sets and chains (Data Integrity 1.0, sections 2.1.1 and 2.1.2): what each proof covers, and what it costs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.proofs import proofs_of, verification_methods
from gateway.report import Verdict
from tests.proofs.parts import KEYS, SUITES, checks_of, method_of, signed, verdict_of


def identified(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


@pytest.mark.parametrize("suite", SUITES)
def test_proofs_of_a_set_stand_beside_each_other(suite: str) -> None:
    document = signed(signed(suite=suite), suite=SUITES[0], key=1)
    assert [verdict_of(document, pointer) for pointer, _ in proofs_of(document)] == [Verdict.VALID] * 2
    del document["proof"][0]
    assert verdict_of(document) is Verdict.VALID
    assert verification_methods(document) == (method_of(1),)


def chain(length: int = 2, suite: str = SUITES[0]) -> dict[str, Any]:
    document = signed(suite=suite, id=identified(0))
    for number in range(1, length):
        document = signed(
            document, suite=suite, key=number % 4, id=identified(number), previousProof=identified(number - 1)
        )
    return document


@pytest.mark.parametrize("suite", SUITES)
def test_a_chained_proof_covers_the_one_before(suite: str) -> None:
    document = chain(suite=suite)
    assert [verdict_of(document, pointer) for pointer, _ in proofs_of(document)] == [Verdict.VALID] * 2
    document["proof"][0]["created"] = "2026-02-01T00:00:01Z"
    assert verdict_of(document, "/proof/1") is Verdict.INVALID


def test_a_chained_proof_without_the_one_before_is_invalid() -> None:
    document = chain()
    del document["proof"][0]
    check = checks_of(document)["proof.signature"]
    assert (check.verdict, check.pointer) == (Verdict.INVALID, "/proof/previousProof")


def test_a_chained_proof_of_a_replaced_one_is_invalid() -> None:
    """The proof before is exchanged for another valid one of the same id."""
    document = chain()
    document["proof"][0] = signed(id=identified(0), created="2026-02-02T00:00:00Z")["proof"][0]
    assert verdict_of(document, "/proof/0") is Verdict.VALID
    assert verdict_of(document, "/proof/1") is Verdict.INVALID


def test_a_chained_proof_is_undetermined_while_the_key_below_is_unknown() -> None:
    known = {method_of(1): KEYS[method_of(1)]}
    assert checks_of(chain(), "/proof/1", keys=known)["proof.signature"].verdict is Verdict.UNDETERMINED


def test_a_chain_may_have_sixteen_proofs_and_no_more() -> None:
    assert verdict_of(chain(16), "/proof/15") is Verdict.VALID
    assert verdict_of(chain(18), "/proof/17") is Verdict.INVALID


@pytest.mark.parametrize("names", [[0], [1], [0, 1]])
def test_a_circle_of_proofs_is_invalid(names: list[int]) -> None:
    document = signed(signed(id=identified(0)), key=1, id=identified(1))
    for proof in document["proof"]:
        proof["previousProof"] = [identified(number) for number in names]
    began = time.process_time()
    assert Verdict.INVALID in {verdict_of(document, pointer) for pointer, _ in proofs_of(document)}
    assert time.process_time() - began < 1


def test_a_lattice_of_valid_proofs_costs_each_proof_once() -> None:
    """Seven layers of two proofs, each built on both below: 2^7 paths, 14 proofs."""
    document = signed(id=identified(0), suite=SUITES[1])
    document = signed(document, id=identified(1), suite=SUITES[1])
    for layer in range(1, 7):
        below = [identified(2 * layer - 2), identified(2 * layer - 1)]
        for number in (2 * layer, 2 * layer + 1):
            document = signed(document, id=identified(number), previousProof=below, suite=SUITES[1])
    document = signed(document, id=identified(99), previousProof=below, suite=SUITES[1])
    began = time.process_time()
    assert verdict_of(document, f"/proof/{len(document['proof']) - 1}") is Verdict.VALID
    assert time.process_time() - began < 0.2
