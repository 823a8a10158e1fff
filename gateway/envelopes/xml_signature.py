"""XML signatures as XAdES has them, taken apart from the original bytes: what each covers, and if its digests hold.

Only what is signed is read elsewhere: a seal of anything but the document itself, or the one credential in a
presentation, is refused, and so is whatever a signature does not cover and a reader might see (comments,
processing instructions). https://www.w3.org/TR/xmldsig-core1/, ETSI EN 319 132-1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from gateway.envelopes.xades_properties import Properties, properties_of
from gateway.envelopes.xml_canonical import (
    DS,
    SIGNATURES,
    Fault,
    base64_text,
    canonical,
    children,
    digest_holds,
    only_child,
    text_of,
    without_signatures,
)
from gateway.envelopes.xml_text import name_of, parse_xml

__all__ = ["XmlFault", "XmlSeal", "may_have_seals", "xml_seals"]

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
FILTER_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
_FILTER_2_XPATH = f"{{{FILTER_2}}}XPath"
_NOT_SIGNATURES = re.compile(r"\s*not\(\s*ancestor-or-self::([A-Za-z_][\w.-]*):Signature\s*\)\s*\Z")
_ALL_SIGNATURES = re.compile(r"\s*/descendant::([A-Za-z_][\w.-]*):Signature\s*\Z")
_INSTRUCTIONS_BESIDE = etree.XPath("boolean(/processing-instruction())")
_NO_ELEMENTS = etree.XPath("boolean(//*/comment() or //*/processing-instruction())")
_IDENTIFIERS = etree.XPath("//@Id | //@ID | //@id | //@xml:id", smart_strings=False)
"""Compiled once: what is asked of a whole document, in one pass each."""
_NAMES = (b"Signature", b"S\0i\0g\0n\0a\0t\0u\0r\0e")
"""The name of a signature in UTF-8, and in UTF-16 of either order."""
_IDS = frozenset(("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id"))
PRESENTATION, PRESENTED = "vp:verifiablePresentation", "europassCredential"
"""A presentation, and the element of it that may have a seal of its own."""
MAX_CERTIFICATES = 16


@dataclass(frozen=True, slots=True)
class XmlFault:
    """A signature that is not to be looked at any further, or a document whose signatures are not."""

    path: str
    code: str
    message: str
    covers: str = ""


@dataclass(frozen=True, slots=True)
class XmlSeal:
    """One signature taken apart.

    ``path`` is where it stands; ``covers`` the pointer, in the tree of ``read_xml``, of what it is a
    signature of: empty for the whole document. ``algorithm`` is a JOSE name. ``document_holds`` and
    ``properties_hold`` say whether the digests are those of the content and of the signed properties.
    """

    path: str
    covers: str
    algorithm: str
    signed_info: bytes
    signature: bytes
    certificates: tuple[bytes, ...]
    document_holds: bool
    properties_hold: bool
    properties: Properties


def may_have_seals(data: bytes) -> bool:
    """Whether the name of a signature stands anywhere in a document; where it does not, there is none."""
    return any(name in data for name in _NAMES)


def xml_seals(data: bytes) -> tuple[XmlSeal | XmlFault, ...]:
    """The signatures of a document; one fault alone when they are not where they may be.

    Raises what ``read_xml`` raises.
    """
    root = parse_xml(data)
    signatures = list(root.iter(f"{DS}Signature"))
    if not signatures:
        return ()
    try:
        scopes = list(_scopes(root, signatures))
        identifiers = _checked(root)
    except Fault as fault:
        return (XmlFault(_path(signatures[0]), fault.code, str(fault)),)
    return tuple(_taken_apart(*scope, identifiers) for scope in scopes)


def _scopes(root: Any, signatures: list[Any]) -> Iterator[tuple[Any, Any, str]]:
    """Each signature with the element it has to cover, and the pointer of that. Raises ``Fault``.

    A signature stands in the element it covers, or in the ``proof`` there; one of each.
    """
    found: dict[str, tuple[Any, Any, str]] = {}
    presented = [child for child in root if isinstance(child.tag, str) and name_of(child.tag) == PRESENTED]
    inner = presented[0] if len(presented) == 1 and name_of(root.tag) == PRESENTATION else None
    for signature in signatures:
        parent = signature.getparent()
        holder = parent.getparent() if parent is not None and _is_proof(parent) else parent
        covers = "" if holder is root else f"/{PRESENTED}/0"
        if holder is None or (holder is not root and holder is not inner):
            raise Fault("seal_misplaced", "a signature stands where it is not one of the document")
        if covers in found:
            raise Fault("several_seals", "there are several signatures where there may be one")
        found[covers] = (signature, holder, covers)
    yield from found.values()


def _is_proof(element: Any) -> bool:
    return name_of(element.tag) in ("proof", "vp:proof")


def _checked(root: Any) -> Counter[str]:
    """How often each identifier is given. Raises ``Fault`` for what a signature does not cover and a reader may see."""
    if _INSTRUCTIONS_BESIDE(root):
        raise Fault("comment_in_signed_content", "a processing instruction stands beside the document")
    if _NO_ELEMENTS(root):
        raise Fault(
            "comment_in_signed_content", "a comment or processing instruction stands in what is signed"
        )
    identifiers: Any = _IDENTIFIERS(root)
    return Counter(identifiers)


def _path(element: Any) -> str:
    steps = [name_of(step.tag) for step in (element, *element.iterancestors())]
    return "/" + "/".join(reversed(steps))


def _taken_apart(signature: Any, scope: Any, covers: str, identifiers: Counter[str]) -> XmlSeal | XmlFault:
    path = _path(signature)
    try:
        return _seal(signature, scope, covers, identifiers, path)
    except Fault as fault:
        return XmlFault(path, fault.code, str(fault), covers)


def _seal(signature: Any, scope: Any, covers: str, identifiers: Counter[str], path: str) -> XmlSeal:
    parts = children(
        signature, f"{DS}SignedInfo", f"{DS}SignatureValue", f"{DS}KeyInfo?", f"{DS}Object*"
    )  # fmt: skip
    info, value = parts[0], parts[1]
    steps = children(
        info, f"{DS}CanonicalizationMethod", f"{DS}SignatureMethod", f"{DS}Reference", f"{DS}Reference*"
    )  # fmt: skip
    properties = properties_of(signature, value)
    document, signed = _references(steps[2:], properties, identifiers, scope)
    return XmlSeal(
        path=path,
        covers=covers,
        algorithm=_algorithm(steps[1]),
        signed_info=canonical(info, steps[0]),
        signature=base64_text(value),
        certificates=_certificates(signature),
        document_holds=_document_holds(document, scope, signature),
        properties_hold=signed is None or _properties_hold(signed, properties),
        properties=properties.facts,
    )


def _algorithm(method: Any) -> str:
    name = SIGNATURES.get(method.get("Algorithm", ""))
    if name is None or len(method):
        raise Fault("algorithm_forbidden", "the signature is made by an algorithm that is not allowed")
    return name


def _certificates(signature: Any) -> tuple[bytes, ...]:
    found = signature.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if not 0 < len(found) <= MAX_CERTIFICATES:
        raise Fault("certificate_missing", "the signature carries no certificate, or too many")
    return tuple(base64_text(entry) for entry in found)


# --- references -----------------------------------------------------------------------------------


def _references(found: list[Any], properties: Any, identifiers: Counter[str], scope: Any) -> tuple[Any, Any]:
    """The reference to the document and that to the signed properties, if there are any. Raises ``Fault``."""
    document = signed = None
    for reference in found:
        uri, kind = reference.get("URI"), reference.get("Type")
        if set(reference.attrib) - {"Id", "URI", "Type"} or uri is None:
            raise Fault("reference_forbidden", "a reference is not one to a part of the document")
        if uri and identifiers[uri.removeprefix("#")] != 1:
            raise Fault("reference_forbidden", "a reference is to something outside, or to several elements")
        if kind == SIGNED_PROPERTIES and signed is None and uri == f"#{properties.identifier}":
            signed = reference
        elif kind != SIGNED_PROPERTIES and document is None and _is_scope(uri, scope):
            document = reference
        else:
            raise Fault(
                "reference_forbidden", "a reference is to something else than the document it stands in"
            )
    if document is None or (signed is None) != (properties.element is None):
        raise Fault("reference_missing", "the signature does not cover the document and its own properties")
    return document, signed


def _is_scope(uri: str, scope: Any) -> bool:
    return uri == "" or any(name in _IDS and f"#{value}" == uri for name, value in scope.attrib.items())


def _document_holds(reference: Any, scope: Any, signature: Any) -> bool:
    transforms, method, value = _parts(reference)
    if len(transforms) < 2:
        raise Fault("transform_forbidden", "the signature is not taken out of what is signed")
    kinds = {_removes(transform) for transform in transforms[:-1]}
    own = signature if kinds == {"own"} else None
    return digest_holds(method, value, canonical(without_signatures(scope, own), transforms[-1]))


def _properties_hold(reference: Any, properties: Any) -> bool:
    transforms, method, value = _parts(reference)
    if len(transforms) != 1:
        raise Fault("transform_forbidden", "the signed properties are transformed in a way that is not known")
    return digest_holds(method, value, canonical(properties.element, transforms[0]))


def _parts(reference: Any) -> tuple[list[Any], Any, Any]:
    transforms, method, value = children(
        reference, f"{DS}Transforms", f"{DS}DigestMethod", f"{DS}DigestValue"
    )
    return children(transforms, f"{DS}Transform", f"{DS}Transform*"), method, value


def _removes(transform: Any) -> str:
    """Which signatures a transform takes out: its ``own``, or ``all``. Raises ``Fault`` for any other transform."""
    algorithm = transform.get("Algorithm")
    if algorithm == ENVELOPED and not len(transform):
        return "own"
    if algorithm == XPATH:
        expression = only_child(transform, f"{DS}XPath")
        pattern, allowed = _NOT_SIGNATURES, not expression.attrib
    elif algorithm == FILTER_2:
        expression = only_child(transform, _FILTER_2_XPATH)
        pattern, allowed = _ALL_SIGNATURES, dict(expression.attrib) == {"Filter": "subtract"}
    else:
        raise Fault("transform_forbidden", "what is signed is transformed in a way that is not allowed")
    said = pattern.match(text_of(expression))
    if not allowed or len(transform) != 1 or said is None or expression.nsmap.get(said[1]) != DS[1:-1]:
        raise Fault("transform_forbidden", "an expression takes out something else than signatures")
    return "all"
