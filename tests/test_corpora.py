"""Other people's samples through the gateway: the figures of `make conformance` that need no Node.

The long ones (every pair of formats, SHACL, foreign verifiers) are that command's alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import conversions, elements, golden, vectors, w3c
from conformance.eddsa import checks
from conformance.figures import Figure


def require(figure: Figure) -> None:
    """The figure is as required; what is lacking is named."""
    assert figure.passed, f"{figure.title}: {figure.reached} of {figure.total}; lacking {figure.lacking[:5]}"


def test_all_samples_are_read(corpora: Path) -> None:
    for figure in conversions.reading(corpora):
        assert figure.total > 0
        require(figure)


def test_every_leaf_of_every_sample_is_accounted_for(corpora: Path) -> None:
    for figure in conversions.accounts(corpora):
        require(figure)


@pytest.mark.parametrize("to", conversions.WRITABLE)
def test_every_sample_written_reads_back_equal(corpora: Path, to: str) -> None:
    require(conversions.read_back(corpora, to))


def test_every_xml_written_validates(corpora: Path) -> None:
    require(conversions.xsd(corpora))


def test_every_open_badge_written_passes_schemas_and_guard_and_is_simple(corpora: Path) -> None:
    for figure in conversions.open_badges(corpora):
        require(figure)


def test_the_fifteen_elements_of_a_micro_credential_survive(corpora: Path) -> None:
    for figure in elements.figures(corpora):
        assert figure.total in (15, 300)
        require(figure)


def test_the_eddsa_vectors_are_reproduced(corpora: Path) -> None:
    outcomes = checks(corpora / "w3c/vc-di-eddsa/TestVectors")
    assert len(outcomes) == 66
    assert all(outcomes.values()), [name for name, reached in outcomes.items() if not reached]


def test_the_w3c_suites_requests_inputs_and_vectors_are_answered_as_they_expect(corpora: Path) -> None:
    figures = list(w3c.figures(corpora))
    for figure in figures:
        require(figure)
    assert [figure.total for figure in figures] == [304, 117, 72, 12, 9, 151, 12]


def test_unsigned_data_and_poison_are_refused(corpora: Path) -> None:
    assert list(vectors.unsigned_data(corpora).values()) == [True] * 13
    refused, slowest = vectors.poison(corpora)
    assert list(refused.values()) == [True] * 25
    assert slowest < vectors.SLOWEST


def test_every_difference_to_the_golden_triple_is_explained(corpora: Path) -> None:
    alike, explained, open_questions = golden.compare(corpora)
    assert alike > 30
    assert explained
    assert open_questions == []
