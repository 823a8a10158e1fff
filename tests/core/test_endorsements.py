"""Endorsements inside credentials: which parts of a document are taken for one, and what each is worth."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from gateway.core.endorsements import MAX_ENDORSEMENTS, endorsement_checks
from gateway.core.judging import Verified
from gateway.core.understanding import Inspected
from gateway.report import Check, Verdict
from gateway.retrieval import Answer
from tests.core.parts import (
    OB_3,
    OTHER,
    SCHOOL,
    VCDM_2,
    badge,
    check_all,
    controller,
    multikey_of,
    signed,
    token,
    world,
)

BODY = f"{OTHER}#key-1"
ENDORSEMENT: dict[str, Any] = {
    "@context": [VCDM_2, OB_3],
    "id": "urn:uuid:3f1c0d3e-0000-4000-8000-000000000001",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "issuer": {"id": OTHER, "type": ["Profile"], "name": "Agency of Examples"},
    "name": "A good course",
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "https://school.example/a/1",
        "type": ["EndorsementSubject"],
        "endorsementComment": "We looked at it.",
    },
}


def held(_: Inspected) -> Verified:
    return Verified((), Verdict.VALID, True)


def endorsed(*endorsements: Any, tokens: Any = None) -> dict[str, Any]:
    document = badge(
        endorsement=list(endorsements) or None, endorsementJwt=[tokens] if tokens is not None else None
    )
    return signed(document)


def outcome(document: Any, policy: str = "strict", other: Any = None) -> tuple[Check, Verified]:
    known = {SCHOOL: controller(), OTHER: other if other is not None else controller(OTHER, 1)}
    done = check_all(document, policy, world(known))
    return next(check for check in done.checks if check.name == "endorsement"), done


def test_a_context_that_defines_endorsements_has_none() -> None:
    tree = {"@context": [{"endorsementJwt": "https://example.org/terms#endorsementJwt"}]}
    assert endorsement_checks(tree, held) == []


def test_an_endorsement_is_found_wherever_it_stands() -> None:
    tree = {"credentialSubject": {"achievement": {"endorsement": [{"type": ["VerifiableCredential"]}]}}}
    assert [check.pointer for check in endorsement_checks(tree, held)] == [
        "/credentialSubject/achievement/endorsement/0"
    ]


@pytest.mark.parametrize(
    "name", ["endorsement", "\\u0065ndorsement", "endorsementJwt", "endorsement\\u004awt"]
)
def test_an_endorsement_is_found_however_its_name_is_written(name: str) -> None:
    written = json.dumps({"credentialSubject": {name: [{"type": ["VerifiableCredential"]}]}}).replace(
        "\\\\", "\\"
    )
    for text in (written.encode(), b""):
        assert len(endorsement_checks(json.loads(written), held, text)) == 1


def test_no_more_endorsements_are_verified_than_the_bound() -> None:
    tree = {"endorsement": [{"type": ["VerifiableCredential"]}] * (MAX_ENDORSEMENTS + 1)}
    checks = endorsement_checks(tree, held)
    assert len(checks) == MAX_ENDORSEMENTS + 1
    assert checks[-1].verdict is Verdict.UNDETERMINED
    assert checks[-1].pointer == f"/endorsement/{MAX_ENDORSEMENTS}"


@pytest.mark.parametrize("policy", ["strict", "1edtech", "archive"])
def test_an_endorsement_by_a_key_of_the_endorser_holds(policy: str) -> None:
    check, done = outcome(endorsed(signed(copy.deepcopy(ENDORSEMENT), 1, BODY)), policy)
    assert check.verdict is Verdict.VALID
    assert done.verified


def test_an_endorsement_as_a_token_holds_too() -> None:
    document = endorsed(tokens=token(copy.deepcopy(ENDORSEMENT), 1, BODY).decode())
    assert outcome(document)[0].verdict is Verdict.VALID


def test_a_forged_endorsement_is_told_and_spoils_the_badge_for_1edtech_only() -> None:
    forged = signed(copy.deepcopy(ENDORSEMENT), 2, BODY)
    check, done = outcome(endorsed(forged))
    assert (check.verdict, check.code) == (Verdict.INVALID, "endorsement_invalid")
    assert check.values == {"code": "proof_invalid"}
    assert check.pointer == "/endorsement/0/proof/0"
    assert done.verified
    assert outcome(endorsed(forged), "1edtech")[1].verdict is Verdict.INVALID


def test_an_endorsement_nobody_signed_is_open() -> None:
    check, done = outcome(endorsed(copy.deepcopy(ENDORSEMENT)))
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "endorsement_undetermined")
    assert check.values == {"code": "no_proof"}
    assert done.verified


def test_an_endorsement_whose_key_is_unproven_is_open_under_every_policy() -> None:
    brought = signed(copy.deepcopy(ENDORSEMENT), 1, f"{OTHER}#{multikey_of(1)}")
    silent = Answer(code="fetch_failed", message="no answer")
    for policy in ("strict", "1edtech", "archive"):
        check, done = outcome(endorsed(brought), policy, silent)
        assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "endorsement_undetermined")
        assert check.values == {"code": "key_from_proof"}
        assert done.verified


@pytest.mark.parametrize("told", ["https://agency.example/e/1", "no.token", "", "e30.e30.", "{"])
def test_an_endorsement_that_is_no_credential_is_refused_by_name(told: str) -> None:
    check, _ = outcome(endorsed(tokens=told))
    assert (check.verdict, check.code) == (Verdict.INVALID, "endorsement_invalid")
    assert check.pointer == "/endorsementJwt/0"


def test_an_endorsement_of_an_endorsement_is_part_of_it() -> None:
    inner = signed(
        {**copy.deepcopy(ENDORSEMENT), "id": "urn:uuid:3f1c0d3e-0000-4000-8000-000000000002"}, 2, BODY
    )
    outer = signed({**copy.deepcopy(ENDORSEMENT), "endorsement": [inner]}, 1, BODY)
    checks = [c for c in check_all(endorsed(outer), "1edtech", world({
        SCHOOL: controller(), OTHER: controller(OTHER, 1),
    })).checks if c.name == "endorsement"]  # fmt: skip
    assert [check.verdict for check in checks] == [Verdict.INVALID]
