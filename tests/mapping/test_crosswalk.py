"""What formats have in common, from their tables alone."""

from __future__ import annotations

import pytest

from gateway.formats import FORMATS
from gateway.mapping.crosswalk import HOMES, hub_fields, native, shared
from gateway.model import CLASSES, Credential, fields_of

TABLES = sorted({form.table for form in FORMATS})


@pytest.mark.parametrize("name", sorted(HOMES))
def test_a_home_leads_to_its_class(name: str) -> None:
    classes: tuple[type, ...] = (Credential,)
    for field in filter(None, HOMES[name].split("/")):
        specs = [fields_of(node)[field] for node in classes if field in fields_of(node)]
        classes = tuple({below for spec in specs for below in spec.classes})
    assert CLASSES[name] in classes


def test_a_class_that_has_no_home_is_a_value_or_one_of_several_kinds() -> None:
    values = {
        "Concept", "ConceptScheme", "Identifier", "LegalIdentifier", "MediaObject", "Note", "PeriodOfTime",
        "WebResource", "Amount", "CreditPoint", "Geometry", "Mailbox", "Phone", "ResultCategory", "Residue",
    }  # fmt: skip
    kinds = {"Group", "LearningAchievementSpecification", "Conversion"}
    assert set(CLASSES) - set(HOMES) == values | kinds


def test_fields_are_counted_once_and_the_vocabulary_has_them_all() -> None:
    paths = [field.path for field in hub_fields()]
    assert len(paths) == len(set(paths)) > 400
    assert native("vc") == set(hub_fields())


@pytest.mark.parametrize("source", TABLES)
@pytest.mark.parametrize("target", TABLES)
def test_what_is_shared_is_shared_both_ways(source: str, target: str) -> None:
    there, back = shared(source, target), shared(target, source)
    assert set(there.native) == set(back.native)
    assert set(there.native) | set(there.other) == native(source)
    assert 0 <= there.share <= 1
    assert shared(source, source).share == 1


def test_what_an_open_badge_shows_of_a_qualification() -> None:
    kept = {"/".join(field.path) for field in shared("elm3", "ob3").native}
    assert {"has_claim/specified_by/eqf_level", "has_claim/specified_by/learning_outcome/title"} <= kept
