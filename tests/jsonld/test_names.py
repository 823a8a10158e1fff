"""The same statements under other names: what nobody would read is not verified."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from conformance.documents import document
from gateway.errors import UnsafeJsonLd
from gateway.jsonld import LinkedData, bundled, canonicalize, check_names
from gateway.jsonld.compiled import NotCompiled, emit
from gateway.jsonld.names import _has_plain_names
from gateway.resources import example_bytes

VCDM = "https://www.w3.org/2018/credentials#"
STATUS = {
    "id": "https://status.example/1#8", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
    "statusListIndex": "8", "statusListCredential": "https://status.example/1",
}  # fmt: skip
BADGE: dict[str, Any] = {**json.loads(example_bytes("badge.ob3.json")), "credentialStatus": STATUS}
REFERENCE = {"@id": f"{VCDM}credentialStatus", "@type": "@id"}


def moved(new: dict[str, Any], *terms: Any) -> dict[str, Any]:
    """The badge with its status taken away, ``new`` members put in and contexts added."""
    tree = {**copy.deepcopy(BADGE), **new}
    del tree["credentialStatus"]
    return {**tree, "@context": [*BADGE["@context"], *terms]}


HIDDEN: dict[str, dict[str, Any]] = {
    "under its IRI": moved({f"{VCDM}credentialStatus": STATUS}),
    "under a name with a prefix": moved({"v:credentialStatus": STATUS}, {"v": VCDM}),
    "under an alias": moved({"more": STATUS}, {"more": REFERENCE}),
    "under an alias of its name": moved({"more": STATUS}, {"more": "credentialStatus"}),
    "under an alias with a prefix": moved(
        {"more": STATUS}, {"v": VCDM, "more": {"@id": "v:credentialStatus"}}
    ),
    "under an alias in a scope": moved(
        {"more": STATUS}, {"OpenBadgeCredential": {"@id": "urn:x:b", "@context": {"more": REFERENCE}}}
    ),
    "nested": moved({"more": {"credentialStatus": STATUS}}, {"more": "@nest"}),
    "included": moved({"@included": [{"id": BADGE["id"], "credentialStatus": STATUS}]}),
    "reversed": moved({"@reverse": {f"{VCDM}x": {"id": "urn:x:1"}}}),
    "in itself": moved({"evidence": [{"id": BADGE["id"], "type": ["Evidence"], "credentialStatus": STATUS}]}),
    "in an index": {
        **moved({}, {"credentialStatus": {**REFERENCE, "@container": "@index"}}),
        "credentialStatus": {"x": STATUS},
    },
}


@pytest.mark.parametrize("way", HIDDEN)
def test_a_status_is_not_hidden(way: str) -> None:
    with pytest.raises(UnsafeJsonLd):
        check_names(HIDDEN[way])
    with pytest.raises(UnsafeJsonLd):
        LinkedData(HIDDEN[way]).check_names()


OWN = {"label": "urn:x:label", "texts": {"@id": "urn:x:texts", "@container": "@language"}, "x:y": "urn:x:y"}
UNUSUAL: list[dict[str, Any]] = [
    {"texts": {"id": "Nama"}}, {"texts": {"uid": "a"}}, {"x:y": "a"}, {"urn:x:z": "a"}, {"label": {"@value": "a"}},
    {"evidence": [{"id": BADGE["id"], "type": ["Evidence"]}]}, {"related": {"id": BADGE["id"]}},
    {"evidence": [{"id": "urn:x:1", "type": ["Evidence", "urn:x:Page"]}]},
    {"evidence": [{"@id": "urn:x:1", "type": ["Evidence"]}]}, {"evidence": [{"@type": ["Evidence"]}]},
    {"evidence": [{"@id": "urn:x:1"}]}, {"evidence": [{"@context": BADGE["@context"], "type": ["Evidence"]}]},
]  # fmt: skip


@pytest.mark.parametrize("change", [{}, *UNUSUAL], ids=str)
@pytest.mark.parametrize("terms", [[], [OWN]], ids=["published", "own"])
def test_names_are_found_plain_in_passing_where_looking_at_them_finds_so(
    change: Any, terms: list[Any]
) -> None:
    tree = {**copy.deepcopy(BADGE), **change, "@context": [*BADGE["@context"], *terms]}
    try:
        plain = emit(tree, bundled()).plain_names
    except NotCompiled:
        return
    assert plain is _has_plain_names(tree) is (not change and not terms)


@pytest.mark.parametrize("start", range(0, 1_500, 500))
def test_names_of_generated_documents_are_not_found_plainer_in_passing(start: int) -> None:
    found = 0
    for number in range(start, start + 500):
        tree = document(number)
        try:
            plain = emit(tree, bundled()).plain_names
        except NotCompiled:
            continue
        assert _has_plain_names(tree) or not plain, f"document {number}"
        found += plain
    assert found > 5, "hardly any document has plain names: the generator has lost its aim"


@pytest.mark.parametrize("way", ["under its IRI", "under a name with a prefix", "under an alias", "nested"])
def test_what_is_hidden_is_signed_all_the_same(way: str) -> None:
    """Why the check is there: no signature over statements sees the difference."""
    assert canonicalize(HIDDEN[way]).nquads == canonicalize(BADGE).nquads


@pytest.mark.parametrize(
    ("change", "terms"),
    [
        ({"@id": BADGE["id"]}, []),
        ({"uid": "urn:x:1"}, ["https://www.w3.org/ns/odrl.jsonld"]),
        ({"identifier2": "urn:x:1"}, [{"identifier2": "@id"}]),
        ({"x:p": {"@set": ["y"]}}, [{"x": "https://x.example/"}]),
        ({"issuer": {**BADGE["issuer"], "@context": {"more": "https://x.example/m"}}}, []),
        ({"issuer": {**BADGE["issuer"], "@context": []}}, []),
        ({}, [{"achievement": "https://x.example/a"}]),
        ({}, [{"name": "https://schema.org/description"}]),
        ({}, [{"p": {"@id": "https://x.example/p", "@container": "@index"}}]),
        ({}, [{"p": {"@reverse": "https://x.example/p"}}]),
        ({"type": [*BADGE["type"], "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry"]}, []),
    ],
)
def test_a_published_name_keeps_its_meaning_and_a_meaning_its_name(change: Any, terms: list[Any]) -> None:
    tree = {**copy.deepcopy(BADGE), **change, "@context": [*BADGE["@context"], *terms]}
    with pytest.raises(UnsafeJsonLd):
        check_names(tree)


@pytest.mark.parametrize(
    ("change", "terms"),
    [
        ({}, []),
        ({"shoeSize": "44"}, [{"shoeSize": "https://x.example/shoeSize"}]),
        ({"x:shoeSize": "44"}, [{"x": "https://x.example/"}]),
        ({"https://x.example/shoeSize": {"@value": "44", "@type": "https://x.example/size"}}, []),
        ({"description": {"@value": "a badge", "@language": "en"}}, []),
        ({}, [{"evidence": {"@id": f"{VCDM}evidence", "@type": "@id"}}]),
        ({"notes": {"en": "x"}}, [{"notes": {"@id": "https://x.example/n", "@container": "@language"}}]),
    ],
)
def test_terms_of_ones_own_are_used_freely(change: Any, terms: list[Any]) -> None:
    check_names({**copy.deepcopy(BADGE), **change, "@context": [*BADGE["@context"], *terms]})


@pytest.mark.parametrize(
    "name",
    ["badge.ob3.json", "diploma.ob3.json", "micro-credential.ob3.json", "badge.vc.json", "diploma.vc.json",
     "micro-credential.vc.json", "micro-credential.elm3.json"],
)  # fmt: skip
def test_what_the_gateway_writes_has_its_names_in_order(name: str) -> None:
    check_names(json.loads(example_bytes(name)))


def test_a_whole_credential_inside_has_contexts_of_its_own_and_so_has_its_proof() -> None:
    inside = {
        **BADGE,
        "id": "urn:x:1",
        "proof": [{"type": "DataIntegrityProof", "@context": BADGE["@context"]}],
    }
    check_names({**BADGE, "endorsement": [inside]})


def test_the_carrier_of_a_badge_hides_no_end_of_validity() -> None:
    tree = json.loads(example_bytes("diploma.ob3.json"))
    assert tree["carried"]["id"] == tree["id"]
    tree["carried"]["validUntil"] = "2020-01-01T00:00:00Z"
    with pytest.raises(UnsafeJsonLd):
        check_names(tree)
