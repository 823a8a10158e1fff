"""Exclusive canonical XML of a part of a document, and the algorithms of XML signatures that are allowed.

https://www.w3.org/TR/xml-exc-c14n/, https://www.w3.org/TR/xmldsig-core1/, RFC 9231.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import re
from typing import Any

from lxml import etree

__all__ = [
    "DIGESTS",
    "DS",
    "EXCLUSIVE",
    "SIGNATURES",
    "Fault",
    "base64_text",
    "canonical",
    "children",
    "digest_holds",
    "only_child",
    "text_of",
    "without_signatures",
]

DS = "{http://www.w3.org/2000/09/xmldsig#}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE_NAMESPACES = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
_WHITE = re.compile(r"[ \t\r\n]+")

SIGNATURES: dict[str, str] = {
    # the algorithm of a signature -> its JOSE name
    f"{_MORE}rsa-sha256": "RS256",
    f"{_MORE}rsa-sha384": "RS384",
    f"{_MORE}rsa-sha512": "RS512",
    f"{_PSS}sha256-rsa-MGF1": "PS256",
    f"{_PSS}sha384-rsa-MGF1": "PS384",
    f"{_PSS}sha512-rsa-MGF1": "PS512",
    f"{_MORE}ecdsa-sha256": "ES256",
    f"{_MORE}ecdsa-sha384": "ES384",
}
DIGESTS: dict[str, str] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    f"{_MORE}sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


class Fault(Exception):
    """Why a signature is not looked at any further; never leaves this folder."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def canonical(element: Any, method: Any) -> bytes:
    """An element in the form that a CanonicalizationMethod or Transform asks for: exclusive, without comments.

    Raises ``Fault`` for any other form.
    """
    if method.get("Algorithm") != EXCLUSIVE:
        raise Fault("transform_forbidden", "a canonicalization is not exclusive canonical XML")
    prefixes: list[str] = []
    for child in method:
        if child.tag != _INCLUSIVE_NAMESPACES or len(method) != 1:
            raise Fault("transform_forbidden", "a canonicalization has parameters that are not known")
        prefixes = child.get("PrefixList", "").split()
    try:
        found = etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=prefixes or None,
        )
    except etree.LxmlError:  # a namespace by a relative name has no canonical form
        raise Fault("seal_malformed", "what is signed has no canonical form") from None
    return bytes(found)


def without_signatures(element: Any, own: Any | None = None) -> Any:
    """A copy of an element without the signatures in it, or without its ``own`` alone; what follows them stays."""
    marked = [own] if own is not None else [*element.iter(f"{DS}Signature")]
    places = [_place(element, signature) for signature in marked]
    copied = copy.deepcopy(element)
    copied.tail = None
    for signature in [_at(copied, place) for place in places]:
        _take_out(signature)
    return copied


def _place(ancestor: Any, element: Any) -> list[int]:
    """The position of an element below an ancestor, step by step."""
    steps: list[int] = []
    while element is not ancestor:
        parent = element.getparent()
        steps.append(parent.index(element))
        element = parent
    return steps[::-1]


def _at(element: Any, place: list[int]) -> Any:
    for step in place:
        element = element[step]
    return element


def _take_out(element: Any) -> None:
    parent, previous = element.getparent(), element.getprevious()
    if element.tail:
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


def digest_holds(method: Any, value: Any, data: bytes) -> bool:
    """Whether a DigestValue is that of the data. Raises ``Fault`` for an algorithm that is not allowed."""
    name = DIGESTS.get(method.get("Algorithm", ""))
    if name is None or len(method):
        raise Fault("algorithm_forbidden", "a digest is made by an algorithm that is not allowed")
    return hashlib.new(name, data).digest() == base64_text(value)


# --- parts of a signature -------------------------------------------------------------------------


def children(element: Any, *names: str) -> list[Any]:
    """The children of an element, which must have these names and no others, in this order (as a pattern).

    A name ending in ``*`` may stand any number of times, one in ``?`` at most once. Raises ``Fault``.
    """
    pattern = "".join(f"(?:{re.escape(name.rstrip('*?'))} ){_often(name)}" for name in names)
    if not re.fullmatch(pattern, "".join(f"{child.tag} " for child in element)):
        raise Fault("seal_malformed", f"{etree.QName(element).localname} has other parts than it should")
    return list(element)


def _often(name: str) -> str:
    return name[-1] if name[-1] in "*?" else ""


def only_child(element: Any, name: str) -> Any:
    """The one child of a name. Raises ``Fault`` when there is none, or several."""
    found = element.findall(name)
    if len(found) != 1:
        raise Fault("seal_malformed", f"there is not one {etree.QName(name).localname}")
    return found[0]


def text_of(element: Any) -> str:
    """The text of an element that holds nothing else. Raises ``Fault``."""
    if len(element):
        raise Fault("seal_malformed", f"{etree.QName(element).localname} holds more than a text")
    return element.text or ""


def base64_text(element: Any) -> bytes:
    """The bytes an element holds in base64, in its one form but for white space. Raises ``Fault``."""
    text = _WHITE.sub("", text_of(element))
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Fault("seal_malformed", f"{etree.QName(element).localname} is not base64")
    return data
