"""What a conversion costs grows as the credential does: twice the claims, twice the calls, in every format.

Calls are counted, not time: the count is the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from gateway.core import render
from gateway.envelopes import open_envelope
from gateway.formats import FORMATS, WriteOptions, format_named, read_document, write_document
from gateway.mapping import Accounts, account
from gateway.model import (
    AwardingProcess,
    Credential,
    LangString,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningOutcome,
    Organisation,
    Person,
    Text,
)

WRITABLE = [form.name for form in FORMATS if form.write is not None]
FEW, MANY = 20, 40
ALLOWED = 1.1
"""How much more than in proportion a call count may grow: a search by halves does, a list in a list does not."""


def words(said: str) -> Text:
    return (LangString(said, "en"), LangString(f"{said} (de)", "de"))


def claim(number: int, school: Organisation, *, named: bool) -> LearningAchievement:
    outcomes = tuple(LearningOutcome(title=words(f"Outcome {number} {part}")) for part in range(3))
    specification = LearningAchievementSpecification(
        id=f"urn:uuid:s{number}" if named else None,
        title=words(f"Course {number}"),
        learning_outcome=outcomes,
    )
    return LearningAchievement(
        id=f"urn:uuid:c{number}" if named else None,
        title=words(f"Claim {number}"),
        awarded_by=AwardingProcess(awarding_body=(school,), awarding_date="2026-01-01T00:00:00Z"),
        specified_by=specification,
    )


def credential(claims: int, *, named: bool) -> Credential:
    school = Organisation(id="urn:uuid:school" if named else None, legal_name=words("Harbour School"))
    return Credential(
        id="urn:uuid:1",
        issuer=school,
        subject=Person(id="urn:uuid:learner", full_name=words("A. Learner")),
        valid_from="2026-01-01",
        has_claim=tuple(claim(number, school, named=named) for number in range(claims)),
    )


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called, those written in C among them."""
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def converted(hub: Credential, name: str) -> None:
    """Written, read back, and accounted for."""
    form = format_named(name, to_write=True)
    written = write_document(form, hub, WriteOptions(digest="0", sealed_at="2026-01-01T00:00:00Z"))
    tree = open_envelope(render(form, written.tree)).tree
    read = read_document(form, tree)
    assert read.hub == hub
    account(Accounts(tree, written.tree, read.steps, written.steps, written.carried, (), (), original=False))


@pytest.mark.parametrize("named", [True, False], ids=["with identifiers", "without"])
@pytest.mark.parametrize("name", WRITABLE)
def test_twice_the_claims_cost_twice_the_calls(name: str, named: bool) -> None:
    few, many = credential(FEW, named=named), credential(MANY, named=named)
    converted(few, name)  # whatever is made once
    assert calls(lambda: converted(many, name)) < ALLOWED * MANY / FEW * calls(lambda: converted(few, name))
