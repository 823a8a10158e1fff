"""The shape of Open Badges, and whether what a badge says hangs together."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gateway.core.schema import schema_checks, semantic_checks
from gateway.report import Check, Verdict
from tests.core.parts import OB_3, VCDM_1, VCDM_2, badge, inspected

DESCRIPTION = {
    "id": "urn:uuid:4f1c0d3e-0000-4000-8000-000000000001", "type": ["ResultDescription"], "name": "Grade",
    "resultType": "LetterGrade", "allowedValue": ["A", "B"],
    "rubricCriterionLevel": [{"id": "urn:uuid:4f1c0d3e-0000-4000-8000-000000000002",
                              "type": ["RubricCriterionLevel"], "name": "Good"}],
}  # fmt: skip


def changed(path: str, value: Any, document: Any = None) -> dict[str, Any]:
    """The badge with the value at a path; None takes the member out."""
    tree = badge() if document is None else copy.deepcopy(document)
    *steps, last = path.split("/")
    node = tree
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    if value is None:
        del node[last]
    else:
        node[last] = value
    return tree


def shape(tree: dict[str, Any]) -> list[tuple[str, str]]:
    """Pointer and code of what is wrong with a badge's shape."""
    return [
        (c.pointer, c.code) for c in schema_checks(inspected(tree), tree) if c.verdict is not Verdict.VALID
    ]


def meaning(tree: dict[str, Any]) -> list[tuple[Verdict, str, str]]:
    found = semantic_checks(inspected(tree), tree)
    return [(c.verdict, c.code, c.pointer) for c in found if c.code]


def test_a_badge_in_order_is_one_valid_check() -> None:
    tree = badge()
    assert schema_checks(inspected(tree), tree) == [Check("schema", Verdict.VALID)]
    assert semantic_checks(inspected(tree), tree) == [Check("semantics", Verdict.VALID)]


@pytest.mark.parametrize(
    ("path", "value", "pointer", "code"),
    [
        ("id", None, "/id", "member_missing"),
        ("issuer/type", None, "/issuer/type", "member_missing"),
        ("issuer/type", ["Organization"], "/issuer/type", "member_malformed"),
        ("image", "https://school.example/i.png", "/image", "member_malformed"),
        ("awardedDate", "yesterday", "/awardedDate", "member_malformed"),
        ("validFrom", "2026-01-01", "/validFrom", "member_malformed"),
        ("credentialSubject/type", None, "/credentialSubject/type", "member_missing"),
        ("credentialSubject/achievement", None, "/credentialSubject/achievement", "member_missing"),
        ("credentialSubject/achievement/name", "", "/credentialSubject/achievement/name", "member_malformed"),
        ("credentialSubject/achievement/criteria", [], "/credentialSubject/achievement/criteria", "member_missing"),
        ("credentialSubject/achievement/achievementType", "Shoe", "/credentialSubject/achievement/achievementType",
         "member_malformed"),
        ("credentialSubject/achievement/alignment", [], "/credentialSubject/achievement/alignment", "member_missing"),
        ("credentialSubject/achievement/tag", [7], "/credentialSubject/achievement/tag/0", "member_malformed"),
        ("credentialSubject/identifier", {"type": "IdentityObject", "hashed": "no", "identityHash": "x",
                                          "identityType": "emailAddress"},
         "/credentialSubject/identifier/hashed", "member_malformed"),
        ("evidence", [{"id": "https://school.example/e"}], "/evidence/0/type", "member_missing"),
    ],
)  # fmt: skip
def test_one_fault_is_one_problem_at_its_place(path: str, value: Any, pointer: str, code: str) -> None:
    assert shape(changed(path, value)) == [(pointer, code)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("issuer", "https://school.example/issuer"),
        ("credentialSubject/achievement/achievementType", "ext:Nanodegree"),
        ("credentialSubject/achievement/type", "Achievement"),
        ("credentialSubject/achievement/tag", "one"),
        ("credentialSubject/unknown", {"anything": 1}),
        ("image", {"id": "data:image/png;base64,AA==", "type": "Image", "caption": "x"}),
    ],
)
def test_what_the_specification_allows_is_no_problem(path: str, value: Any) -> None:
    assert shape(changed(path, value)) == []


def test_version_1_1_has_dates_of_its_own() -> None:
    tree = badge(validFrom=None, issuanceDate="2026-01-01T00:00:00Z")
    tree["@context"] = [VCDM_1, OB_3]
    assert shape(tree) == []
    assert shape(changed("validFrom", "2026-01-01T00:00:00Z", changed("issuanceDate", None, tree))) == [
        ("/issuanceDate", "member_missing")
    ]


