"""The qualifying properties of a XAdES signature: when and by which certificate, timestamps, further certificates.

ETSI EN 319 132-1 (XAdES 1.3.2), clause 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.envelopes.xml_canonical import DIGESTS, DS, Fault, base64_text, canonical, only_child, text_of

__all__ = ["Found", "Properties", "properties_of"]

XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_SIGNING_CERTIFICATES = (f"{XADES}SigningCertificateV2", f"{XADES}SigningCertificate")
MAX_STAMPS = 4
MAX_VALUES = 32
CERTIFICATES = ("CertificateValues", "EncapsulatedX509Certificate")
LISTS = ("RevocationValues", "CRLValues", "EncapsulatedCRLValue")
RESPONSES = ("RevocationValues", "OCSPValues", "EncapsulatedOCSPValue")


@dataclass(frozen=True, slots=True)
class Properties:
    """What the properties say. ``signing_time`` as written; ``certificate_digest`` the algorithm and digest of
    the certificate that the signature is bound to, None where it is bound to none; ``stamps`` each token with
    the bytes it has to be one of (no bytes where they cannot be told); ``certificates``, revocation ``lists`` and
    OCSP ``responses`` that validation data brings.
    """

    signing_time: str = ""
    certificate_digest: tuple[str, bytes] | None = None
    stamps: tuple[tuple[bytes, bytes], ...] = ()
    certificates: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The facts, with the element that a reference has to cover and its identifier; None for a plain signature."""

    facts: Properties
    element: Any = None
    identifier: str = ""


def properties_of(signature: Any, value: Any) -> Found:
    """The properties of a signature, whose ``value`` its timestamps are of. Raises ``Fault``."""
    objects = signature.findall(f"{DS}Object")
    if not objects:
        return Found(Properties())
    holder = only_child(signature, f"{DS}Object")
    qualifying = only_child(holder, f"{XADES}QualifyingProperties")
    signed = only_child(qualifying, f"{XADES}SignedProperties")
    target, identifier = signature.get("Id"), signed.get("Id")
    if len(holder) != 1 or not target or qualifying.get("Target") != f"#{target}" or not identifier:
        raise Fault("seal_malformed", "the properties are not those of the signature they stand in")
    about = only_child(signed, f"{XADES}SignedSignatureProperties")
    unsigned = qualifying.find(f"{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties")
    facts = Properties(
        signing_time=_signing_time(about),
        certificate_digest=_certificate_digest(about),
        stamps=() if unsigned is None else _stamps(unsigned, value),
        certificates=_values(unsigned, *CERTIFICATES),
        lists=_values(unsigned, *LISTS),
        responses=_values(unsigned, *RESPONSES),
    )
    return Found(facts, signed, identifier)


def _signing_time(about: Any) -> str:
    found = about.find(f"{XADES}SigningTime")
    return "" if found is None else text_of(found).strip()


def _certificate_digest(about: Any) -> tuple[str, bytes] | None:
    """The digest of the first certificate named, which is the signer's (clause 5.2.2)."""
    for name in _SIGNING_CERTIFICATES:
        found = about.find(f"{name}/{XADES}Cert/{XADES}CertDigest")
        if found is not None:
            algorithm = DIGESTS.get(only_child(found, f"{DS}DigestMethod").get("Algorithm", ""))
            if algorithm is None:
                raise Fault("algorithm_forbidden", "the certificate is named by a digest that is not allowed")
            return algorithm, base64_text(only_child(found, f"{DS}DigestValue"))
    return None


def _stamps(unsigned: Any, value: Any) -> tuple[tuple[bytes, bytes], ...]:
    found: list[tuple[bytes, bytes]] = []
    for stamp in unsigned.findall(f"{XADES}SignatureTimeStamp")[:MAX_STAMPS]:
        method = stamp.find(f"{DS}CanonicalizationMethod")
        for token in stamp.findall(f"{XADES}EncapsulatedTimeStamp")[:MAX_STAMPS]:
            found.append((_unsigned_base64(token), _stamped(value, method)))
    return tuple(found[:MAX_STAMPS])


def _stamped(value: Any, method: Any) -> bytes:
    """The bytes a timestamp is of: the element SignatureValue in canonical form."""
    try:
        return canonical(value, method) if method is not None else b""
    except Fault:
        return b""


def _values(unsigned: Any, *steps: str) -> tuple[bytes, ...]:
    """What stands in one kind of validation data, each as its bytes."""
    found = [] if unsigned is None else unsigned.findall("/".join(f"{XADES}{step}" for step in steps))
    return tuple(filter(None, (_unsigned_base64(entry) for entry in found[:MAX_VALUES])))


def _unsigned_base64(element: Any) -> bytes:
    """The bytes in an unsigned property; none where it is damaged, which breaks no signature."""
    try:
        return base64_text(element)
    except Fault:
        return b""
