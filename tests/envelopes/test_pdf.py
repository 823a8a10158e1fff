"""PDF files: the attached credential comes out; none, several, damaged and hostile ones are refused."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core import understand
from gateway.envelopes import open_envelope
from gateway.envelopes.limits import MAX_BYTES
from gateway.envelopes.pdf import attached_in_pdf
from gateway.errors import GatewayError, NoAttachment, PdfMalformed, SeveralAttachments, TooLarge
from gateway.resources import example_bytes

JSON = b'{"id": "urn:uuid:1"}'


def stream(number: int, body: bytes, head: bytes = b"/Type /EmbeddedFile", *, length: bool = True) -> bytes:
    told = b"/Length %d" % len(body) if length else b"/Length 99 0 R"
    return b"%d 0 obj\n<< %b %b >>\nstream\n%b\nendstream\nendobj\n" % (number, head, told, body)


def pdf(*objects: bytes) -> bytes:
    page = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] >>\nendobj\n"
    )
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + page + b"".join(objects) + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )


FLATE = b"/Type/EmbeddedFile /Filter /FlateDecode"
SPECIFICATION = b"9 0 obj\n<< /Type /Filespec /F (a.json) /EF << /F 5 0 R /UF 5 0 R >> >>\nendobj\n"
PACKED = stream(
    8,
    zlib.compress(b"9 0 << /Type /Filespec /EF << /F 5 0 R >> >>"),
    b"/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode]",
)
GOOD = {
    "as it is": pdf(stream(5, JSON)),
    "inflated": pdf(stream(5, zlib.compress(JSON), FLATE)),
    "of a length told elsewhere": pdf(stream(5, zlib.compress(JSON), FLATE, length=False)),
    "named by a specification": pdf(stream(5, JSON, b""), SPECIFICATION),
    "named inside a stream of objects": pdf(stream(5, JSON, b""), PACKED),
    "beside pictures and other files": pdf(
        stream(4, b"\x89PNG..."), stream(5, JSON), stream(6, b"1 0 obj stream", b"/Subtype /Image")
    ),
    "attached twice": pdf(stream(5, JSON), stream(6, zlib.compress(JSON), FLATE)),
    "changed later": pdf(stream(5, b"{}")) + pdf(stream(5, JSON)),
    "after a few bytes of a mailer": b"\r\n" + pdf(stream(5, JSON)),
    "with the word for its end in it": pdf(stream(5, JSON.replace(b"urn", b"endstream"))),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_attached_credential_comes_out(name: str) -> None:
    envelope = open_envelope(GOOD[name])
    assert envelope.data in (JSON, JSON.replace(b"urn", b"endstream"))
    assert envelope.media_type == "application/pdf"


@pytest.mark.parametrize("name", ["badge.ob3.json", "micro-credential.elm3.json", "badge.edci-xml.xml"])
def test_any_format_may_be_attached(name: str) -> None:
    attached = pdf(stream(5, zlib.compress(example_bytes(name)), FLATE))
    assert understand(attached).hub == understand(example_bytes(name)).hub


BAD = {
    "nothing attached": (pdf(), NoAttachment),
    "a picture attached": (pdf(stream(5, b"\x89PNG...")), NoAttachment),
    "another filter": (pdf(stream(5, JSON, b"/Type /EmbeddedFile /Filter /LZWDecode")), NoAttachment),
    "several filters": (
        pdf(stream(5, JSON, FLATE + b" /Filter [/ASCIIHexDecode /FlateDecode]")),
        PdfMalformed,
    ),
    "two credentials": (pdf(stream(5, JSON), stream(6, b"{}")), SeveralAttachments),
    "damaged": (pdf(stream(5, b"no zlib", FLATE)), PdfMalformed),
    "cut short": (pdf(stream(5, JSON))[:-60], PdfMalformed),
    "a bomb": (pdf(stream(5, zlib.compress(b"{" + bytes(MAX_BYTES)), FLATE)), TooLarge),
    "a bomb of objects": (
        pdf(
            stream(5, JSON),
            stream(8, zlib.compress(bytes(MAX_BYTES + 1)), b"/Type /ObjStm /Filter /FlateDecode"),
        ),
        TooLarge,
    ),
    "too many objects": (b"%PDF-1.7\n" + b"1 0 obj\n" * 100_001, PdfMalformed),
    "encrypted": (pdf(stream(5, JSON)).replace(b"/Root", b"/Encrypt 7 0 R /Root"), PdfMalformed),
    "only its start": (b"%PDF-1.7\n", NoAttachment),
}


@pytest.mark.parametrize("name", BAD)
def test_what_holds_no_one_credential_is_refused(name: str) -> None:
    data, error = BAD[name]
    with pytest.raises(error) as refusal:
        open_envelope(data)
    assert refusal.value.hint


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=6))
def test_a_damaged_file_is_refused_or_read(at: int, noise: bytes) -> None:
    data = GOOD["inflated"]
    try:
        attached_in_pdf(data[:at] + noise + data[at + 1 :])
    except GatewayError:
        return


def test_json_that_speaks_of_pdf_is_json() -> None:
    assert open_envelope(b'{"a": "%PDF-1.7"}').media_type == "application/json"
