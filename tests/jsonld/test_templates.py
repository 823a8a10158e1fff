"""Templates: what they make is what canonicalization makes, and what they are not sure of they leave alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.documents import document
from conformance.templated import strings_of, tried
from gateway.errors import GatewayError
from gateway.jsonld import bundled, canonicalize
from gateway.jsonld.compiled import NotCompiled, Specimen, Template, put, template_of

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.json"))
DID = "did:example:school"
OWN = {
    "@context": [V2, {"ex": "https://example.org/t#", "kind": {"@id": "ex:kind", "@type": "@vocab"},
                      "ex:term": "https://example.org/t#term", "link": {"@id": "ex:link", "@type": "@id"},
                      "note": "ex:note", "part": "ex:part"}],
    "id": "urn:x:1", "kind": "urn:x:kind", "link": "urn:x:link", "note": "a text",
    "part": [{"note": "first"}, {"note": "second"}],
}  # fmt: skip


def templated(tree: dict[str, Any], paths: list[tuple[Any, ...]] | None = None) -> tuple[Template, list[Any]]:
    """A template with holes where they may be, and their paths."""
    specimen = Specimen.of(tree, bundled())
    holes = [
        (path, text, places)
        for path, text in strings_of(tree)
        if (paths is None or path in paths) and (places := specimen.places(path))
    ]
    return template_of(specimen, [(text, places) for _, text, places in holes]), [
        path for path, _, _ in holes
    ]


def filled(tree: dict[str, Any], changes: dict[tuple[Any, ...], str]) -> bytes | None:
    """What the template makes of a document with some texts changed."""
    template, paths = templated(tree, list(changes))
    assert len(paths) == len(changes)
    return template.nquads([changes[path] for path in paths])


@pytest.mark.parametrize("start", range(0, 900, 150))
def test_generated_documents_have_the_form_that_canonicalization_gives_them(start: int) -> None:
    outcomes = [tried(number) for number in range(start, start + 150)]
    assert [one.number for one in outcomes if one.wrong] == []
    assert sum(one.made for one in outcomes) > 60, "hardly any document is made by a template"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_made_by_templates_where_they_are_simple(path: Path) -> None:
    tree = json.loads(path.read_text(encoding="utf-8"))
    try:
        canonical = canonicalize(tree)
    except GatewayError:
        return
    if canonical.expanded or not canonical.simple:
        return
    specimen, holes = Specimen.of(tree, bundled()), {}
    some = set(list(dict.fromkeys(text for _, text in strings_of(tree)))[::7])
    for where, text in strings_of(tree):
        if text in some:
            holes.setdefault(text, []).extend(specimen.places(where))
    template = template_of(specimen, list(holes.items()))
    assert template.quads == canonical.quads
    assert template.nquads(list(holes)) == canonical.nquads.encode()


@given(st.lists(st.text(), min_size=9, max_size=9))
@settings(derandomize=True, max_examples=150)
def test_any_texts_make_the_canonical_form_or_nothing(values: list[str]) -> None:
    template, paths = MID
    tree = document("mid", DID)
    for path, value in zip(paths, values, strict=True):
        tree = put(tree, path, value)
    found = template.nquads(values)
    try:
        canonical = canonicalize(tree)
    except GatewayError:
        assert found is None
        return
    assert found in (None, canonical.nquads.encode())
    if canonical.simple and template.columns[0].before == '"':
        assert found is not None


MID = templated(
    document("mid", DID),
    [("credentialSubject", "licenseNumber"), ("credentialSubject", "narrative"), ("name",), ("awardedDate",),
     ("credentialSubject", "identifier", 0, "identityHash"), ("credentialSubject", "result", 0, "value"),
     ("credentialSubject", "result", 1, "value"), ("credentialSubject", "role"), ("validFrom",)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "made"),
    [
        ({("note",): "other"}, True), ({("note",): 'a "quote" \\ and\nmore'}, True), ({("note",): "100 %s"}, True),
        ({("note",): "\u0001"}, False), ({("note",): "\x7f"}, False), ({("note",): "\ud800"}, False),
        ({("id",): "urn:x:2"}, True), ({("id",): "https://example.org/x"}, False), ({("id",): "relative"}, False),
        ({("id",): "urn:x y"}, False), ({("id",): "_:b0"}, False), ({("id",): "urn://x"}, False),
        ({("kind",): "urn:x:other"}, True), ({("kind",): "note"}, False), ({("link",): "ex:other"}, False),
        ({("id",): "urn:x:link"}, True),
        ({("part", 0, "note"): "second"}, False), ({("part", 0, "note"): "third"}, True),
    ],
)  # fmt: skip
def test_a_text_that_is_read_otherwise_is_left_to_the_ordinary_way(
    changes: dict[tuple[Any, ...], str], made: bool
) -> None:
    tree: dict[str, Any] = OWN
    for path, text in changes.items():
        tree = put(tree, path, text)
    found = filled(OWN, changes)
    assert (found is not None) is made
    if found is not None:
        assert found == canonicalize(tree).nquads.encode()


def test_a_text_that_is_a_term_s_name_is_left_alone() -> None:
    own = {**OWN["@context"][1], "ex2:term": "ex2:term"}
    tree = {**OWN, "@context": [V2, own], "kind": "ex2:kind"}
    assert filled(tree, {("kind",): "ex2:term"}) is None
    assert filled(tree, {("kind",): "ex2:other"}) is not None


@pytest.mark.parametrize(
    "path",
    [("@context", 0), ("type",), ("note", "@language"), ("note", "@type"), ("note", "@direction"), ("kind",)],
)
def test_a_text_that_decides_what_others_mean_may_not_vary(path: tuple[Any, ...]) -> None:
    tree = {**OWN, "type": "VerifiableCredential", "kind": "note"}
    if path[0] == "note":
        said = {"@language": "en", "@type": "https://example.org/t", "@direction": "ltr"}[path[1]]
        tree["note"] = {"@value": "x", path[1]: said}
    assert Specimen.of(tree, bundled()).places(path) == ()


def test_a_type_under_another_name_may_not_vary() -> None:
    tree = {"@context": [{"sort": "@type", "note": "urn:x:note"}], "sort": "urn:x:Sort", "note": "a"}
    specimen = Specimen.of(tree, bundled())
    assert specimen.places(("note",))
    assert specimen.places(("sort",)) == ()


@pytest.mark.parametrize(
    "tree",
    [put(OWN, ("note",), "\u0001"), put(OWN, ("part", 0, "note"), "second")],
    ids=["a control character", "a tie"],
)
def test_a_document_that_is_not_simple_is_no_specimen(tree: dict[str, Any]) -> None:
    with pytest.raises(NotCompiled):
        templated(tree)


def test_two_nodes_that_become_one_are_left_to_the_ordinary_way() -> None:
    tree = {**OWN, "part": [{"id": "urn:x:a", "note": "same"}, {"id": "urn:x:b", "note": "same"}]}
    assert filled(tree, {("part", 0, "id"): "urn:x:b"}) is None
    assert filled(tree, {("part", 0, "id"): "urn:x:c"}) is not None


def test_other_digests_name_blank_nodes_in_another_order() -> None:
    specimen = Specimen.of(OWN, bundled())
    holes = [("first", specimen.places(("part", 0, "note")))]
    for text in ("first", "third", "fourth"):
        found = template_of(specimen, holes, "sha384").nquads([text])
        wanted = canonicalize(put(OWN, ("part", 0, "note"), text), algorithm="sha384").nquads
        assert found == wanted.encode()


def test_samples_with_other_texts_have_one_form(corpora: Path) -> None:
    made = 0
    for path in sorted(corpora.glob("ob/**/*.json")):
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
            template, paths = templated(tree, [path for path, _ in strings_of(tree)][1:60:4])
        except (ValueError, NotCompiled, IndexError):
            continue
        texts = {found: text for found, text in strings_of(tree) if found in paths}
        changed = {found: f"{text}x" for found, text in texts.items()}
        for other, text in changed.items():
            tree = put(tree, other, text)
        found = template.nquads([changed[other] for other in paths])
        if found is not None:
            made += 1
            assert found == canonicalize(tree).nquads.encode(), path.name
    assert made > 50
