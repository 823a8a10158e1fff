"""Tables are checked when they are loaded: a wrong row is named, every table that comes along is right."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from gateway.errors import GatewayFailed
from gateway.formats.vocabulary import inline_context, terms
from gateway.mapping import Table, load_table, parse_table
from gateway.model import fields_of
from gateway.resources import mapping_names

HEAD = {"version": "1.0.0"}


def parsed(*rows: dict[str, Any], **section: Any) -> Any:
    return parse_table("t", {"table": dict(HEAD), "Criteria": {"rows": list(rows), **section}})


@pytest.mark.parametrize("name", mapping_names())
def test_every_table_loads_and_states_its_version(name: str) -> None:
    table = load_table(name)
    assert table.version.count(".") == 2
    assert table.sections


@pytest.mark.parametrize(
    "row",
    [
        {"hub": "shoe_size", "here": "x"},
        {"hub": "narrative", "here": "x", "as": "no codec"},
        {"hub": "narrative", "here": "x", "if": "y"},
        {"hub": "narrative", "here": "x", "each": "Criteria"},
        {"hub": "0", "here": "x"},
    ],
)
def test_a_wrong_row_is_named(row: dict[str, Any]) -> None:
    with pytest.raises(GatewayFailed):
        parsed(row)


def test_a_section_refers_to_sections_there_are() -> None:
    with pytest.raises(GatewayFailed, match="no section"):
        parse_table(
            "t",
            {
                "table": dict(HEAD),
                "Credential": {"rows": [{"hub": "evidence", "here": "e", "each": "Evidence"}]},
            },
        )


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(GatewayFailed, match="no hub class"):
        parse_table("t", {"table": dict(HEAD), "Unicorn": {"rows": []}})


def test_rows_told_by_constants_come_first() -> None:
    rows = load_table("ob3").sections["QualificationAchievement"].rows
    places = [row.each for row in rows if row.here == ("alignment",)]
    assert places[-1] == ("Alignment",)
    assert len(places) == 4


def sections_below(table: Table, name: str) -> set[str]:
    """The names of a section and of all that its rows lead to."""
    found, todo = set(), [name]
    while todo:
        if (current := todo.pop()) not in found:
            found.add(current)
            todo += [other for row in table.sections[current].rows for other in row.each]
    return found


def test_a_carrier_has_one_row_for_every_field_and_types_that_tell_classes_apart() -> None:
    table = load_table("vc")
    for name in sections_below(table, "Carried"):
        section = table.sections[name]
        assert [
            row.hub for row in section.rows if len(row.here) > 1 or row.constant or row.by_reference
        ] == []
        assert sorted(row.hub for row in section.rows) == sorted((f,) for f in fields_of(section.node_class))
        assert len({row.here for row in section.rows}) == len(section.rows), name
        for row in section.rows:
            if row.each and row.spec is not None:
                chosen = [table.sections[other] for other in row.each]
                assert {other.node_class for other in chosen} == set(row.spec.classes), (name, row.hub)
                assert len(chosen) == 1 or len({kind for s in chosen for kind in s.types}) == len(chosen)


def test_every_term_of_the_vocabulary_is_defined_and_none_is_typed_as_a_string() -> None:
    table = load_table("vc")
    used = {row.here[-1] for section in table.sections.values() for row in section.rows}
    used |= {kind for section in table.sections.values() for kind in section.types}
    assert used - set(terms()) <= {"id", "type", "VerifiableCredential"}
    assert "XMLSchema#string" not in json.dumps(terms())


def test_the_inline_context_holds_the_terms_in_use_in_a_fixed_order() -> None:
    context = inline_context({"type": ["Person"], "title": {"en": "x"}, "unknown": 1})
    assert list(context) == ["Person", "title"]


def test_a_table_is_toml_that_people_can_read() -> None:
    for name in mapping_names():
        from gateway.resources import mapping_text

        text = mapping_text(f"{name}.toml")
        assert text.startswith("#")
        assert tomllib.loads(text)["table"]["version"]
