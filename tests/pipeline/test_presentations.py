"""Presentations judged: who presents, for whom, in answer to what, and the full report of each credential."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import GatewayError, NotAPresentation
from gateway.pipeline.presentations import PresentationReport, Presentations
from gateway.report import Verdict
from tests.holders import CHALLENGE, DOMAIN, ED25519_2020, SUITES, VCDM_2, Holder, badge_for
from tests.parts import NOW, gateway

LEARNER, OTHER = Holder(21), Holder(22)


async def signed(subject: str | None = LEARNER.did, securing: str = "eddsa-rdfc-2022", **changes: Any) -> Any:
    """A badge about somebody, signed by the gateway; a token as text."""
    document = json.dumps(badge_for(subject, **changes)).encode()
    delivery = await gateway().secure(document, securing=securing)
    return delivery.tree or delivery.content.decode()


async def judged(
    presentation: Any, domain: str | None = DOMAIN, challenge: str | None = CHALLENGE
) -> PresentationReport:
    data = presentation if isinstance(presentation, bytes) else json.dumps(presentation).encode()
    return await Presentations(gateway()).judge(data, domain, challenge)


def enveloped(token: str, kind: str = "vc+jwt") -> dict[str, str]:
    address = f"data:application/{kind},{token}"
    return {"@context": VCDM_2, "type": "EnvelopedVerifiableCredential", "id": address}


def codes(report: PresentationReport) -> set[str]:
    return {check.code for check in report.report.checks if check.verdict is Verdict.INVALID}


# --- what is shown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES)
async def test_a_learner_who_authenticates_is_known_by_did(suite: str) -> None:
    done = await judged(LEARNER.present(suite=suite))
    assert (done.verified, done.holder, done.credentials) == (True, LEARNER.did, ())


@pytest.mark.parametrize("suite", SUITES)
async def test_each_credential_inside_has_its_full_report(suite: str) -> None:
    badge = await signed()
    done = await judged(LEARNER.present(badge, suite=suite))
    (one,) = done.credentials
    assert (done.verified, done.held, one.verified, one.held) == (True, True, True, Verdict.VALID)
    assert (one.pointer, one.tree, json.loads(one.data)) == ("/verifiableCredential/0", badge, badge)
    assert one.report.facts["source"]["format"] == "ob3"
    assert {"structure", "terms", "proof.signature", "issuer", "period", "holder"} <= {
        check.name for check in one.report.checks
    }
    assert one.report.to_json()["verdict"] == "valid"


async def test_a_credential_as_a_token_is_read_like_any_other() -> None:
    token = await signed(securing="vc+jwt")
    done = await judged(LEARNER.present(enveloped(token)))
    (one,) = done.credentials
    assert (done.verified, one.verified, one.held) == (True, True, Verdict.VALID)
    assert one.tree["credentialSubject"]["id"] == LEARNER.did


async def test_a_presentation_as_a_token_of_either_kind() -> None:
    done = await judged(LEARNER.present_token(await signed(securing="vc+jwt")))
    assert (done.verified, done.holder, done.held) == (True, LEARNER.did, True)
    token = await signed(securing="vc+jwt")
    done = await judged(LEARNER.present_token(enveloped(token), wrapped=False))
    assert (done.verified, done.holder, done.held) == (True, LEARNER.did, True)


async def test_without_a_named_holder_the_key_says_who_it_was() -> None:
    done = await judged(LEARNER.present(await signed(), holder=None))
    assert (done.verified, done.holder, done.held) == (True, LEARNER.did, True)


async def test_a_holder_may_be_an_object_with_an_id() -> None:
    done = await judged(LEARNER.present(await signed(), holder={"id": LEARNER.did}))
    assert (done.verified, done.holder) == (True, LEARNER.did)


# --- what is not bound to whoever presents --------------------------------------------------------------


async def test_a_credential_about_somebody_else_is_genuine_but_not_held() -> None:
    done = await judged(OTHER.present(await signed()))
    (one,) = done.credentials
    assert (done.verified, one.verified, done.held, one.held) == (True, True, False, Verdict.INVALID)
    assert "holder_not_subject" in {check.code for check in one.report.checks}


async def test_a_credential_about_several_is_not_held_by_one_of_them() -> None:
    subject = badge_for(LEARNER.did)["credentialSubject"]
    both = await signed(credentialSubject=[subject, {**subject, "id": OTHER.did}])
    done = await judged(LEARNER.present(both))
    assert [one.held for one in done.credentials] == [Verdict.INVALID]


async def test_a_credential_that_names_nobody_is_held_by_anybody() -> None:
    done = await judged(LEARNER.present(await signed(None)))
    (one,) = done.credentials
    assert (done.held, one.held) == (False, Verdict.UNDETERMINED)
    assert "bearer_credential" in {check.code for check in one.report.checks}


async def test_a_presentation_without_proof_shows_nobody() -> None:
    tree = LEARNER.present(await signed())
    del tree["proof"]
    done = await judged(tree)
    (one,) = done.credentials
    assert (done.verified, done.holder, done.held) == (False, "", False)
    assert (one.verified, one.held) == (True, Verdict.UNDETERMINED)


# --- what is refused ------------------------------------------------------------------------------------


def taken_over() -> Any:
    """A stranger signs in the learner's name."""
    return OTHER.present(holder=LEARNER.did)


