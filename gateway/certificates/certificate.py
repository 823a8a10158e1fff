"""One certificate: whose it is, until when it holds, and what its key may do (RFC 5280 section 4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from gateway.errors import CertificateMalformed, KeyInvalid
from gateway.keys import PublicKey, public_key_from_der

__all__ = ["UNREADABLE", "Certificate", "read_certificate"]

MAX_BYTES = 65_536
UNDERSTOOD = frozenset(
    (
        ExtensionOID.KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
    )
)
"""Extensions that may be critical: what they restrict is looked at, or (policies) asks nothing of a verifier."""
NOT_FOR_SEALS = frozenset(
    (
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.CODE_SIGNING,
        ExtendedKeyUsageOID.TIME_STAMPING,
        ExtendedKeyUsageOID.OCSP_SIGNING,
    )
)
"""Purposes that leave none for a document: a certificate with these alone signs no credential."""
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for a certificate that is none, or none it can read."""
Kind = TypeVar("Kind", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. ``public_key`` is None for a kind of key the gateway does not verify with.

    ``organization_identifier`` is 2.5.4.97, as ``NTREE-17207834``; ``signs`` whether the key usage allows
    signatures, ``issues`` whether the certificate is that of an authority (``path_length`` below it),
    ``stamps`` whether it is one of a time-stamping authority. ``understood`` says that it calls
    nothing critical that is not read here.
    """

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    serial: int
    organization: str
    organization_identifier: str
    common_name: str
    country: str
    not_before: datetime
    not_after: datetime
    public_key: PublicKey | None
    signs: bool
    issues: bool
    path_length: int | None
    stamps: bool
    understood: bool

    @property
    def sha256(self) -> str:
        """The digest of the certificate, in hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def holds_at(self, moment: datetime) -> bool:
        """Whether a moment lies in the period of validity."""
        return self.not_before <= moment <= self.not_after

    def issued_by(self, other: Certificate) -> bool:
        """Whether the other certificate's key signed this one, and their names meet; over SHA-1 and MD5, none did."""
        try:
            x509.load_der_x509_certificate(self.der).verify_directly_issued_by(
                x509.load_der_x509_certificate(other.der)
            )
        except Exception:  # the library names a dozen reasons, and every one of them means no
            return False
        return True


@lru_cache(maxsize=8192)
def read_certificate(der: bytes) -> Certificate:
    """A certificate in DER. Raises ``CertificateMalformed``.

    Those of trusted lists come again with every seal, thousands at a time, hence the cache.
    """
    if len(der) > MAX_BYTES:
        raise CertificateMalformed("the certificate is too large")
    try:
        found = x509.load_der_x509_certificate(der)
        return _certificate(found, der)
    except UNREADABLE:
        raise CertificateMalformed("the certificate cannot be read") from None


def _certificate(found: x509.Certificate, der: bytes) -> Certificate:
    usage = _extension(found, x509.KeyUsage)
    basic = _extension(found, x509.BasicConstraints)
    extended = _extension(found, x509.ExtendedKeyUsage)
    return Certificate(
        der=der,
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        serial=found.serial_number,
        organization=_name(found, NameOID.ORGANIZATION_NAME),
        organization_identifier=_name(found, NameOID.ORGANIZATION_IDENTIFIER),
        common_name=_name(found, NameOID.COMMON_NAME),
        country=_name(found, NameOID.COUNTRY_NAME),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        public_key=_key(found),
        signs=(usage is None or usage.digital_signature or usage.content_commitment)
        and (extended is None or not NOT_FOR_SEALS.issuperset(extended)),
        issues=basic is not None and basic.ca and (usage is None or usage.key_cert_sign),
        path_length=basic.path_length if basic is not None else None,
        stamps=extended is not None and list(extended) == [ExtendedKeyUsageOID.TIME_STAMPING],
        understood=all(e.oid in UNDERSTOOD for e in found.extensions if e.critical),
    )


def _extension(found: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return found.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _name(found: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    values = found.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if values else ""


def _key(found: x509.Certificate) -> PublicKey | None:
    try:
        spki = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return public_key_from_der(spki)
    except (KeyInvalid, ValueError, UnsupportedAlgorithm):
        return None
