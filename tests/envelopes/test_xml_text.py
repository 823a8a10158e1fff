"""XML text by a parser that fetches, expands and guesses nothing: attacks, refusals, and the way back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import XmlName, read_xml, write_xml, xpaths_of
from gateway.envelopes.limits import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH
from gateway.envelopes.xml_text import NAMESPACES
from gateway.errors import EnvelopeRefused
from tests.conftest import corpora_path

FOLDER = corpora_path() / "security" / "xml"
ATTACKS = sorted([*FOLDER.glob("*.xml"), *FOLDER.glob("defusedxml/*.xml"), *FOLDER.glob("xsw/*comment*.xml")])
HARMLESS = {"simple.xml", "simple-ns.xml"}
"""Controls of the corpus: well-formed documents without any trick."""
NOT_PROCESSED = {"xinc.xml"}
"""XInclude is no part of XML: the element stays an element, and nothing is fetched."""
EUP = NAMESPACES["eup"]


def outcome(data: bytes) -> str:
    try:
        read_xml(data)
    except EnvelopeRefused as refusal:
        return refusal.code
    return ""


def test_the_attacks_are_here(corpora: Path) -> None:
    assert len(ATTACKS) == 13 + 10 + 1


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_is_refused_at_once(path: Path) -> None:
    began = time.process_time()
    code = outcome(path.read_bytes())
    assert time.process_time() - began < 1
    if path.name not in HARMLESS | NOT_PROCESSED:
        assert code in {"doctype_forbidden", "comment_in_value", "nesting_too_deep", "wrong_encoding"}


def test_an_inclusion_is_left_as_the_element_it_is(corpora: Path) -> None:
    _, tree = read_xml((FOLDER / "xinc.xml").read_bytes())
    (include,) = tree["{http://www.w3.org/2001/XInclude}include"]
    assert "#" not in include
    assert include["@href"].startswith("file:")


DEEP = MAX_DEPTH + 1
REFUSED = [
    (b"", "malformed_xml", "line 1"),
    (b"<a>", "malformed_xml", "line 1"),
    (b"<a>\n<b>\n</a>", "malformed_xml", "line 3"),
    (b"<a/><b/>", "malformed_xml", "line 1"),
    (b"<a:b/>", "malformed_xml", "line 1"),
    (b'<a b="1" b="2"/>', "malformed_xml", "line 1"),
    (b"<a>\n&nbsp;</a>", "malformed_xml", "line 2"),
    (b"<a>&#0;</a>", "malformed_xml", "line 1"),
    (b"<a>\x01</a>", "malformed_xml", "line 1"),
    (b"<!DOCTYPE a><a/>", "doctype_forbidden", "line 1"),
    (b'<?xml version="1.0"?>\n<!-- x --> <?p x?>\n<!DOCTYPE a><a/>', "doctype_forbidden", "line 3"),
    (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "doctype_forbidden", "line 1"),
    (b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "doctype_forbidden", "line 1"),
    (b" " * 70_000 + b"<!DOCTYPE a><a/>", "doctype_forbidden", "line 1"),
    ("<!DOCTYPE a><a/>".encode("utf-16"), "doctype_forbidden", "line 1"),
    (b"<a>\n<b>Bachelor<!-- no --> of Arts</b></a>", "comment_in_value", "line 2"),
    (b"<a><!-- x -->text</a>", "comment_in_value", "line 1"),
    (b"<a>text<?p x?></a>", "comment_in_value", "line 1"),
    (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "wrong_encoding", "line 1"),
    (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "wrong_encoding", "line 1"),
    (b"<a>\xe9</a>", "wrong_encoding", "byte 3"),
    (b"\xff\xfe<\x00a", "wrong_encoding", "byte 4"),
    (
        b"\xff\xfe" + "<a>".encode("utf-16-le") + b"\x00\xd8" + "</a>".encode("utf-16-le"),
        "wrong_encoding",
        "byte 8",
    ),
    (b"<a>" * DEEP + b"</a>" * DEEP, "nesting_too_deep", "line 1"),
    (b"<a>" * 300 + b"</a>" * 300, "nesting_too_deep", "line 1"),
    (b"<a>" * 100_000, "nesting_too_deep", "line 1"),
    (
        b"<a " + b" ".join(b'a%d=""' % i for i in range(MAX_ATTRIBUTES + 1)) + b"/>",
        "too_many_elements",
        "line 1",
    ),
    (b"<a>" + b" " * MAX_BYTES + b"</a>", "too_large", ""),
]


@pytest.mark.parametrize(("data", "code", "pointer"), REFUSED, ids=lambda value: ascii(value)[:30])
def test_each_refusal_has_its_code_and_says_where(data: bytes, code: str, pointer: str) -> None:
    with pytest.raises(EnvelopeRefused) as refusal:
        read_xml(data)
    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    assert refusal.value.hint
    assert "\n" not in refusal.value.detail


def test_a_refusal_does_not_repeat_the_values() -> None:
    for data in (b"<a>Secret Person<!-- x --></a>", b"<a>Secret Person</b>", b"<a>Secret Person &x;</a>"):
        with pytest.raises(EnvelopeRefused) as refusal:
            read_xml(data)
        assert "Secret" not in json.dumps(refusal.value.problem())


WORST = {
    "elements": b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'a%d=""' % i for i in range(200_000)) + b"/>",
    "namespaces": b"<a " + b" ".join(b'xmlns:a%d="u%d"' % (i, i) for i in range(100_000)) + b"/>",
    "comments": b"<a>" + b"<!---->" * 1_000_000 + b"</a>",
    "comments-between-elements": b"<a>" + b"<b/><!---->" * 40_000 + b"</a>",
    "comments-before": b"<!---->" * 1_000_000 + b"<a/>",
    "text": b"<a>" + b"x" * 8_000_000 + b"</a>",
    "prolog": b'<?xml version="1.0"?>' + b" " * 8_000_000 + b"<a/>",
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_document_of_the_size_allowed_takes_little_time(name: str) -> None:
    began = time.process_time()
    code = outcome(WORST[name])
    # A million elements are refused in under a second; the rest may take a little longer on a busy machine.
    assert time.process_time() - began < (1 if name == "elements" else 2)
    assert code == {"elements": "too_many_elements", "attributes": "too_many_elements"}.get(name, "")


READ = [
    (b"<a/>", ("", "a"), {}),
    (b"\xef\xbb\xbf<a>x</a>", ("", "a"), {"#": "x"}),
    ('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"), ("", "a"), {"#": "é"}),
    (b"<a><![CDATA[<b>]]></a>", ("", "a"), {"#": "<b>"}),
    (b"<a>&lt;&#233;&amp;</a>", ("", "a"), {"#": "<é&"}),
    (b"<a> </a>", ("", "a"), {"#": " "}),
    (b"<a>\n <b/>\n <b x='1'/>\n</a>", ("", "a"), {"b": [{}, {"@x": "1"}]}),
    (b"<a><!-- kept out --><b/><?p x?></a>", ("", "a"), {"b": [{}]}),
    (b"<a>one<b/>two</a>", ("", "a"), {"b": [{}], "#": "onetwo"}),
    (f'<a xmlns="{EUP}"><b/></a>'.encode(), (EUP, "a"), {"b": [{}]}),
    (
        f'<x:a xmlns:x="{EUP}" xmlns:y="{NAMESPACES["xsi"]}" y:type="t"><z xmlns="urn:o"/></x:a>'.encode(),
        (EUP, "a"),
        {"@xsi:type": "t", "{urn:o}z": [{}]},
    ),
]


@pytest.mark.parametrize(("data", "name", "tree"), READ, ids=lambda value: ascii(value)[:30])
def test_an_element_becomes_attributes_children_and_text(data: bytes, name: Any, tree: Any) -> None:
    assert read_xml(data) == (XmlName(*name), tree)


@pytest.mark.parametrize(
    ("pointer", "xpath"),
    [
        ("", "/c"), ("/a/0", "/c/a[1]"), ("/a/1/b/0/#", "/c/a[2]/b[1]/text()"), ("/a/0/@id", "/c/a[1]/@id"),
        ("/{urn:x~1y~0z}a/0", "/c/{urn:x/y~z}a[1]"),
    ],
)  # fmt: skip
def test_a_place_in_a_tree_has_an_xpath(pointer: str, xpath: str) -> None:
    place = xpaths_of("c")
    assert place(pointer) == xpath
    assert place(f"{pointer}/b/0") == f"{xpath}/b[1]"
    assert place(pointer) == xpath


NAMES = st.sampled_from(["a", "b", "title", "cred:proof", "vp:x", "{urn:other}c"])
ATTRIBUTES = st.sampled_from(["@id", "@xsi:type", "@lang", "@{urn:other}d"])
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
TEXTS = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda value: bool(value.strip()))


def trees(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inner = st.dictionaries(NAMES, st.lists(children, min_size=1, max_size=3), max_size=3)
    attributes = st.dictionaries(ATTRIBUTES, st.text(CHARACTERS, max_size=8), max_size=3)
    return st.builds(
        lambda *parts: {name: item for part in parts for name, item in part.items()}, attributes, inner
    )


LEAVES = st.builds(lambda value: {"#": value}, TEXTS) | st.just({})
TREES = trees(st.recursive(LEAVES, trees, max_leaves=8))
ROOTS = st.sampled_from([XmlName(EUP, "europassCredential"), XmlName(NAMESPACES["vp"], "presentation")])


@given(ROOTS, TREES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(root: XmlName, tree: Any) -> None:
    assert read_xml(write_xml(root, tree)) == (root, tree)


@given(ROOTS, TREES)
@settings(max_examples=40, deadline=None)
def test_writing_what_was_read_gives_the_same_bytes(root: XmlName, tree: Any) -> None:
    once = write_xml(root, tree)
    assert write_xml(*read_xml(once)) == once


@given(
    st.binary(max_size=40)
    | st.text(max_size=30).map(lambda text: f"<a>{text}</a>".encode("utf-8", "replace"))
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    outcome(data)
