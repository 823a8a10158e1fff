"""The law of codecs: what one writes, it reads back; what it cannot write or read, it refuses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codecs import (
    CODECS,
    ECTS_FRAMEWORK,
    EDCI_LANGUAGES,
    UNDETERMINED,
    CodecContext,
    Refused,
    choose_language,
    language_of_code,
)
from gateway.envelopes import read_json, write_json
from gateway.model import LangString, text

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
LANGUAGES = st.sampled_from(["en", "de", "el", "und", "de-AT", "zh-Hant", "tlh"])
TEXTS = st.lists(st.builds(LangString, WORDS, LANGUAGES), min_size=1, max_size=4).map(text)
EDCI_STRINGS = st.builds(LangString, WORDS, st.sampled_from(sorted(EDCI_LANGUAGES)), st.booleans())
EDCI_TEXTS = st.lists(EDCI_STRINGS, min_size=1, max_size=4).map(text)
DIGITS = (
    st.integers().map(str)
    | st.floats().map(repr)
    | st.sampled_from(["-0", "01", "1.50", "1e5", "0.1", "1.", ""])
)
DATES = st.dates().map(str) | st.sampled_from(["2026-1-1", "26-01-01", "2026-01-01Z", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": WORDS,
    "iri": WORDS | st.sampled_from(["urn:x", "https://school.example/a?b#c", "mailto:a@b.example", "x:<"]),
    "integer": st.integers(-(2**53) + 1, 2**53 - 1),
    "boolean": st.booleans(),
    "number": DIGITS | WORDS,
    "decimal": DIGITS | WORDS,
    "integer_text": DIGITS | WORDS,
    "date": DATES | WORDS,
    "alpha_2": WORDS | st.sampled_from(["DE", "FR", "country", "DEU"]),
    "identity_type": WORDS | st.sampled_from(["email", "emailAddress", "url", "ext:url", "telephone"]),
    "date_time": st.datetimes().map(lambda moment: moment.isoformat() + "Z") | WORDS,
    "duration": WORDS | st.sampled_from(["PT60H", "P1Y2M", "P2W", "P", "PT", "P1DT1.5S", "60 hours"]),
    "numeric_date": st.datetimes(datetime(1970, 1, 1)).map(lambda moment: moment.isoformat() + "Z")
    | st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z")
    | WORDS,
    "did": WORDS | st.sampled_from(["did:key:z6Mk", "did:web:a.example:b", "did:x:a#b", "urn:x"]),
    "eqf_level": st.sampled_from([f"http://data.europa.eu/snb/eqf/{n}" for n in range(10)]) | WORDS,
    "json": JSON.map(lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))),
    "mailto": WORDS.map("mailto:{}".format).filter(lambda value: not value.startswith("mailto:mailto:"))
    | WORDS,
    "language_map": TEXTS,
    "one_language": WORDS.map(lambda word: (LangString(word, "de"),)),
    "one_language_list": st.lists(WORDS, min_size=1, max_size=3).map(
        lambda words: tuple(LangString(word, "de") for word in words)
    ),
    "xml_content": EDCI_TEXTS,
    "language_code": st.sampled_from(sorted(EDCI_LANGUAGES)).map(
        lambda tag: CODECS["language_code"].read(tag, CodecContext())
    )
    | WORDS,
    "ects_framework": st.just(ECTS_FRAMEWORK) | WORDS,
    "country_code": st.sampled_from(["DE", "DEU", "https://countries.example/DEU"]) | WORDS,
    "xml_text": EDCI_TEXTS,
}  # fmt: skip
"""For each codec the values of the hub that its law is about, and some that it refuses."""
CONTEXTS = st.sampled_from(
    [CodecContext("de"), CodecContext("de", element=True), CodecContext("de", languages=("el", "en"))]
)


def test_every_codec_has_values_to_be_tried_with() -> None:
    assert set(VALUES) == set(CODECS)


@pytest.mark.parametrize("name", sorted(CODECS))
def test_what_a_codec_writes_it_reads_back(name: str) -> None:
    codec = CODECS[name]
    assert codec.name == name

    @given(VALUES[name], CONTEXTS)
    @settings(max_examples=120, deadline=None)
    def law(value: Any, context: CodecContext) -> None:
        try:
            written = codec.write(value, context)
        except Refused:
            return
        assert codec.read(written, context) == value

    law()


@pytest.mark.parametrize("name", sorted(set(CODECS) - {"xml_content", "xml_text", "ects_framework"}))
def test_what_a_codec_writes_is_json_the_gateway_reads(name: str) -> None:
    codec = CODECS[name]

    @given(VALUES[name])
    @settings(max_examples=60, deadline=None)
    def law(value: Any) -> None:
        try:
            written = codec.write(value, CodecContext("de"))
        except Refused:
            return
        assert read_json(write_json(written)) == written

    law()


# ``xml_text`` gets the list of elements that stand in the document, never another value.
ANYTHING = JSON | st.floats() | st.just("1" * 5000) | st.just([{"text": 5}]) | st.just({"@value": {}})


@pytest.mark.parametrize("name", sorted(set(CODECS) - {"xml_text"}))
def test_reading_what_it_does_not_know_is_refused_and_nothing_else_is_raised(name: str) -> None:
    codec = CODECS[name]

    @given(ANYTHING, CONTEXTS)
    @settings(max_examples=120, deadline=None)
    def law(value: Any, context: CodecContext) -> None:
        try:
            codec.read(value, context)
        except Refused:
            return

    law()


REFUSED_READING = [
    ("string", 5), ("iri", None), ("integer", True), ("integer", "5"), ("integer", 1.5), ("boolean", "true"),
    ("boolean", 1), ("number", "1"), ("number", True), ("integer_text", "1"), ("integer_text", False),
    ("mailto", ""), ("mailto", "mailto:a@b.example"), ("mailto", 5), ("language_map", {}),
    ("language_map", []),
    ("language_map", 5), ("language_map", {"e n": "x"}), ("language_map", {"en": 5}),
    ("one_language", {"en": "x"}),
    ("language_map", {"@value": "x", "@type": "y"}), ("xml_content", []), ("xml_content", "x"),
    ("xml_content", [{"b": []}]), ("xml_content", [{"@content-type": "text/markdown", "#": "x"}]),
    ("language_code", "xx"), ("xml_text", [{"x": []}]), ("xml_text", [{}]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), REFUSED_READING, ids=repr)
def test_what_a_codec_does_not_read(name: str, value: Any) -> None:
    with pytest.raises(Refused):
        CODECS[name].read(value, CodecContext("de"))


REFUSED_WRITING = [
    ("iri", "relative"), ("iri", "https://a b"), ("number", "1.50"), ("number", "NaN"),
    ("number", "1" * 5000),
    ("number", "9007199254740993"), ("integer_text", "-0"), ("integer_text", "9007199254740993"),
    ("date", "2026-01-01T00:00:00Z"),
    ("date_time", "2026-01-01"), ("date_time", "2026-01-01T00:00:00"), ("json", "{"), ("json", "[" * 100_000),
    ("mailto", "a@b.example"), ("mailto", "mailto:"), ("language_map", (LangString("x", "en", True),)),
    ("language_map", (LangString("x", "e n"),)), ("language_code", "urn:x"),
    ("ects_framework", ECTS_FRAMEWORK),
    ("country_code", "Germany"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), REFUSED_WRITING, ids=lambda value: repr(value)[:30])
def test_what_a_codec_does_not_write(name: str, value: Any) -> None:
    with pytest.raises(Refused):
        CODECS[name].write(value, CodecContext("de"))


READ = [
    ("language_map", "x", (LangString("x", "de"),)),
    ("language_map", {"en": ["a", "b"], "@none": "c"},
     (LangString("a", "en"), LangString("b", "en"), LangString("c", UNDETERMINED))),
    ("language_map", [{"@value": "x", "@language": "en"}, "y"],
    (LangString("x", "en"), LangString("y", "de"))),
    ("xml_content", [{"#": "x"}], (LangString("x", UNDETERMINED),)),
    ("xml_content", [{"@lang": "en", "@content-type": "text/html", "#": "x"}],
    (LangString("x", "en", True),)),
    ("number", 2.50, "2.5"), ("number", 3, "3"), ("decimal", "2.50", "2.50"),
    ("mailto", "a@b.example", "mailto:a@b.example"),
    ("json", {"b": 1, "a": "é"}, '{"b":1,"a":"é"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "read"), READ, ids=lambda value: repr(value)[:30])
def test_what_a_codec_reads(name: str, value: Any, read: Any) -> None:
    assert CODECS[name].read(value, CodecContext("de")) == read


def test_in_xml_every_scalar_is_text() -> None:
    context = CodecContext("de", element=True)
    assert CODECS["integer"].write(5, context) == "5"
    assert CODECS["integer"].read("-5", context) == -5
    assert CODECS["boolean"].write(True, context) == "true"
    assert CODECS["boolean"].read("false", context) is False
    for value in ("05", "1.0", " 1", "1" * 5000, "٣"):
        with pytest.raises(Refused):
            CODECS["integer"].read(value, context)


MANY = text([LangString("d", "de"), LangString("e", "en"), LangString("k", "tlh")])


def test_where_a_format_has_one_language_the_document_the_preference_or_english_decides() -> None:
    one = CODECS["one_language"]
    assert one.write(MANY, CodecContext("tlh")) == "k"
    assert one.write(MANY, CodecContext(languages=("DE",))) == "d"
    assert one.write(MANY, CodecContext(languages=("xx",))) == "e"
    assert one.write(MANY[2:], CodecContext("xx")) == "k"
    assert choose_language(MANY, CodecContext()) == "en"


def test_edci_writes_the_languages_its_schema_allows() -> None:
    content = CODECS["xml_content"]
    assert [item["@lang"] for item in content.write(MANY, CodecContext("de"))] == ["de", "en"]
    assert [item["@lang"] for item in content.write(MANY[2:], CodecContext("de"))] == ["de"]
    assert [item["@lang"] for item in content.write(MANY[2:], CodecContext("xx"))] == ["en"]
    austrian = (LangString("x", "de-AT"),)
    assert [item["@lang"] for item in content.write(austrian, CodecContext("en"))] == ["de"]


def test_the_eu_language_list_goes_both_ways() -> None:
    codes = {CODECS["language_code"].read(tag, CodecContext()) for tag in EDCI_LANGUAGES}
    assert len(codes) == len(EDCI_LANGUAGES)
    assert {language_of_code(code) for code in codes} == EDCI_LANGUAGES
    assert language_of_code(None) is None
    assert language_of_code("http://publications.europa.eu/resource/authority/language/XXX") is None