@pytest.mark.parametrize(
    ("contexts", "old"),
    [
        ([VCDM_2, OB_3], None),
        ([VCDM_2, OB_3.replace("3.0.3", "3.0.2")], [OB_3.replace("3.0.3", "3.0.2")]),
        ([VCDM_1, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
         [VCDM_1, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"]),
    ],
)  # fmt: skip
def test_an_older_context_is_a_remark_and_no_fault(contexts: list[str], old: list[str] | None) -> None:
    tree = {**badge(), "@context": contexts}
    remarks = [c for c in schema_checks(inspected(tree), tree) if c.code == "context_outdated"]
    assert [check.values["contexts"] for check in remarks] == ([] if old is None else [old])
    assert all(check.verdict is Verdict.VALID for check in remarks)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json", []),
        ("https://school.example/schema.json", [(Verdict.UNDETERMINED, "/credentialSchema/0")]),
    ],
)
def test_a_schema_of_the_issuers_own_is_told_not_to_be_evaluated(schema: str, told: list[Any]) -> None:
    tree = badge(credentialSchema=[{"id": schema, "type": "1EdTechJsonSchemaValidator2019"}])
    found = schema_checks(inspected(tree), tree)
    assert [(c.verdict, c.pointer) for c in found if c.code == "schema_not_evaluated"] == told


# --- meaning --------------------------------------------------------------------------------------


def with_results(*results: Any, description: Any = None) -> dict[str, Any]:
    tree = badge()
    achievement = tree["credentialSubject"]["achievement"]
    achievement["resultDescription"] = [DESCRIPTION if description is None else description]
    tree["credentialSubject"]["result"] = list(results)
    return tree


def test_a_recipient_nobody_can_name_is_a_fault() -> None:
    tree = changed("credentialSubject/id", None)
    assert meaning(tree) == [(Verdict.INVALID, "subject_unnamed", "/credentialSubject")]


def test_criteria_that_say_nothing_are_a_fault() -> None:
    tree = changed("credentialSubject/achievement/criteria", {"type": "Criteria"})
    assert meaning(tree) == [(Verdict.INVALID, "criteria_empty", "/credentialSubject/achievement/criteria")]


def test_a_hash_by_md5_is_told_to_be_weak() -> None:
    weak = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": "md5$" + "0a" * 16,
        "identityType": "emailAddress",
    }
    tree = changed("credentialSubject/identifier", [weak])
    assert meaning(tree) == [
        (Verdict.UNDETERMINED, "weak_identity_hash", "/credentialSubject/identifier/0/identityHash")
    ]


@pytest.mark.parametrize(
    ("result", "code", "member"),
    [
        ({"resultDescription": "urn:x:1"}, "result_description_unknown", "resultDescription"),
        ({"resultDescription": DESCRIPTION["id"], "value": "C"}, "result_value_not_allowed", "value"),
        (
            {"resultDescription": DESCRIPTION["id"], "achievedLevel": "urn:x:2"},
            "result_level_unknown",
            "achievedLevel",
        ),
    ],
)
def test_a_result_that_its_description_does_not_allow_is_a_fault(
    result: dict[str, Any], code: str, member: str
) -> None:
    tree = with_results({"type": ["Result"], **result})
    assert meaning(tree) == [(Verdict.INVALID, code, f"/credentialSubject/result/0/{member}")]


def test_results_that_their_description_allows_are_none() -> None:
    level = DESCRIPTION["rubricCriterionLevel"][0]["id"]  # type: ignore[index]
    fine = {"type": ["Result"], "resultDescription": DESCRIPTION["id"], "value": "A", "achievedLevel": level}
    assert meaning(with_results(fine, {"type": ["Result"], "value": "anything"})) == []


@pytest.mark.parametrize(
    ("description", "code", "member"),
    [
        ({"requiredValue": "C"}, "required_value_not_allowed", "requiredValue"),
        ({"requiredLevel": "urn:x:2"}, "required_level_unknown", "requiredLevel"),
    ],
)
def test_a_description_that_requires_what_it_does_not_allow_is_a_fault(
    description: dict[str, Any], code: str, member: str
) -> None:
    tree = with_results(description={**DESCRIPTION, **description})
    place = f"/credentialSubject/achievement/resultDescription/0/{member}"
    assert meaning(tree) == [(Verdict.INVALID, code, place)]


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None, 7, "x", [], {}]])
@pytest.mark.parametrize(
    "path",
    ["credentialSubject", "credentialSubject/achievement", "credentialSubject/result", "credentialSubject/identifier",
     "credentialSubject/achievement/criteria", "credentialSubject/achievement/resultDescription"],
)  # fmt: skip
def test_no_shape_of_a_badge_raises_anything(path: str, value: Any) -> None:
    tree = badge()
    *steps, last = path.split("/")
    node = tree
    for step in steps:
        node = node[step]
    node[last] = value
    given = inspected(badge())
    assert schema_checks(given, tree)
    semantic_checks(given, tree)
