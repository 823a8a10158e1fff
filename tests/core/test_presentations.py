"""Presentations: who shows credentials, for whom, and each credential inside by itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gateway import keys
from gateway.core import POLICIES, Verified
from gateway.core.presentations import MAX_CREDENTIALS
from gateway.proofs import create_proof
from gateway.proofs.jose_creation import attach_jwt, prepare_jwt
from gateway.report import Check, Verdict
from gateway.retrieval import Answer
from tests.core.parts import (
    METHOD,
    NOW,
    SCHOOL,
    VCDM_2,
    against,
    badge,
    check_all,
    check_named,
    controller,
    multikey_of,
    secret,
    signed,
    token,
    world,
)
from tests.core.tokens import compact

HOLDER = "https://learner.example/me"
HOLDERS_KEY = f"{HOLDER}#key-1"
CHALLENGE, DOMAIN = "n-7", "registry.example"


def presentation(*credentials: Any, holder: Any = HOLDER, number: int = 5, **options: Any) -> dict[str, Any]:
    """A presentation signed by the learner for the registry; options change its proof."""
    tree: dict[str, Any] = {
        "@context": [VCDM_2], "type": ["VerifiablePresentation"], "holder": holder,
        "verifiableCredential": list(credentials),
    }  # fmt: skip
    tree = {name: value for name, value in tree.items() if value is not None}
    given = {
        "cryptosuite": "eddsa-jcs-2022", "created": "2026-03-01T11:59:00Z", "verificationMethod": HOLDERS_KEY,
        "proofPurpose": "authentication", "challenge": CHALLENGE, "domain": DOMAIN, **options,
    }  # fmt: skip
    return create_proof(
        tree,
        {name: value for name, value in given.items() if value is not None},
        sign=lambda data: keys.sign(secret(number), data),
    )


def shown(tree: Any, policy: str = "strict", known: dict[str, Any] | None = None, **asked: Any) -> Verified:
    known = {SCHOOL: controller(), HOLDER: controller(HOLDER, 5), **(known or {})}
    return check_all(tree, policy, world(known), **{"challenge": CHALLENGE, "domain": DOMAIN, **asked})


def credentials(done: Verified) -> list[Check]:
    return [check for check in done.checks if check.name == "credential"]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_presentation_by_its_holder_of_a_genuine_badge_is_verified(policy: str) -> None:
    done = shown(presentation(signed()), policy)
    assert done.verified
    assert against(done) == {}
    assert [check.pointer for check in credentials(done)] == ["/verifiableCredential/0"]


def test_a_presentation_may_hold_tokens_in_envelopes() -> None:
    enveloped = {
        "@context": VCDM_2, "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt," + token().decode(),
    }  # fmt: skip
    assert shown(presentation(signed(), enveloped)).verified


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"challenge": "n-8"}, "invalid_challenge_error"), ({"domain": "bank.example"}, "invalid_domain_error")],
)
def test_a_presentation_made_for_somebody_else_is_invalid(asked: dict[str, str], code: str) -> None:
    done = shown(presentation(signed()), **asked)
    assert code in against(done).values()
    assert done.verdict is Verdict.INVALID


def test_a_presentation_that_answers_no_challenge_is_invalid_where_one_was_set() -> None:
    assert shown(presentation(signed(), challenge=None)).verdict is Verdict.INVALID


def test_a_proof_of_another_purpose_presents_nothing() -> None:
    done = shown(presentation(signed(), proofPurpose="assertionMethod"))
    assert against(done)["proof.purpose"] == "proof_purpose_mismatch"


def test_a_key_that_the_holder_does_not_authenticate_with_is_not_the_holders() -> None:
    done = shown(presentation(signed()), known={HOLDER: controller(HOLDER, 5, authentication=[])})
    assert against(done)["issuer"] == "key_not_authorised"
    assert not done.verified


@pytest.mark.parametrize("policy", POLICIES)
def test_a_stranger_cannot_present_in_the_holders_name(policy: str) -> None:
    stranger = "https://stranger.example/me"
    tree = presentation(signed(), number=6, verificationMethod=f"{stranger}#key-1")
    done = shown(tree, policy, {stranger: controller(stranger, 6)})
    assert against(done)["issuer"] == "issuer_not_controller"
    assert not done.verified


def test_a_holder_whose_key_is_unproven_is_verified_under_no_policy() -> None:
    tree = presentation(signed(), verificationMethod=f"{HOLDER}#{multikey_of(5)}")
    silent = {HOLDER: Answer(code="fetch_failed", message="no answer")}
    for policy in POLICIES:
        done = shown(tree, policy, copy.deepcopy(silent))
        assert not done.verified
        assert done.reason is not None
        assert done.reason.code == "key_from_proof"


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        (badge(), "no_proof"),
        (signed(badge(validUntil="2026-02-01T00:00:00Z")), "expired"),
        ({**signed(), "name": "Brain surgery"}, "proof_invalid"),
        (signed(number=1), "proof_invalid"),
        ({"type": ["VerifiableCredential"]}, "not_a_verifiable_credential"),
    ],
)
def test_one_bad_credential_keeps_the_presentation_from_being_verified(
    credential: dict[str, Any], code: str
) -> None:
    done = shown(presentation(signed(), credential))
    good, bad = credentials(done)
    assert good.verdict is Verdict.VALID
    assert (bad.code, bad.pointer.startswith("/verifiableCredential/1")) == (code, True)
    assert bad.values["check"]
    assert not done.verified


def test_a_credential_that_a_policy_only_passes_is_not_verified_inside_a_presentation_either() -> None:
    brought = signed(number=1, method=f"{SCHOOL}#{multikey_of(1)}")
    silent = {SCHOOL: Answer(code="fetch_failed", message="no answer")}
    done = shown(presentation(brought), "1edtech", silent)
    assert done.verdict is Verdict.VALID
    assert not done.verified
    assert done.reason is not None
    assert done.reason.code == "key_from_proof"
    (inside,) = credentials(done)
    assert (inside.verdict, inside.code) == (Verdict.VALID, "key_from_proof")


def test_a_presentation_without_proof_is_open() -> None:
    tree = presentation(signed())
    del tree["proof"]
    done = shown(tree)
    assert against(done)["proof"] == "no_proof"
    assert done.verdict is Verdict.UNDETERMINED


def test_a_presentation_of_nobody_proves_that_it_was_made_now_and_no_more() -> None:
    done = shown(presentation(signed(), holder=None))
    assert done.verified
    assert "issuer" not in {check.name for check in done.checks}


def test_no_more_credentials_are_verified_than_the_bound() -> None:
    tree = presentation(*([badge()] * (MAX_CREDENTIALS + 1)))
    done = shown(tree)
    assert len(credentials(done)) == MAX_CREDENTIALS + 1
    assert credentials(done)[-1].code == "too_many_credentials"
    assert not done.verified


@pytest.mark.parametrize("inside", ["e30.e30.", 7, None, [], [[]], {"type": "VerifiablePresentation"}])
def test_what_is_no_credential_is_never_verified(inside: Any) -> None:
    done = shown(presentation(signed(), inside))
    assert check_named(done, "proof.signature").verdict is Verdict.VALID
    assert not done.verified


def test_a_presentation_as_a_token_is_for_the_one_it_names() -> None:
    payload = {
        "@context": [VCDM_2], "type": ["VerifiablePresentation"], "holder": HOLDER, "verifiableCredential": [signed()],
        "iss": HOLDER, "aud": DOMAIN, "nonce": CHALLENGE,
    }  # fmt: skip
    header = {"alg": "EdDSA", "kid": HOLDERS_KEY, "typ": "vp+jwt"}
    assert shown(compact(header, payload, 5)).verified
    for claim, value in (("aud", "bank.example"), ("nonce", "n-8")):
        done = shown(compact(header, {**payload, claim: value}, 5))
        assert done.verdict is Verdict.INVALID


def test_a_token_of_a_credential_is_not_taken_for_one_of_a_presentation() -> None:
    prepared = prepare_jwt(badge(), form="vc+jwt", algorithm="EdDSA", method=METHOD, now=NOW)
    made = attach_jwt(prepared, keys.sign(secret(0), prepared.signing_input)).encode()
    assert "credential" not in {check.name for check in check_all(made).checks}
    assert check_named(check_all(made), "issuer").verdict is Verdict.VALID
