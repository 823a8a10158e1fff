"""Where a format has the place of a hub field: what reading found there is what the table says."""

from __future__ import annotations

import re

import pytest

from gateway.core import understand
from gateway.mapping import load_table, place_of
from gateway.resources import example_bytes, example_names

POOL = "/learningSpecificationReferences/0"


@pytest.mark.parametrize(
    ("table", "path", "place"),
    [
        ("elm3", "has_claim/specified_by/eqf_level", "/credentialSubject/hasClaim/specifiedBy/eqfLevel"),
        ("ob3", "has_claim/specified_by/eqf_level", "/credentialSubject/achievement/alignment/0"),
        ("ob3", "has_claim/awarded_by/awarding_date", "/awardedDate"),
        ("ob3", "has_claim/specified_by/mode", None),
        ("edci-xml", "has_claim/specified_by/mode", f"{POOL}/learningSpecification/0/mode/0"),
        ("edci-xml", "title_of_nothing", None),
        ("vc", "issued", "/issued"),
    ],
)  # fmt: skip
def test_a_place_by_the_table(table: str, path: str, place: str | None) -> None:
    assert place_of(load_table(table), tuple(path.split("/"))) == place


@pytest.mark.parametrize(
    "name", [name for name in example_names() if not name.partition(".")[2].startswith("e")]
)
def test_the_places_of_what_was_read_are_those_of_the_table(name: str) -> None:
    """But for which of several, and one alone, where an array may stand. XML has pools, a token few places."""
    source = understand(example_bytes(name))
    table = load_table(source.form.table)
    compared, seen = 0, set[str]()
    for step in source.steps:
        path = tuple(part for part in step.hub.split("/")[1:] if not part.isdigit())
        if step.rule in ("type", "supplied", "reference") or step.here.startswith("/carried/") or not path:
            continue
        if step.here in seen:
            continue  # the same node: told once, referred to elsewhere
        seen.add(step.here)
        place = place_of(table, path)
        if place is None or "alignment" in place or "resultDescription" in place:
            continue  # told apart by constants beside them, of which a path knows nothing
        compared += 1
        assert _bare(step.here).startswith(_bare(place)), step
    assert compared > 8


def _bare(pointer: str) -> str:
    return re.sub(r"/\d+(?=/|$)", "", pointer)
