"""An authority for the tests: root, intermediate, seals of an organization, a time-stamping authority.

Elliptic keys are fixed; the RSA key, which the Commission's seals have, is made once for a run.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.keys import ALGORITHMS

ORGANIZATION = "VATDE-123456789"
OTHER = "VATDE-987654321"
SEALED = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
"""When the tests seal."""
YEARS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
SHORT = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
"""A seal's certificate that has expired by the time the tests verify, and had not when they seal."""
Period = tuple[datetime, datetime]
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Party:
    """A certificate with its key."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, algorithm: str, message: bytes) -> bytes:
        """A signature as JOSE and XML have it."""
        chosen = ALGORITHMS[algorithm]
        digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[
            chosen.digest
        ]
        if isinstance(self.key, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self.key.sign(message, pss if chosen.pss else padding.PKCS1v15(), digest)
        length = (self.key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def elliptic(scalar: int, curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(scalar, curve or ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str, organization: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Trust Services of the Example"),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organization))
    return x509.Name(parts)


def issue(
    common: str, key: Key, above: Party | None, *, serial: int, period: Period = YEARS, organization: str = "",
    authority: bool = False, stamps: bool = False, extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> Party:  # fmt: skip
    """A certificate by the one above, or by itself."""
    name = _name(common, organization)
    builder = (
        x509.CertificateBuilder(name if above is None else above.certificate.subject, name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(period[0])
        .not_valid_after(period[1])
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                not authority, not authority and not stamps, False, False, False, authority, authority, False, False
            ),
            critical=True,
        )
    )  # fmt: skip
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    signer = key if above is None else above.key
    return Party(key, builder.sign(signer, hashes.SHA256()))


@cache
def root() -> Party:
    return issue("Root", elliptic(1001), None, serial=1, authority=True)


@cache
def intermediate() -> Party:
    return issue("Authority for seals", elliptic(1002), root(), serial=2, authority=True)


@cache
def stranger() -> Party:
    """A root nobody was told to trust, under the name of the other."""
    return issue("Root", elliptic(1003), None, serial=3, authority=True)


@cache
def stamper() -> Party:
    return issue("Time stamps", elliptic(1004), root(), serial=4, stamps=True)


@cache
def untrusted_stamper() -> Party:
    return issue("Time stamps", elliptic(1005), stranger(), serial=5, stamps=True)


@cache
def seal(kind: str = "rsa", organization: str = ORGANIZATION, period: Period = YEARS) -> Party:
    """A certificate for seals with its key: ``rsa``, ``p256`` or ``p384``."""
    keys: dict[str, Any] = {"p256": elliptic(1006), "p384": elliptic(1007, ec.SECP384R1())}
    key = rsa_key() if kind == "rsa" else keys[kind]
    return issue("Seal", key, intermediate(), serial=6, organization=organization, period=period)


def revocation_list(by: Party, *revoked: tuple[int, datetime]) -> bytes:
    """A list of what an authority has withdrawn, by serial number."""
    builder = x509.CertificateRevocationListBuilder(by.certificate.subject, SEALED, YEARS[1])
    for serial, at in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_response(
    leaf: Party, above: Party, *, by: Party | None = None, revoked: datetime | None = None
) -> bytes:
    """An answer about a certificate, by its authority or by somebody else."""
    signer = by or above
    status = ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf.certificate, above.certificate, hashes.SHA1(), status, SEALED, None, revoked, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if by is not None:
        builder = builder.certificates([by.certificate])
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def chain(leaf: Party) -> tuple[bytes, ...]:
    """The certificates of a seal, without the root."""
    return (leaf.der, intermediate().der)


def timestamp(data: bytes, at: datetime = SEALED, by: Party | None = None) -> bytes:
    """An RFC 3161 token over data."""
    authority = by or stamper()
    info = tsp.TSTInfo({
        "version": "v1", "policy": "1.2.3.4", "serial_number": 7, "gen_time": at,
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest(),
        },
    })  # fmt: skip
    certificate = asn1_x509.Certificate.load(authority.der)
    names = {"certs": [{"hash_algorithm": {"algorithm": "sha256"},
                        "cert_hash": hashlib.sha256(authority.der).digest()}]}  # fmt: skip
    attributes = cms.CMSAttributes([
        {"type": "content_type", "values": ["tst_info"]},
        {"type": "message_digest", "values": [hashlib.sha256(info.dump()).digest()]},
        {"type": "signing_certificate_v2", "values": [names]},
    ])  # fmt: skip
    assert isinstance(authority.key, ec.EllipticCurvePrivateKey)
    signature = authority.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    signer = {
        "version": "v1", "digest_algorithm": {"algorithm": "sha256"}, "signature": signature,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signed_attrs": attributes,
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": {
            "issuer": certificate.issuer, "serial_number": certificate.serial_number}}),
    }  # fmt: skip
    signed = cms.SignedData({
        "version": "v3", "digest_algorithms": [{"algorithm": "sha256"}], "certificates": [certificate],
        "encap_content_info": {
            "content_type": "tst_info", "content": core.ParsableOctetString(info.dump()),
        },
        "signer_infos": [signer],
    })  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
