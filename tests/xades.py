"""XAdES seals of the tests' own in EDCI XML, in the structure of the Commission's."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from gateway.resources import example_bytes
from tests.pki import ORGANIZATION, SEALED, Party, chain, intermediate, seal, timestamp

DS, XADES = "http://www.w3.org/2000/09/xmldsig#", "http://uri.etsi.org/01903/v1.3.2#"
EUP, VP = "http://data.europa.eu/snb", "http://data.europa.eu/snb/vp"
CRED = "http://data.europa.eu/europass/model/credentials/w3c#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256, SHA512 = "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmlenc#sha512"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
TRANSFORMS = {
    "xpath": '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>",
    "filter2": '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2">'
    '<dsig-filter2:XPath xmlns:dsig-filter2="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">'
    "/descendant::ds:Signature</dsig-filter2:XPath></ds:Transform>",
    "enveloped": '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>',
}
METHODS = {"RS256": "rsa-sha256", "RS512": "rsa-sha512", "ES256": "ecdsa-sha256", "ES384": "ecdsa-sha384"}


@dataclass(frozen=True)
class Style:
    """How a seal is made. ``level`` is B, T or LT; ``change`` is made to the signature before it is signed."""

    transform: str = "filter2"
    level: str = "LT"
    algorithm: str = "RS256"
    stamper: Party | None = None
    stamped: datetime = SEALED
    change: Callable[[Any], None] | None = None


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(element: Any) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def digest(element: Any) -> str:
    return b64(hashlib.sha256(canonical(element)).digest())


def unsigned(element: Any) -> Any:
    """A copy without any signature."""
    copied = copy.deepcopy(element)
    for signature in list(copied.iter(f"{{{DS}}}Signature")):
        signature.getparent().remove(signature)
    return copied


def to_be_sealed(organization: str = ORGANIZATION, name: str = "micro-credential.edci-xml.xml") -> Any:
    """An example as the sealing service leaves it: the certificate's identifier as the issuer's registration."""
    root = etree.fromstring(example_bytes(name))
    issuer = root.find(f"{{{CRED}}}issuer").get("idref")
    found = root.find(f".//{{{EUP}}}organization[@id='{issuer}']/{{{EUP}}}registration")
    found.text = organization
    found.set("spatialID", organization[3:5])
    return root


def presentation(credential: Any, organization: str = ORGANIZATION) -> Any:
    """A mandated presentation of a credential, by an organization."""
    root = etree.fromstring(
        f'<vp:verifiablePresentation xmlns="{EUP}" xmlns:vp="{VP}" xmlns:cred="{CRED}" vp:id="urn:vp:1">'
        f'<issuer id="urn:org:vp:1"><registration spatialID="DE">{organization}</registration></issuer>'
        "</vp:verifiablePresentation>"
    )
    root.append(credential)
    return root


def sealed(root: Any, leaf: Party | None = None, style: Style | None = None) -> Any:
    """The element with a seal over it in its proof."""
    by, how = leaf or seal(), style or Style()
    namespace = etree.QName(root).namespace
    proof = root.find(f"{{{namespace}}}proof")
    if proof is None:
        proof = etree.SubElement(root, f"{{{namespace}}}proof")
    identifier = "id-" + hashlib.sha256(canonical(unsigned(root))).hexdigest()[:32]
    signature = etree.fromstring(_template(identifier, by, how))
    proof.append(signature)
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    references[0].find(f"{{{DS}}}DigestValue").text = digest(unsigned(root))
    if how.change is not None:
        how.change(signature)
    properties = signature.find(f".//{{{XADES}}}SignedProperties")
    if properties is not None and len(references) > 1:
        references[1].find(f"{{{DS}}}DigestValue").text = digest(properties)
    info = signature.find(f"{{{DS}}}SignedInfo")
    value = signature.find(f"{{{DS}}}SignatureValue")
    value.text = b64(by.sign(how.algorithm, canonical(info)))
    if how.level != "B":
        _stamp(signature, value, how)
    return root


def _template(identifier: str, by: Party, how: Style) -> str:
    stamp = SEALED.strftime("%Y-%m-%dT%H:%M:%SZ")
    certificates = "".join(f"<ds:X509Certificate>{b64(der)}</ds:X509Certificate>" for der in chain(by))
    named = b64(hashlib.sha512(by.der).digest())
    exclusive = f'<ds:Transform Algorithm="{EXCLUSIVE}"/>'
    method = f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue/>'
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="{identifier}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        f'<ds:SignatureMethod Algorithm="{MORE}{METHODS[how.algorithm]}"/>'
        f'<ds:Reference Id="r-{identifier}-1" URI="">'
        f"<ds:Transforms>{TRANSFORMS[how.transform]}{exclusive}</ds:Transforms>{method}</ds:Reference>"
        f'<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#xades-{identifier}">'
        f"<ds:Transforms>{exclusive}</ds:Transforms>{method}</ds:Reference></ds:SignedInfo>"
        f'<ds:SignatureValue Id="value-{identifier}"/>'
        f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"
        f'<ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#{identifier}">'
        f'<xades:SignedProperties Id="xades-{identifier}"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{stamp}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>"
        f'<xades:CertDigest><ds:DigestMethod Algorithm="{SHA512}"/><ds:DigestValue>{named}</ds:DigestValue>'
        "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        f'<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#r-{identifier}-1">'
        "<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>"
        "</xades:SignedDataObjectProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>"
        "</ds:Signature>"
    )


def _stamp(signature: Any, value: Any, how: Style) -> None:
    token = b64(timestamp(canonical(value), how.stamped, how.stamper))
    more = (
        f"<xades:CertificateValues><xades:EncapsulatedX509Certificate>{b64(intermediate().der)}"
        "</xades:EncapsulatedX509Certificate></xades:CertificateValues>"
    )
    properties = etree.fromstring(
        f'<xades:UnsignedProperties xmlns:xades="{XADES}" xmlns:ds="{DS}"><xades:UnsignedSignatureProperties>'
        f'<xades:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        f"<xades:EncapsulatedTimeStamp>{token}</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>"
        f"{more if how.level == 'LT' else ''}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )
    signature.find(f".//{{{XADES}}}QualifyingProperties").append(properties)


def as_bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
