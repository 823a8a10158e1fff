"""Sealed documents verified and converted: the seal, who sealed, and everything else that is asked."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core import ConvertOptions, understand
from gateway.errors import ProofInvalid
from gateway.pipeline import Gateway
from gateway.report import Check, Report, Verdict
from tests.jades import as_bytes, jades, to_be_sealed
from tests.parts import gateway
from tests.pki import OTHER, SHORT, root, seal, stranger

Json = dict[str, Any]


def trusting() -> Gateway:
    return gateway(anchors=(root().der,))


def check(report: Report, name: str) -> Check:
    return next(check for check in report.checks if check.name == name)


@pytest.mark.parametrize("name", ["micro-credential.elm3.json", "diploma.elm3.json"])
async def test_a_sealed_example_is_verified(name: str) -> None:
    report = await trusting().verify(as_bytes(jades(to_be_sealed(name))))
    assert report.verified, report.to_json()["checks"]
    assert check(report, "issuer").values == {"organization": "VATDE-123456789"}


async def test_a_chain_to_nobody_known_leaves_the_issuer_open() -> None:
    report = await gateway(anchors=(stranger().der,)).verify(as_bytes(jades(to_be_sealed())))
    assert report.verdict() is Verdict.UNDETERMINED
    assert check(report, "issuer").code == "sealer_untrusted"


async def test_a_seal_of_another_organization_does_not_show_the_issuer() -> None:
    report = await trusting().verify(as_bytes(jades(to_be_sealed(), seal(organization=OTHER))))
    assert report.verdict() is Verdict.INVALID
    assert check(report, "issuer").code == "sealed_by_another"


@pytest.mark.parametrize(("organization", "identifier", "code"), [
    ("", {"notation": "VATDE-123456789"}, "sealer_unnamed"),
    ("VATDE-123456789", None, "issuer_without_identifier"),
    ("VATDE-123456789", {"notation": " "}, "issuer_without_identifier"),
    ("VATDE-123456789", "VATDE-123456789", "issuer_without_identifier"),
])  # fmt: skip
async def test_without_identifiers_on_both_sides_the_issuer_is_open(
    organization: str, identifier: Any, code: str
) -> None:
    tree = to_be_sealed()
    tree["issuer"]["eIDASIdentifier"] = identifier
    report = await trusting().verify(as_bytes(jades(tree, seal(organization=organization))))
    assert not report.verified
    assert check(report, "issuer").code == code


async def test_identifiers_of_other_kinds_are_not_taken_for_different_ones() -> None:
    tree = to_be_sealed()
    del tree["issuer"]["eIDASIdentifier"]
    tree["issuer"]["registration"]["notation"] = "NTRDE-HRB1"
    assert (
        check(await trusting().verify(as_bytes(jades(tree))), "issuer").code == "identifiers_not_comparable"
    )
    tree["issuer"]["registration"]["notation"] = "VATDE-2"
    assert check(await trusting().verify(as_bytes(jades(tree))), "issuer").code == "sealed_by_another"


async def test_one_of_two_seals_may_be_the_issuers() -> None:
    tree = jades(to_be_sealed())
    tree["signatures"] += jades(tree["payload"], seal(organization=OTHER))["signatures"]
    assert (await trusting().verify(as_bytes(tree))).verified


async def test_undefined_terms_are_signed_by_a_seal_and_remarked() -> None:
    tree = to_be_sealed()
    tree["credentialSubject"]["studentNumber"] = "1"
    report = await trusting().verify(as_bytes(jades(tree)))
    assert report.verified
    assert check(report, "terms").code == "undefined_term"
    assert check(await gateway().verify(as_bytes(tree)), "terms").verdict is Verdict.INVALID


async def test_what_is_asked_besides_the_seal_still_counts() -> None:
    expired = {**to_be_sealed(), "validUntil": "2026-04-01T00:00:00Z"}
    report = await trusting().verify(as_bytes(jades(expired)))
    assert report.verdict() is Verdict.INVALID
    assert {found.code for found in report.checks} & {"expired"}


@pytest.mark.parametrize("member", ["status", "credentialStatus"])
async def test_the_status_of_a_sealed_document_is_asked_under_either_name(member: str) -> None:
    entry = {
        "id": "https://example.org/status/1#3", "type": "StatusList2021Entry", "statusPurpose": "revocation",
        "statusListIndex": "3", "statusListCredential": "https://example.org/status/1",
    }  # fmt: skip
    report = await trusting().verify(as_bytes(jades({**to_be_sealed(), member: [entry]})))
    assert check(report, "status").code == "status_retrieval_error"
    assert not report.verified


async def test_an_expired_certificate_is_judged_at_the_time_of_signing_by_the_archive() -> None:
    data = as_bytes(jades(to_be_sealed(), seal(period=SHORT), stamped=None))
    assert (await trusting().verify(data)).verdict() is Verdict.UNDETERMINED
    assert (await trusting().verify(data, policy="archive")).verified
    stamped = as_bytes(jades(to_be_sealed(), seal(period=SHORT)))
    assert (await trusting().verify(stamped)).verified


async def test_a_sealed_presentation_is_bound_to_its_holder() -> None:
    holder = to_be_sealed()["issuer"]
    tree = {
        "@context": ["https://www.w3.org/2018/credentials/v1"], "type": "VerifiablePresentation", "holder": holder,
        "verifiableCredential": jades(to_be_sealed()),
    }  # fmt: skip
    report = await trusting().verify(as_bytes(jades(tree)))
    assert check(report, "proof.signature").verdict is Verdict.VALID
    assert check(report, "issuer").verdict is Verdict.VALID


# --- conversion -----------------------------------------------------------------------------------


async def test_a_sealed_source_is_converted_and_what_was_verified_goes_along() -> None:
    delivery = await trusting().convert(as_bytes(jades(to_be_sealed())), ConvertOptions("ob3"))
    assert delivery.report.verified
    checks = understand(delivery.content).hub.conversion[-1].check
    assert {"proof.signature: valid", "proof.certificate: valid", "issuer: valid"} <= set(checks)


async def test_a_broken_seal_is_not_signed_anew() -> None:
    tree = jades(to_be_sealed())
    tree["payload"] = tree["payload"].replace("Water data for cities", "Water data for towns")
    with pytest.raises(ProofInvalid):
        await trusting().convert(as_bytes(tree), ConvertOptions("ob3"))
    unsigned = await trusting().convert(as_bytes(tree), ConvertOptions("ob3"), signed=False)
    assert unsigned.report.verdict() is Verdict.INVALID


@pytest.mark.parametrize("sealer", [seal(), seal(period=SHORT)], ids=["untrusted", "expired too"])
async def test_an_open_question_is_converted_and_said(sealer: Any) -> None:
    data = as_bytes(jades(to_be_sealed(), sealer, stamped=None))
    delivery = await gateway().convert(data, ConvertOptions("ob3"))
    assert delivery.report.verdict() is Verdict.UNDETERMINED
    assert "issuer: undetermined" in understand(delivery.content).hub.conversion[-1].check


async def test_a_seal_of_another_organization_is_not_signed_anew() -> None:
    with pytest.raises(ProofInvalid):
        await trusting().convert(
            as_bytes(jades(to_be_sealed(), seal(organization=OTHER))), ConvertOptions("ob3")
        )
