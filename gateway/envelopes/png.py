"""Baked PNG images: the credential in a text chunk (Open Badges 3.0 section 5.3.1, 2.0 baking).

The chunks are walked by hand, no image is decoded. https://www.w3.org/TR/png-3/#5DataRep
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.envelopes.inflating import inflated
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import BakedImageMalformed, NotBaked, SeveralBakedCredentials, TooLarge

__all__ = ["PNG", "Chunk", "baked_in_png", "chunks_of"]

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadgecredential", b"openbadges", b"clrcredential")
"""The keywords of Open Badges 3.0, of 1.x and 2.0, and of Comprehensive Learner Records 2.0."""
TEXTS = (b"iTXt", b"tEXt", b"zTXt")
MAX_CHUNKS = 10_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of an image, from ``start`` to ``end``."""

    kind: bytes
    body: bytes
    start: int
    end: int

    @property
    def credential(self) -> bool:
        """Whether it holds a credential, of whatever kind."""
        return self.kind in TEXTS and self.body.partition(b"\0")[0] in KEYWORDS


def baked_in_png(data: bytes) -> bytes:
    """The credential baked into a PNG image: JSON, a JWS, or with old badges an address.

    Raises ``BakedImageMalformed``, ``NotBaked``, ``SeveralBakedCredentials`` or ``TooLarge``.
    """
    found = [_credential(chunk) for chunk in chunks_of(data) if chunk.credential]
    if not found:
        raise NotBaked("no chunk of the image holds a credential")
    if len(found) > 1:
        raise SeveralBakedCredentials(f"{len(found)} chunks of the image hold a credential")
    return found[0]


def chunks_of(data: bytes) -> Iterator[Chunk]:
    """Every chunk up to the one that ends the image and the file. Raises ``BakedImageMalformed``."""
    position = len(PNG)
    for number in range(MAX_CHUNKS):
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 12 + length
        if len(data) < position + 12 or end > len(data):
            raise BakedImageMalformed("the PNG image is truncated")
        kind, body = data[position + 4 : position + 8], data[position + 8 : end - 4]
        if zlib.crc32(kind + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise BakedImageMalformed("a chunk of the PNG image has a wrong checksum")
        if (number == 0) != (kind == b"IHDR"):
            raise BakedImageMalformed("a PNG image begins with exactly one header")
        if kind == b"IEND":
            if end != len(data):
                raise BakedImageMalformed("something stands after the end of the PNG image")
            return
        yield Chunk(kind, body, position, end)
        position = end
    raise BakedImageMalformed("the PNG image has too many chunks")


def _credential(chunk: Chunk) -> bytes:
    kind = chunk.kind
    _, separator, rest = chunk.body.partition(b"\0")
    if not separator:
        raise BakedImageMalformed("a text chunk has no separator")
    text = _international(rest) if kind == b"iTXt" else _inflated(rest[1:]) if kind == b"zTXt" else rest
    try:
        text.decode()
    except UnicodeDecodeError:
        raise BakedImageMalformed("the text of the baked credential is not UTF-8") from None
    return text


def _international(rest: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword: flag, method, language, translated keyword, text."""
    parts = rest[2:].split(b"\0", 2)
    if len(rest) < 2 or len(parts) != 3:
        raise BakedImageMalformed("a text chunk is cut short")
    if rest[0] == 0:
        return parts[2]
    return _inflated(parts[2])


def _inflated(compressed: bytes) -> bytes:
    """Old bakers compress, though the specification says not to; never beyond what a document may have."""
    text = inflated(compressed, MAX_BYTES)
    if text is None:
        raise BakedImageMalformed("the compressed text of a chunk is damaged")
    if len(text) > MAX_BYTES:
        raise TooLarge(f"the baked credential has more than {MAX_BYTES} bytes")
    return text
