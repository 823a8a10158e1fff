"""XML documents whose root is signed: what comes out is what was signed, by one of those who may sign.

Enveloped signatures of XML Signature 1.1 and XAdES, https://www.w3.org/TR/xmldsig-core1/. Verification by
the library is right by its contract and easily used wrong: only the element it returns counts, here only
the root of the document, and the certificate is one the caller knows, never one the document brings along.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.envelopes.limits import MAX_REFERENCES
from gateway.envelopes.xml_text import NAMESPACES, parse_xml, safe_parser
from gateway.errors import ProofInvalid, ProofMalformed

__all__ = ["SignedRoot", "signed_root"]

DS = {"ds": NAMESPACES["ds"]}
METHODS = frozenset(
    (
        SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1, SignatureMethod.SHA384_RSA_MGF1, SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512,
    )
)  # fmt: skip
DIGESTS = frozenset((DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512))


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """The root element as it was signed, for the envelopes alone, and the certificate (DER) that signed it."""

    element: Any
    signer: bytes


def signed_root(
    data: bytes, signers: Mapping[bytes, datetime], *, max_bytes: int, max_elements: int
) -> SignedRoot:
    """The root of a document that one of the ``signers`` signed.

    ``signers`` are certificates (DER), each with a moment it is valid at: whether it is so now is for the
    caller to ask. Raises ``ProofMalformed`` for a document that is not signed in this way, ``ProofInvalid``
    for a signature that does not hold or is somebody else's, or what ``read_xml`` raises.
    """
    root = parse_xml(data, max_bytes=max_bytes, max_elements=max_elements)
    signatures = root.findall("ds:Signature", DS)
    if len(signatures) != 1:
        raise ProofMalformed(f"the root has {len(signatures)} signatures where it must have one")
    references = signatures[0].findall("ds:SignedInfo/ds:Reference", DS)
    if not 1 <= len(references) <= MAX_REFERENCES:
        raise ProofMalformed(f"the signature covers {len(references)} parts")
    signer = next((der for der in _certificates(signatures[0]) if der in signers), None)
    if signer is None:
        raise ProofInvalid("the document is not signed with a certificate that may sign it")
    found = _verified(root, signer, signers[signer])
    identifier = root.get("Id")
    whole = [
        result.signed_xml for result, reference in zip(found, references, strict=True)
        if reference.get("URI") in ("", f"#{identifier}")
    ]  # fmt: skip
    if len(whole) != 1 or whole[0] is None or whole[0].tag != root.tag or whole[0].get("Id") != identifier:
        raise ProofInvalid("the signature does not cover the whole document")
    return SignedRoot(whole[0], signer)


def _certificates(signature: Any) -> list[bytes]:
    """The certificates a signature brings along: to tell which of the known ones it is made with."""
    found = []
    for element in signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", DS)[:MAX_REFERENCES]:
        try:
            found.append(base64.b64decode("".join((element.text or "").split()), validate=True))
        except (binascii.Error, ValueError):
            raise ProofMalformed("a certificate of the signature is not base64") from None
    return found


def _verified(root: Any, signer: bytes, moment: datetime) -> list[Any]:
    """What the library verified, one result for each reference. Raises ``ProofInvalid``."""
    config = SignatureConfiguration(
        location="./",
        expect_references=False,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        verification_time=moment,
    )
    try:
        results = XMLVerifier().verify(
            root,
            x509_cert=base64.b64encode(signer).decode(),
            expect_config=config,
            parser=safe_parser(),
        )
    except Exception as error:  # the library and those under it name dozens of reasons: all mean no
        raise ProofInvalid(f"the signature does not hold ({type(error).__name__})") from None
    return results if isinstance(results, list) else [results]