def two_holders() -> Any:
    """Two proofs by two people, and no holder named: nobody is who presents."""
    first, second = LEARNER.present(holder=None), OTHER.present(holder=None)
    return {**first, "proof": [first["proof"], second["proof"]]}


WRONG: dict[str, tuple[Any, str]] = {
    "challenge": (LEARNER.present(challenge="of-yesterday"), "invalid_challenge_error"),
    "no challenge": (LEARNER.present(challenge=None), "invalid_challenge_error"),
    "domain": (LEARNER.present(domain="https://elsewhere.example"), "invalid_domain_error"),
    "no domain": (LEARNER.present(domain=None), "invalid_domain_error"),
    "one domain more": (
        LEARNER.present(domain=[DOMAIN, "https://elsewhere.example"]),
        "invalid_domain_error",
    ),
    "purpose": (LEARNER.present(proofPurpose="assertionMethod"), "proof_purpose_mismatch"),
    "future": (LEARNER.present(created=NOW + timedelta(minutes=5)), "proof_from_the_future"),
    "expired": (LEARNER.present(expires="2026-05-01T00:00:00Z"), "proof_expired"),
    "another's name": (taken_over(), "issuer_not_controller"),
    "another's key": (LEARNER.present(verificationMethod=OTHER.method), "proof_invalid"),
    "other suite": (
        {
            **LEARNER.present(suite=SUITES[1]),
            "proof": {**LEARNER.present()["proof"], "type": SUITES[1], "cryptosuite": None},
        },
        "proof_malformed",
    ),
    "changed": ({**LEARNER.present(), "id": "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000b2"}, "proof_invalid"),
    "aud": (LEARNER.present_token(domain="https://elsewhere.example"), "invalid_domain_error"),
    "nonce": (LEARNER.present_token(challenge="of-yesterday"), "invalid_challenge_error"),
    "exp": (LEARNER.present_token(exp=1_700_000_000), "proof_expired"),
    "iss": (LEARNER.present_token(iss=OTHER.did), "issuer_not_controller"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
async def test_a_presentation_that_was_not_made_for_this_is_not_verified(name: str) -> None:
    presentation, code = WRONG[name]
    done = await judged(presentation)
    assert not done.verified
    assert code in codes(done)
    assert done.holder == ""


async def test_two_presenters_are_nobody() -> None:
    assert (await judged(two_holders())).holder == ""


async def test_a_bad_credential_inside_is_the_only_one_that_is_reported_bad() -> None:
    good, bad = await signed(), {**await signed(), "name": "Master of soldering"}
    empty = {"@context": [VCDM_2], "type": ["VerifiableCredential"]}
    done = await judged(LEARNER.present(good, bad, empty))
    assert not done.verified
    assert [one.verified for one in done.credentials] == [True, False, False]
    assert {check.code for check in done.credentials[1].report.checks} >= {"proof_invalid"}


async def test_a_presentation_in_a_presentation_is_none_of_this_verifiers() -> None:
    nested = LEARNER.present(await signed(), challenge="another", domain="https://elsewhere.example")
    dressed = {**nested, "type": ["VerifiableCredential", "VerifiablePresentation"]}
    token = LEARNER.present_token(wrapped=False).decode()
    for inside in (nested, dressed, enveloped(token, "vp+jwt")):
        done = await judged(LEARNER.present(inside))
        (one,) = done.credentials
        assert not done.verified
        assert not one.verified
        assert one.report.checks[0].code == "presentation_nested"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"type": "VerifiableCredential"}', b"e30.e30.", b"\x89PNG\r\n\x1a\n"]
)
async def test_what_is_no_presentation_is_refused(data: bytes) -> None:
    with pytest.raises(GatewayError) as refused:
        await judged(data)
    assert refused.value.status < 500


async def test_a_credential_is_no_presentation() -> None:
    with pytest.raises(NotAPresentation):
        await judged(await signed())


async def test_old_wallets_context_is_part_of_what_they_sign() -> None:
    tree = LEARNER.present(suite=SUITES[1])
    assert ED25519_2020 in tree["@context"]
    done = await judged({**tree, "@context": [VCDM_2]})
    assert not done.verified
