"""RDFC-1.0: the official suite, small graphs whose form follows from the text, and a bound on the work."""

from __future__ import annotations

import json
import random
import time
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import TooComplex, UnsafeJsonLd
from gateway.jsonld import Quad, canonicalize_quads, parse_nquads
from gateway.jsonld.nquads import blank, iri, literal, write_quad
from tests.conftest import corpora_path

SUITE = corpora_path() / "w3c" / "rdf-canon"
ENTRIES = json.loads((SUITE / "manifest.jsonld").read_text())["entries"] if SUITE.is_dir() else []


def canonical(text: str) -> str:
    return canonicalize_quads(parse_nquads(text)).nquads


def entries(kind: str) -> list[Any]:
    chosen = [entry for entry in ENTRIES if entry["type"] == f"rdfc:RDFC10{kind}Test"]
    return [pytest.param(entry, id=entry["id"]) for entry in chosen]


def run(entry: dict[str, Any]) -> Any:
    algorithm = {"SHA384": "sha384"}.get(entry.get("hashAlgorithm", ""), "sha256")
    quads = parse_nquads((SUITE / entry["action"]).read_text(encoding="utf-8"))
    return canonicalize_quads(quads, algorithm=algorithm)


def test_the_whole_official_suite_is_here(corpora: Path) -> None:
    kinds = [entry["type"] for entry in ENTRIES]
    counts = {kind: kinds.count(f"rdfc:RDFC10{kind}Test") for kind in ("Eval", "Map", "NegativeEval")}
    assert counts == {"Eval": 64, "Map": 21, "NegativeEval": 1}
    assert len(ENTRIES) == sum(counts.values()) == 86


