"""Sealed EDCI XML verified and converted: credentials, presentations, mandates."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from gateway.core import ConvertOptions, understand
from gateway.errors import ProofInvalid
from gateway.report import Verdict
from tests.core.test_seals import check, trusting
from tests.parts import gateway
from tests.pki import ORGANIZATION, OTHER, SHORT, seal
from tests.proofs.test_xades import as_only_child_of_a_presentation_that_is_read_itself
from tests.xades import CRED, EUP, Style, as_bytes, presentation, sealed, to_be_sealed

EXAMPLES = ["micro-credential.edci-xml.xml", "diploma.edci-xml.xml", "badge.edci-xml.xml"]


@pytest.mark.parametrize("name", EXAMPLES)
async def test_a_sealed_example_is_verified(name: str) -> None:
    report = await trusting().verify(as_bytes(sealed(to_be_sealed(name=name))))
    assert report.verified, report.to_json()["checks"]
    assert check(report, "issuer").values == {"organization": ORGANIZATION}


async def test_without_a_seal_nothing_is_shown() -> None:
    report = await trusting().verify(as_bytes(to_be_sealed()))
    assert report.verdict() is Verdict.UNDETERMINED
    assert check(report, "proof").code == "no_proof"


async def test_a_presentation_whose_credential_has_its_issuers_seal_is_verified() -> None:
    inner = sealed(to_be_sealed(OTHER), seal(organization=OTHER))
    report = await trusting().verify(as_bytes(sealed(presentation(inner))))
    assert report.verified, report.to_json()["checks"]
    assert check(report, "issuer").values == {"organization": OTHER}


async def test_the_issuer_may_seal_the_presentation_itself() -> None:
    assert (await trusting().verify(as_bytes(sealed(presentation(to_be_sealed()))))).verified


async def test_a_mandate_that_nothing_shows_leaves_the_issuer_open() -> None:
    report = await trusting().verify(as_bytes(sealed(presentation(to_be_sealed(OTHER)))))
    assert report.verdict() is Verdict.UNDETERMINED
    assert check(report, "issuer").code == "sealed_by_mandate"
    delivery = await trusting().convert(
        as_bytes(sealed(presentation(to_be_sealed(OTHER)))), ConvertOptions("ob3")
    )
    assert "issuer: undetermined" in understand(delivery.content).hub.conversion[-1].check


async def test_a_seal_of_neither_the_issuer_nor_the_presenter_is_another_organizations() -> None:
    third = "VATDE-111111111"
    data = as_bytes(sealed(presentation(to_be_sealed(OTHER)), seal(organization=third)))
    assert check(await trusting().verify(data), "issuer").code == "sealed_by_another"
    alone = as_bytes(sealed(to_be_sealed(OTHER)))
    assert check(await trusting().verify(alone), "issuer").code == "sealed_by_another"


async def test_a_seal_inside_does_not_vouch_for_what_is_read_around_it() -> None:
    report = await trusting().verify(as_bytes(as_only_child_of_a_presentation_that_is_read_itself()))
    assert not report.verified
    assert check(report, "issuer").code == "no_signature_holds"


@pytest.mark.parametrize(("member", "text", "country", "code"), [
    ("registration", "HRB 1", "DE", "identifiers_not_comparable"),
    ("registration", "HRB 1", None, "identifiers_not_comparable"),
    ("vatIdentifier", "123456789", "DE", ""),
    ("vatIdentifier", "DE123456789", "DE", ""),
    ("vatIdentifier", "123456789", "FR", "identifiers_not_comparable"),
    ("vatIdentifier", "987654321", "DE", "sealed_by_another"),
    ("taxIdentifier", "123456789", "DE", "identifiers_not_comparable"),
    ("identifier", ORGANIZATION, None, ""),
    ("registration", "", None, "issuer_without_identifier"),
])  # fmt: skip
async def test_identifiers_are_compared_in_the_terms_of_the_certificate(
    member: str, text: str, country: str | None, code: str
) -> None:
    tree = to_be_sealed()
    issuer = tree.find(f"{{{CRED}}}issuer").get("idref")
    organization = tree.find(f".//{{{EUP}}}organization[@id='{issuer}']")
    for name in ("registration", "vatIdentifier", "taxIdentifier", "identifier"):
        for found in organization.findall(f"{{{EUP}}}{name}"):
            organization.remove(found)
    added = etree.SubElement(organization, f"{{{EUP}}}{member}")
    added.text = text
    if country:
        added.set("spatialID", country)
    assert check(await trusting().verify(as_bytes(sealed(tree))), "issuer").code == code


def without(name: str) -> Any:
    tree = to_be_sealed()
    tree.remove(tree.find(name, {"e": EUP, "c": CRED}))
    return tree


@pytest.mark.parametrize("name", ["c:issuer", "c:issued", "e:title", "e:type"])
async def test_what_the_schema_demands_is_missed(name: str) -> None:
    report = await trusting().verify(as_bytes(sealed(without(name))))
    assert report.verdict() is Verdict.INVALID
    assert check(report, "structure").code == "member_missing"


async def test_an_issuer_that_nobody_describes_is_told() -> None:
    tree = to_be_sealed()
    tree.find(f"{{{CRED}}}issuer").set("idref", "urn:nobody")
    report = await trusting().verify(as_bytes(sealed(tree)))
    assert check(report, "structure").code == "issuer_not_described"
    assert check(report, "issuer").code == "issuer_without_identifier"


async def test_the_period_of_a_credential_and_of_its_presentation_counts() -> None:
    tree = to_be_sealed()
    tree.find(f"{{{CRED}}}validUntil").text = "2026-05-01T00:00:00Z"
    assert (await trusting().verify(as_bytes(sealed(tree)))).verdict() is Verdict.INVALID
    outer = presentation(to_be_sealed())
    etree.SubElement(outer, "expirationDate").text = "2026-05-01T00:00:00Z"
    report = await trusting().verify(as_bytes(sealed(outer)))
    assert {found.code for found in report.checks} & {"expired"}
    assert [found.pointer for found in report.checks if found.name == "period"] == [
        "/europassCredential/0/cred:validFrom", "/europassCredential/0/cred:validUntil", "/expirationDate"
    ]  # fmt: skip


async def test_a_signature_beside_the_proof_is_not_copied_either() -> None:
    tree = sealed(to_be_sealed())
    proof = tree.find(f"{{{EUP}}}proof")
    tree.append(proof[0])
    tree.remove(proof)
    delivery = await trusting().convert(as_bytes(tree), ConvertOptions("elm3"), signed=False)
    assert b"SignedInfo" not in delivery.content


async def test_the_archive_judges_the_certificate_at_the_time_of_signing() -> None:
    data = as_bytes(sealed(to_be_sealed(), seal(period=SHORT), Style(level="B")))
    assert (await trusting().verify(data)).verdict() is Verdict.UNDETERMINED
    assert (await trusting().verify(data, policy="archive")).verified


async def test_a_sealed_source_is_converted_and_a_broken_one_is_not_signed_anew() -> None:
    data = as_bytes(sealed(to_be_sealed()))
    delivery = await trusting().convert(data, ConvertOptions("ob3"))
    assert delivery.report.verified
    assert "proof.certificate: valid" in understand(delivery.content).hub.conversion[-1].check
    broken = data.replace(b"Water data for cities", b"Water data for towns", 1)
    with pytest.raises(ProofInvalid):
        await trusting().convert(broken, ConvertOptions("ob3"))
    assert (await trusting().convert(broken, ConvertOptions("ob3"), signed=False)).content


async def test_an_untrusted_seal_is_converted_and_said() -> None:
    delivery = await gateway().convert(as_bytes(sealed(to_be_sealed())), ConvertOptions("elm3"))
    assert delivery.report.verdict() is Verdict.UNDETERMINED
    assert "proof.certificate: undetermined" in understand(delivery.content).hub.conversion[-1].check
