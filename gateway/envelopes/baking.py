"""Baking: a credential put into an image, of which everything else stays as it is, byte for byte.

https://www.imsglobal.org/spec/ob/v3p0/#baking, https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/baking/
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from xml.parsers import expat

from gateway.envelopes.jwt import is_compact
from gateway.envelopes.limits import check_size
from gateway.envelopes.png import PNG, baked_in_png, chunks_of
from gateway.envelopes.svg import SVG_ROOT, baked_in_svg, is_svg, without_doctype
from gateway.envelopes.xml_text import NAMESPACES, XmlName, read_xml
from gateway.errors import BakedImageMalformed, NotAnImage

__all__ = ["BADGE_2", "BADGE_3", "RECORD_2", "Recipe", "bake", "media_type_of"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where a kind of credential stands in images: the keyword in PNG, the element and its namespace in SVG."""

    keyword: bytes
    namespace: str
    element: str


BADGE_2 = Recipe(b"openbadges", NAMESPACES["ob2"], "assertion")
BADGE_3 = Recipe(b"openbadgecredential", NAMESPACES["ob3"], "credential")
RECORD_2 = Recipe(b"clrcredential", NAMESPACES["clr"], "credential")
PREFIX = "openbadges"
CLOSING, ESCAPED = b"]]>", b"]]\\u003e"
"""What would end the section that JSON stands in, and the same in JSON's own words."""
_DECLARED = re.compile(rb"""\sxmlns:openbadges\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(rb"""<[^\s"'>/]+(?:[^"'>]|"[^"]*"|'[^']*')*>""")
"""A start tag: attributes may hold what would end it."""


def media_type_of(image: bytes) -> str:
    """``image/png`` or ``image/svg+xml``. Raises ``NotAnImage`` for what is neither."""
    if image.startswith(PNG):
        return "image/png"
    if is_svg(image):
        return "image/svg+xml"
    raise NotAnImage("the bytes are neither a PNG nor an SVG image")


def bake(image: bytes, credential: bytes, recipe: Recipe) -> bytes:
    """The image with a credential in it, in place of the one it had, if it had one.

    Raises ``NotAnImage``, ``BakedImageMalformed``, ``SeveralBakedCredentials``, ``TooLarge``, or what reading
    XML raises.
    """
    check_size(image)
    text = credential.removeprefix(b"\xef\xbb\xbf").strip()
    if media_type_of(image) == "image/png":
        made, found = _in_png(image, text, recipe), baked_in_png
    else:
        made, found = _in_svg(image, text, recipe), baked_in_svg
    check_size(made)
    if found(made).replace(ESCAPED, CLOSING) != text.replace(ESCAPED, CLOSING):
        raise BakedImageMalformed("the image does not give back what is put into it")
    return made


# --- PNG --------------------------------------------------------------------------------------------


def _in_png(image: bytes, text: bytes, recipe: Recipe) -> bytes:
    """The chunk in place of the one before, else before the end."""
    start = end = 0
    for chunk in chunks_of(image):
        if chunk.credential:
            if end:
                baked_in_png(image)  # says that there are several
            start, end = chunk.start, chunk.end
    if not end:
        start = end = len(image) - len(_chunk(b"IEND", b""))
    return image[:start] + _chunk(b"iTXt", recipe.keyword + b"\0\0\0\0\0" + text) + image[end:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


# --- SVG --------------------------------------------------------------------------------------------


def _in_svg(image: bytes, text: bytes, recipe: Recipe) -> bytes:
    """The element in place of the one before, else as the first child of the image."""
    root, _ = read_xml(without_doctype(image))
    if root != XmlName(*SVG_ROOT):
        raise BakedImageMalformed("the root of the SVG image is not an element svg of its namespace")
    places = _places(image)
    if len(places) > 2:
        baked_in_svg(image)  # says that there are several
    tag = _tag_at(image, places[0][0])
    declared = _DECLARED.search(image, tag.start(), tag.end())
    known = (declared[1] or declared[2] or b"").decode() if declared else ""
    if tag[0].endswith(b"/>"):
        raise BakedImageMalformed("the SVG image is empty")
    element = _element(text, recipe, declare=declared is not None and known != recipe.namespace)
    start, end = places[1] if len(places) == 2 else (tag.end(), tag.end())
    made = image[:start] + element + image[end:]
    if declared is None:
        name = re.compile(rb"<[^\s/>]+").match(image, tag.start())
        at = name.end() if name else tag.start()
        made = made[:at] + f' xmlns:{PREFIX}="{recipe.namespace}"'.encode() + made[at:]
    return made


def _element(text: bytes, recipe: Recipe, *, declare: bool) -> bytes:
    """A token in an attribute, JSON as text, which cannot end the section it stands in."""
    name = f"{PREFIX}:{recipe.element}".encode()
    opening = name + (f' xmlns:{PREFIX}="{recipe.namespace}"'.encode() if declare else b"")
    if is_compact(text):
        return b"<" + opening + b' verify="' + text + b'"/>'
    safe = text.replace(CLOSING, ESCAPED)
    return b"<" + opening + b"><![CDATA[" + safe + b"]]></" + name + b">"


def _places(image: bytes) -> list[tuple[int, int]]:
    """Where the root element begins, and from where to where each credential stands."""
    wanted = {f"{one.namespace} {one.element}" for one in (BADGE_2, BADGE_3, RECORD_2)}
    parser = expat.ParserCreate(namespace_separator=" ")
    found: list[tuple[int, int]] = []
    open_ones: list[int] = []

    def begins(name: str, _: object) -> None:
        if not found:
            found.append((parser.CurrentByteIndex, 0))
        open_ones.append(parser.CurrentByteIndex if name in wanted else -1)

    def ends(_: str) -> None:
        if (start := open_ones.pop()) >= 0:
            tag = _tag_at(image, start)
            alone = tag[0].endswith(b"/>")
            found.append((start, tag.end() if alone else image.index(b">", parser.CurrentByteIndex) + 1))

    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    try:
        image.decode("utf-8")
        parser.Parse(image, True)
    except (UnicodeDecodeError, expat.ExpatError):
        raise BakedImageMalformed("only SVG images in UTF-8 are baked into") from None
    return found


def _tag_at(image: bytes, start: int) -> re.Match[bytes]:
    tag = _TAG.match(image, start)
    if tag is None:
        raise BakedImageMalformed("the start of the SVG image cannot be read")
    return tag
