"""Nodes said again word for word: said once, and read as if they stood everywhere."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from gateway.core import ConvertOptions, express
from gateway.formats.repeated import refer_repeated
from gateway.jsonld import canonicalize
from tests.formats.reading import example, hub_of, read


def large(identifier: str = "urn:o", text: str = "x") -> dict[str, Any]:
    return {"id": identifier, "type": "Organisation", "note": text * 2000}


def test_a_large_node_is_said_once() -> None:
    tree = {"a": large(), "b": [large(), large("urn:p")]}
    assert refer_repeated(tree).places == ("/b/0",)
    assert tree == {"a": large(), "b": [{"id": "urn:o"}, large("urn:p")]}


@pytest.mark.parametrize(
    "tree",
    [
        {"a": large(), "b": large(text="y")},
        {"a": large(), "b": large(), "c": large(text="y")},
        {"a": {"id": "urn:o", "type": "T"}, "b": {"id": "urn:o", "type": "T"}},
        {"a": {"type": "T", "note": "x" * 2000}, "b": {"type": "T", "note": "x" * 2000}},
    ],
)
def test_what_differs_is_small_or_has_no_name_stays(tree: dict[str, Any]) -> None:
    before = copy.deepcopy(tree)
    assert refer_repeated(tree).places == ()
    assert tree == before


@pytest.mark.parametrize("size", [950, 1050])
def test_many_small_parts_are_as_large_as_a_long_text(size: int) -> None:
    node = {"id": "urn:o", "part": [{"a": 1, "b": "x"}] * (size // 20)}
    places = refer_repeated({"first": node, "again": copy.deepcopy(node)}).places
    assert places == (("/again",) if size > 1000 else ())


def test_another_order_is_told() -> None:
    texts = {"en": "x" * 600, "fr": "y" * 600}
    node, again = {"id": "urn:o", "t": texts}, {"id": "urn:o", "t": dict(reversed(texts.items()))}
    assert refer_repeated({"a": node, "b": again}).reordered
    assert not refer_repeated({"a": large(), "b": large(), "c": large()}).reordered


def test_only_the_kinds_asked_for_are_referred_to() -> None:
    assert refer_repeated({"a": large(), "b": large()}, frozenset(("MediaObject",))).places == ()


@pytest.mark.parametrize("to", ["vc", "ob3", "elm3"])
def test_a_logo_said_twenty_times_is_written_once_and_read_everywhere(to: str) -> None:
    tree = example("micro-credential.elm3.json")
    claim = tree["credentialSubject"]["hasClaim"]
    body = claim["awardedBy"]["awardingBody"]
    body["logo"] |= {"id": "urn:example:media:large", "content": "QUJD" * 3000}
    claim["provenBy"]["assessedBy"] = [{**body, "id": f"urn:example:org:{n}"} for n in range(20)]
    source = read(tree)
    done = express(source, ConvertOptions(to, provenance=False))
    text = json.dumps(done.tree)
    assert len(text) < 200_000
    assert hub_of(done.tree) == source.hub


def test_linked_data_says_the_same_either_way() -> None:
    def graph(*bodies: Any) -> str:
        tree = example("micro-credential.elm3.json")
        tree["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"] = list(bodies)
        return canonicalize(tree).nquads

    body = example("micro-credential.elm3.json")["issuer"]
    assert graph(body, body) == graph(body, {"id": body["id"]})
