"""Opening bytes: what is inside, and a plain word for everything that is not for us."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import open_envelope
from gateway.envelopes.recognition import refuse_foreign_root
from gateway.errors import FormatUnknown, GatewayError, MalformedJson

FOREIGN = [
    (b"\xff\xd8\xff\xe0", "JPEG"),
    (b"GIF89a", "GIF"),
    (b"PK\x03\x04\x14\x00", "ZIP"),
    (b"\x1f\x8b\x08\x00", "gzip"),
    (b"BZh91AY", "bzip2"),
    (b"", "empty"),
    (b" \n\t", "empty"),
    (b"<!DOCTYPE html><html></html>", "web page"),
    (b"\n<!doctype HTML>", "web page"),
    (b"<html><body/></html>", "web page"),
    (b"H4sIAAAAAAAAA7NJzcnNBwBw\n", "ELMO"),
    (b"hello", "neither JSON nor XML"),
    (b"\x00\x01\x02", "neither JSON nor XML"),
    (b'"text"', "neither JSON nor XML"),
    (b"5", "neither JSON nor XML"),
]


@pytest.mark.parametrize(("data", "name"), FOREIGN, ids=lambda value: ascii(value)[:25])
def test_what_is_not_for_us_is_called_by_its_name(data: bytes, name: str) -> None:
    with pytest.raises(FormatUnknown, match=name) as refusal:
        open_envelope(data)
    assert refusal.value.hint


ROOTS = [
    ("http://europass.cedefop.europa.eu/Europass", "SkillsPassport", "Europass CV"),
    ("http://www.europass.eu/1.0", "Candidate", "Europass CV"),
    ("", "Candidate", "Europass CV"),
    ("https://github.com/emrex-eu/elmo-schemas/tree/v1", "elmo", "ELMO"),
    ("http://data.europa.eu/esco/qms-xml/schema/accreditation", "qmsAccreditations", "accreditations"),
    ("", "europassCredential", "pre-release"),
    ("http://www.w3.org/1999/xhtml", "html", "web page"),
    ("urn:other", "svg", "no format the gateway knows"),
    ("", "x" * 500, "no format the gateway knows"),
]


@pytest.mark.parametrize(("namespace", "local", "name"), ROOTS, ids=lambda value: value[:20] or "none")
def test_a_foreign_root_is_called_by_its_name(namespace: str, local: str, name: str) -> None:
    with pytest.raises(FormatUnknown, match=name) as refusal:
        refuse_foreign_root(namespace, local)
    assert refusal.value.pointer == f"/{local[:80]}"
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize("data", [b'{"a": 1}', b' \n[{"a": 1}]', b'\xef\xbb\xbf{"a": 1}'], ids=ascii)
def test_json_is_opened(data: bytes) -> None:
    opened = open_envelope(data)
    assert (opened.kind, opened.root, opened.sealed, opened.data) == ("json", None, "", data)
    assert opened.media_type == "application/json"
    assert opened.tree in ({"a": 1}, [{"a": 1}])


@pytest.mark.parametrize(
    "data", [b'<a xmlns="urn:x">t</a>', '<a xmlns="urn:x">t</a>'.encode("utf-16")], ids=ascii
)
def test_xml_is_opened(data: bytes) -> None:
    opened = open_envelope(data)
    assert (opened.kind, opened.tree, opened.media_type) == ("xml", {"#": "t"}, "application/xml")
    assert opened.root == ("urn:x", "a")


def sealed(payload: object) -> bytes:
    return json.dumps({"payload": payload, "signatures": []}).encode()


def test_a_sealed_credential_is_opened_and_the_seal_named() -> None:
    opened = open_envelope(sealed('{"a": 1}'))
    assert (opened.kind, opened.tree, opened.sealed) == ("json", {"a": 1}, "jades")
    assert opened.media_type == "application/jose+json"


def test_a_document_that_only_resembles_a_seal_is_what_it_is() -> None:
    assert open_envelope(b'{"payload": "{}", "signatures": [], "x": 1}').sealed == ""


@pytest.mark.parametrize(
    ("payload", "code"),
    [(5, "malformed_json"), (None, "malformed_json"), ({}, "malformed_json"), ("", "malformed_json"),
     ("{", "malformed_json"), ('{"a":1,"a":2}', "duplicate_key"),
     ("[" * 500 + "]" * 500, "nesting_too_deep"), ("1e999", "not_an_interoperable_number")],
    ids=lambda value: repr(value)[:15],
)  # fmt: skip
def test_a_seal_around_something_else_is_refused(payload: object, code: str) -> None:
    with pytest.raises(GatewayError) as refusal:
        open_envelope(sealed(payload))
    assert refusal.value.code == code


def test_a_seal_in_a_seal_is_opened_once() -> None:
    assert open_envelope(sealed(sealed("{}").decode())).tree == {"payload": "{}", "signatures": []}


@pytest.mark.parametrize("data", ["{}".encode("utf-16"), b"\xff\xfe", b"\xff\xfe{"])
def test_json_in_utf_16_is_refused_for_its_encoding(data: bytes) -> None:
    with pytest.raises(GatewayError) as refusal:
        open_envelope(data)
    assert refusal.value.code == "wrong_encoding"


def test_truncated_json_is_malformed() -> None:
    with pytest.raises(MalformedJson):
        open_envelope(b'{"a": [1, 2')


@given(
    st.binary(max_size=60)
    | st.sampled_from([data for data, _ in FOREIGN]).flatmap(lambda d: st.binary().map(d.__add__))
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        open_envelope(data)
    except GatewayError as refusal:
        assert refusal.code  # noqa: PT017
