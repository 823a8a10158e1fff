"""Datasets by graphs and subjects: the same canonical form as from rows, whatever they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import TooComplex
from gateway.jsonld import CanonicalDataset, canonicalize_dataset, parse_nquads
from gateway.jsonld import first_degree as limits
from gateway.jsonld.dataset import Graph, dataset_of, rows_of
from gateway.jsonld.first_degree import FirstDegree
from gateway.jsonld.nquads import Row, row_of
from gateway.jsonld.rdfc10 import canonicalize_rows
from tests.conftest import corpora_path

SUITE = sorted((corpora_path() / "w3c" / "rdf-canon").glob("rdfc10/*-in.nq"))

IRIS = st.sampled_from(["<urn:a>", "<urn:ab>", "<urn:b>"])
BLANKS = st.sampled_from(["_:b", "_:b1", "_:b10", "_:x"])
LITERALS = st.sampled_from(['"a"', '"a b"@en', '"<urn:a> ."', '"1"^^<urn:t>', '"\\u0000"', '"ü"'])
ROWS = st.tuples(
    st.one_of(IRIS, BLANKS), IRIS, st.one_of(IRIS, BLANKS, LITERALS), st.sampled_from(["", "", "", "<urn:g>", "_:b"])
)  # fmt: skip
ONE_GRAPH = ROWS.map(lambda row: (*row[:3], ""))


def same(one: CanonicalDataset, other: CanonicalDataset) -> bool:
    """Whether two results are one; what cannot be told apart may be told in another order."""
    ties = [{frozenset(group) for group in found.ties} for found in (one, other)]
    return (one.nquads, one.quads, ties[0]) == (other.nquads, other.quads, ties[1])


@given(st.one_of(st.lists(ONE_GRAPH, min_size=1, max_size=14), st.lists(ROWS, min_size=1, max_size=8)))
@settings(max_examples=400, deadline=None)
def test_a_dataset_by_subjects_has_the_form_of_its_rows(rows: list[Row]) -> None:
    dataset = dataset_of(rows)
    assert set(rows_of(dataset)) == set(rows)
    for algorithm in ("sha256", "sha384"):
        found, expected = (
            canonicalize_dataset(dataset, algorithm=algorithm),
            canonicalize_rows(rows, algorithm=algorithm),
        )
        assert same(found, expected)
        hashes = FirstDegree(dataset_of(rows).get("", Graph()), algorithm)
        assert found.labels == expected.labels or not hashes.apart or len(dataset) > 1


@pytest.mark.parametrize("path", SUITE, ids=lambda path: path.stem)
def test_the_official_suite_has_one_form(path: Path) -> None:
    rows = [row_of(quad) for quad in parse_nquads(path.read_text(encoding="utf-8"))]
    try:
        expected = canonicalize_rows(rows)
    except TooComplex:
        with pytest.raises(TooComplex):
            canonicalize_dataset(dataset_of(rows))
        return
    assert same(canonicalize_dataset(dataset_of(rows)), expected)


def test_a_dataset_that_is_too_large_is_refused() -> None:
    many = [("<urn:s>", "<urn:p>", f'"{number}"', "") for number in range(limits.MAX_QUADS + 1)]
    blank = [("<urn:s>", "<urn:p>", f"_:b{number}", "") for number in range(limits.MAX_BLANK_NODES + 1)]
    for rows in (many, blank):
        with pytest.raises(TooComplex):
            canonicalize_dataset(dataset_of(rows))
