"""Constraints of superiors, by the table of what each allows (OpenID Federation 1.0 section 6.2)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.trust.constraints import check_constraints
from gateway.trust.entity_statements import EntityStatement, StatementRefused, read_entity_statement
from tests.trust.lists import Entity, a_key


def statement(issuer: str, subject: str, **claims: Any) -> EntityStatement:
    return read_entity_statement(Entity(issuer, a_key(1)).statement({"sub": subject, **claims}).encode())


LEAF, LOW, HIGH, TOP = (f"https://{name}.example.org" for name in ("leaf", "low", "high", "top"))


def chain(constraints: Any, **metadata: Any) -> tuple[EntityStatement, list[EntityStatement]]:
    """A leaf below two intermediates; the anchor's statement has the constraints."""
    superiors = [statement(LOW, LEAF), statement(HIGH, LOW), statement(TOP, HIGH, constraints=constraints)]
    return statement(LEAF, LEAF, metadata=metadata), superiors


@pytest.mark.parametrize(
    "constraints",
    [
        {}, {"max_path_length": 2}, {"max_path_length": 9}, {"novel": 1},
        {"naming_constraints": {}}, {"naming_constraints": {"permitted": [".example.org"]}},
        {"naming_constraints": {"permitted": [".Example.ORG"], "excluded": ["example.org"]}},
        {"naming_constraints": {"permitted": ["leaf.example.org", "low.example.org", "high.example.org"]}},
        {"naming_constraints": {"excluded": [".other.org", "leaf.example.com", "af.example.org"]}},
        {"allowed_entity_types": ["openid_credential_issuer"]},
    ],
)  # fmt: skip
def test_what_is_allowed_passes(constraints: Any) -> None:
    leaf, superiors = chain(constraints, openid_credential_issuer={}, federation_entity={})
    check_constraints(leaf, superiors)


@pytest.mark.parametrize(
    "constraints",
    [
        [], 1, "", {"max_path_length": 1}, {"max_path_length": 0}, {"max_path_length": -1},
        {"max_path_length": "2"}, {"max_path_length": True}, {"max_path_length": 2.5},
        {"naming_constraints": []}, {"naming_constraints": {"permitted": []}},
        {"naming_constraints": {"permitted": "leaf"}}, {"naming_constraints": {"excluded": [1]}},
        {"naming_constraints": {"permitted": ["leaf.example.org"]}},
        {"naming_constraints": {"permitted": ["example.org"]}},
        {"naming_constraints": {"permitted": [".example.org"], "excluded": ["low.example.org"]}},
        {"naming_constraints": {"excluded": [".example.org"]}},
        {"allowed_entity_types": []}, {"allowed_entity_types": ["openid_provider"]},
        {"allowed_entity_types": "openid_credential_issuer"},
    ],
)  # fmt: skip
def test_what_is_not_allowed_or_not_understood_is_refused(constraints: Any) -> None:
    leaf, superiors = chain(constraints, openid_credential_issuer={})
    with pytest.raises(StatementRefused):
        check_constraints(leaf, superiors)


def test_each_superior_counts_the_intermediates_below_itself() -> None:
    superiors = [
        statement(LOW, LEAF, constraints={"max_path_length": 0}),
        statement(HIGH, LOW, constraints={"max_path_length": 1}),
        statement(TOP, HIGH),
    ]
    check_constraints(statement(LEAF, LEAF), superiors)


def test_a_did_has_no_name_that_a_naming_constraint_could_hold_for() -> None:
    rules = {"naming_constraints": {"excluded": [".other.org"]}}
    said = statement(TOP, "did:web:leaf.example.org", constraints=rules)
    with pytest.raises(StatementRefused):
        check_constraints(said, [said])
