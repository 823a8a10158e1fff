"""Baked images: the credential comes out of PNG and SVG, and no attack on them gets through."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import open_envelope
from gateway.envelopes.limits import MAX_BYTES
from gateway.envelopes.png import PNG
from gateway.errors import (
    BakedImageMalformed,
    CommentInValue,
    DoctypeForbidden,
    EnvelopeRefused,
    FormatUnknown,
    GatewayError,
    NotBaked,
    SeveralBakedCredentials,
    TooLarge,
)

CREDENTIAL = '{"id": "urn:uuid:1", "name": "Größe"}'
OB3 = "https://purl.imsglobal.org/ob/v3p0"
HEADER = (1).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def itxt(text: bytes, *, keyword: bytes = b"openbadgecredential", flag: bytes = b"\0\0") -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + flag + b"\0\0" + text)


def png(*chunks: bytes, end: bytes = b"") -> bytes:
    return PNG + chunk(b"IHDR", HEADER) + b"".join(chunks) + chunk(b"IEND", b"") + end


def svg(inside: str, *, before: str = "", attributes: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:b="{OB3}"{attributes}>'
        f"{inside}<g/></svg>"
    ).encode()


BAKED = [
    png(itxt(CREDENTIAL.encode())),
    png(itxt(CREDENTIAL.encode(), keyword=b"openbadges")),
    png(itxt(CREDENTIAL.encode(), keyword=b"clrcredential")),
    svg(
        f"<c:credential><![CDATA[{CREDENTIAL}]]></c:credential>",
        attributes=' xmlns:c="https://purl.imsglobal.org/clr/v2p0"',
    ),
    png(itxt(zlib.compress(CREDENTIAL.encode()), flag=b"\1\0")),
    png(chunk(b"tEXt", b"openbadges\0" + CREDENTIAL.encode())),
    png(chunk(b"zTXt", b"openbadges\0\0" + zlib.compress(CREDENTIAL.encode()))),
    png(chunk(b"tEXt", b"Comment\0hello"), itxt(CREDENTIAL.encode())),
    svg(f"<b:credential><![CDATA[{CREDENTIAL}]]></b:credential>"),
    svg(f"<b:credential>{CREDENTIAL}</b:credential>", before="<!-- drawn by hand -->"),
    svg(
        f"<b:credential>{CREDENTIAL}</b:credential>",
        before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
    ),
]


@pytest.mark.parametrize("image", BAKED)
def test_the_credential_comes_out_of_the_image(image: bytes) -> None:
    opened = open_envelope(image)
    assert opened.tree == {"id": "urn:uuid:1", "name": "Größe"}
    assert opened.data == CREDENTIAL.encode()
    assert opened.media_type in ("image/png", "image/svg+xml")


REFUSED = [
    (png(), NotBaked),
    (png(itxt(CREDENTIAL.encode(), keyword=b"openbadge")), NotBaked),
    (svg("<b:other/>"), NotBaked),
    (png(itxt(b"{}"), itxt(b"{}")), SeveralBakedCredentials),
    (png(itxt(b"{}"), itxt(b"{}", keyword=b"openbadges")), SeveralBakedCredentials),
    (svg("<b:credential>{}</b:credential>" * 2), SeveralBakedCredentials),
    (svg("<g><b:credential>{}</b:credential></g>"), BakedImageMalformed),
    (svg("<b:credential/>"), BakedImageMalformed),
    (svg('<b:credential verify="a.b.c">text</b:credential>'), BakedImageMalformed),
    (png(itxt(b"{}"), end=b"x"), BakedImageMalformed),
    (png(itxt(b"\xff\xfe")), BakedImageMalformed),
    (png(itxt(b"not compressed", flag=b"\1\0")), BakedImageMalformed),
    (png(itxt(zlib.compress(b"{}") + b"tail", flag=b"\1\0")), BakedImageMalformed),
    (png(itxt(zlib.compress(b"{}")[:-3], flag=b"\1\0")), BakedImageMalformed),
    (png(itxt(zlib.compress(bytes(MAX_BYTES + 1)), flag=b"\1\0")), TooLarge),
    (PNG + itxt(b"{}") + chunk(b"IEND", b""), BakedImageMalformed),
    (PNG, BakedImageMalformed),
    (PNG + (2**32 - 1).to_bytes(4, "big") + b"IHDR", BakedImageMalformed),
    (png(chunk(b"iTXt", b"openbadges")), BakedImageMalformed),
    (png(chunk(b"iTXt", b"openbadges\0\0")), BakedImageMalformed),
    (png(itxt(b"https://badges.example.org/1")), FormatUnknown),
    (png(itxt(png(itxt(b"{}")))), BakedImageMalformed),
    (png(itxt(svg("<b:credential>{}</b:credential>"))), BakedImageMalformed),
    (svg("<b:credential>{&x;}</b:credential>", before='<!DOCTYPE svg [<!ENTITY x "y">]>'), DoctypeForbidden),
    (svg("<b:credential>{<!-- x -->}</b:credential>"), CommentInValue),
]


@pytest.mark.parametrize(("image", "error"), REFUSED)
def test_what_is_baked_wrongly_is_refused(image: bytes, error: type[GatewayError]) -> None:
    with pytest.raises(error):
        open_envelope(image)


@given(st.integers(min_value=0, max_value=len(BAKED[0]) - 1), st.integers(min_value=1, max_value=255))
@settings(max_examples=150)
def test_a_changed_byte_of_the_chunks_never_passes_unseen(position: int, change: int) -> None:
    image = bytearray(BAKED[0])
    image[position] ^= change
    with pytest.raises(GatewayError):
        open_envelope(bytes(image))


@given(st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_after_the_signature_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        open_envelope(PNG + data)


def test_the_corpus_of_attacks(corpora: Path) -> None:
    refused = {}
    for path in sorted((corpora / "security/png").iterdir()):
        try:
            open_envelope(path.read_bytes())
        except GatewayError as error:
            refused[path.name] = error.code
    # A picture's dimensions are never believed and a script is never run: these two are read.
    assert len(refused) == 11
    assert not {"huge-dimensions.png", "script.svg"} & set(refused)
