"""Revocation data that a seal brings along: who may say it, and what it means for the seal."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from lxml import etree

from gateway.certificates import Revocation, judge_chain, judge_revocation
from gateway.proofs.jades import verify_jades
from gateway.proofs.xades import verify_xades
from gateway.report import Verdict
from tests.jades import as_bytes, jades
from tests.pki import (
    SEALED,
    Party,
    chain,
    elliptic,
    intermediate,
    issue,
    ocsp_response,
    revocation_list,
    root,
    seal,
    stranger,
)
from tests.xades import XADES, Style, b64, sealed, to_be_sealed
from tests.xades import as_bytes as xml_bytes

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE, AFTER = SEALED - timedelta(days=1), SEALED + timedelta(days=1)
LEAF = seal("p256")
PATH = judge_chain(chain(LEAF), (root().der,), NOW).path
SERIAL = 6


def responder(above: Party, serial: int = 20) -> Party:
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    return issue("Responder", elliptic(1020), above, serial=serial, extra=((purpose, False),))


@pytest.mark.parametrize(("lists", "responses", "revoked", "good"), [
    ([revocation_list(intermediate(), (SERIAL, BEFORE))], [], BEFORE, None),
    ([revocation_list(intermediate())], [], None, SEALED),
    ([revocation_list(root(), (2, BEFORE))], [], BEFORE, None),
    ([revocation_list(stranger(), (SERIAL, BEFORE))], [], None, None),
    ([revocation_list(root(), (SERIAL, BEFORE))], [], None, None),
    ([], [ocsp_response(LEAF, intermediate(), revoked=BEFORE)], BEFORE, None),
    ([], [ocsp_response(LEAF, intermediate())], None, SEALED),
    ([], [ocsp_response(LEAF, intermediate(), by=responder(intermediate()))], None, SEALED),
    ([], [ocsp_response(LEAF, intermediate(), by=responder(stranger()), revoked=BEFORE)], None, None),
    ([], [ocsp_response(LEAF, intermediate(), by=issue("x", elliptic(1021), intermediate(), serial=21))], None, None),
    ([], [ocsp_response(LEAF, root(), revoked=BEFORE)], None, None),
    ([b"", b"0", b"\x30\x00"], [b"", b"0", b"\x30\x00"], None, None),
], ids=[
    "on its authority's list", "not on it", "authority on the root's list", "stranger's list", "another's list",
    "revoked by response", "good by response", "by a responder", "a stranger's responder", "nobody's responder",
    "another's response", "no data",
])  # fmt: skip
def test_only_the_authority_of_a_certificate_withdraws_it(
    lists: list[bytes], responses: list[bytes], revoked: datetime | None, good: datetime | None
) -> None:
    assert judge_revocation(PATH, lists, responses) == Revocation(revoked, good)


@pytest.mark.parametrize(("at", "stamped", "verdict"), [
    (BEFORE, SEALED, Verdict.INVALID), (AFTER, SEALED, Verdict.VALID), (AFTER, None, Verdict.INVALID),
], ids=["before sealing", "after proven sealing", "after sealing that nothing proves"])  # fmt: skip
def test_a_revoked_certificate_counts_by_when_sealing_is_proven(
    at: datetime, stamped: datetime | None, verdict: Verdict
) -> None:
    data = revocation_list(intermediate(), (SERIAL, at))
    tree = jades("{}", LEAF, algorithm="ES256", stamped=stamped)
    value = {"rVals": {"crlVals": [{"val": base64.b64encode(data).decode()}, 1], "ocspVals": 1}}
    tree["signatures"][0]["header"]["etsiU"].append(value)
    for archive in (False, True):
        (found,) = verify_jades(as_bytes(tree), NOW, anchors=(root().der,), at_signing=archive)
        assert found.verdict is verdict

    document = sealed(to_be_sealed(), LEAF, Style(algorithm="ES256", level="LT" if stamped else "B"))
    (found,) = verify_xades(xml_bytes(with_list(document, data)), NOW, anchors=(root().der,))
    assert found.verdict is verdict


def with_list(document: Any, data: bytes) -> Any:
    holder = document.find(f".//{{{XADES}}}UnsignedSignatureProperties")
    if holder is None:
        above = document.find(f".//{{{XADES}}}QualifyingProperties")
        holder = etree.SubElement(
            etree.SubElement(above, f"{{{XADES}}}UnsignedProperties"),
            f"{{{XADES}}}UnsignedSignatureProperties",
        )
    values = etree.SubElement(
        etree.SubElement(holder, f"{{{XADES}}}RevocationValues"), f"{{{XADES}}}CRLValues"
    )
    etree.SubElement(values, f"{{{XADES}}}EncapsulatedCRLValue").text = b64(data)
    return document
