"""Opening an envelope: which one it is, and the tree inside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gateway.envelopes.jades import is_jades, payload_of
from gateway.envelopes.json_text import read_json
from gateway.envelopes.jwt import CLAIMS, credential_in, enveloped, is_compact, read_jwt
from gateway.envelopes.limits import check_size
from gateway.envelopes.pdf import attached_in_pdf, is_pdf
from gateway.envelopes.png import PNG, baked_in_png
from gateway.envelopes.recognition import refuse_foreign_bytes
from gateway.envelopes.sd_jwt import is_sd_jwt, read_sd_jwt
from gateway.envelopes.svg import baked_in_svg, is_svg
from gateway.envelopes.xml_text import XmlName, read_xml
from gateway.errors import BakedImageMalformed, FormatUnknown, MalformedJwt
from gateway.records import quick

__all__ = ["Envelope", "open_envelope", "open_tree"]

Json = dict[str, Any]

VCDM_2 = "https://www.w3.org/ns/credentials/v2"
PDF_TYPE = "application/pdf"
MEDIA_TYPES = {"": "application/json", "jwt": "application/jwt", "sd-jwt": "application/dc+sd-jwt"}


@quick
@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened envelope. ``root`` is set for XML; ``sealed`` names a seal around the tree that is
    not checked in opening it; ``image`` the media type of the image, or PDF, that the document came in;
    ``data`` are the document's bytes as they came.
    """

    kind: str
    tree: Any
    data: bytes
    root: XmlName | None = None
    sealed: str = ""
    image: str = ""

    @property
    def media_type(self) -> str:
        """The media type of what came."""
        if self.image:
            return self.image
        if self.kind == "xml":
            return "application/xml"
        return MEDIA_TYPES.get(self.sealed, "application/jose+json")


def open_envelope(data: bytes) -> Envelope:
    """The tree in the bytes; raises an ``EnvelopeRefused``, or ``FormatUnknown`` saying what it is."""
    check_size(data)
    if data.startswith(PNG):
        return replace(_open(_baked(baked_in_png(data))), image="image/png")
    if is_svg(data):
        return replace(_open(_baked(baked_in_svg(data))), image="image/svg+xml")
    if is_pdf(data):
        return replace(_open(attached_in_pdf(data)), image=PDF_TYPE)
    return _open(data)


def open_tree(tree: Any, data: bytes) -> Envelope:
    """The envelope that JSON is, which ``data`` was read as."""
    if (token := enveloped(tree)) is not None:
        _check_enveloped(tree)
        return Envelope("json", credential_in(read_jwt(token)), token, sealed="jwt")
    if is_jades(tree):
        return Envelope("json", payload_of(tree), data, sealed="jades")
    return Envelope("json", tree, data)


def _check_enveloped(tree: Json) -> None:
    """An envelope of VCDM 2.0 is a document of that data model itself (section 4.13.1)."""
    contexts = tree.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first != VCDM_2:
        raise MalformedJwt("the envelope's first context is not that of VCDM 2.0", pointer="/@context")


def _baked(text: bytes) -> bytes:
    """What was baked, when it is a credential; old badges have only an address there."""
    if text.lstrip().startswith((b"http://", b"https://")):
        raise FormatUnknown(
            "the image holds only the address of a badge",
            hint="Fetch the badge from there and give its JSON.",
        )
    if text.startswith(PNG) or text.lstrip().startswith(b"<"):
        raise BakedImageMalformed("what is baked into the image is no credential")
    return text


def _open(data: bytes) -> Envelope:
    refuse_foreign_bytes(data)
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"["):
        return open_tree(read_json(data), data)
    if first == b"<" or data.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        root, tree = read_xml(data)
        return Envelope("xml", tree, data, root=root)
    if is_compact(data):
        return Envelope("json", credential_in(read_jwt(data)), data.strip(), sealed="jwt")
    if is_sd_jwt(data):
        return Envelope("json", _claims(data), data.strip(), sealed="sd-jwt")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        read_json(data)
    raise FormatUnknown("the bytes are neither JSON nor XML")


def _claims(data: bytes) -> Json:
    """What an SD-JWT says; of a credential of the W3C's data model, without the token's own claims."""
    claims = read_sd_jwt(data).claims
    if "@context" not in claims:
        return claims
    return {name: value for name, value in claims.items() if name not in CLAIMS and name != "vct"}
