"""Signed XML: what comes out is the whole root as one of the known signers signed it, or nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from gateway.envelopes.limits import MAX_ELEMENTS, MAX_REFERENCES
from gateway.envelopes.signed_xml import SignedRoot, signed_root
from gateway.errors import DoctypeForbidden, GatewayError, ProofInvalid, ProofMalformed
from tests.trust.lists_eu import OPERATOR, STRANGER, Holder

DOCUMENT = b'<list xmlns="urn:example" Id="whole"><entry Id="part">one</entry><entry>two</entry></list>'
KNOWN = {OPERATOR.der: OPERATOR.start}


class AnyDigest(XMLSigner):
    """One that signs by methods that are retired, too."""

    def check_deprecated_methods(self) -> None:
        pass


def sign(document: bytes = DOCUMENT, by: Holder = OPERATOR, part: str = "", **options: Any) -> bytes:
    signer = AnyDigest(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0, **options)
    done = signer.sign(
        etree.fromstring(document), key=by.key, cert=[by.certificate], reference_uri=part or None,
        always_add_key_value=False,
    )  # fmt: skip
    return bytes(etree.tostring(done))


def read(data: bytes, known: dict[bytes, Any] | None = None) -> SignedRoot:
    return signed_root(data, KNOWN if known is None else known, max_bytes=100_000, max_elements=MAX_ELEMENTS)


ECDSA = {"signature_algorithm": SignatureMethod.ECDSA_SHA256}


def test_the_root_comes_out_as_it_was_signed() -> None:
    found = read(sign(**ECDSA))
    assert found.signer == OPERATOR.der
    assert [entry.text for entry in found.element] == ["one", "two"]


def test_comments_that_nobody_signed_do_not_come_out() -> None:
    data = sign(**ECDSA).replace(b"</entry><entry>", b"</entry><!-- three --><entry>")
    assert len(read(data).element) == 2


def test_a_signature_over_a_part_says_nothing_about_the_rest() -> None:
    with pytest.raises(ProofInvalid, match="whole document"):
        read(sign(part="#part", **ECDSA))


@pytest.mark.parametrize("by", [STRANGER, Holder("Scheme operator", 1, authority=False, start=OPERATOR.end)])
def test_only_a_certificate_that_is_known_signs(by: Holder) -> None:
    with pytest.raises(ProofInvalid, match="may sign"):
        read(sign(by=by, **ECDSA))


def test_a_signature_by_another_key_under_a_known_certificate_does_not_hold() -> None:
    mine, theirs = sign(by=STRANGER, **ECDSA), sign(**ECDSA)
    certificate = re.compile(rb"<ds:X509Certificate>[^<]*</ds:X509Certificate>")
    shown = certificate.search(theirs)
    assert shown is not None
    with pytest.raises(ProofInvalid, match="does not hold"):
        read(certificate.sub(shown[0], mine))


@pytest.mark.parametrize(
    "options",
    [
        {"signature_algorithm": SignatureMethod.ECDSA_SHA1},
        {**ECDSA, "digest_algorithm": DigestAlgorithm.SHA1},
    ],
)
def test_retired_algorithms_do_not_count(options: dict[str, Any]) -> None:
    with pytest.raises(ProofInvalid):
        read(sign(**options))


def test_every_byte_of_the_content_counts() -> None:
    data = sign(**ECDSA)
    start, end = data.index(b"<entry"), data.index(b"<ds:Signature")
    accepted = []
    for position in range(start, end):
        changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        try:
            if read(changed):
                accepted.append(changed[start:end])
        except GatewayError:
            continue
    assert accepted == []


def test_a_document_that_is_not_signed_or_signed_oddly_is_refused() -> None:
    data = sign(**ECDSA)
    reference = re.search(rb"<ds:Reference.*</ds:Reference>", data)
    assert reference is not None
    oddly = (
        DOCUMENT,
        data.replace(reference[0], b""),
        data.replace(reference[0], reference[0] * (MAX_REFERENCES + 1)),
        data.replace(b"<ds:X509Certificate>", b"<ds:X509Certificate>!"),
    )
    for document in oddly:
        with pytest.raises(ProofMalformed):
            read(document)
    with pytest.raises(DoctypeForbidden):
        read(b"<!DOCTYPE list>" + data)
