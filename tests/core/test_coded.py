"""Codes of published lists: what is not in its list is told of, and kept as it is."""

from __future__ import annotations

import pytest

from gateway.codelists import code_list
from gateway.core.coded import LISTED, odd_codes
from gateway.model import (
    Concept,
    ConceptScheme,
    Credential,
    LearningAchievement,
    LearningEntitlement,
    Qualification,
)
from gateway.report import Severity

EQF = code_list("eqf")


def graded(level: Concept) -> Credential:
    return Credential(has_claim=(LearningAchievement(specified_by=Qualification(eqf_level=level)),))


def said(hub: Credential) -> list[tuple[str, str]]:
    return [(found.hub, found.code) for found in odd_codes(hub)]


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (Concept(id=f"{EQF.base}5"), None),
        (Concept(id=f"{EQF.base}5", in_scheme=(ConceptScheme(id=EQF.scheme),)), None),
        (Concept(id=f"{EQF.base}9"), "code_not_in_list"),
        (
            Concept(id=f"{EQF.base}5", in_scheme=(ConceptScheme(id="http://data.europa.eu/snb/eqf/"),)),
            "list_misnamed",
        ),
        (Concept(id="http://data.europa.eu/esco/eqf/5"), "code_of_another_list"),
        (Concept(notation="5"), None),
        (Concept(), None),
    ],
)
def test_a_level(level: Concept, code: str | None) -> None:
    assert said(graded(level)) == ([("/has_claim/0/specified_by/eqf_level", code)] if code else [])


def test_only_what_is_in_no_list_matters_to_everybody() -> None:
    severities = [
        found.severity for level in ("eqf/9", "else/5") for found in odd_codes(graded(concept(level)))
    ]
    assert severities == [Severity.WARNING, Severity.INFO]


def concept(path: str) -> Concept:
    return Concept(id=f"http://data.europa.eu/snb/{path}")


def test_a_list_that_nobody_publishes_whole_refutes_nothing() -> None:
    hub = Credential(credential_profiles=(concept("credential/c_00000000"),))
    assert said(hub) == []


def test_fields_of_another_kind_of_claim_have_lists_of_their_own() -> None:
    hub = Credential(has_claim=(LearningEntitlement(), LearningAchievement(specified_by=Qualification(
        thematic_area=(concept("isced-f/0113"), concept("isced-f/zz")),
    ))))  # fmt: skip
    assert said(hub) == [("/has_claim/1/specified_by/thematic_area/1", "code_not_in_list")]


def test_every_field_has_a_list() -> None:
    assert all(code_list(name).codes for name in LISTED.values())
