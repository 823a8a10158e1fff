"""PDF files with a credential attached (ISO 32000-2 section 7.11.4): the attachment as it was put there.

No page is read and nothing is drawn. Streams are found by walking the objects of the file; what an attachment is
said by its own type, or by the file specification that refers to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.envelopes.inflating import inflated
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import NoAttachment, PdfMalformed, SeveralAttachments, TooLarge

__all__ = ["PDF", "attached_in_pdf", "is_pdf"]

PDF = b"%PDF-"
START_WITHIN = 1024
"""A PDF begins within so many bytes; some mailers put a few before it."""
LONGEST_HEAD = 16_384
MAX_OBJECTS, MAX_ATTACHMENTS = 100_000, 64
"""Most objects walked, and most attachments looked into."""
BLANK = b"\xef\xbb\xbf \t\r\n"
_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,10})[\x00\t\n\f\r ]+[0-9]{1,5}[\x00\t\n\f\r ]+obj(?![A-Za-z])")
_STREAM = re.compile(rb">>[\x00\t\n\f\r ]*stream(?:\r\n|\n|\r)")
_LENGTH = re.compile(rb"/Length[\x00\t\n\f\r ]+([0-9]{1,10})(?![\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+R)")
_ATTACHMENT = re.compile(rb"/Type[\x00\t\n\f\r ]*/EmbeddedFile(?![A-Za-z])")
_OBJECTS = re.compile(rb"/Type[\x00\t\n\f\r ]*/ObjStm(?![A-Za-z])")
_REFERRED = re.compile(rb"/EF[\x00\t\n\f\r ]*<<([^>]{0,200})>>")
_REFERENCE = re.compile(rb"/U?F[\x00\t\n\f\r ]+([0-9]{1,10})[\x00\t\n\f\r ]+[0-9]{1,5}[\x00\t\n\f\r ]+R")
_FILTER = re.compile(rb"/Filter[\x00\t\n\f\r ]*(\[[^\]]{0,100}\]|/[A-Za-z0-9]+)")
_PLAIN_FLATE = (b"/FlateDecode", b"/Fl")
_CREDENTIAL = (b"{", b"[", b"<", b"eyJ")


@dataclass(frozen=True, slots=True)
class _Stream:
    """A stream object: what is said of it, and its bytes as they stand."""

    head: bytes
    body: bytes


def is_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF file."""
    return PDF in data[: START_WITHIN + len(PDF)] and data.lstrip()[:1] not in (b"{", b"[", b"<")


def attached_in_pdf(data: bytes) -> bytes:
    """The credential attached to a PDF file: JSON, XML or a token.

    Raises ``NoAttachment``, ``SeveralAttachments``, ``PdfMalformed`` or ``TooLarge``.
    """
    if re.search(rb"/Encrypt[\x00\t\n\f\r ]+[0-9<]", data):
        raise PdfMalformed(
            "the PDF is encrypted", hint="Save it without a password, or give the credential itself."
        )
    streams = dict(_streams(data))  # of an object that was changed later, the last one counts
    named = _referred(data, streams)
    files = [one for number, one in streams.items() if number in named or _ATTACHMENT.search(one.head)]
    if not files:
        raise NoAttachment("no file is attached to the PDF")
    contents = [_content(one) for one in files[:MAX_ATTACHMENTS]]
    found = [content for content in contents if content.lstrip(BLANK).startswith(_CREDENTIAL)]
    if not found:
        raise NoAttachment(f"none of {len(files)} attached files is a credential")
    if len(set(found)) > 1:
        raise SeveralAttachments(f"{len(found)} attached files may be credentials")
    return found[0]


def _streams(data: bytes) -> Iterator[tuple[int, _Stream]]:
    """Every stream object by its number, in the order of the file."""
    position = 0
    for _ in range(MAX_OBJECTS):
        start = _OBJECT.search(data, position)
        if start is None:
            return
        position = start.end()
        following = _OBJECT.search(data, position, position + LONGEST_HEAD)
        limit = following.start() if following is not None else position + LONGEST_HEAD
        opening = _STREAM.search(data, position, limit)
        if opening is None:
            continue
        head = data[position : opening.start() + 2]
        end = _end(data, head, opening.end())
        yield int(start[1]), _Stream(head, data[opening.end() : end])
        position = end
    raise PdfMalformed(f"the PDF has more than {MAX_OBJECTS} objects")


def _end(data: bytes, head: bytes, start: int) -> int:
    """Where a stream ends: as its length says, where that is so, else before the word that ends it."""
    told = _LENGTH.search(head)
    end = start + int(told[1]) if told else -1
    if told and data[end : end + 20].lstrip(b"\r\n \t").startswith(b"endstream"):
        return end
    end = data.find(b"endstream", start)
    if end < 0:
        raise PdfMalformed("a stream of the PDF does not end")
    return (
        end - 2
        if data[end - 2 : end] == b"\r\n"
        else end - 1
        if data[end - 1 : end] in (b"\n", b"\r")
        else end
    )


def _referred(data: bytes, streams: dict[int, _Stream]) -> set[int]:
    """The numbers of the objects that file specifications refer to, those in streams of objects too."""
    texts, size = [data], 0
    for one in streams.values():
        if _OBJECTS.search(one.head):
            texts.append(_content(one))
            if (size := size + len(texts[-1])) > MAX_BYTES:
                raise TooLarge(f"the objects of the PDF have more than {MAX_BYTES} bytes")
    entries = (entry[1] for text in texts for entry in _REFERRED.finditer(text))
    return {int(reference[1]) for entry in entries for reference in _REFERENCE.finditer(entry)}


def _content(stream: _Stream) -> bytes:
    """The bytes of a stream, inflated where that is all that was done to them; none where more was."""
    told = _FILTER.search(stream.head)
    names = told[1].strip(b"[]\x00\t\n\f\r ").split() if told else []
    if not names:
        return stream.body
    if len(names) > 1 or names[0] not in _PLAIN_FLATE:
        return b""
    content = inflated(stream.body.rstrip(b"\r\n"), MAX_BYTES)
    content = inflated(stream.body, MAX_BYTES) if content is None else content
    if content is None:
        raise PdfMalformed("an attachment of the PDF is damaged")
    if len(content) > MAX_BYTES:
        raise TooLarge(f"an attachment of the PDF has more than {MAX_BYTES} bytes")
    return content
