"""Expansion behind the guard: what may be signed, what is refused and where, and the bytes others get too."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import (
    GatewayError,
    JsonLdRefused,
    NestingTooDeep,
    NotAnInteroperableNumber,
    ProtectedTermRedefinition,
    TooLarge,
    UndefinedTerm,
    UnknownContext,
    UnsafeJsonLd,
)
from gateway.jsonld import canonicalize, canonicalize_quads, expand, parse_nquads
from gateway.jsonld.rdf import quads_of

VCDM_2 = "https://www.w3.org/ns/credentials/v2"
OB_3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def credential(**members: Any) -> dict[str, Any]:
    return {
        "@context": [VCDM_2, OB_3],
        "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:school.example", "type": ["Profile"], "name": "School of Examples"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:learner",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://school.example/a/1",
                "type": ["Achievement"],
                "name": "First aid",
                "description": "Knows what to do first.",
                "criteria": {"narrative": "A day of practice."},
            },
        },
        **members,
    }


def context(terms: Any) -> dict[str, Any]:
    return credential(**{"@context": [VCDM_2, OB_3, terms]})


def test_a_sound_credential_is_canonically_simple() -> None:
    found = canonicalize(credential())
    assert found.simple
    assert (found.ties, found.disputed) == (0, False)
    assert found.quads == len(found.nquads.splitlines())


EMPTY = [
    pytest.param(credential(validUntil=None), "/validUntil", id="null"),
    pytest.param(credential(evidence=[]), "/evidence", id="empty-list"),
    pytest.param(credential(evidence={}), "/evidence", id="empty-object"),
    pytest.param(credential(evidence=[None]), "/evidence/0", id="null-in-list"),
]


@pytest.mark.parametrize(("document", "pointer"), EMPTY)
def test_what_would_sign_as_nothing_is_refused(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(UnsafeJsonLd) as refusal:
        canonicalize(document)
    assert refusal.value.pointer == pointer


@pytest.mark.parametrize(("document", "pointer"), EMPTY)
def test_without_strictness_empty_values_are_read_as_json_ld_does(document: Any, pointer: str) -> None:
    assert expand(document, strict=False)


UNDEFINED = [
    pytest.param(credential(nickname="x"), "/nickname", id="term"),
    pytest.param(
        credential(evidence={"type": ["Evidence"], "a/b": "x"}), "/evidence/a~1b", id="pointer-escaped"
    ),
    pytest.param(credential(type=["VerifiableCredential", "NewBadge"]), "/type/1", id="type"),
    pytest.param(context({"hidden": None}) | {"hidden": "x"}, "", id="term-defined-as-null"),
    pytest.param(credential(**{"@foo": "x"}), "", id="keyword-like"),
]


@pytest.mark.parametrize(("document", "pointer"), UNDEFINED)
def test_what_no_context_defines_is_refused(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(UndefinedTerm) as refusal:
        canonicalize(document)
    assert refusal.value.pointer == pointer


BAD_NAMES = [
    pytest.param(credential(id="credentials/1"), "/id", id="relative"),
    pytest.param(credential(id="#1"), "/id", id="fragment"),
    pytest.param(credential(id=""), "/id", id="empty"),
    pytest.param(credential(id="https ://school.example"), "/id", id="space-in-scheme"),
    pytest.param(credential(id="https://school.example/a b"), "/id", id="space"),
    pytest.param(credential(id="https://school.example/<b>"), "/id", id="angle-brackets"),
    pytest.param(credential(id="urn:x "), "/id", id="space-at-the-end"),
    pytest.param(credential(id="urn:x\n"), "/id", id="line-break"),
    pytest.param(credential(id="_:a b"), "/id", id="blank-label-with-space"),
    pytest.param(credential(id="_:a .\n<urn:s> <urn:p> <urn:o"), "/id", id="blank-label-injection"),
    pytest.param(credential(type=["VerifiableCredential", "urn:a b"]), "/type/1", id="type-with-space"),
    pytest.param(credential(type=["VerifiableCredential", "_:t"]), "/type/1", id="blank-type"),
    pytest.param(credential(**{"urn:p q": "x"}), "/urn:p q", id="property-with-space"),
    pytest.param(credential(**{"_:p": "x"}), "/_:p", id="blank-property"),
]


@pytest.mark.parametrize(("document", "pointer"), BAD_NAMES)
def test_names_that_are_no_absolute_iris_are_refused(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises((UnsafeJsonLd, UndefinedTerm)) as refusal:
        canonicalize(document)
    assert refusal.value.pointer in (pointer, "")


@pytest.mark.parametrize(
    "tag", ["en_GB", "e n", "englishlanguage", "en-", "-", "1", 'en"@x', "en .\n<urn:s>"]
)
def test_bad_language_tags_are_refused(tag: str) -> None:
    with pytest.raises(JsonLdRefused):
        canonicalize(credential(name={"@value": "Badge", "@language": tag}))


@pytest.mark.parametrize("tag", ["en", "de-AT", "zh-Hant-TW", "EN"])
def test_sound_language_tags_are_written_in_small_letters(tag: str) -> None:
    assert (
        f'"Badge"@{tag.lower()} '
        in canonicalize(credential(name={"@value": "Badge", "@language": tag})).nquads
    )


def test_a_protected_term_stays_what_it_is() -> None:
    with pytest.raises(ProtectedTermRedefinition):
        canonicalize(context({"VerifiableCredential": "https://elsewhere.example/Badge"}))


def test_contexts_cannot_be_switched_off() -> None:
    with pytest.raises(JsonLdRefused):
        canonicalize(credential(**{"@context": [VCDM_2, None]}))


@pytest.mark.parametrize("keyword", ["@vocab", "@base", "@import", "@propagate"])
def test_an_inline_context_defines_terms_and_nothing_else(keyword: str) -> None:
    with pytest.raises(UnsafeJsonLd) as refusal:
        canonicalize(context({keyword: "https://school.example/"}))
    assert refusal.value.pointer == "/@context"


def test_an_unknown_context_is_named() -> None:
    with pytest.raises(UnknownContext, match=r"https://nobody\.example/v1"):
        canonicalize(credential(**{"@context": [VCDM_2, "https://nobody.example/v1"]}))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "file:///etc/hostname", "relative", "data:application/ld+json,{}"]
)
def test_no_context_is_ever_looked_for_elsewhere(url: str) -> None:
    with pytest.raises(UnknownContext):
        canonicalize(credential(**{"@context": [VCDM_2, url]}))


def nested(depth: int, name: str = "evidence") -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {name: value}
    return value


@pytest.mark.parametrize("depth", [65, 500, 900])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(NestingTooDeep):
        canonicalize(credential(evidence=nested(depth)))


def test_deeply_nested_contexts_are_refused() -> None:
    terms: Any = {"x": "urn:x"}
    for _ in range(10):
        terms = {"x": {"@id": "urn:x", "@context": terms}}
    with pytest.raises(NestingTooDeep):
        canonicalize(context(terms))


@pytest.mark.parametrize(
    "contexts", [[VCDM_2] * 9, [VCDM_2, {f"t{i}": f"urn:t{i}" for i in range(1001)}]], ids=["many", "large"]
)
def test_too_much_context_is_refused(contexts: list[Any]) -> None:
    with pytest.raises(TooLarge):
        canonicalize(credential(**{"@context": contexts}))


@pytest.mark.parametrize(
    "document",
    [None, [], "x", 1, {}, {"@context": VCDM_2}, {"@context": 5}, {"@context": [[[VCDM_2]]]},
     {"@context": {"a": {"@id": 5}}}, {"@context": {"a": 5}}, {"@context": {"@version": 1.0}},
     {"@context": {"a": {"@container": "@nope", "@id": "urn:a"}}}, {"@context": {"a": "b", "b": "a"}},
     {"@graph": [{"@id": "urn:a"}]}, {"@id": 5}, {"@value": "x"}, {"@list": []}, {"@set": [1]},
     {"@type": 5}, {"@reverse": 5}, {"@reverse": {"urn:p": "x"}}, {"@included": 5}, {"@index": 5},
     {"urn:p": {"@value": {}}}, {"urn:p": {"@value": "x", "@type": "@id"}}, {"urn:p": {"@list": [[1]]}},
     {"urn:p": float("nan")}, {"urn:p": 10**400}, {"urn:p": "\ud800"}],
    ids=repr,
)  # fmt: skip
def test_whatever_comes_leaves_as_a_refusal_of_the_gateway(document: Any) -> None:
    with contextlib.suppress(GatewayError):
        assert canonicalize(document).nquads.encode()


@pytest.mark.parametrize("name", ["small", "mid", "complete"])
def test_credentials_have_the_bytes_of_the_deployed_implementation(corpora: Path, name: str) -> None:
    document = json.loads((corpora / f"perf/docs/{name}.json").read_text())
    expected = (corpora / f"perf/vectors/{name}.rdfc10.nq").read_text(encoding="utf-8")
    assert canonicalize(document).nquads == expected


@pytest.mark.parametrize("name", ["clr1", "clr10"])
def test_transcripts_with_an_empty_list_are_refused_but_expand_alike(corpora: Path, name: str) -> None:
    """clr1 says ``association: []``, which signs as nothing: it is canonicalized without strictness."""
    document = json.loads((corpora / f"perf/docs/{name}.json").read_text())
    expected = (corpora / f"perf/vectors/{name}.rdfc10.nq").read_text(encoding="utf-8")
    assert canonicalize_quads(quads_of(expand(document, strict=False))).nquads == expected
    if document["credentialSubject"]["association"]:
        assert canonicalize(document).nquads == expected
    else:
        with pytest.raises(UnsafeJsonLd):
            canonicalize(document)


@pytest.mark.parametrize("name", ["oxigraph-divergence", "pyld-selfloop"])
def test_where_implementations_differ_the_deployed_bytes_are_ours(corpora: Path, name: str) -> None:
    quads = parse_nquads((corpora / f"perf/vectors/{name}.in.nq").read_text(encoding="utf-8"))
    expected = (corpora / f"perf/vectors/{name}.js-out.nq").read_text(encoding="utf-8")
    assert canonicalize_quads(quads).nquads == expected


def test_labels_with_the_canonical_prefix_are_where_ours_differs_on_purpose(corpora: Path) -> None:
    """rdf-canonize leaves ``_:c14n9`` as it finds it; RDFC-1.0 section 4.4.3 issues ``_:c14n0``."""
    text = (corpora / "perf/vectors/prefix-passthrough.in.nq").read_text(encoding="utf-8")
    passed_through = (corpora / "perf/vectors/prefix-passthrough.js-out.nq").read_text(encoding="utf-8")
    ours = canonicalize_quads(parse_nquads(text)).nquads
    assert ours != passed_through
    assert ours == passed_through.replace("_:c14n9", "_:c14n0")


def test_blank_labels_of_a_document_can_not_pose_as_canonical_ones() -> None:
    assert canonicalize(credential(evidence={"id": "_:c14n7", "type": ["Evidence"]})).nquads == (
        canonicalize(credential(evidence={"type": ["Evidence"]})).nquads
    )


def test_the_tie_of_two_results_has_the_bytes_three_programs_agree_on(corpora: Path) -> None:
    folder = corpora / "canon-vector"
    name = "tie-two-results-equal-alignments"
    found = canonicalize(json.loads((folder / f"{name}.jsonld").read_text(encoding="utf-8")))
    assert found.nquads == (folder / f"{name}.rdfc10.nq").read_text(encoding="utf-8")
    assert not found.simple


@pytest.mark.parametrize("name", ["complete", "js", "pyld", "ox"])
def test_one_dataset_in_four_writings_has_one_form(corpora: Path, name: str) -> None:
    quads = parse_nquads((corpora / f"canon-vector/{name}.nq").read_text(encoding="utf-8"))
    assert canonicalize_quads(quads).nquads == (corpora / "canon-vector/js.nq").read_text(encoding="utf-8")


@pytest.mark.parametrize("character", ["\x00", "\x01", "\b", "\x0b", "\f", "\x1f", "\x7f"])
def test_a_control_character_is_written_by_the_specification_and_told(character: str) -> None:
    found = canonicalize(credential(name=f"a{character}b"))
    assert found.disputed
    assert not found.simple
    assert character not in found.nquads


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'), (2.0, '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'),
     (0.5, '"5.0E-1"^^<http://www.w3.org/2001/XMLSchema#double>'), (-0.0, '"0"^^<http://www.w3.org/2001/XMLSchema#integer>'),
     (1e-7, '"1.0E-7"^^<http://www.w3.org/2001/XMLSchema#double>'), (1e21, '"1.0E21"^^<http://www.w3.org/2001/XMLSchema#double>'),
     (1.1, '"1.1E0"^^<http://www.w3.org/2001/XMLSchema#double>'), (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>')],
)  # fmt: skip
def test_numbers_are_written_as_the_json_ld_api_says(value: Any, written: str) -> None:
    assert canonicalize({"@id": "urn:s", "urn:p": value}).nquads == f"<urn:s> <urn:p> {written} .\n"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400, -(10**400)])
def test_a_number_without_a_form_is_refused(number: float) -> None:
    with pytest.raises((NotAnInteroperableNumber, JsonLdRefused)):
        canonicalize({"@id": "urn:s", "urn:p": number})


@pytest.mark.parametrize(
    "document", [{"urn:p": "\ud800"}, {"@id": "urn:s", "urn:p": "\udfff"}, {"urn:\ud800": "x"}]
)
def test_half_of_a_surrogate_pair_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(UnsafeJsonLd):
        canonicalize(document)
