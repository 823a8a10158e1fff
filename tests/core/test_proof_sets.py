"""Several proofs of one document: what one that is unknown, broken, missing or circular does to the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway import keys
from gateway.core import POLICIES, Question, Verified, inspect, verify
from gateway.proofs import create_proof
from gateway.report import Verdict
from gateway.retrieval import Retrieved
from tests.proofs.tokens import NOW, controllers, credential_2, did_of, method_of, secret_of

UNKNOWN = {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofPurpose": "assertionMethod",
           "verificationMethod": method_of("ed25519"), "proofValue": "u2V0C"}  # fmt: skip
FOREIGN = {"type": "BbsBlsSignature2020", "proofValue": "x"}
BROKEN = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
          "verificationMethod": method_of("ed25519"), "proofValue": "z" + keys.base58_encode(b"\x01" * 64)}  # fmt: skip
NULL = {**BROKEN, "proofValue": None}
FIRST, SECOND, THIRD = (f"urn:uuid:00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))


def signed(
    document: Any = None, *, suite: str = "eddsa-rdfc-2022", number: int = 7, **options: Any
) -> dict[str, Any]:
    method = method_of("ed25519", number)
    proof = {"cryptosuite": suite, "created": "2026-02-01T00:00:00Z", "verificationMethod": method, **options}
    secret = secret_of("ed25519", number)
    return create_proof(
        document or credential_2(did_of("ed25519")), proof, sign=lambda data: keys.sign(secret, data)
    )


def judged(document: dict[str, Any], policy: str = "strict") -> Verified:
    return verify(
        inspect(json.dumps(document).encode()), Retrieved(controllers()), Question(NOW, POLICIES[policy])
    )


def codes(done: Verified) -> set[str]:
    return {check.code for check in done.checks if check.code and check.name.startswith("proof.")}


@pytest.mark.parametrize("other", [UNKNOWN, FOREIGN], ids=["suite", "type"])
@pytest.mark.parametrize("position", [0, 1])
def test_a_proof_of_an_unknown_kind_is_passed_over_beside_one_that_holds(
    other: dict[str, Any], position: int
) -> None:
    document = signed()
    document["proof"].insert(position, other)
    done = judged(document)
    assert done.verified
    assert codes(done) == {"cryptosuite_unknown"}


@pytest.mark.parametrize("other", [UNKNOWN, FOREIGN], ids=["suite", "type"])
def test_proofs_of_unknown_kinds_alone_leave_the_question_open(other: dict[str, Any]) -> None:
    done = judged({**signed(), "proof": [other, other]})
    assert (done.verdict, done.verified) == (Verdict.UNDETERMINED, False)


@pytest.mark.parametrize("other", [BROKEN, NULL, {}, "z123", 7, None, []], ids=["broken", "null", *"abcde"])
@pytest.mark.parametrize("position", [0, 1])
def test_a_broken_proof_beside_one_that_holds_is_not_verified_under_strict(other: Any, position: int) -> None:
    document = signed()
    document["proof"].insert(position, other)
    assert not judged(document).verified


def test_a_broken_proof_beside_an_unknown_one_is_not_verified() -> None:
    assert judged({**signed(), "proof": [BROKEN, UNKNOWN]}).verdict is Verdict.INVALID


@pytest.mark.parametrize("proof", [None, [], {}, "", 7, [[]], [None]], ids=repr)
def test_what_is_no_proof_verifies_nothing(proof: Any) -> None:
    for policy in POLICIES:
        assert not judged({**signed(), "proof": proof}, policy).verified


def test_a_proof_by_somebody_else_may_stand_beside_the_issuers() -> None:
    document = signed(signed(), number=66)
    assert judged(document).verified
    document["proof"].pop(0)
    assert not judged(document).verified


# --- chains ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
@pytest.mark.parametrize("previous", [FIRST, [FIRST], [FIRST, SECOND]], ids=["text", "list", "both"])
def test_a_proof_that_builds_on_others_holds_with_them(suite: str, previous: Any) -> None:
    below = signed(signed(id=FIRST, suite=suite), id=SECOND, suite=suite)
    document = signed(below, id=THIRD, previousProof=previous, suite=suite)
    assert judged(document).verified
    assert {proof["id"] for proof in document["proof"]} == {FIRST, SECOND, THIRD}


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
@pytest.mark.parametrize(
    "previous",
    ["urn:uuid:9", ["urn:uuid:9"], [FIRST, "urn:uuid:9"], [], "", {}, 7, [FIRST, 7]],
    ids=repr,
)
@pytest.mark.parametrize("policy", ["strict", "archive"])
def test_a_proof_that_builds_on_what_is_not_there_is_invalid(suite: str, previous: Any, policy: str) -> None:
    document = signed(signed(id=FIRST, suite=suite), id=SECOND, previousProof=FIRST, suite=suite)
    document["proof"][1]["previousProof"] = previous
    assert judged(document, policy).verdict is Verdict.INVALID


@pytest.mark.parametrize("policy", POLICIES)
def test_a_proof_that_builds_on_itself_is_invalid(policy: str) -> None:
    document = signed(id=FIRST)
    document["proof"][0]["previousProof"] = FIRST
    assert not judged(document, policy).verified


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"proofValue": BROKEN["proofValue"]}, "proof_invalid"),
        ({"proofValue": None}, "proof_malformed"),
        ({"created": "2026-02-02T00:00:00Z"}, "proof_invalid"),
        ({"cryptosuite": "bbs-2023"}, "cryptosuite_unknown"),
        ({"proofPurpose": "authentication"}, "proof_purpose_mismatch"),
    ],
)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_proof_that_builds_on_a_broken_one_does_not_hold(
    policy: str, change: dict[str, Any], code: str
) -> None:
    document = signed(signed(id=FIRST), id=SECOND, previousProof=FIRST)
    document["proof"][0].update(change)
    done = judged(document, policy)
    assert not done.verified
    assert code in codes(done)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"expires": "2026-02-15T00:00:00Z"}, "proof_expired"),
        ({"created": "2026-04-01T00:00:00Z"}, "proof_from_the_future"),
        ({"proofPurpose": "authentication"}, "proof_purpose_mismatch"),
    ],
)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_proof_that_builds_on_one_that_does_not_count_any_more_does_not_hold(
    policy: str, options: dict[str, Any], code: str
) -> None:
    document = signed(signed(id=FIRST, **options), id=SECOND, previousProof=FIRST)
    done = judged(document, policy)
    assert not done.verified
    assert code in codes(done)
