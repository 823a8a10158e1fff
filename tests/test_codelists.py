"""Code lists as facts: well made, and the same as those that are published."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from gateway.codelists import code_list, list_of
from gateway.resources import codelist_names, codelist_text

LISTS = [code_list(name) for name in codelist_names()]


@pytest.mark.parametrize("known", LISTS, ids=lambda known: known.name)
def test_a_list_says_whose_it_is_and_when_it_was_seen(known) -> None:  # type: ignore[no-untyped-def]
    assert known.base.startswith("http://")
    assert known.base.endswith("/")
    assert known.source
    assert date.fromisoformat(known.seen) <= date(2026, 12, 31)
    assert [*known.codes] == sorted(known.codes)
    assert all(label == label.strip() != "" for label in known.codes.values())


@pytest.mark.parametrize("name", codelist_names())
def test_codes_are_what_toml_says_they_are(name: str) -> None:
    assert dict(code_list(name).codes) == tomllib.loads(codelist_text(name))["codes"]


def test_a_code_is_of_the_list_its_address_says() -> None:
    eqf = list_of("http://data.europa.eu/snb/eqf/5")
    assert eqf is not None
    assert eqf.label("http://data.europa.eu/snb/eqf/5") == "Level 5"
    assert eqf.label("http://data.europa.eu/snb/eqf/9") is None
    assert list_of("http://data.europa.eu/snb/eqf/") is eqf
    assert list_of("urn:x") is None


@pytest.mark.parametrize("known", [known for known in LISTS if known.complete], ids=lambda known: known.name)
def test_a_whole_list_has_the_codes_that_are_published(known, corpora: Path) -> None:  # type: ignore[no-untyped-def]
    published = json.loads((corpora / "elm/vocab/controlled-vocabularies.json").read_text())["fromXsd"]
    concepts = published[known.scheme]["concepts"]
    assert {known.base + code: label for code, label in known.codes.items()} == {
        iri: label.strip() for iri, label in concepts.items()
    }
