"""Compiled contexts: the same bytes as expansion by pyld, on samples and on generated documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.documents import LISTS, V2, document
from conformance.generated import compiled, expanded
from gateway.errors import GatewayError, UnsafeJsonLd
from gateway.jsonld import LinkedData, bundled, canonicalize, expand
from gateway.jsonld.compiled import emit
from gateway.jsonld.compiled.scopes import MAX_PROGRAMS, MAX_SCOPES, compiled_scope

EXAMPLES = sorted(
    path
    for path in (Path(__file__).resolve().parents[2] / "examples").glob("*.json")
    if not any(form in path.name for form in (".ob2.", ".eudi-learning."))
)
"""All but Open Badges 2.0, which is read and never signed, and claims of a token, which are no linked data."""
CHUNK = 500


def without_proof(tree: Any) -> Any:
    return (
        {name: value for name, value in tree.items() if name != "proof"} if isinstance(tree, dict) else tree
    )


@pytest.mark.parametrize("start", range(0, 5_000, CHUNK))
def test_generated_documents_have_one_form(start: int) -> None:
    forms = 0
    for number in range(start, start + CHUNK):
        tree = document(number)
        found = compiled(tree)
        if found is not None:
            forms += 1
            assert found == expanded(tree), f"document {number}"
    assert forms > CHUNK / 3, "hardly any document was compiled: the generator has lost its aim"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_project_s_own_examples_need_no_expansion(path: Path) -> None:
    tree = without_proof(json.loads(path.read_text(encoding="utf-8")))
    found = compiled(tree)
    assert found is not None
    assert found == expanded(tree)


def test_samples_have_one_form(corpora: Path) -> None:
    several = 0
    for path in sorted([*corpora.glob("ob/**/*.json"), *corpora.glob("perf/docs/c*r1*.json")]):
        try:
            tree = without_proof(json.loads(path.read_text(encoding="utf-8")))
        except ValueError:
            continue
        found = compiled(tree)
        if found is not None and len(found) < 200_000:
            several += 1
            assert found == expanded(tree), path.name
    assert several > 100


@pytest.mark.parametrize("name", ["small", "mid", "complete"])
def test_the_published_forms_are_reached(name: str, corpora: Path) -> None:
    tree = without_proof(json.loads((corpora / f"perf/docs/{name}.json").read_text(encoding="utf-8")))
    done = canonicalize(tree)
    assert done.expanded == ""
    assert done.nquads == (corpora / f"perf/vectors/{name}.rdfc10.nq").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"undefined": "x"}, {"name": None}, {"name": []}, {"evidence": {}}, {"id": "relative"},
        {"type": ["VerifiableCredential", "Undefined"]}, {"issuer": "not an iri"}, {"@id": "urn:x", "id": "urn:y"},
        {"name": {"@value": "x", "@language": "e n"}},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_expansion_refuses_is_refused_with_its_words(change: dict[str, Any]) -> None:
    tree = {
        "@context": [V2],
        "id": "urn:x:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:example:a",
        **change,
    }
    with pytest.raises(GatewayError) as slow:
        expand(tree)
    with pytest.raises(GatewayError) as fast:
        canonicalize(tree)
    assert (fast.value.code, fast.value.pointer) == (slow.value.code, slow.value.pointer)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnsafeJsonLd):
        canonicalize({"@context": [V2], "id": "urn:x:1", "name": "\ud800"})


def test_a_document_that_had_to_be_expanded_says_why() -> None:
    tree = {
        "@context": [V2, {"m": {"@id": "urn:m", "@container": "@index"}}],
        "m": {"a": {"id": "urn:x"}},
        "id": "urn:y",
    }
    assert canonicalize(tree).expanded == "a term of an unusual kind"


def test_true_and_one_are_not_the_same_context() -> None:
    own = {"@protected": True, "t": "urn:t"}
    assert compiled_scope([V2, own], bundled()) is compiled_scope([V2, dict(own)], bundled())
    assert compiled_scope([V2, {**own, "@protected": 1}], bundled()) is not compiled_scope(
        [V2, own], bundled()
    )


def test_lists_of_contexts_are_forgotten_in_the_end() -> None:
    for number in range(MAX_PROGRAMS + 10):
        emit({"@context": [{"t": f"urn:t{number}"}], "t": "x"}, bundled())
    first = compiled_scope([{"t": "urn:t0"}], bundled())
    assert first is compiled_scope([{"t": "urn:t0"}], bundled())
    assert compiled_scope(LISTS[0], bundled()).active["mappings"]


def test_scopes_of_one_content_are_one_however_deep_the_nesting() -> None:
    def nested(depth: int) -> dict[str, Any]:
        inner = {"part": nested(depth - 1)} if depth else {}
        return {"type": "Inner", "title": "x", **inner}

    tree = {"@context": [LISTS[8][0]], **nested(20)}
    assert compiled(tree) == expanded(tree)
    program = compiled_scope(tree["@context"], bundled()).program
    assert len(program._scopes) < 12


def test_a_list_of_contexts_with_too_many_scopes_is_compiled_anew() -> None:
    own = {"part": "urn:part"}
    first = compiled_scope([own], bundled()).program
    for number in range(MAX_SCOPES + 50):
        inner = {"@context": {f"x{number}": "urn:x"}, f"x{number}": "y"}
        found = compiled({"@context": [own], "@id": "urn:a", "part": inner})
        assert found in (None, '<urn:a> <urn:part> _:c14n0 .\n_:c14n0 <urn:x> "y" .\n')
    again = compiled_scope([own], bundled()).program
    assert first.full
    assert again is not first
    assert not again.full


def test_a_document_is_read_once_for_all_that_is_asked_of_it() -> None:
    read = LinkedData({"@context": [V2], "id": "urn:x:1", "name": "a"})
    assert read.statements() is read.statements()
    assert read.canonical() is read.canonical()
    assert read.canonical("sha384") == canonicalize(read.document, algorithm="sha384")


def test_a_refusal_is_found_once_and_told_each_time() -> None:
    read = LinkedData({"@context": [V2], "id": "urn:x:1", "nowhere": "a"})
    told = []
    for ask in (read.statements, read.statements, read.canonical):
        with pytest.raises(GatewayError) as refused:
            ask()
        told.append(refused.value)
    assert told[0] is told[1] is told[2]
    assert (told[0].code, told[0].pointer) == ("undefined_term", "/nowhere")
