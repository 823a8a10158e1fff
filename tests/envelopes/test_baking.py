"""Baking: the credential goes into PNG and SVG and comes out again; every other byte stays where it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import open_envelope
from gateway.envelopes.baking import BADGE_2, BADGE_3, RECORD_2, Recipe, bake, media_type_of
from gateway.envelopes.limits import MAX_BYTES
from gateway.envelopes.png import PNG, baked_in_png, chunks_of
from gateway.envelopes.svg import baked_in_svg
from gateway.errors import (
    BakedImageMalformed,
    DoctypeForbidden,
    GatewayError,
    MalformedXml,
    NotAnImage,
    NotBaked,
    SeveralBakedCredentials,
    TooLarge,
    WrongEncoding,
)
from tests.envelopes.test_baked import chunk, itxt, png

JSON = b'{"id": "urn:uuid:1", "name": "Gr\xc3\xb6\xc3\x9fe ]]> </x>"}'
TOKEN = b"eyJhbGciOiJFZERTQSJ9.e30.c2ln"
PICTURE = png(chunk(b"tEXt", b"Title\0Badge"), chunk(b"IDAT", b"pixels"))
DRAWING = (
    b'<?xml version="1.0"?>\n<!-- <svg> --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" title="a>b">\n <g/>\n</svg>\n'
)
RECIPES = [BADGE_2, BADGE_3, RECORD_2]


def out_of(image: bytes) -> bytes:
    return baked_in_png(image) if image.startswith(PNG) else baked_in_svg(image)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.namespace)
@pytest.mark.parametrize("text", [JSON, TOKEN], ids=["json", "token"])
@pytest.mark.parametrize("image", [PICTURE, DRAWING], ids=["png", "svg"])
def test_what_goes_in_comes_out(image: bytes, text: bytes, recipe: Recipe) -> None:
    made = bake(image, text, recipe)
    assert out_of(made).replace(rb"]]\u003e", b"]]>") == text
    assert open_envelope(made).image == media_type_of(image)
    other = b'{"id": "urn:uuid:2"}'
    assert out_of(bake(made, other, recipe)) == other
    assert bake(bake(made, other, recipe), text, recipe) == made


def test_the_rest_of_a_png_stays_byte_for_byte() -> None:
    made = bake(PICTURE, JSON, BADGE_3)
    end = chunk(b"IEND", b"")
    assert made == PICTURE.removesuffix(end) + itxt(JSON) + end


def test_the_rest_of_an_svg_stays_byte_for_byte() -> None:
    made = bake(DRAWING, TOKEN, BADGE_3)
    declared = b' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
    element = b'<openbadges:credential verify="' + TOKEN + b'"/>'
    assert made.replace(declared, b"").replace(element, b"") == DRAWING
    assert b'title="a>b">' + element in made


def test_a_chunk_is_replaced_where_it_stands() -> None:
    old = png(itxt(b"{}", keyword=b"openbadges"), chunk(b"IDAT", b"pixels"))
    assert bake(old, JSON, BADGE_3) == png(itxt(JSON), chunk(b"IDAT", b"pixels"))


@pytest.mark.parametrize(
    "old",
    [
        b'<o:assertion xmlns:o="http://openbadges.org" verify="x"/>',
        b'<o:assertion xmlns:o="http://openbadges.org" verify="/>"></o:assertion>',
        b'<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0"><![CDATA[{"a": "/>"}]]></o:credential>',
    ],
)
def test_an_element_is_replaced_where_it_stands(old: bytes) -> None:
    image = DRAWING.replace(b"<g/>", b"<g/>" + old + b"<h/>")
    made = bake(image, TOKEN, BADGE_3)
    assert b'<g/><openbadges:credential verify="' + TOKEN + b'"/><h/>' in made


def test_a_prefix_that_means_something_else_is_declared_anew() -> None:
    image = DRAWING.replace(b"<svg ", b"<svg xmlns:openbadges='http://openbadges.org' ")
    assert out_of(bake(image, TOKEN, BADGE_3)) == TOKEN


SEVERAL = b'<o:assertion xmlns:o="http://openbadges.org" verify="x"/>' * 2
BAD = {
    "no image": (b"\xff\xd8\xff\xe0", NotAnImage),
    "nothing": (b"", NotAnImage),
    "two badges in PNG": (png(itxt(b"{}"), itxt(b"{}")), SeveralBakedCredentials),
    "two badges in SVG": (DRAWING.replace(b"<g/>", SEVERAL), SeveralBakedCredentials),
    "a badge inside another element": (
        DRAWING.replace(b"<g/>", b"<g>" + SEVERAL[: len(SEVERAL) // 2] + b"</g>"), BakedImageMalformed,
    ),
    "a PNG cut short": (PICTURE[:-5], BakedImageMalformed),
    "a PNG with a tail": (PICTURE + b"x", BakedImageMalformed),
    "an SVG cut short": (DRAWING[:-5], MalformedXml),
    "an SVG without content": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', BakedImageMalformed),
    "an SVG of no namespace": (b"<svg><g/></svg>", BakedImageMalformed),
    "an SVG in another encoding": (
        '<?xml version="1.0" encoding="iso-8859-1"?><svg xmlns="http://www.w3.org/2000/svg"><g/>ä</svg>'.encode(
            "latin-1"
        ), WrongEncoding,
    ),
    "entities": (
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"><g/>&a;</svg>', DoctypeForbidden,
    ),
    "too large": (PICTURE + bytes(MAX_BYTES), TooLarge),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_no_credential_goes_into_is_refused(name: str) -> None:
    image, error = BAD[name]
    with pytest.raises(error):
        bake(image, JSON, BADGE_3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DRAWING)), st.binary(max_size=4))
def test_a_damaged_image_is_refused_or_holds_what_was_put_in(at: int, noise: bytes) -> None:
    for image in (DRAWING, PICTURE):
        damaged = image[:at] + noise + image[at:]
        try:
            made = bake(damaged, TOKEN, BADGE_3)
        except GatewayError:
            continue
        assert out_of(made) == TOKEN


def rest_of(image: bytes) -> bytes:
    """The image without its credential, and without the declaration of its prefix."""
    if image.startswith(PNG):
        return b"".join(image[one.start : one.end] for one in chunks_of(image) if not one.credential)
    element = rb"<(\w+):(?:credential|assertion)\b[^>]*?(?:/>|>.*?</\1:(?:credential|assertion)\s*>)"
    return re.sub(element, b"", image, flags=re.DOTALL)


def test_official_images_are_baked_anew_with_everything_else_as_it_was(corpora: Path) -> None:
    done = 0
    for path in sorted([*(corpora / "ob").rglob("*.png"), *(corpora / "ob").rglob("*.svg")]):
        data = path.read_bytes()
        try:
            text = out_of(data)
        except (NotBaked, SeveralBakedCredentials):
            continue
        recipe = next(one for one in RECIPES if one.keyword in data or one.namespace.encode() in data)
        made = bake(data, text, recipe)
        assert out_of(made) == text
        assert rest_of(made) == rest_of(data)
        assert len(rest_of(data)) < len(data)
        done += 1
    assert done >= 7
