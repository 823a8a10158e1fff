"""Kinds of values, by name: what fits each, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shapes.kinds import KINDS, is_language, is_url

FITS: dict[str, list[Any]] = {
    "text": ["", "x"],
    "filled": ["x", " x "],
    "boolean": [True, False],
    "number": [0, -1, 2.5],
    "object": [{"a": 1}],
    "any": ["", 0, False, [], {}],
    "iri": ["urn:uuid:1", "https://a.example/", "did:key:z6Mk", "mailto:a@b.example", "a:é"],
    "iriOrId": [{"id": "urn:x:1"}, {"id": "did:example:1", "name": "x"}],
    "url": ["https://a.example", "http://a.example:80/x?y#z"],
    "data": ["data:image/png;base64,AA==", "data:,"],
    "blank": ["_:b0"],
    "dateTime": ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123+02:00"],
    "date": ["2026-01-31", "2026-01-31T12:00:00Z"],
    "email": ["a@b.example", "a.b+c@d.example"],
    "phone": ["+30 210 1234567", "12", "+1 555-0100;ext=7"],
    "language": ["en", "de-AT", "zh-Hant-TW"],
    "identityHash": ["sha256$" + "0a" * 32, "md5$" + "0A" * 16],
    "languageValue": [{"@value": "x"}, {"@value": "x", "@language": "en", "@direction": "rtl"}],
    "digestSri": ["sha256-" + "A" * 43 + "=", "sha384-AA== sha512-BB=="],
    "multibase": ["z6Mk", "uAA-_"],
    "compactJws": ["a.b.c", "e30.e30.e30"],
}
ODD: dict[str, list[Any]] = {
    "filled": ["", "  ", "\n"],
    "boolean": [0, 1, "true"],
    "number": [True, "1", "2.5"],
    "object": [{}, [], "x"],
    "iri": ["", "x", "/path", "https://a b", "a:\n", "1a:x", "a:<b>", "urn:", "x y:z"],
    "iriOrId": ["urn:x:1", {}, {"id": 7}, {"id": "x"}],
    "url": ["https://", "ftp://a.example", "https:/a", "https ://a.example", "https://[", "urn:x:1", "//a.example"],
    "data": ["https://a.example", "data"],
    "blank": ["b0", "_b"],
    "dateTime": ["2026-01-31", "2026-01-31T12:00:00", "2026-02-30T00:00:00Z", "2026-01-31T25:00:00Z",
                 "٢٠٢٦-01-31T12:00:00Z"],
    "date": ["2026", "31.01.2026", "2026-1-1", "٢٠٢٦-01-31", "2026-02-31"],
    "email": ["a", "a@b", "a@b c.example", "@b.example"],
    "phone": ["call me", "+", ""],
    "language": ["", "extraordinarily", "en_GB", "12"],
    "identityHash": ["sha256$0a", "sha1$" + "0a" * 20, "0a" * 32],
    "languageValue": ["x", {}, {"@value": 7}, {"@value": "x", "@type": "y"}, {"@value": "x", "@direction": "up"}],
    "digestSri": ["md5-AA==", "sha256", "sha256-"],
    "multibase": ["", "z", "z0", "x12", "u="],
    "compactJws": ["a.b", "a.b.c.d", "a..c", ".b.c", "a.b."],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_values_that_fit_it(kind: str) -> None:
    assert [value for value in FITS[kind] if not KINDS[kind](value)] == []


@pytest.mark.parametrize("kind", ODD)
def test_values_that_only_look_like_a_kind_do_not_fit_it(kind: str) -> None:
    assert [value for value in ODD[kind] if KINDS[kind](value)] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "any"])
def test_nothing_at_all_fits_no_kind(kind: str) -> None:
    assert not KINDS[kind](None)
    assert not KINDS[kind]([])


@given(st.text(max_size=40) | st.integers() | st.lists(st.text(max_size=3), max_size=2))
def test_no_value_raises_anything(value: Any) -> None:
    for fits in KINDS.values():
        assert fits(value) in (True, False)


def test_an_address_may_be_held_to_schemes() -> None:
    assert is_url("https://a.example", ("https",))
    assert not is_url("http://a.example", ("https",))
    assert not is_url(7)


def test_a_language_is_a_tag() -> None:
    assert is_language("pt-BR")
    assert not is_language(None)


@given(st.from_regex(r"https?://[a-z0-9.:-]{0,12}(/[A-Za-z0-9/?#:@ %-]{0,12})?", fullmatch=True))
def test_an_address_that_is_plain_is_one_by_the_long_way_too(value: str) -> None:
    assert is_url(value) == is_url(value, ("http", "https", "http"))
