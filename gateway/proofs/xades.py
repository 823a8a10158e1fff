"""XAdES seals as the Commission makes them in EDCI XML: enveloped, with certificate and timestamps.

ETSI EN 319 132-1. The signature is taken apart by ``envelopes/xml_signature.py``, from the bytes as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.certificates import Certificate, read_certificate, verify_timestamp
from gateway.envelopes.xml_signature import XmlFault, XmlSeal, xml_seals
from gateway.errors import GatewayError
from gateway.proofs.sealing import Sealed, malformed, seal_checks, signature_check
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict

__all__ = ["verify_xades"]

CHANGED = "Any change breaks a seal, also new line breaks: give the file as the sealing service gave it out."


def verify_xades(
    data: bytes, now: datetime, *, anchors: Sequence[bytes] = (), at_signing: bool = False
) -> tuple[Secured, ...]:
    """Every signature of an XML document, none when it has none.

    ``at_signing`` judges the certificate at the time the seal says, for archives. Raises what reading XML
    raises; nothing for what is wrong with a signature.
    """
    return tuple(_verified(seal, now, anchors, at_signing) for seal in xml_seals(data))


def _verified(seal: XmlSeal | XmlFault, now: datetime, anchors: Sequence[bytes], at_signing: bool) -> Secured:
    if isinstance(seal, XmlFault):
        check = malformed(seal.message, seal.path, seal.code)
        return Secured((check,), pointer=seal.path, covers=seal.covers)
    chain = _chain(seal)
    try:
        certificate = read_certificate(chain[0]) if chain else None
    except GatewayError as error:
        return Secured(
            (malformed(error.detail, seal.path, error.code),), pointer=seal.path, covers=seal.covers
        )
    if certificate is None:
        message = "the seal names another certificate than it carries"
        check = malformed(message, seal.path, "certificate_swapped")
        return Secured((check,), pointer=seal.path, covers=seal.covers)
    extra = (*seal.certificates, *seal.properties.certificates)
    sealed = Sealed(
        signature=_signature(seal, certificate),
        chain=chain,
        extra=extra,
        lists=seal.properties.lists,
        responses=seal.properties.responses,
        stamps=tuple(
            verify_timestamp(token, data, anchors, extra=extra) for token, data in seal.properties.stamps
        ),
        claimed_at=_moment(seal.properties.signing_time),
        pointer=seal.path,
        checks=() if seal.properties.certificate_digest else (_unbound(seal.path),),
        covers=seal.covers,
    )
    return seal_checks(sealed, now, anchors=anchors, at_signing=at_signing)


def _chain(seal: XmlSeal) -> tuple[bytes, ...]:
    """The certificates, the first of them the one that the signature names by its digest; none when there is none."""
    named = seal.properties.certificate_digest
    if named is None:
        return seal.certificates
    algorithm, digest = named
    own = [der for der in seal.certificates if hashlib.new(algorithm, der).digest() == digest]
    return (own[0], *(der for der in seal.certificates if der != own[0])) if own else ()


def _signature(seal: XmlSeal, certificate: Certificate) -> Check:
    """Whether the key signed SignedInfo, and what that says of the document and the properties is so."""
    check = signature_check(seal.algorithm, certificate, seal.signed_info, seal.signature, seal.path)
    values = {
        "documentDigest": seal.document_holds,
        "signedPropertiesDigest": seal.properties_hold,
        "signatureValue": check.verdict is Verdict.VALID,
    }
    if check.verdict is not Verdict.VALID or (seal.document_holds and seal.properties_hold):
        return replace(check, values=values)
    what = "the signed properties" if seal.document_holds else "the document"
    return Check(
        "proof.signature", Verdict.INVALID, "digest_mismatch", f"{what} changed after sealing", seal.path,
        CHANGED, values,
    )  # fmt: skip


def _unbound(path: str) -> Check:
    return Check(
        "proof.certificate", Verdict.UNDETERMINED, "certificate_not_signed",
        "nothing that is signed says which certificate it was", path,
        "Ask for a seal by XAdES; a plain XML signature can be given another certificate of the same key.",
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