@pytest.mark.parametrize("entry", entries("Eval"))
def test_official_evaluation(entry: dict[str, Any]) -> None:
    assert run(entry).nquads == (SUITE / entry["result"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", entries("Map"))
def test_official_map_of_labels(entry: dict[str, Any]) -> None:
    assert run(entry).labels == json.loads((SUITE / entry["result"]).read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", entries("NegativeEval"))
def test_official_poison_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(TooComplex):
        run(entry)


ESCAPED = {
    "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\",
    "\x00": "\\u0000", "\x0b": "\\u000B", "\x1f": "\\u001F", "\x7f": "\\u007F",
    "é": "é", "\x80": "\x80", "😀": "😀", "'": "'",
}  # fmt: skip


@pytest.mark.parametrize(("character", "written"), ESCAPED.items(), ids=map(ascii, ESCAPED))
def test_literals_escape_what_the_canonical_form_names_and_nothing_else(character: str, written: str) -> None:
    quad = Quad(iri("urn:s"), iri("urn:p"), literal(f"a{character}z"))
    assert write_quad(quad) == f'<urn:s> <urn:p> "a{written}z" .\n'
    assert parse_nquads(write_quad(quad)) == (quad,)


def test_a_string_has_no_datatype_and_other_literals_have() -> None:
    text = (
        '<urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#string> .\n<urn:s> <urn:p> "1"^^<urn:t> .\n'
    )
    assert canonical(text) == '<urn:s> <urn:p> "1" .\n<urn:s> <urn:p> "1"^^<urn:t> .\n'


def test_lines_are_sorted_by_code_point_and_stand_once() -> None:
    text = '<urn:s> <urn:p> "\U0001f600" .\n<urn:s> <urn:p> "\uff5e" .\n<urn:s> <urn:p> "\uff5e" .\n'
    assert canonical(text) == '<urn:s> <urn:p> "\uff5e" .\n<urn:s> <urn:p> "\U0001f600" .\n'


def test_nothing_becomes_nothing() -> None:
    assert canonicalize_quads([]).nquads == ""


def test_a_self_loop_counts_its_quad_once() -> None:
    # First-degree hashes over one line each decide the order; the loop counted twice would turn it round.
    assert canonical('_:x <urn:q> "x" .\n_:y <urn:p> _:y .\n') == (
        '_:c14n0 <urn:q> "x" .\n_:c14n1 <urn:p> _:c14n1 .\n'
    )


def test_labels_that_look_canonical_are_issued_anew() -> None:
    """rdf-canonize 5.0.0 hands ``_:c14n…`` labels through; section 4.4.3 gives every node a new one."""
    assert canonical('_:c14n9 <urn:p> "A" .\n') == '_:c14n0 <urn:p> "A" .\n'
    assert canonical("_:c14n1 <urn:p> _:c14n0 .\n") == canonical("_:x <urn:p> _:y .\n")


TIE = """
<urn:a> <urn:has> _:r1 .
<urn:a> <urn:has> _:r2 .
_:r1 <urn:value> "1" .
_:r2 <urn:value> "2" .
_:r1 <urn:alignment> _:l1 .
_:r2 <urn:alignment> _:l2 .
_:l1 <urn:target> <urn:t> .
_:l2 <urn:target> <urn:t> .
"""


def test_a_tie_is_broken_by_what_hangs_above_it_and_told() -> None:
    found = canonicalize_quads(parse_nquads(TIE))
    assert [set(group) for group in found.ties] == [{"l1", "l2"}]
    value = {line.split()[2]: line.split()[0] for line in found.nquads.splitlines() if "<urn:value>" in line}
    aligned = dict(line.split()[0:3:2] for line in found.nquads.splitlines() if "<urn:alignment>" in line)
    assert len({aligned[value['"1"']], aligned[value['"2"']]}) == 2


def test_a_tie_has_one_form_whatever_the_order_and_the_labels() -> None:
    lines = [line for line in TIE.splitlines() if line]
    expected = canonical(TIE)
    shuffler = random.Random(7)
    names = ["r1", "r2", "l1", "l2"]
    for order in permutations(names):
        shuffler.shuffle(lines)
        text = "\n".join(lines)
        for old, new in zip(names, order, strict=True):
            text = text.replace(f"_:{old} ", f"_:new{new} ")
        assert canonical(text) == expected


def test_identical_leaves_under_one_parent_are_no_tie() -> None:
    text = "".join(f"<urn:a> <urn:p> _:n{i} .\n_:n{i} <urn:q> <urn:t> .\n" for i in range(3))
    found = canonicalize_quads(parse_nquads(text))
    assert found.ties == ()
    assert found.nquads.count("_:c14n") == 6


def test_identical_nodes_in_two_graphs_are_counted_twice_as_the_deployed_verifiers_do() -> None:
    text = (
        "<urn:a> <urn:proof> _:g1 .\n<urn:a> <urn:proof> _:g2 .\n"
        '_:n1 <urn:v> "1" _:g1 .\n_:n2 <urn:v> "1" _:g2 .\n'
    )
    found = canonicalize_quads(parse_nquads(text))
    assert sorted(found.labels.values()) == ["c14n0", "c14n1", "c14n2", "c14n3"]


def clique(size: int) -> list[Quad]:
    return [
        quad
        for a, b in combinations([blank(f"n{i}") for i in range(size)], 2)
        for quad in (Quad(a, iri("urn:p"), b), Quad(b, iri("urn:p"), a))
    ]


@pytest.mark.parametrize("size", [8, 10, 14, 40])
def test_more_work_than_the_budget_is_refused_at_once(size: int) -> None:
    began = time.process_time()
    with pytest.raises(TooComplex):
        canonicalize_quads(clique(size))
    assert time.process_time() - began < 1


def test_the_budget_is_what_decides() -> None:
    assert canonicalize_quads(clique(4), budget=3000).nquads
    with pytest.raises(TooComplex):
        canonicalize_quads(clique(4), budget=3)


@pytest.mark.parametrize(("leaves", "orders"), [(2, 12), (3, 48), (4, 208), (5, 1220)])
def test_orders_that_need_no_walk_are_charged_all_the_same(leaves: int, orders: int) -> None:
    """Two nodes that nothing tells apart, each with leaves that nothing tells apart: counted by walking them all."""
    quads = [Quad(blank(p), iri("urn:p"), blank(f"{p}{i}")) for p in "ab" for i in range(leaves)]
    assert canonicalize_quads(quads, budget=orders).tried == orders
    with pytest.raises(TooComplex):
        canonicalize_quads(quads, budget=orders - 1)


def test_leaves_are_put_in_the_order_of_their_hashes_whatever_their_labels() -> None:
    """Leaves with the same first-degree hash, told apart by what they also point at."""
    forms = set()
    for order in permutations(range(3)):
        lines = [f"_:a <urn:p> _:x{i} .\n_:x{i} <urn:q> _:y{order[i] % 2} .\n" for i in range(3)]
        forms.add(canonical("".join(lines) + '_:y0 <urn:r> "0" .\n_:y1 <urn:r> "1" .\n'))
    assert len(forms) == 1


def test_large_graphs_without_ties_are_fast() -> None:
    quads = [Quad(iri("urn:a"), iri("urn:p"), blank(f"n{i}")) for i in range(2000)]
    quads += [Quad(blank(f"n{i}"), iri("urn:v"), literal(str(i))) for i in range(2000)]
    began = time.process_time()
    found = canonicalize_quads(quads)
    assert time.process_time() - began < 2
    assert found.ties == ()


TERMS = st.sampled_from([blank("a"), blank("b"), blank("c"), iri("urn:x"), iri("urn:y")])
QUADS = st.builds(
    Quad,
    TERMS,
    st.sampled_from([iri("urn:p"), iri("urn:q")]),
    TERMS | st.sampled_from([literal("1"), literal("é", language="de")]),
    st.none() | TERMS,
)
GRAPHS = st.lists(QUADS, max_size=8)


@given(GRAPHS, st.permutations(["a", "b", "c"]), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_isomorphic_datasets_have_one_form(
    quads: list[Quad], order: list[str], shuffler: random.Random
) -> None:
    named = dict(zip(["a", "b", "c"], order, strict=True))

    def rename(term: Any) -> Any:
        return blank(f"z{named[term.value]}") if term is not None and term.kind == "blank" else term

    other = [Quad(rename(q.subject), q.predicate, rename(q.object), rename(q.graph)) for q in quads]
    shuffler.shuffle(other)
    assert canonicalize_quads(other).nquads == canonicalize_quads(quads).nquads


@given(GRAPHS)
@settings(max_examples=100, deadline=None)
def test_the_canonical_form_is_its_own_canonical_form(quads: list[Quad]) -> None:
    once = canonicalize_quads(quads).nquads
    assert canonical(once) == once


@pytest.mark.parametrize(
    "line",
    ["<urn:s> <urn:p> .", "<urn:s> _:b <urn:o> .", '"x" <urn:p> <urn:o> .', "<urn:s> <urn:p> <urn:o>",
     '<urn:s> <urn:p> "a"@ .', "<urn:s> <urn:p> <a b> .", '<urn:s> <urn:p> "a\\q" .', "nonsense"],
)  # fmt: skip
def test_a_line_that_is_no_quad_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(UnsafeJsonLd) as refusal:
        parse_nquads(f"<urn:s> <urn:p> <urn:o> .\n{line}\n")
    assert refusal.value.pointer == "line 2"
