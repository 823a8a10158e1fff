"""Small work on the event loop: never for long, whatever a document is made of, and never all of the time."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from gateway.compute import Spare
from gateway.compute.spare import BURST, SHARE
from gateway.errors import TooComplex, UndefinedTerm
from gateway.jsonld import TakesLong, canonicalize, quickly
from gateway.jsonld.canonicalization import QUICK_BUDGET
from gateway.pipeline import warm_small
from gateway.resources import example_bytes
from tests.compute import parts

VOCABULARY = "https://vocabulary.example/"


def clique(nodes: int) -> dict[str, Any]:
    """A graph of blank nodes that nothing tells apart."""
    context = {"knows": {"@id": f"{VOCABULARY}knows", "@type": "@id"}, "id": "@id"}
    graph = [{"id": f"_:n{n}", "knows": [f"_:n{m}" for m in range(nodes) if m != n]} for n in range(nodes)]
    return {"@context": context, "@graph": graph}


def compiled(document: dict[str, Any]) -> dict[str, Any]:
    """The document, its contexts compiled before."""
    small = {"@context": document["@context"], "@graph": [{"id": "urn:x:a", "knows": "urn:x:b"}]}
    canonicalize(small)
    return document


def test_poison_is_known_at_once_and_refused_where_there_is_time() -> None:
    poison = compiled(clique(7))
    with pytest.raises(TakesLong):
        quickly(canonicalize, poison)
    with pytest.raises(TooComplex):
        canonicalize(poison)


def test_a_few_nodes_that_look_alike_are_quick_enough() -> None:
    pair = compiled(clique(3))
    assert len(list(permutations(range(3)))) < QUICK_BUDGET
    assert quickly(canonicalize, pair) == canonicalize(pair)


def test_contexts_that_were_never_seen_take_long_and_do_not_the_second_time() -> None:
    document = {"@context": {"name": f"{VOCABULARY}unseen"}, "name": "x"}
    with pytest.raises(TakesLong):
        quickly(canonicalize, document)
    with_time = canonicalize(document)
    assert quickly(canonicalize, document) == with_time


def test_what_expansion_has_to_look_at_takes_long() -> None:
    badge = json.loads(example_bytes("badge.ob3.json"))
    warm_small()
    quickly(canonicalize, badge)
    undefined = {**badge, "undefinedTerm": 1}
    with pytest.raises(TakesLong):
        quickly(canonicalize, undefined)
    with pytest.raises(UndefinedTerm):
        canonicalize(undefined)


def test_work_that_goes_on_and_on_is_given_up() -> None:
    with pytest.raises(TakesLong):
        Spare().run(parts.stubborn)


def test_what_must_stay_whole_is_not_interrupted() -> None:
    done: list[str] = []
    with pytest.raises(TakesLong):
        Spare().run(parts.kept_whole, done)
    assert done == ["whole"]


def test_small_work_has_its_share_of_the_time_and_no_more() -> None:
    now = [0.0]
    spare = Spare(clock=lambda: now[0])

    def work(seconds: float) -> None:
        now[0] += seconds

    done = 0
    while spare.any:
        spare.run(work, BURST / 4)
        done += 1
    assert 4 <= done <= 8
    start, worked = now[0], 0.0
    while now[0] < start + 10:
        if spare.any:
            spare.run(work, 0.001)
            worked += 0.001
        else:
            now[0] += 0.0001
    assert abs(worked / (now[0] - start) - SHARE) < 0.02
