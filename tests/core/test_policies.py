"""Policies: what each verdict rests on, and that none of them says verified of what is unproven."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core import POLICIES, STRICT, Question, policy_named
from gateway.core.judging import Verified, judged
from gateway.core.policies import deciding
from gateway.errors import RequestRefused
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from tests.core.parts import NOW

NAMES = (
    "structure", "terms", "schema", "semantics", "proof.structure", "proof.signature", "proof.claims", "issuer",
    "period", "status", "trust", "endorsement", "proof_terms",
)  # fmt: skip
CODES = sorted({"", "proof_invalid", "expired", *(code for p in POLICIES.values() for code in p.tolerated)})


@st.composite
def verifications(draw: st.DrawFn) -> tuple[tuple[Check, ...], tuple[Secured, ...]]:
    """Any checks, and proofs with any checks of their own."""
    one = st.builds(
        Check, st.sampled_from(NAMES), st.sampled_from(Verdict), st.sampled_from(CODES), st.just("a sentence")
    )
    proofs = tuple(
        Secured(tuple(checks), method="https://school.example/issuer#key-1", pointer=f"/proof/{position}")
        for position, checks in enumerate(draw(st.lists(st.lists(one, max_size=3), max_size=3)))
    )
    others = draw(st.lists(one, max_size=6))
    return (*others, *(check for proof in proofs for check in proof.checks)), proofs


def judge(given: tuple[tuple[Check, ...], tuple[Secured, ...]], policy: str) -> Verified:
    return judged(*given, Question(NOW, policy_named(policy)))


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=150)
@given(given=verifications())
def test_nothing_is_verified_without_a_signature_and_a_key_shown_to_be_the_issuers(
    policy: str, given: tuple[tuple[Check, ...], tuple[Secured, ...]]
) -> None:
    checks, proofs = given
    done = judge(given, policy)
    if done.verified:
        assert done.verdict is Verdict.VALID
        assert {check.verdict for check in checks if check.name == "issuer"} == {Verdict.VALID}
        assert any(proof.signed and proof.verdict is not Verdict.INVALID for proof in proofs)
        assert done.reason is None
    else:
        assert done.reason is not None
        assert done.reason.message


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=80)
@given(given=verifications())
def test_what_is_required_and_invalid_is_never_passed(
    policy: str, given: tuple[tuple[Check, ...], tuple[Secured, ...]]
) -> None:
    checks, proofs = given
    inner = {id(check) for proof in proofs for check in proof.checks}
    outside = [check for check in checks if id(check) not in inner and policy_named(policy).requires(check)]
    if any(check.verdict is Verdict.INVALID for check in outside):
        assert judge(given, policy).verdict is Verdict.INVALID


@settings(max_examples=80)
@given(given=verifications())
def test_strict_tolerates_nothing_that_is_open(given: tuple[tuple[Check, ...], tuple[Secured, ...]]) -> None:
    checks, proofs = given
    open_ones = [c for c in checks if STRICT.requires(c) and c.verdict is Verdict.UNDETERMINED]
    if open_ones and len(proofs) < 2:
        assert judge(given, "strict").verdict is not Verdict.VALID


def test_strict_is_the_default_and_tolerates_no_code() -> None:
    assert Question(NOW).policy is STRICT
    assert STRICT.tolerated == frozenset()
    assert STRICT.required == {"structure", "terms", "proof", "issuer", "period", "status"}


def test_a_tolerated_code_is_tolerated_only_while_it_is_open() -> None:
    policy = policy_named("1edtech")
    known = Check("proof.signature", Verdict.VALID)
    assert policy.verdict([known, Check("issuer", Verdict.UNDETERMINED, "key_from_proof")]) is Verdict.VALID
    assert policy.verdict([known, Check("issuer", Verdict.INVALID, "key_from_proof")]) is Verdict.INVALID


def test_no_checks_at_all_are_no_verdict() -> None:
    for policy in POLICIES.values():
        assert policy.verdict([]) is Verdict.UNDETERMINED


def test_the_reason_is_the_first_thing_that_is_wrong_before_what_is_open() -> None:
    open_one = Check("proof.signature", Verdict.UNDETERMINED, "key_unknown")
    wrong = Check("period", Verdict.INVALID, "expired")
    ignored = Check("trust", Verdict.INVALID, "issuer_not_listed")
    assert STRICT.reason([ignored, open_one, wrong]) is wrong
    assert STRICT.reason([ignored, open_one]) is open_one
    assert STRICT.reason([ignored]) is None


def test_trust_is_required_where_the_operator_asks_for_it() -> None:
    unknown = Check("trust", Verdict.INVALID, "issuer_not_listed")
    checks = [Check("proof.signature", Verdict.VALID), unknown]
    assert STRICT.verdict(checks) is Verdict.VALID
    assert STRICT.with_trust().verdict(checks) is Verdict.INVALID


def test_a_policy_there_is_not_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(RequestRefused) as refusal:
        policy_named("lenient")
    assert all(name in refusal.value.hint for name in POLICIES)


def test_people_read_first_what_keeps_a_valid_document_from_being_verified() -> None:
    address = Check("proof.signature", Verdict.UNDETERMINED, "hosted_not_retrieved", "no answer")
    bound = Check("issuer", Verdict.VALID)
    assert deciding("1edtech", [bound, address], Verdict.VALID) == (address,)
    key = Check("issuer", Verdict.UNDETERMINED, "key_from_proof", "brought along")
    assert deciding("1edtech", [address, key], Verdict.VALID) == (key,)
    inside = Check("credential", Verdict.VALID, "key_from_proof", "brought along")
    assert deciding("1edtech", [bound, inside], Verdict.VALID) == (inside,)
    expired = Check("period", Verdict.INVALID, "expired", "over")
    assert deciding("strict", [key, expired], Verdict.INVALID) == (expired,)
