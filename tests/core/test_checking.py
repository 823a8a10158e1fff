"""Verification end to end in the core: each question a check of its own, whatever secures the document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway import keys
from gateway.core import POLICIES
from gateway.proofs import create_proof
from gateway.report import Verdict
from gateway.retrieval import Answer
from tests.core.parts import (
    METHOD,
    NOW,
    OTHER,
    SCHOOL,
    against,
    badge,
    check_all,
    check_named,
    controller,
    did_key_of,
    multikey_of,
    secret,
    signed,
    token,
    world,
)

UNKNOWN_PROOF = {
    "type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "created": "2026-02-01T00:00:00Z",
    "verificationMethod": METHOD, "proofPurpose": "assertionMethod", "proofValue": "u2V0",
}  # fmt: skip


def didkey_world(*numbers: int) -> Any:
    return world(
        {did_key_of(n): controller(did_key_of(n), n, name=multikey_of(n)) for n in numbers}
        | {SCHOOL: controller()}
    )


# --- one proof -----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_badge_signed_with_a_key_its_issuer_publishes_is_verified(policy: str, suite: str) -> None:
    done = check_all(signed(cryptosuite=suite), policy)
    assert done.verified
    assert against(done) == {}
    assert {check.name for check in done.checks} >= {
        "structure", "terms", "schema", "semantics", "proof.signature", "issuer", "period", "trust",
    }  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
def test_a_badge_without_a_proof_is_never_verified(policy: str) -> None:
    done = check_all(badge(), policy)
    assert not done.verified
    assert against(done)["proof"] == "no_proof"


def test_a_changed_badge_is_invalid_and_the_report_has_what_to_compare() -> None:
    document = signed(cryptosuite="eddsa-rdfc-2022")
    document["name"] = "Brain surgery"
    done = check_all(document)
    check = check_named(done, "proof.signature")
    assert (done.verdict, check.code) == (Verdict.INVALID, "proof_invalid")
    assert check.values.keys() == {"canonicallySimple", "proofConfigHash", "documentHash"}
    assert check.pointer == "/proof/0"
    assert check.hint


def test_a_failed_proof_on_a_document_that_ties_says_that_implementations_differ_there() -> None:
    document = badge()
    alignment = {"type": ["Alignment"], "targetName": "Safety", "targetUrl": "https://school.example/f/1"}
    document["credentialSubject"]["result"] = [
        {"type": ["Result"], "value": value, "alignment": [alignment]} for value in ("1", "2")
    ]
    document = signed(document, cryptosuite="eddsa-rdfc-2022")
    assert check_all(document).verified
    document["name"] = "Brain surgery"
    check = check_named(check_all(document), "proof.signature")
    assert check.values["canonicallySimple"] is False
    assert "implementations differ" in check.hint


def test_a_term_that_no_context_defines_is_invalid_though_the_signature_holds() -> None:
    document = badge()
    document["credentialSubject"]["rank"] = "first"
    done = check_all(signed(document))  # jcs signs every member, defined or not
    assert against(done) == {"terms": "undefined_term"}
    assert check_named(done, "terms").pointer == "/credentialSubject/rank"


# --- several proofs ------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_a_proof_of_an_unknown_kind_is_passed_over_where_another_holds(policy: str) -> None:
    document = signed()
    document["proof"].insert(0, UNKNOWN_PROOF)
    done = check_all(document, policy)
    assert done.verified
    assert against(done)["proof.structure"] == "cryptosuite_unknown"


@pytest.mark.parametrize("policy", POLICIES)
def test_only_proofs_of_unknown_kinds_leave_the_question_open(policy: str) -> None:
    done = check_all(badge(proof=[UNKNOWN_PROOF]), policy)
    assert not done.verified
    assert done.verdict is Verdict.UNDETERMINED


def test_a_proof_whose_type_no_context_defines_is_an_error_for_the_public_validator_only() -> None:
    document = signed()
    document["proof"].append({"type": "SomeProofType", "created": "2026-02-01T00:00:00Z"})
    assert check_all(document).verified
    done = check_all(document, "1edtech")
    assert done.verdict is Verdict.INVALID
    assert against(done)["proof_terms"] == "undefined_term"


def test_one_broken_proof_of_several_spoils_the_document_but_not_for_1edtech() -> None:
    document = signed(signed(), cryptosuite="eddsa-jcs-2022")
    broken = document["proof"][1]
    broken["created"] = "2026-02-02T00:00:00Z"
    assert check_all(document).verdict is Verdict.INVALID
    assert check_all(document, "1edtech").verified


@pytest.mark.parametrize("policy", POLICIES)
def test_an_expired_proof_of_the_issuer_lends_nothing_to_a_strangers_valid_one(policy: str) -> None:
    document = signed(signed(expires="2026-02-02T00:00:00Z"), 1, f"{did_key_of(1)}#{multikey_of(1)}")
    done = check_all(document, policy, didkey_world(1))
    assert not done.verified
    assert done.verdict is Verdict.INVALID
    assert against(done)["issuer"] == "issuer_not_controller"


def test_a_set_of_proofs_by_the_issuer_and_a_witness_is_verified() -> None:
    document = signed(signed(), 1, f"{did_key_of(1)}#{multikey_of(1)}")
    assert check_all(document, retrieved=didkey_world(1)).verified


def test_a_chain_holds_only_with_the_proof_below_it() -> None:
    first = signed(id="urn:uuid:11111111-1111-4111-8111-111111111111")
    document = signed(first, previousProof="urn:uuid:11111111-1111-4111-8111-111111111111")
    assert check_all(document).verified
    document["proof"][0]["created"] = "2026-02-03T00:00:00Z"
    done = check_all(document)
    assert done.verdict is Verdict.INVALID


def test_a_chain_to_a_proof_that_is_not_there_is_invalid() -> None:
    document = signed(signed(id="urn:uuid:11111111-1111-4111-8111-111111111111"),
                      previousProof="urn:uuid:11111111-1111-4111-8111-111111111111")  # fmt: skip
    del document["proof"][0]
    assert not check_all(document).verified


# --- what a proof was made for --------------------------------------------------------------------


def test_an_expired_proof_is_invalid() -> None:
    done = check_all(signed(expires="2026-02-02T00:00:00Z"))
    assert against(done)["proof.expires"] == "proof_expired"
    assert done.verdict is Verdict.INVALID


def test_a_proof_of_tomorrow_is_invalid() -> None:
    done = check_all(signed(created="2026-03-02T12:00:00Z"))
    assert against(done)["proof.created"] == "proof_from_the_future"


def test_a_proof_for_another_purpose_is_invalid() -> None:
    done = check_all(signed(proofPurpose="authentication"))
    assert against(done)["proof.purpose"] == "proof_purpose_mismatch"


@pytest.mark.parametrize(
    ("made_for", "asked", "code"),
    [
        ("shop.example", "shop.example", ""),
        ("shop.example", "bank.example", "invalid_domain_error"),
        (None, "bank.example", "invalid_domain_error"),
        (["shop.example", "bank.example"], "bank.example", "invalid_domain_error"),
    ],
)
def test_a_proof_for_another_domain_is_invalid(made_for: Any, asked: str, code: str) -> None:
    done = check_all(signed(domain=made_for), domain=asked)
    assert against(done).get("proof.domain", "") == code
    assert done.verified is (code == "")


def test_a_proof_that_answers_another_challenge_is_invalid() -> None:
    document = signed(challenge="one")
    assert check_all(document, challenge="one").verified
    assert against(check_all(document, challenge="two"))["proof.challenge"] == "invalid_challenge_error"


def test_proof_only_asks_for_nothing_but_the_proof() -> None:
    stranger = signed(badge(issuer=OTHER), 1, f"{did_key_of(1)}#{multikey_of(1)}")
    assert not check_all(stranger, retrieved=didkey_world(1)).verified
    done = check_all(stranger, retrieved=didkey_world(1), proof_only=True)
    assert done.verified
    assert not {"status", "trust", "endorsement"} & {check.name for check in done.checks}


# --- tokens --------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_a_token_by_a_key_of_the_issuer_is_verified(policy: str) -> None:
    assert check_all(token(), policy).verified


def test_a_token_with_a_key_of_its_own_is_valid_for_1edtech_and_never_verified() -> None:
    brought = self_signed()
    strict, lenient = check_all(brought), check_all(brought, "1edtech")
    assert strict.verdict is Verdict.UNDETERMINED
    assert against(strict)["proof.signature"] == "key_unknown"
    assert lenient.verdict is Verdict.VALID
    assert not lenient.verified
    assert lenient.reason is not None
    assert lenient.reason.code == "key_from_proof"


def self_signed() -> bytes:
    """A badge in a token whose header brings the key along, as the public validator takes it."""
    from gateway.envelopes.jwt import base64url_encode
    from tests.core.tokens import compact

    public = keys.public_key_of(secret(1))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(public.data)}
    return compact({"alg": "EdDSA", "jwk": jwk}, {**badge(), "iss": SCHOOL, "jti": badge()["id"]}, 1)


# --- the outside world ---------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_an_issuer_that_does_not_answer_leaves_the_question_open(policy: str) -> None:
    done = check_all(signed(), policy, world({SCHOOL: Answer(code="fetch_failed", message="no answer")}))
    assert not done.verified
    assert done.verdict is Verdict.UNDETERMINED
    assert against(done)["issuer"] == "issuer_unresolved"


def test_what_is_missing_is_noted_for_the_next_round() -> None:
    retrieved = world({})
    check_all(signed(), retrieved=retrieved)
    assert {(need.kind, need.address) for need in retrieved.missing} == {
        ("controller", SCHOOL), ("issuer", SCHOOL),
    }  # fmt: skip


def test_an_old_copy_of_the_issuers_document_is_marked_as_such() -> None:
    done = check_all(signed(), retrieved=world({SCHOOL: Answer(controller(), stale=True)}))
    assert done.verified
    assert check_named(done, "issuer").values["stale"] is True


def test_trust_is_told_and_required_only_where_it_is_asked_for() -> None:
    assert check_named(check_all(signed()), "trust").code in ("not_retrieved", "no_trust_source")


# --- the rest of the document ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "name", "code"),
    [
        ({"issuer": None}, "structure", "member_missing"),
        ({"credentialSubject": None}, "structure", "member_missing"),
        ({"validFrom": "yesterday"}, "period", "date_malformed"),
        ({"validUntil": "2026-02-01T00:00:00Z"}, "period", "expired"),
        ({"validFrom": "2027-02-01T00:00:00Z"}, "period", "not_yet_valid"),
    ],
)
def test_each_fault_is_a_check_of_its_own(changes: dict[str, Any], name: str, code: str) -> None:
    done = check_all(signed(badge(**changes)))
    assert (name, code) in {(check.name, check.code) for check in done.checks}
    assert done.verdict is Verdict.INVALID
    assert check_named(done, "proof.signature").verdict is Verdict.VALID


def test_a_clock_a_little_behind_makes_no_difference() -> None:
    document = signed(created="2026-03-01T12:00:30Z")
    assert check_all(document).verified
    assert not check_all(document, now=NOW - timedelta(minutes=5)).verified


def test_every_check_that_is_not_valid_has_code_sentence_and_place() -> None:
    document = signed(badge(validUntil="2026-02-01T00:00:00Z", issuer={"id": OTHER}))
    document["name"] = "Brain surgery"
    for check in check_all(document).checks:
        if check.verdict is not Verdict.VALID:
            assert check.code
            assert check.message
            assert check.hint
            assert check.pointer.startswith("/") or check.name == "proof"


def test_a_p256_key_signs_too() -> None:
    p256 = keys.SecretKey("p256", bytes([7]) * 32)
    key = keys.multikey(keys.public_key_of(p256))
    document = controller()
    document["verificationMethod"][0]["publicKeyMultibase"] = key
    made = create_proof(
        badge(),
        {"cryptosuite": "ecdsa-jcs-2019", "created": "2026-02-01T00:00:00Z", "verificationMethod": METHOD},
        sign=lambda data: keys.sign(p256, data),
        kind="p256",
    )
    assert check_all(made, retrieved=world({SCHOOL: document})).verified
