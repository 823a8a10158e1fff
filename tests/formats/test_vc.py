"""VCDM 2.0 with ELM terms: a context that every lineage reads alike, inline or by URL; the original beside it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from gateway.core import ConvertOptions, express, understand
from gateway.errors import MalformedJson, UnknownContext
from gateway.formats.vocabulary import own_context, terms
from gateway.jsonld import Contexts, bundled, canonicalize
from gateway.keys import sha256_multihash
from gateway.resources import example_bytes, example_names
from tests.formats.reading import converted, example, hub_of, read

MICRO, BADGE = "micro-credential.elm3.json", "badge.ob3.json"
V2 = "https://www.w3.org/ns/credentials/v2"
URL = "https://gateway.example/contexts/gateway/vc-v1.jsonld"


def test_vcdm_stands_first_and_the_terms_in_use_stand_inline() -> None:
    tree = converted(example(MICRO), "vc", provenance=False)
    assert tree["@context"][0] == V2
    inline = tree["@context"][1]
    text = json.dumps({name: value for name, value in tree.items() if name != "@context"})
    assert list(inline) == sorted(inline)
    assert [name for name in inline if f'"{name}"' not in text] == []
    assert "tuitionFee" not in inline


@pytest.mark.parametrize("name", example_names())
def test_every_term_of_every_example_is_signed(name: str) -> None:
    tree = express(understand(example_bytes(name)), ConvertOptions("vc")).tree
    assert canonicalize(tree).simple


def test_no_term_is_typed_as_a_string_which_verifiers_sign_differently() -> None:
    assert "XMLSchema#string" not in json.dumps(terms())
    assert "xsd:string" not in json.dumps(terms())


def test_the_protected_description_keeps_its_meaning_at_the_top_and_has_elms_below() -> None:
    context = own_context()["@context"]
    assert "description" not in context
    assert context["specifiedBy"]["@context"]["description"]["@container"] == "@language"


def test_by_url_it_says_the_same() -> None:
    inline = converted(example(MICRO), "vc", provenance=False)
    by_url = converted(example(MICRO), "vc", provenance=False, by_url=URL)
    assert by_url["@context"] == [V2, URL]
    served = Contexts(bundled().versions, {URL: own_context()})
    assert canonicalize(by_url, contexts=served).nquads == canonicalize(inline).nquads
    with pytest.raises(UnknownContext):
        canonicalize(by_url)


def test_a_badge_is_carried_where_elm_has_no_term() -> None:
    tree = converted(example(BADGE), "vc", provenance=False)
    assert hub_of(tree) == hub_of(example(BADGE))


def test_the_original_goes_along_by_digest_or_embedded_or_not() -> None:
    data = example_bytes(MICRO)
    source = understand(data)
    digest = express(source, ConvertOptions("vc")).tree["relatedResource"][0]
    multihash = digest["digestMultibase"]
    assert multihash == sha256_multihash(hashlib.sha256(data).digest())
    full = express(source, ConvertOptions("vc", original="full")).tree["evidence"][-1]["id"]
    assert base64.b64decode(full.partition("base64,")[2]) == data
    none = express(source, ConvertOptions("vc", original="none")).tree
    assert "relatedResource" not in none
    assert "data:application" not in json.dumps(none)


def test_a_period_without_zone_is_shown_with_one_and_comes_back_as_it_was() -> None:
    tree = example(MICRO) | {"validFrom": "2026-03-20"}
    written = converted(tree, "vc", provenance=False)
    assert written["validFrom"] == "2026-03-20T00:00:00Z"
    assert hub_of(written).valid_from == "2026-03-20"


@pytest.mark.parametrize("carrier", ["text", 7, []])
def test_a_damaged_carrier_is_refused(carrier: Any) -> None:
    tree = converted(example(BADGE), "vc") | {"carried": carrier}
    with pytest.raises(MalformedJson) as refusal:
        read(tree)
    assert refusal.value.pointer == "/carried"
