"""Trusted lists and certificates made on the spot: authorities, seals, national lists, lists of lists."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.xades.xades import XAdESSigner

from tests.trust.lists import NOW

DAY = timedelta(days=1)
YEAR = 365 * DAY
TSL = "http://uri.etsi.org/02231/v2#"
EXTRA = "http://uri.etsi.org/02231/v2/additionaltypes#"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
QTST = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
USES = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
KINDS = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"
LOTL, NATIONAL = f"{KINDS}EUlistofthelists", f"{KINDS}EUgeneric"
CANONICAL = CanonicalizationMethod.CANONICAL_XML_1_1
ORGANIZATION = "VATES-A0000000"


@dataclass
class Holder:
    """Somebody with a key and a certificate, self-signed unless ``by`` somebody."""

    name: str
    number: int
    by: Holder | None = None
    authority: bool = True
    organization: str = ""
    start: datetime = NOW - 2 * YEAR
    end: datetime = NOW + 2 * YEAR
    stamps: bool = False
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        issuer = self.by or self
        builder = (
            x509.CertificateBuilder().subject_name(self.subject).issuer_name(issuer.subject)
            .public_key(self.key.public_key()).serial_number(1000 + self.number)
            .not_valid_before(self.start).not_valid_after(self.end)
            .add_extension(x509.BasicConstraints(self.authority, None), critical=True)
        )  # fmt: skip
        if self.stamps:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        self.certificate = builder.sign(issuer.key, SHA256())

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(7919 * self.number, ec.SECP256R1())

    @property
    def subject(self) -> x509.Name:
        named = [(NameOID.COMMON_NAME, self.name), (NameOID.ORGANIZATION_NAME, self.name)]
        named += [(NameOID.ORGANIZATION_IDENTIFIER, self.organization)] if self.organization else []
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in named])

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


OPERATOR = Holder("Scheme operator", 1, authority=False)
NATIONAL_OPERATOR = Holder("National operator", 2, authority=False)
STRANGER = Holder("Stranger", 3, authority=False)
ROOT = Holder("Root authority", 4)
AUTHORITY = Holder("Seal authority", 5, by=ROOT)
SEAL = Holder("University of the Three Rivers", 6, by=AUTHORITY, authority=False, organization=ORGANIZATION)
STAMPER = Holder("Time stamps", 7, authority=False, stamps=True)
PATH = (SEAL.der, AUTHORITY.der, ROOT.der)
"""What a seal proves: its certificate and those above it."""


def service(
    holder: Holder, *, type: str = CA_QC, status: str = "granted", since: datetime = NOW - YEAR,
    uses: Sequence[str] = ("ForeSeals",), history: Sequence[tuple[str, datetime]] = (),
) -> dict[str, Any]:  # fmt: skip
    """A service of a list; ``history`` are former states."""
    return {
        "holder": holder, "type": type, "status": status, "since": since, "uses": uses, "history": history,
    }  # fmt: skip


def pointer(
    location: str, *signers: Holder, kind: str = NATIONAL, media: str = "application/vnd.etsi.tsl+xml"
) -> dict[str, Any]:
    """Where a list of lists points to, and who may sign what stands there."""
    return {"location": location, "signers": signers, "kind": kind, "media": media}


def trusted_list(
    *services: dict[str, Any], pointers: Sequence[dict[str, Any]] = (), kind: str = NATIONAL,
    signer: Holder = OPERATOR, update: datetime | None = NOW + 30 * DAY, sign: bool = True,
) -> bytes:  # fmt: skip
    """A list, signed as the member states sign theirs."""
    names: Any = {None: TSL}
    root = etree.Element(f"{{{TSL}}}TrustServiceStatusList", nsmap=names, Id="ID1")
    scheme = _add(root, "SchemeInformation")
    _add(scheme, "TSLVersionIdentifier", "5")
    _add(scheme, "TSLSequenceNumber", "7")
    _add(scheme, "TSLType", kind)
    _add(scheme, "SchemeTerritory", "EU" if kind == LOTL else "EX")
    others = _add(scheme, "PointersToOtherTSL")
    for entry in pointers:
        _pointer(others, entry)
    _add(scheme, "ListIssueDateTime", _stamp(NOW - DAY))
    next_update = _add(scheme, "NextUpdate")
    if update is not None:
        _add(next_update, "dateTime", _stamp(update))
    provider = _add(_add(root, "TrustServiceProviderList"), "TrustServiceProvider")
    names = _add(_add(provider, "TSPInformation"), "TSPName")
    _name(names, "Anbieter von Beispielen", "de")
    _name(names, "Example Provider", "en")
    listed = _add(provider, "TSPServices")
    for entry in services:
        _service(_add(listed, "TSPService"), entry)
    if not sign:
        return bytes(etree.tostring(root))
    return signed(root, signer)


def signed(root: Any, signer: Holder) -> bytes:
    """An enveloped XAdES signature over the root."""
    maker = XAdESSigner(
        signature_algorithm="ecdsa-sha256", digest_algorithm="sha256", c14n_algorithm=CANONICAL
    )
    done = maker.sign(root, key=signer.key, cert=[signer.certificate], always_add_key_value=False)
    return bytes(etree.tostring(done, xml_declaration=True, encoding="UTF-8"))


def pem_file(path: Path, *holders: Holder) -> Path:
    """A file of certificates."""
    path.write_bytes(b"".join(holder.pem for holder in holders))
    return path


def _add(parent: Any, name: str, text: str = "", namespace: str = TSL) -> Any:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text or None
    return element


def _name(parent: Any, text: str, language: str) -> None:
    _add(parent, "Name", text).set("{http://www.w3.org/XML/1998/namespace}lang", language)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _identity(parent: Any, *holders: Holder) -> None:
    for holder in holders:
        text = "\n".join(base64.encodebytes(holder.der).decode().split())
        _add(_add(parent, "DigitalId"), "X509Certificate", text)


def _pointer(parent: Any, entry: dict[str, Any]) -> None:
    element = _add(parent, "OtherTSLPointer")
    identities = _add(element, "ServiceDigitalIdentities")
    _identity(_add(identities, "ServiceDigitalIdentity"), *entry["signers"])
    _add(element, "TSLLocation", entry["location"])
    about = _add(element, "AdditionalInformation")
    _add(_add(about, "OtherInformation"), "TSLType", entry["kind"])
    _add(_add(about, "OtherInformation"), "SchemeTerritory", "EX")
    _add(_add(about, "OtherInformation"), "MimeType", entry["media"], EXTRA)


def _service(parent: Any, entry: dict[str, Any]) -> None:
    states = [(entry["status"], entry["since"]), *entry["history"]]
    current = _add(parent, "ServiceInformation")
    past = _add(parent, "ServiceHistory")
    for position, (status, since) in enumerate(states):
        element = current if position == 0 else _add(past, "ServiceHistoryInstance")
        _add(element, "ServiceTypeIdentifier", entry["type"])
        _name(_add(element, "ServiceName"), entry["holder"].name, "en")
        if position == 0:
            _identity(_add(element, "ServiceDigitalIdentity"), entry["holder"])
        _add(element, "ServiceStatus", f"{STATUS}{status}")
        _add(element, "StatusStartingTime", _stamp(since))
        extensions = _add(element, "ServiceInformationExtensions")
        for use in entry["uses"]:
            extension = _add(extensions, "Extension")
            extension.set("Critical", "true")
            _add(_add(extension, "AdditionalServiceInformation"), "URI", f"{USES}{use}")
