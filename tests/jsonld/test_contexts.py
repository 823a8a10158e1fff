"""The contexts: ours mean term by term what the published ones mean, and nothing comes from elsewhere."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld

from gateway.errors import GatewayFailed, NotAnInteroperableNumber, UnknownContext
from gateway.jsonld import Contexts, ContextVersion, bundled, canonicalize, expand, jcs
from gateway.jsonld.contexts import pyld_loader, pyld_resolver
from gateway.resources import context_bytes
from tests.conftest import corpora_path

VERSIONS = [version for version in bundled().versions if version.published]
FOLDERS = [corpora_path() / name for name in ("w3c/contexts", "ob/contexts", "elm/elm-jsonld/contexts")]
LEGACY = "https://w3id.org/openbadges/legacy-v1"
"""Named by the Open Badges 1.1 context, and published nowhere the corpora know."""
SET = Contexts(bundled().versions, {LEGACY: {"@context": {}}})
PUBLISHED = {
    hashlib.sha256(path.read_bytes()).hexdigest(): path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.json*"))
    if path.is_file()
}


def processed(active: Any, context: Any, *, protect: bool) -> Any:
    """The active context pyld makes of a local one, contexts named by URL taken from the bundled set."""
    processor = pyld.JsonLdProcessor()
    options = {
        "base": "",
        "processingMode": "json-ld-1.1",
        "documentLoader": pyld_loader(SET),
        "contextResolver": pyld_resolver(SET),
    }
    active = processor._get_initial_context(options) if active is None else active
    return processor._process_context(active, context, options, override_protected=not protect)


def meaning(term: Any) -> Any:
    """A processed term without its scoped context, which is compared by what it makes."""
    if not isinstance(term, dict):
        return term
    kept = {name: value for name, value in term.items() if name not in ("@context", "_prefix_source")}
    return {
        name: sorted(value) if name == "@container" and isinstance(value, list) else value
        for name, value in kept.items()
    }


def definitions(context: Any) -> dict[str, Any]:
    """The terms a local context defines itself."""
    entries = context if isinstance(context, list) else [context]
    return {
        name: item
        for entry in entries
        if isinstance(entry, dict)
        for name, item in entry.items()
        if name[:1] != "@"
    }


def differences(ours: Any, theirs: Any, above: tuple[Any, Any], path: str = "", depth: int = 0) -> list[str]:
    """Where two local contexts mean different things, terms and scoped contexts all the way down."""
    mine = processed(above[0], ours, protect=depth == 0)
    other = processed(above[1], theirs, protect=depth == 0)
    found = [
        f"{path}/{name}"
        for name in sorted({*mine["mappings"], *other["mappings"]})
        if meaning(mine["mappings"].get(name)) != meaning(other["mappings"].get(name))
    ]
    found += [
        f"{path} {key}" for key in ("@vocab", "@language", "@direction") if mine.get(key) != other.get(key)
    ]
    left, right = definitions(ours), definitions(theirs)
    found += [f"{path}/{name} is defined in one only" for name in left.keys() ^ right.keys()]
    for name in sorted(left.keys() & right.keys()):
        scoped = [
            side.get("@context") if isinstance(side, dict) else None for side in (left[name], right[name])
        ]
        if scoped[0] is not None or scoped[1] is not None:
            found += differences(scoped[0], scoped[1], (mine, other), f"{path}/{name}", depth + 1)
    return found


def test_every_pinned_publication_is_in_the_corpora(corpora: Path) -> None:
    assert [version.file for version in VERSIONS if version.published not in PUBLISHED] == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.file)
def test_our_context_means_what_the_published_one_means(corpora: Path, version: ContextVersion) -> None:
    ours = bundled().by_digest(version.published)
    theirs = json.loads(PUBLISHED[version.published].read_bytes())
    assert ours is not None
    assert differences(ours["@context"], theirs["@context"], (None, None)) == []


@pytest.mark.parametrize("change", ["iri", "type", "lost", "scoped", "protected"])
def test_the_comparison_sees_a_difference(change: str) -> None:
    def terms() -> dict[str, Any]:
        inner = {"b": {"@id": "https://v.example/b", "@type": "@id"}}
        return {
            "@version": 1.1,
            "A": {"@id": "https://v.example/A", "@context": inner},
            "c": "https://v.example/c",
        }

    changed = terms()
    if change == "iri":
        changed["c"] = "https://v.example/d"
    elif change == "type":
        changed["c"] = {"@id": "https://v.example/c", "@type": "@id"}
    elif change == "lost":
        del changed["c"]
    elif change == "scoped":
        changed["A"]["@context"]["b"]["@id"] = "https://v.example/x"
    else:
        changed["@protected"] = True
    assert differences(terms(), terms(), (None, None)) == []
    assert differences(terms(), changed, (None, None)) != []


@pytest.mark.parametrize("version", bundled().versions, ids=lambda version: version.file)
def test_every_file_is_the_one_the_manifest_pins(version: ContextVersion) -> None:
    content = context_bytes(version.file)
    assert hashlib.sha256(content).hexdigest() == version.sha256
    assert set(json.loads(content)) == {"@context"}


def test_every_url_has_one_current_answer() -> None:
    answers = [url for version in bundled().versions if version.current for url in version.urls]
    assert len(answers) == len(set(answers))
    assert bundled().urls() == tuple(sorted(answers))
    for url in answers:
        assert bundled().get(url)["@context"]


def test_an_unknown_url_is_named_in_the_refusal() -> None:
    with pytest.raises(UnknownContext, match=r"https://nobody\.example/v1") as refusal:
        bundled().get("https://nobody.example/v1", pointer="/@context/1")
    assert refusal.value.pointer == "/@context/1"


def test_open_badges_1_cannot_be_expanded_for_want_of_a_context_it_names() -> None:
    with pytest.raises(UnknownContext, match="legacy-v1"):
        expand({"@context": "https://w3id.org/openbadges/v1", "@id": "urn:x", "urn:p": "v"})


def test_an_endless_url_is_cut_in_the_refusal() -> None:
    with pytest.raises(UnknownContext) as refusal:
        bundled().get("https://nobody.example/" + "a" * 10_000)
    assert len(refusal.value.detail) < 300


@pytest.mark.parametrize(
    "url", ["http://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/v2/", ""]
)
def test_urls_are_compared_letter_by_letter(url: str) -> None:
    with pytest.raises(UnknownContext):
        bundled().get(url)


def test_an_unknown_digest_has_no_content() -> None:
    assert bundled().by_digest("0" * 64) is None


def test_a_file_that_is_not_the_pinned_one_is_a_fault_of_the_gateway() -> None:
    first = bundled().versions[0]
    wrong = Contexts((ContextVersion(first.file, first.urls, True, "0" * 64, ""),))
    with pytest.raises(GatewayFailed):
        wrong.get(first.urls[0])


EXTRA = "https://extra.example/context"
DOCUMENT = {"@context": EXTRA, "@id": "urn:x", "t": "v"}


def extra(iri: str) -> Contexts:
    return Contexts(bundled().versions, {EXTRA: {"@context": {"t": iri}}})


def test_an_extra_context_stands_beside_the_bundled_ones() -> None:
    assert EXTRA in extra("urn:t").urls()
    assert canonicalize(DOCUMENT, contexts=extra("urn:t")).nquads == '<urn:x> <urn:t> "v" .\n'


def test_what_a_url_means_in_one_closed_set_does_not_leak_into_another() -> None:
    """The library below shares resolved contexts among all loaders of a process; a closed set must not."""
    assert expand(DOCUMENT, contexts=extra("urn:one"))[0]["urn:one"]
    assert expand(DOCUMENT, contexts=extra("urn:two"))[0]["urn:two"]
    with pytest.raises(UnknownContext):
        expand(DOCUMENT)
    with pytest.raises(UnknownContext):
        expand({"@context": bundled().urls()[0], "@id": "urn:x", "urn:p": "v"}, contexts=Contexts(()))


def test_closed_sets_are_kept_apart_however_many_there_are() -> None:
    for number in range(20):
        assert expand(DOCUMENT, contexts=extra(f"urn:t{number}"))[0][f"urn:t{number}"]
    assert expand(DOCUMENT, contexts=extra("urn:t0"))[0]["urn:t0"]


INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 <= abs(x) < 1e21)
"""Between 2^53 and 1e21 a float is written in digits only: see the test of that edge."""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any) -> Any:
    """The same value with the members of every object in another order."""
    if isinstance(value, dict):
        return {name: shuffled(item) for name, item in reversed(value.items())}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_canonical_json_says_the_same_and_has_one_form(value: Any) -> None:
    once = jcs(value)
    assert json.loads(once) == value
    assert jcs(json.loads(once)) == once
    assert jcs(shuffled(value)) == once


@given(JSON, JSON)
@settings(max_examples=100, deadline=None)
def test_canonical_json_is_equal_only_for_equal_values(one: Any, other: Any) -> None:
    assert (jcs(one) == jcs(other)) == (typed(one) == typed(other))


def typed(value: Any) -> Any:
    """A value that compares as JSON does: ``True`` is not ``1``, but ``1.0`` is."""
    if isinstance(value, dict):
        return {name: typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return (isinstance(value, bool), value)


def test_a_float_that_is_written_like_a_large_integer_is_not_read_back() -> None:
    assert jcs(1e16) == b"10000000000000000"
    with pytest.raises(NotAnInteroperableNumber):
        jcs(json.loads(jcs(1e16)))


def test_members_are_sorted_by_utf_16_units() -> None:
    assert jcs({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", {"\udfff": 1}, {1: 2}]
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(NotAnInteroperableNumber):
        jcs({"x": value})


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_vectors_of_rfc_8785(corpora: Path, name: str) -> None:
    folder = corpora / "w3c" / "jcs"
    source = next(folder.rglob(f"input/{name}.json"))
    expected = next(folder.rglob(f"output/{name}.json"))
    assert jcs(json.loads(source.read_bytes())) == expected.read_bytes().rstrip(b"\n")
