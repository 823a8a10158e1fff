"""Opening an envelope: which one it is, and the tree inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.envelopes.jades import is_jades, payload_of
from gateway.envelopes.json_text import read_json
from gateway.envelopes.limits import check_size
from gateway.envelopes.recognition import refuse_foreign_bytes
from gateway.envelopes.xml_text import XmlName, read_xml
from gateway.errors import FormatUnknown

__all__ = ["Envelope", "open_envelope"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An opened envelope. ``root`` is set for XML; ``sealed`` names a seal around the tree that was
    not checked in opening it; ``data`` are the bytes as they came.
    """

    kind: str
    tree: Any
    data: bytes
    root: XmlName | None = None
    sealed: str = ""

    @property
    def media_type(self) -> str:
        """The media type of ``data``."""
        if self.kind == "xml":
            return "application/xml"
        return "application/jose+json" if self.sealed else "application/json"


def open_envelope(data: bytes) -> Envelope:
    """The tree in the bytes; raises an ``EnvelopeRefused``, or ``FormatUnknown`` saying what it is."""
    check_size(data)
    refuse_foreign_bytes(data)
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"["):
        tree = read_json(data)
        if is_jades(tree):
            return Envelope("json", payload_of(tree), data, sealed="jades")
        return Envelope("json", tree, data)
    if first == b"<" or data.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        root, tree = read_xml(data)
        return Envelope("xml", tree, data, root=root)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        read_json(data)
    raise FormatUnknown("the bytes are neither JSON nor XML")
