"""Revocation lists and OCSP responses that a seal brings along: whether a certificate was withdrawn, and when.

RFC 5280 section 5, RFC 6960. Each counts only when the certificate's own authority signed it, or for OCSP one
that this authority appointed. Nothing is fetched: what a seal does not bring stays unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from gateway.certificates.certificate import UNREADABLE, Certificate, read_certificate
from gateway.certificates.extensions import read_extensions
from gateway.certificates.signatures import made_by
from gateway.errors import CertificateMalformed

__all__ = ["Revocation", "judge_revocation"]

MAX_ITEMS = 8
MAX_BYTES = 1_048_576
STRONG = frozenset(("sha256", "sha384", "sha512"))


@dataclass(frozen=True, slots=True)
class Revocation:
    """``revoked`` is when the first certificate of a path that was withdrawn was so, None when none is known to be;
    ``as_of`` the latest moment at which the seal's own certificate is said not to be.
    """

    revoked: datetime | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What one list or response says of a certificate."""

    at: datetime
    revoked: datetime | None = None


def judge_revocation(
    path: Sequence[Certificate], lists: Sequence[bytes], responses: Sequence[bytes]
) -> Revocation:
    """What revocation data says of the certificates of a path. Raises nothing."""
    revoked: list[datetime] = []
    good: list[datetime] = []
    for position, (certificate, authority) in enumerate(pairwise(path)):
        for said in _said(certificate, authority, lists, responses):
            if said.revoked is not None:
                revoked.append(said.revoked)
            elif position == 0:
                good.append(said.at)
    return Revocation(min(revoked, default=None), max(good, default=None))


def _said(
    certificate: Certificate, authority: Certificate, lists: Sequence[bytes], responses: Sequence[bytes]
) -> Iterator[_Said]:
    readers: tuple[tuple[Callable[[bytes, Certificate, Certificate], Iterator[_Said]], Sequence[bytes]], ...]
    readers = ((_by_list, lists), (_by_response, responses))
    for read, items in readers:
        for data in items[:MAX_ITEMS]:
            if len(data) > MAX_BYTES:
                continue
            try:
                yield from list(read(data, certificate, authority))
            except (*UNREADABLE, KeyError, AttributeError, CertificateMalformed):
                continue


def _by_list(data: bytes, certificate: Certificate, authority: Certificate) -> Iterator[_Said]:
    found = x509.load_der_x509_crl(data)
    digest = found.signature_hash_algorithm
    if digest is None or digest.name not in STRONG or found.issuer.rfc4514_string() != authority.subject:
        return
    if not found.is_signature_valid(_key(authority)):
        return
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial)
    yield _Said(found.last_update_utc, entry.revocation_date_utc if entry is not None else None)


def _key(authority: Certificate) -> CertificateIssuerPublicKeyTypes:
    return x509.load_der_x509_certificate(authority.der).public_key()  # type: ignore[return-value]


def _by_response(data: bytes, certificate: Certificate, authority: Certificate) -> Iterator[_Said]:
    found = ocsp.load_der_ocsp_response(data)
    if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not _appointed(found, authority):
        return
    for single in found.responses:
        if single.serial_number == certificate.serial and _is_of(single, authority):
            if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                yield _Said(single.this_update_utc, single.revocation_time_utc)
            elif single.certificate_status is ocsp.OCSPCertStatus.GOOD:
                yield _Said(single.this_update_utc)


def _is_of(single: ocsp.OCSPSingleResponse, authority: Certificate) -> bool:
    """Whether an answer is about a certificate of this authority: by the digest of its key."""
    info = asn1_x509.Certificate.load(authority.der)["tbs_certificate"]["subject_public_key_info"]
    digest = hashlib.new(single.hash_algorithm.name, bytes(info["public_key"]), usedforsecurity=False)
    return digest.digest() == single.issuer_key_hash


def _appointed(found: ocsp.OCSPResponse, authority: Certificate) -> bool:
    """Whether the authority signed a response, or somebody it issued a certificate for just that."""
    digest = found.signature_hash_algorithm
    if digest is None or digest.name not in STRONG:
        return False
    signers = [authority.der]
    for other in found.certificates:
        der = other.public_bytes(Encoding.DER)
        appointed = "ocsp_signing" in (read_extensions(der).purposes or ())
        if appointed and read_certificate(der).issued_by(authority):
            signers.append(der)
    return any(made_by(der, found.signature, found.tbs_response_bytes, digest) for der in signers)
