"""Chains of certificates, judged at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.certificates import judge_chain
from tests.pki import (
    ORGANIZATION,
    SHORT,
    chain,
    elliptic,
    intermediate,
    issue,
    root,
    seal,
    stamper,
    stranger,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANCHORS = (root().der,)


def test_a_seals_chain_leads_to_the_anchor() -> None:
    found = judge_chain(chain(seal("p256")), ANCHORS, NOW)
    assert found.trusted
    assert [certificate.common_name for certificate in found.path] == ["Seal", "Authority for seals", "Root"]
    assert found.path[0].organization_identifier == ORGANIZATION


@pytest.mark.parametrize("anchor", [intermediate, lambda: seal("p256")], ids=["intermediate", "seal"])
def test_any_certificate_of_the_chain_may_be_the_anchor(anchor: object) -> None:
    assert judge_chain(chain(seal("p256")), (anchor().der,), NOW).trusted  # type: ignore[operator]


def test_what_is_missing_of_the_chain_may_come_from_elsewhere() -> None:
    leaf = seal("p256")
    assert judge_chain([leaf.der], ANCHORS, NOW).code == "chain_incomplete"
    assert judge_chain([leaf.der], ANCHORS, NOW, extra=[intermediate().der]).trusted
    assert judge_chain([], ANCHORS, NOW).code == "chain_incomplete"


def test_a_chain_to_somebody_else_of_the_same_name_is_not_trusted() -> None:
    found = judge_chain(chain(seal("p256")), (stranger().der,), NOW)
    assert not found.trusted
    assert found.open
    forged = issue("Seal", elliptic(1006), stranger(), serial=6, organization=ORGANIZATION)
    assert not judge_chain([forged.der, stranger().der], ANCHORS, NOW).trusted


def test_periods_count_at_the_moment_asked_about() -> None:
    short = chain(seal("p256", period=SHORT))
    assert judge_chain(short, ANCHORS, NOW).code == "certificate_expired"
    assert judge_chain(short, ANCHORS, datetime(2026, 3, 1, tzinfo=UTC)).trusted
    assert judge_chain(short, ANCHORS, datetime(2025, 3, 1, tzinfo=UTC)).code == "certificate_not_yet_valid"


def test_only_authorities_issue_and_only_as_deep_as_they_may() -> None:
    leaf = seal("p256")
    below = issue("Below", elliptic(1010), leaf, serial=10)
    assert judge_chain([below.der, *chain(leaf)], ANCHORS, NOW).code == "issuer_not_authority"
    flat = issue("Flat", elliptic(1011), None, serial=11, authority=True)
    assert judge_chain([issue("x", elliptic(1012), flat, serial=12).der], (flat.der,), NOW).trusted


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (((x509.NameConstraints([x509.DNSName("example.org")], None), True),), "certificate_not_understood"),
        (((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),), "key_usage_wrong"),
    ],
    ids=["critical extension", "a web server's certificate"],
)  # fmt: skip
def test_what_a_certificate_must_not_be(extra: object, code: str) -> None:
    odd = issue("Odd", elliptic(1013), root(), serial=13, extra=extra)  # type: ignore[arg-type]
    assert judge_chain([odd.der], ANCHORS, NOW).code == code


def test_a_certificate_signed_over_a_weak_digest_is_not_trusted() -> None:
    weak = asn1_x509.Certificate.load(seal("p256").der)
    weak["tbs_certificate"]["signature"]["algorithm"] = "sha1_ecdsa"
    weak["signature_algorithm"]["algorithm"] = "sha1_ecdsa"
    above = intermediate()
    weak["signature_value"] = above.key.sign(
        weak["tbs_certificate"].dump(force=True), ec.ECDSA(hashes.SHA1())
    )  # type: ignore[call-arg]
    assert not judge_chain([weak.dump(force=True), above.der], ANCHORS, NOW).trusted


def test_a_malformed_extension_that_limits_nothing_is_passed_over() -> None:
    policies = x509.UnrecognizedExtension(x509.ExtensionOID.CERTIFICATE_POLICIES, b"\x30\x03\x02\x01\x05")
    above = issue(
        "Odd authority", elliptic(1014), root(), serial=14, authority=True, extra=((policies, False),)
    )
    leaf = issue("Seal", elliptic(1015), above, serial=15)
    assert judge_chain([leaf.der, above.der], ANCHORS, NOW).trusted


def test_a_malformed_extension_that_limits_the_key_is_not() -> None:
    purposes = x509.UnrecognizedExtension(x509.ExtensionOID.EXTENDED_KEY_USAGE, b"\x02\x01\x01")
    odd = issue("Odd", elliptic(1016), root(), serial=16, extra=((purposes, False),))
    assert judge_chain([odd.der], ANCHORS, NOW).code == "certificate_malformed"


def test_a_certificate_for_timestamps_alone_does_not_seal_and_the_other_way_round() -> None:
    assert judge_chain([stamper().der], ANCHORS, NOW).code == "key_usage_wrong"
    assert judge_chain([stamper().der], ANCHORS, NOW, timestamping=True).trusted
    assert judge_chain(chain(seal("p256")), ANCHORS, NOW, timestamping=True).code == "key_usage_wrong"


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_no_damaged_certificate_is_trusted_or_breaks_the_judgement(position: int) -> None:
    leaf = bytearray(seal("p256").der)
    leaf[position % len(leaf)] ^= 0x01
    assert not judge_chain([bytes(leaf), intermediate().der], ANCHORS, NOW).trusted
