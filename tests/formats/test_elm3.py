"""ELM v3: every way it is handed in, nodes by identifier, roles, the converted profile."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gateway.core import understand
from gateway.errors import InputRefused, NoSubject, NotACredential
from gateway.formats.elm3 import CONVERTED, GENERIC
from gateway.model import LangString, LearningAchievement, Organisation
from tests.formats.reading import converted, example, hub_of, read

MICRO = "micro-credential.elm3.json"


def upload() -> dict[str, Any]:
    return {"credential": example(MICRO)}


def delivery() -> dict[str, Any]:
    return {"credential": example(MICRO), "deliveryDetails": {"deliveryAddress": ["mailto:x@mail.example"]}}


def sealed() -> dict[str, Any]:
    return {"payload": json.dumps(example(MICRO)), "signatures": [{"protected": "e30", "signature": "c2ln"}]}


@pytest.mark.parametrize("wrapped", [upload, delivery, sealed])
def test_it_is_read_in_every_wrapping(wrapped: Any) -> None:
    source = read(wrapped())
    assert source.form.name == "elm3"
    bare = hub_of(example(MICRO))
    assert (source.hub.has_claim, source.hub.issuer, source.hub.subject) == (
        bare.has_claim, bare.issuer, bare.subject,
    )  # fmt: skip


def test_what_stands_around_an_uploaded_credential_is_kept() -> None:
    assert [entry.name for entry in hub_of(delivery()).residue] == ["deliveryDetails"]


def test_a_flattened_document_is_put_together_by_identifiers() -> None:
    tree = example(MICRO)
    context = tree.pop("@context")
    subject = tree["credentialSubject"]
    claim = subject["hasClaim"]
    flat = [
        {**tree, "credentialSubject": {"id": subject["id"]}},
        {**subject, "hasClaim": {"id": claim["id"]}},
        claim,
    ]
    assert hub_of({"@context": context, "@graph": flat}).has_claim == hub_of(example(MICRO)).has_claim


def test_a_node_referred_to_is_read_where_it_is_said() -> None:
    tree = example(MICRO)
    tree["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"] = {"id": tree["issuer"]["id"]}
    claim = hub_of(tree).has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.awarded_by is not None
    (body,) = claim.awarded_by.awarding_body
    assert isinstance(body, Organisation)
    assert LangString("University of the Three Rivers", "en") in body.legal_name


def test_the_sealer_is_not_taken_for_the_awarding_body() -> None:
    tree = example(MICRO)
    tree["issuer"] = {"id": "urn:sealer", "type": "Organisation", "legalName": {"en": "Sealing Service"}}
    hub = hub_of(tree)
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    assert claim.awarded_by is not None
    assert {body.id for body in claim.awarded_by.awarding_body} == {"urn:example:org:university"}
    badge = converted(tree, "ob3")
    assert badge["credentialSubject"]["achievement"]["creator"]["id"] == "urn:example:org:university"
    del tree["credentialSubject"]["hasClaim"]["awardedBy"]
    assert "creator" not in converted(tree, "ob3")["credentialSubject"]["achievement"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"en": "A"}, {("A", "en")}),
        ({"en": ["A", "B"], "de": "C"}, {("A", "en"), ("B", "en"), ("C", "de")}),
        ("A", {("A", "und")}),
        ({"@none": "A"}, {("A", "und")}),
        ({"@value": "A", "@language": "fr"}, {("A", "fr")}),
    ],
)
def test_texts_are_read_however_they_are_told(given: Any, said: set[tuple[str, str]]) -> None:
    tree = example(MICRO)
    tree["credentialSubject"]["hasClaim"]["title"] = given
    title = hub_of(tree).has_claim[0].title
    assert {(string.value, string.language) for string in title} == said


def test_a_concept_keeps_its_list_its_labels_and_its_notation() -> None:
    tree = example(MICRO)
    specification = tree["credentialSubject"]["hasClaim"]["specifiedBy"]
    specification["eqfLevel"] = {
        "id": " http://data.europa.eu/esco/eqf/8",
        "type": "Concept",
        "notation": "eqf",
    }
    hub = hub_of(tree)
    claim = hub.has_claim[0]
    assert isinstance(claim, LearningAchievement)
    level = getattr(claim.specified_by, "eqf_level", None)
    assert level is not None
    assert (level.id, level.notation) == (" http://data.europa.eu/esco/eqf/8", "eqf")
    assert hub_of(converted(tree, "vc", provenance=False)).has_claim == hub.has_claim


def test_a_term_nobody_knows_comes_back() -> None:
    tree = example(MICRO)
    tree["credentialSubject"]["studentNumber"] = "0815"
    hub = hub_of(tree)
    assert [entry.name for entry in hub.residue] == ["studentNumber"]
    for to in ("ob3", "vc", "elm3"):
        assert hub_of(converted(tree, to, provenance=False)).residue == hub.residue


def test_a_document_of_another_format_states_the_converted_profile_and_embeds_the_original() -> None:
    data = json.dumps(example("badge.ob3.json")).encode()
    written = converted(json.loads(data), "elm3", original="full")
    assert written["credentialSchema"] == {"id": CONVERTED, "type": "ShaclValidator2017"}
    assert written["credentialProfiles"]["id"].endswith("/c_7e400154")
    (evidence,) = [entry for entry in written["evidence"] if entry["dcType"]["id"].endswith("/c_c4f849d7")]
    originals = [media for media in evidence["embeddedEvidence"] if media["title"] == {"en": "original"}]
    assert base64.b64decode(originals[0]["content"]) == data


def test_elm_stays_in_its_own_profile() -> None:
    assert converted(example(MICRO), "elm3")["credentialSchema"]["id"] == GENERIC


def test_evidence_of_a_conversion_by_somebody_else_is_evidence() -> None:
    tree = converted(example("badge.ob3.json"), "elm3", original="full")
    for media in tree["evidence"][-1]["embeddedEvidence"]:
        media["title"] = {"en": "another converter"}
    assert any(entry.id == tree["evidence"][-1]["id"] for entry in hub_of(tree).evidence)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"credentialSubject": {}}, NoSubject),
        ({"type": ["VerifiablePresentation", "EuropeanDigitalPresentation"]}, NotACredential),
    ],
)
def test_what_is_no_credential_is_refused(change: dict[str, Any], error: type[InputRefused]) -> None:
    with pytest.raises(error):
        understand(json.dumps({**example(MICRO), **change}).encode())
