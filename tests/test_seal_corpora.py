"""Seals and wrapping over other people's samples, a few changes each; `make conformance` makes many."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conformance.seals import (
    JADES_PARTS,
    as_recorded,
    changed,
    holds,
    jades_at,
    part_of_jades,
    sealed_parts,
    xades_at,
)
from tests.conftest import corpora_path


def recorded(kind: str) -> list[Any]:
    path = corpora_path() / "elm" / "expected.json"
    if not path.is_file():
        return []
    expected = json.loads(path.read_text())
    return [pytest.param(name, entry[kind], id=name) for name, entry in expected.items() if kind in entry]


@pytest.mark.parametrize(("name", "expected"), recorded("jades"))
def test_a_jades_sample_holds_and_a_changed_one_does_not(corpora: Path, name: str, expected: Any) -> None:
    data = (corpora / "elm" / name).read_bytes()
    assert holds(data, jades_at) is expected["signatureValue"]
    for part in JADES_PARTS:
        ((start, end),) = partial(part_of_jades, part)(data)
        for position, other in changed(data, start, end, places=8):
            assert not holds(other, jades_at), (part, position)


@pytest.mark.parametrize(("name", "expected"), recorded("xades"))
def test_a_xades_sample_is_as_recorded_and_a_changed_one_does_not_hold(
    corpora: Path, name: str, expected: Any
) -> None:
    data = (corpora / "elm" / name).read_bytes()
    assert as_recorded(data, expected)
    start, end = sealed_parts(data)[0]
    for position, other in changed(data, start, end, places=4):
        assert not holds(other, xades_at), position


def test_no_wrapped_sample_holds(corpora: Path) -> None:
    samples = sorted((corpora / "security" / "xml" / "xsw").glob("*.xml"))
    assert [path.name[:2] for path in samples if holds(path.read_bytes(), xades_at)] == ["00"]
    assert len(samples) == 14
