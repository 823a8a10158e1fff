"""RFC 3161 timestamps: that something was there at a moment, by an authority's word.

``cryptography`` reads no CMS but to encrypt, and ``asn1crypto`` reads all of it and verifies nothing:
the structure comes from the one, the signature is checked by the other. https://www.rfc-editor.org/rfc/rfc3161
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_der_x509_certificate

from gateway.certificates.certificate import UNREADABLE as CERTIFICATE_UNREADABLE
from gateway.certificates.chain import Chain, judge_chain
from gateway.certificates.signatures import made_by

__all__ = ["Timestamp", "verify_timestamp"]

MAX_BYTES = 262_144
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

UNREADABLE = (*CERTIFICATE_UNREADABLE, KeyError, IndexError, AttributeError, OverflowError)
"""What the two libraries raise for a token that is none."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp: ``code`` is empty when it is one of the data by a trusted authority.

    ``at`` is the moment it says, also when the authority is not trusted; ``chain`` the authority's.
    """

    at: datetime | None
    code: str = ""
    chain: Chain | None = None


def verify_timestamp(
    token: bytes, data: bytes, anchors: Sequence[bytes], *, extra: Sequence[bytes] = ()
) -> Timestamp:
    """The timestamp in a token over data; ``extra`` certificates may complete the token's own. Raises nothing."""
    if len(token) > MAX_BYTES:
        return Timestamp(None, "timestamp_malformed")
    try:
        signed = _signed_data(token)
        info = signed["encap_content_info"]["content"].parsed
        signer = signed["signer_infos"][0]
        certificates = [*_certificates(signed), *extra]
        at: datetime = info["gen_time"].native
        imprint = info["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        if (
            algorithm not in HASHES
            or hashlib.new(algorithm, data).digest() != imprint["hashed_message"].native
        ):
            return Timestamp(at, "timestamp_of_other_data")
        authority = _signers_certificate(signer, certificates)
        if authority is None or not _signature_holds(signed, signer, authority):
            return Timestamp(at, "timestamp_invalid")
    except UNREADABLE:
        return Timestamp(None, "timestamp_malformed")
    others = [der for der in certificates if der != authority]
    chain = judge_chain([authority, *others], anchors, at, timestamping=True)
    return Timestamp(at, "" if chain.trusted else "timestamp_untrusted", chain)


def _signed_data(token: bytes) -> Any:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError
    signed = content["content"]
    if signed["encap_content_info"]["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise ValueError
    if not isinstance(signed["encap_content_info"]["content"].parsed, tsp.TSTInfo):
        raise ValueError
    return signed


def _certificates(signed: Any) -> list[bytes]:
    """The certificates a token brings along; it need not bring any."""
    if signed["certificates"].native is None:
        return []
    return [choice.chosen.dump() for choice in signed["certificates"]]


def _signers_certificate(signer: Any, certificates: list[bytes]) -> bytes | None:
    """The certificate that the signer names by issuer and serial number."""
    named = signer["sid"].chosen
    for der in certificates:
        found = load_der_x509_certificate(der)
        if signer["sid"].name == "issuer_and_serial_number":
            same = found.serial_number == named["serial_number"].native
            if same and found.issuer.public_bytes() == named["issuer"].dump():
                return der
    return None


def _signature_holds(signed: Any, signer: Any, authority: bytes) -> bool:
    """Whether the signed attributes are those of the content and the authority's key signed them."""
    attributes = signer["signed_attrs"]
    digest = signer["digest_algorithm"]["algorithm"].native
    content = signed["encap_content_info"]["content"].contents
    wanted = hashlib.new(digest, bytes(content)).digest() if digest in HASHES else b""
    found = [a["values"][0].native for a in attributes if a["type"].native == "message_digest"]
    kinds = [a["values"][0].native for a in attributes if a["type"].native == "content_type"]
    if found != [wanted] or kinds != ["tst_info"] or not _names_its_certificate(attributes, authority):
        return False
    # RFC 5652 section 5.4: the attributes are signed as a SET, not under the tag they are sent with.
    body = b"\x31" + attributes.dump()[1:]
    return made_by(authority, bytes(signer["signature"].native), body, _hash_of(signer, digest))


def _names_its_certificate(attributes: Any, authority: bytes) -> bool:
    """Whether the signed attributes name the authority's certificate by its digest (RFC 3161, RFC 5816)."""
    named = False
    for attribute in attributes:
        kind = attribute["type"].native
        if kind in ("signing_certificate", "signing_certificate_v2"):
            first = attribute["values"][0]["certs"][0]
            digest = "sha1" if kind == "signing_certificate" else first["hash_algorithm"]["algorithm"].native
            if digest not in ("sha1", *HASHES):
                return False
            if hashlib.new(digest, authority, usedforsecurity=False).digest() != first["cert_hash"].native:
                return False
            named = True
    return named


def _hash_of(signer: Any, digest: str) -> hashes.HashAlgorithm:
    algorithm = signer["signature_algorithm"]
    named = (
        algorithm.hash_algo
        if algorithm["algorithm"].native not in ("rsassa_pkcs1v15", "rsassa_pss")
        else digest
    )
    return HASHES[named]
