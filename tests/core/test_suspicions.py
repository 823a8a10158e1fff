"""Values that are legal and look wrong: told with their place, and left as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.core import ConvertOptions, express, understand
from gateway.core.suspicions import suspicions
from gateway.envelopes import read_json, write_json
from gateway.model import (
    AwardingProcess,
    Concept,
    Credential,
    LangString,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningActivity,
    LearningAssessment,
    Organisation,
    Person,
    Qualification,
    Result,
    ResultDescription,
)
from gateway.report import Severity
from gateway.resources import example_bytes, example_names


def said(hub: Credential) -> list[tuple[str, str]]:
    return [(found.hub, found.code) for found in suspicions(hub)]


def claim(**fields: Any) -> Credential:
    return Credential(has_claim=(LearningAchievement(**fields),))


@pytest.mark.parametrize("name", example_names())
def test_nothing_looks_wrong_in_the_examples(name: str) -> None:
    assert said(understand(example_bytes(name)).hub) == []


@pytest.mark.parametrize(
    ("duration", "code"),
    [
        ("P60M", "workload_in_months"), ("P13M", "workload_in_months"), ("PT0H", "workload_of_nothing"),
        ("P0D", "workload_of_nothing"), ("P12M", None), ("PT60M", None), ("PT60H", None), ("P2DT12H", None),
        ("P1Y6M", None), ("sixty hours", None), ("P", None),
    ],
)  # fmt: skip
def test_a_workload(duration: str, code: str | None) -> None:
    planned = claim(specified_by=LearningAchievementSpecification(volume_of_learning=duration))
    assert said(planned) == ([("/has_claim/0/specified_by/volume_of_learning", code)] if code else [])
    done = claim(influenced_by=(LearningActivity(workload=duration),))
    assert said(done) == ([("/has_claim/0/influenced_by/0/workload", code)] if code else [])


@pytest.mark.parametrize(
    ("date", "shifted"),
    [
        ("1999-10-01T22:00:00Z", True), ("1999-10-01T05:00Z", True), ("1999-10-02T00:00:00Z", False),
        ("1999-10-02", False), ("1999-10-02T00:00:00+02:00", False), ("1999-10-01T22:13:00Z", False),
    ],
)  # fmt: skip
def test_a_date_of_birth_is_a_day(date: str, shifted: bool) -> None:
    hub = Credential(subject=Person(date_of_birth=date))
    assert said(hub) == ([("/subject/date_of_birth", "date_shifted")] if shifted else [])


@pytest.mark.parametrize(
    ("date", "shifted"),
    [("2024-06-30T22:00:00Z", True), ("2024-06-30T09:00:00Z", False), ("2024-06-30", False)],
)
def test_a_day_of_awarding_may_have_its_hour(date: str, shifted: bool) -> None:
    awarded = claim(awarded_by=AwardingProcess(awarding_date=date))
    assert said(awarded) == ([("/has_claim/0/awarded_by/awarding_date", "date_shifted")] if shifted else [])
    proven = claim(proven_by=(LearningAssessment(date_issued=date),))
    assert said(proven) == ([("/has_claim/0/proven_by/0/date_issued", "date_shifted")] if shifted else [])


@pytest.mark.parametrize(
    ("value", "scheme", "outside"),
    [
        ("6", ResultDescription(id="urn:r", value_min="0", value_max="5"), True),
        ("-1", ResultDescription(id="urn:r", value_min="0"), True),
        ("5.0", ResultDescription(id="urn:r", value_min="0", value_max="5"), False),
        ("good", ResultDescription(id="urn:r", value_min="0", value_max="5"), False),
        ("E", ResultDescription(id="urn:r", allowed_value=("A", "B")), True),
        ("A", ResultDescription(id="urn:r", allowed_value=("A", "B")), False),
        ("9", ResultDescription(id="urn:another", value_max="5"), False),
    ],
)  # fmt: skip
def test_a_result_against_its_description(value: str, scheme: ResultDescription, outside: bool) -> None:
    hub = claim(
        result=(Result(value=value, result_description="urn:r"),),
        specified_by=LearningAchievementSpecification(result_description=(scheme,)),
    )
    assert said(hub) == ([("/has_claim/0/result/0/value", "grade_outside_scheme")] if outside else [])


def organisation(name: str, identifier: str | None = None) -> Organisation:
    return Organisation(id=identifier, legal_name=(LangString(name, "en"),))


def test_an_issuer_who_awards_nothing_seals_for_others() -> None:
    awarded = claim(awarded_by=AwardingProcess(awarding_body=(organisation("School", "urn:s"),)))
    assert said(replace(awarded, issuer=organisation("Seals Ltd", "urn:x"))) == [
        ("/issuer", "issuer_only_seals")
    ]
    assert said(replace(awarded, issuer=organisation("school "))) == []
    assert said(replace(awarded, issuer=organisation("Another name", "urn:s"))) == []
    assert said(replace(awarded, issuer=Organisation())) == []
    assert said(replace(claim(), issuer=organisation("Seals Ltd"))) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Course at EQF level 5", True), ("DQR-Niveau 6", True), ("CEC niveau 4", True), ("EQF", False),
        ("Level 5", False), ("EQF level 12", False),
    ],
)  # fmt: skip
def test_a_level_that_only_a_text_names(text: str, named: bool) -> None:
    described = (LangString(text, "en"),)
    hub = claim(specified_by=LearningAchievementSpecification(description=described))
    assert said(hub) == ([("/has_claim/0/specified_by/description", "level_in_text_only")] if named else [])
    level = Concept(id="http://data.europa.eu/snb/eqf/5")
    assert said(claim(specified_by=Qualification(description=described, eqf_level=level))) == []


def test_it_is_told_at_its_place_and_the_value_goes_on_as_it_is() -> None:
    tree = read_json(example_bytes("micro-credential.elm3.json"))
    tree["credentialSubject"]["hasClaim"]["specifiedBy"]["volumeOfLearning"] = "P60M"
    source = understand(write_json(tree))
    [found] = source.findings
    assert (found.code, found.severity) == ("workload_in_months", Severity.WARNING)
    assert found.pointer == "/credentialSubject/hasClaim/specifiedBy/volumeOfLearning"
    made = express(source, ConvertOptions("vc"))
    assert b"P60M" in write_json(made.tree)
    assert [f.code for f in made.report.findings if f.code == "workload_in_months"] == ["workload_in_months"]


def test_in_xml_the_place_is_an_xpath() -> None:
    data = example_bytes("micro-credential.edci-xml.xml")
    start, rest = data.split(b"<volumeOfLearning>", 1)
    _, end = rest.split(b"</volumeOfLearning>", 1)
    source = understand(start + b"<volumeOfLearning>P60M</volumeOfLearning>" + end)
    assert [f.pointer for f in source.findings] == [
        "/europassCredential/learningSpecificationReferences[1]/qualification[1]/volumeOfLearning[1]"
    ]
