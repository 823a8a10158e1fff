"""Badges in images, from bytes to bytes: on the command line and over HTTP, in a given image or the badge's own."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.cli import main
from gateway.core import BAKED, ConvertOptions, baked, understand
from gateway.envelopes.png import baked_in_png
from gateway.errors import FormatUnwritable, NotAnImage
from gateway.formats import FORMATS
from gateway.resources import data_path, example_bytes
from tests.envelopes.test_baked import chunk, png
from tests.parts import gateway

MICRO, BADGE, OLD = "micro-credential.elm3.json", "badge.ob3.json", "badge.ob2.json"
PICTURE = png(chunk(b"IDAT", b"pixels"))
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'
URL = "data:image/png;base64," + base64.b64encode(PICTURE).decode()


def with_picture() -> bytes:
    tree = json.loads(example_bytes(BADGE))
    tree["credentialSubject"]["achievement"]["image"] = {"id": URL, "type": "Image"}
    return json.dumps(tree).encode()


@pytest.mark.parametrize("image", [PICTURE, DRAWING], ids=["png", "svg"])
@pytest.mark.parametrize("securing", ["eddsa-rdfc-2022", "vc+jwt", "jwt_vc_json"])
async def test_what_is_converted_into_an_image_verifies(image: bytes, securing: str) -> None:
    gate = gateway()
    made = await gate.convert(example_bytes(MICRO), ConvertOptions("ob3", image=image), securing=securing)
    assert made.kind == "image"
    assert made.media_type in ("image/png", "image/svg+xml")
    assert (await gate.verify(made.content)).verified
    back = await gate.convert(made.content, ConvertOptions("ob3", image=b""), securing=securing)
    assert (await gate.verify(back.content)).verified  # into the image that it came in
    assert back.media_type == made.media_type


async def test_a_badge_goes_into_the_image_that_it_brings_along() -> None:
    made = await gateway().convert(with_picture(), ConvertOptions("ob3", image=b""))
    end = chunk(b"IEND", b"")
    assert made.content.startswith(PICTURE.removesuffix(end))
    unsigned = await gateway().convert(with_picture(), ConvertOptions("ob3", image=b""), signed=False)
    assert understand(unsigned.content).hub.has_claim == understand(with_picture()).hub.has_claim


async def test_without_an_image_or_into_another_format_it_is_refused_before_anything_is_signed() -> None:
    with pytest.raises(NotAnImage):
        await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3", image=b""))
    with pytest.raises(NotAnImage):
        await gateway().convert(example_bytes(BADGE), ConvertOptions("ob3", image=b"GIF89a"))
    with pytest.raises(FormatUnwritable):
        await gateway().convert(example_bytes(BADGE), ConvertOptions("elm3", image=PICTURE))


def test_badges_of_every_age_are_baked_as_they_stand() -> None:
    assert set(BAKED) & {form.name for form in FORMATS} >= {"ob3", "ob2", "ob1"}
    for name in (BADGE, OLD):
        made = baked(example_bytes(name), PICTURE)
        assert baked_in_png(made) == example_bytes(name).strip()
        assert baked(made, DRAWING).startswith(b"<svg")
    with pytest.raises(FormatUnwritable):
        baked(example_bytes(MICRO), PICTURE)


# --- command line ----------------------------------------------------------------------------------


def test_the_command_line_bakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("badge.svg").write_bytes(DRAWING)
    Path("own.json").write_bytes(with_picture())
    source = str(data_path("examples") / MICRO)
    assert main(["convert", source, "--to", "ob3", "--bake", "badge.svg", "--out", "out.svg"]) == 0
    assert main(["verify", "out.svg"]) == 0
    assert main(["convert", "own.json", "--to", "ob3", "--out", "out.png", "--bake"]) == 0
    assert main(["verify", "out.png"]) == 0
    old = str(data_path("examples") / OLD)
    assert main(["bake", old, "--image", "badge.svg", "--out", "old.svg"]) == 0
    assert b"http://openbadges.org" in Path("old.svg").read_bytes()
    assert main(["bake", source, "--image", "badge.svg"]) == 2
    assert main(["bake", old]) == 2


# --- over HTTP -------------------------------------------------------------------------------------


async def asked(query: str, data: Any) -> tuple[int, Any]:
    gate = gateway()
    async with TestClient(TestServer(make_app(gate.settings, gate))) as client:
        answer = await client.post(f"/v1/convert?to=ob3{query}", data=data)
        return answer.status, await answer.json(content_type=None)


def form(**parts: bytes) -> FormData:
    made = FormData()
    for name, data in parts.items():
        made.add_field(name, data, filename=name, content_type="application/octet-stream")
    return made


async def test_an_image_goes_along_as_a_part_of_a_form() -> None:
    status, told = await asked("", form(credential=example_bytes(MICRO), image=PICTURE))
    assert status == 200
    kind, _, data = told["credential"].partition(";base64,")
    assert kind == "data:image/png"
    assert (await gateway().verify(base64.b64decode(data))).verified
    status, told = await asked("&bake=own", with_picture())
    assert status == 200
    assert told["credential"].startswith("data:image/png;base64,")


async def test_a_form_of_one_part_is_the_credential() -> None:
    status, told = await asked("", form(credential=example_bytes(MICRO)))
    assert status == 200
    assert isinstance(told["credential"], dict)


@pytest.mark.parametrize(
    ("query", "data", "code"),
    [
        ("", form(image=PICTURE), "request_refused"),
        ("", form(credential=example_bytes(MICRO), picture=PICTURE), "request_refused"),
        ("", form(credential=example_bytes(MICRO), image=b"GIF89a"), "not_an_image"),
        ("&bake=mine", example_bytes(MICRO), "request_refused"),
        ("&bake=own", example_bytes(MICRO), "not_an_image"),
    ],
)
async def test_what_cannot_be_baked_is_a_client_error(query: str, data: Any, code: str) -> None:
    status, problem = await asked(query, data)
    assert 400 <= status < 500
    assert problem["code"] == code
    assert problem["hint"]


async def test_a_form_that_is_cut_short_is_a_client_error() -> None:
    gate = dataclasses.replace(gateway())
    async with TestClient(TestServer(make_app(gate.settings, gate))) as client:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        for data in (b"--x\r\n", b"", b'--x\r\nContent-Disposition: form-data; name="credential"\r\n\r\n{'):
            answer = await client.post("/v1/convert?to=ob3", data=data, headers=headers)
            assert 400 <= answer.status < 500, data
        answer = await client.post(
            "/v1/convert?to=ob3", data=b"x", headers={"Content-Type": "multipart/form-data"}
        )
        assert 400 <= answer.status < 500
