"""Certificates that are known byte for byte: from files in PEM or DER, and from lists that name them.

Nothing but the name, the key and the period counts of such a certificate: some that sign national trusted
lists have extensions that no strict reader takes.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509

from gateway.errors import CertificateMalformed

__all__ = ["Pinned", "pinned", "read_pem"]

MAX_CERTIFICATES = 1000
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A certificate (DER), its names (DER) and its period of validity."""

    der: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime

    def holds_at(self, moment: datetime) -> bool:
        """Whether a moment lies in the period of validity."""
        return self.not_before <= moment <= self.not_after

    def issued_by(self, other: Pinned) -> bool:
        """Whether the other certificate's key signed this one, and their names meet."""
        if self.issuer != other.subject:
            return False
        try:
            x509.load_der_x509_certificate(self.der).verify_directly_issued_by(
                x509.load_der_x509_certificate(other.der)
            )
        except Exception:  # the library names a dozen reasons, and every one of them means no
            return False
        return True


def pinned(der: bytes) -> Pinned:
    """A certificate that somebody names in full. Raises ``CertificateMalformed``."""
    try:
        body: Any = Asn1Certificate.load(der, strict=True)["tbs_certificate"]
        period = body["validity"]
        return Pinned(
            der,
            body["subject"].dump(),
            body["issuer"].dump(),
            period["not_before"].native,
            period["not_after"].native,
        )
    except (ValueError, TypeError, KeyError, OverflowError):
        raise CertificateMalformed("the certificate cannot be read") from None


def read_pem(data: bytes) -> tuple[Pinned, ...]:
    """The certificates in a file: PEM blocks, or one in DER. Raises ``CertificateMalformed``."""
    if data[:1] == b"\x30":
        return (pinned(data),)
    blocks = _BLOCK.findall(data)
    if not 1 <= len(blocks) <= MAX_CERTIFICATES:
        raise CertificateMalformed(f"there are {len(blocks)} certificates in the file")
    try:
        return tuple(pinned(base64.b64decode(b"".join(block.split()), validate=True)) for block in blocks)
    except binascii.Error:
        raise CertificateMalformed("a certificate is not base64") from None
