"""The samples of 1EdTech's public validator: the figures of conformance/badges.py, and what they rest on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance import badges
from conformance.figures import Figure
from conformance.retrieved import World
from gateway.retrieval import CONTROLLER, DOCUMENT, ISSUER, Need

DOCS = Path(__file__).resolve().parent.parent / "docs" / "policies.md"


@pytest.fixture(scope="module")
def reached(corpora: Path) -> list[Figure]:
    return list(badges.figures(corpora))


def test_every_figure_about_badges_is_reached(reached: list[Figure]) -> None:
    assert [figure.title for figure in reached if not figure.passed] == []


def test_all_entries_are_counted(reached: list[Figure], corpora: Path) -> None:
    entries = json.loads((corpora / "ob/expected.json").read_text())["entries"]
    unknown = next(figure for figure in reached if "without recorded outcome" in figure.title)
    assert (len(entries), reached[0].total + unknown.total) == (89, 89)
    assert reached[-1].total == 10


def test_every_deviation_is_argued_in_the_documentation() -> None:
    page = DOCS.read_text()
    assert [name for name in badges.DEVIATIONS if name.rpartition("/")[2] not in page] == []


def test_the_world_of_files_answers_for_its_addresses_and_for_no_other(tmp_path: Path) -> None:
    (tmp_path / "issuer.json").write_bytes(b"{}")
    world = World({"https://school.example/": tmp_path}, {"https://list.example/": b"[]"})
    assert world.answer(Need(DOCUMENT, "https://school.example/issuer.json")).content == b"{}"
    assert world.answer(Need(DOCUMENT, "https://list.example/")).content == b"[]"
    assert world.answer(Need(DOCUMENT, "https://school.example/other.json")).code == "fetch_failed"
    assert world.answer(Need(CONTROLLER, "https://school.example/issuer")).code == "fetch_failed"
    assert world.answer(Need(CONTROLLER, "did:key:z6Mkx")).code == "key_kind_unknown"
    assert world.answer(Need(ISSUER, "did:example:1")).found
