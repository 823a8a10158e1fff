"""Baked SVG images: the credential in an element of the Open Badges namespace (Open Badges 3.0 section 5.3.2)."""

from __future__ import annotations

import re
from typing import Any

from gateway.envelopes.xml_text import NAMESPACES, read_xml
from gateway.errors import BakedImageMalformed, NotBaked, SeveralBakedCredentials

__all__ = ["SVG_ROOT", "baked_in_svg", "is_svg", "without_doctype"]

SVG_ROOT = (NAMESPACES["svg"], "svg")
ELEMENTS = ("ob3:credential", "ob2:assertion", "clr:credential")
_DOCTYPE = re.compile(rb"<!DOCTYPE\s+svg(\s+(PUBLIC|SYSTEM|\"[^\"<>\[]*\"|'[^'<>\[]*'))*\s*>")
"""The declaration drawing programs write. It names a DTD, which is not read, and declares nothing itself."""
_PROLOG_BYTES = 4096
_START = re.compile(rb"<(?:[A-Za-z]+:)?svg[\s>]")


def is_svg(data: bytes) -> bool:
    """Whether the bytes are an SVG image: by its namespace and root among the first of them."""
    head = data[:_PROLOG_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and _START.search(head) is not None


def baked_in_svg(data: bytes) -> bytes:
    """The credential baked into an SVG image: the ``verify`` attribute (a JWS or address) or the text (JSON).

    Raises ``BakedImageMalformed``, ``NotBaked``, ``SeveralBakedCredentials``, or what ``read_xml`` does.
    """
    _, tree = read_xml(without_doctype(data))
    found = [element for name in ELEMENTS for element in tree.get(name, [])]
    nested = _count(tree)
    if not nested:
        raise NotBaked("no element of the image holds a credential")
    if nested > 1:
        raise SeveralBakedCredentials(f"{nested} elements of the image hold a credential")
    if not found:
        raise BakedImageMalformed("the element with the credential is no child of the image")
    return _text_of(found[0])


def without_doctype(data: bytes) -> bytes:
    """The image without a document type declaration that only names the type; any other one stays."""
    head, rest = data[:_PROLOG_BYTES], data[_PROLOG_BYTES:]
    return _DOCTYPE.sub(b"", head, count=1) + rest


def _text_of(element: Any) -> bytes:
    attribute = element.get("@verify", "") if isinstance(element, dict) else ""
    text = element.get("#", "") if isinstance(element, dict) else element
    chosen = str(text).strip() or str(attribute).strip()
    if not chosen:
        raise BakedImageMalformed("the element with the credential is empty")
    if str(text).strip() and str(attribute).strip() and not str(text).lstrip().startswith("{"):
        raise BakedImageMalformed("the element has both an attribute and a text that is no credential")
    return chosen.encode()


def _count(tree: Any) -> int:
    """How many elements of the two names stand anywhere in the tree."""
    found, stack = 0, [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found += sum(len(value.get(name, [])) for name in ELEMENTS)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found
