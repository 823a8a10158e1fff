"""Terms of edubadges and educredentials: what they say beyond doubt is read, and none of them is lost."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core import ConvertOptions, express
from gateway.model import LearningAchievement, Qualification
from tests.formats.reading import converted, example, hub_of, read

BADGE, OLD = "badge.ob3.json", "badge.ob2.json"
TERMS_3 = {
    "ECTS": 2.5, "timeInvestment": 70, "educationProgramIdentifier": [1234], "participationType": "online",
    "assessmentType": "written_exam", "supervisionType": "onsite", "identityChecked": True,
}  # fmt: skip
TERMS_2 = {"ECTS": 5, "EQF": 6, "LearningOutcome": "Solders.", "Language": "nl_NL", "StudyLoad": 140}


def newer(**terms: Any) -> dict[str, Any]:
    tree = example(BADGE)
    tree["credentialSubject"]["achievement"] |= terms
    return tree


def older(**terms: Any) -> dict[str, Any]:
    tree = example(OLD)
    for term, value in terms.items():
        name = f"extensions:{term}Extension"
        tree["badge"][name] = {
            "@context": "https://badges.example/c.json",
            "type": ["Extension", name],
            term: value,
        }
    return tree


def specification(tree: Any) -> Any:
    claim = hub_of(tree).has_claim[0]
    assert isinstance(claim, LearningAchievement)
    return claim.specified_by


def test_a_badge_of_3_says_credits_load_and_programme() -> None:
    said = specification(newer(**TERMS_3))
    assert [(point.point, point.framework.id) for point in said.credit_point] == [
        ("2.5", "http://data.europa.eu/snb/education-credit/6fcec5c5af")
    ]
    assert said.volume_of_learning == "PT70H"
    assert [one.notation for one in said.identifier][-1] == "1234"
    assert {item.name for item in hub_of(newer(**TERMS_3)).residue} >= set(TERMS_3)


def test_a_badge_of_2_says_level_and_outcome_too() -> None:
    said = specification(older(**TERMS_2))
    assert isinstance(said, Qualification)
    assert said.eqf_level is not None
    assert said.eqf_level.id == "http://data.europa.eu/snb/eqf/6"
    assert said.learning_outcome[0].title[0].value == "Solders."
    assert (said.in_language or "").startswith(("nl", "en"))
    assert said.volume_of_learning == "PT140H"
    assert said.credit_point[0].point == "5"


@pytest.mark.parametrize("tree", [newer(**TERMS_3), older(**TERMS_2)], ids=["3.0", "2.0"])
@pytest.mark.parametrize("to", ["elm3", "vc", "ob3", "edci-xml", "eudi-learning"])
def test_nothing_of_them_is_lost(tree: Any, to: str) -> None:
    report = express(read(tree), ConvertOptions(to)).report
    assert [f.pointer for f in report.findings if f.code == "lost"] == []


def test_they_reach_the_terms_of_elm() -> None:
    made = converted(newer(**TERMS_3), "elm3")["credentialSubject"]["hasClaim"]["specifiedBy"]
    assert made["volumeOfLearning"] == "PT70H"
    assert made["creditPoint"]["point"] == "2.5"


def test_what_the_badge_says_itself_is_not_overruled() -> None:
    own = specification(example(BADGE))
    told = specification(newer(ECTS=3))
    assert told.learning_outcome == own.learning_outcome
    assert own.volume_of_learning is None or told.volume_of_learning == own.volume_of_learning


@pytest.mark.parametrize("value", [None, "2.5", True, -1, 0, [], {}, 1e9, [True]])
def test_values_of_another_kind_stay_as_they_are(value: Any) -> None:
    terms = dict.fromkeys(("ECTS", "SBU", "timeInvestment", "educationProgramIdentifier"), value)
    said, own = specification(newer(**terms)), specification(example(BADGE))
    assert (said.credit_point, said.volume_of_learning) == (own.credit_point, own.volume_of_learning)
    strange = specification(older(EQF=value, LearningOutcome=value if value != "2.5" else 5, Language=value))
    assert getattr(strange, "eqf_level", None) is None
