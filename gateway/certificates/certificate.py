"""One certificate: whose it is, until when it holds, and what its key may do (RFC 5280 section 4)."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from gateway.certificates.extensions import read_extensions
from gateway.errors import CertificateMalformed, KeyInvalid
from gateway.keys import PublicKey, public_key_from_der

__all__ = ["UNREADABLE", "Certificate", "read_certificate"]

MAX_BYTES = 65_536
MAX_BITS = 8192
"""Longest RSA key that is looked at; longer ones only cost time."""
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
)
"""What the library raises for a certificate that is none, or none it can read."""


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
        with warnings.catch_warnings():
            # Authorities on trusted lists have names and numbers that the library only warns of.
            warnings.simplefilter("ignore")
            return _certificate(x509.load_der_x509_certificate(der), der)
    except UNREADABLE:
        raise CertificateMalformed("the certificate cannot be read") from None


def _certificate(found: x509.Certificate, der: bytes) -> Certificate:
    extensions = read_extensions(der)
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
        signs=extensions.signs,
        issues=extensions.issues,
        path_length=extensions.path_length,
        stamps=extensions.only_for("time_stamping"),
        understood=not extensions.critical,
    )


def _name(found: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    values = found.subject.get_attributes_for_oid(oid)
    return str(values[0].value) if values else ""


def _key(found: x509.Certificate) -> PublicKey | None:
    try:
        key = found.public_key()
        if isinstance(key, RSAPublicKey) and key.key_size > MAX_BITS:
            raise CertificateMalformed("the certificate's key is too long")
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return public_key_from_der(spki)
    except (KeyInvalid, ValueError, UnsupportedAlgorithm):
        return None
