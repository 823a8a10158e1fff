"""What a document states of the elements of a micro-credential, and that no conversion changes the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from gateway.core import ConvertOptions, express, render, understand
from gateway.core.completeness import PROFILES, Completeness, Obligation, State, assess, profile_named
from gateway.core.completeness.finding import filled
from gateway.core.completeness.tables import Path, dimensions, elements
from gateway.envelopes import read_json, write_json
from gateway.model import Credential, LangString, LearningAchievement, LearningAchievementSpecification
from gateway.pointers import resolve
from gateway.report import Check, Verdict
from gateway.resources import example_bytes, example_names
from tests.hubs import credentials

MICRO = "micro-credential.elm3.json"
EU, MICROBOL, OEPASS = (profile_named(name) for name in PROFILES)


def assessed(data: bytes, profile: str = "eu", checks: tuple[Check, ...] = ()) -> Completeness:
    return assess(understand(data), profile_named(profile), checks)


def states(found: Completeness) -> dict[str, State]:
    return {stated.element: stated.state for stated in found.elements}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", [name for name in example_names() if name.startswith("micro-credential")])
def test_the_micro_credential_among_the_examples_lacks_one_thing_of_one_profile(
    name: str, profile: str
) -> None:
    lacking = [stated.element for stated in assessed(example_bytes(name), profile).lacking]
    assert lacking == (["issuer_reputation"] if profile == "oepass" else [])


def test_what_is_stated_is_told_with_its_places_and_what_is_not_with_the_place_for_it() -> None:
    found = assessed(example_bytes("badge.ob3.json"))
    told = {entry["element"]: entry for entry in found.to_json()["elements"]}
    assert told["workload"] == {
        "element": "workload", "obligation": "mandatory", "state": "stated",
        "at": ["/credentialSubject/creditsEarned", "/credentialSubject/achievement/creditsAvailable"],
    }  # fmt: skip
    assert told["learning_outcomes"]["state"] == "near"
    assert told["learning_outcomes"]["would"] == "/credentialSubject/achievement/resultDescription/0/name"
    assert told["form_of_participation"] == {
        "element": "form_of_participation", "obligation": "mandatory", "state": "absent",
        "would": "/carried/hasClaim/0/specifiedBy/mode/0",
    }  # fmt: skip
    assert not found.complete


@pytest.mark.parametrize("name", example_names())
def test_places_are_places_of_the_document(name: str) -> None:
    source = understand(example_bytes(name))
    elements = assess(source, EU).elements
    told = [pointer for stated in elements for pointer in stated.at if not pointer.startswith("/carried/")]
    assert told
    if source.envelope.root is None:
        missing = object()
        assert [
            pointer for pointer in told if resolve(source.envelope.tree, pointer, missing) is missing
        ] == []
    else:
        assert all(pointer.startswith(f"/{source.envelope.root.local}/") for pointer in told)


@pytest.mark.parametrize("to", ["ob3", "vc", "elm3", "edci-xml"])
@pytest.mark.parametrize("name", example_names())
def test_a_conversion_changes_nothing_of_the_answer(name: str, to: str) -> None:
    source = understand(example_bytes(name))
    made = express(source, ConvertOptions(to))
    there = render(made.form, made.tree)
    for profile in (EU, MICROBOL, OEPASS):
        assert states(assess(understand(there), profile)) == states(assess(source, profile))


def test_what_is_taken_out_is_missed() -> None:
    tree: dict[str, Any] = read_json(example_bytes(MICRO))
    claim = tree["credentialSubject"]["hasClaim"]
    assert states(assessed(write_json(tree)))["quality_assurance"] is State.STATED
    del claim["specifiedBy"]["accreditation"]
    assert states(assessed(write_json(tree)))["quality_assurance"] is State.ABSENT


@pytest.mark.parametrize("nothing", ["", " ", "-", "…", "\N{NO-BREAK SPACE}"])
def test_a_text_without_a_letter_states_nothing(nothing: str) -> None:
    tree: dict[str, Any] = read_json(example_bytes(MICRO))
    tree["credentialSubject"]["hasClaim"]["specifiedBy"]["entryRequirement"] = {
        "type": "Note", "noteLiteral": {"en": nothing},
    }  # fmt: skip
    assert states(assessed(write_json(tree)))["prerequisites"] is State.ABSENT


def test_an_identifier_of_the_document_only_does_not_identify_the_learner() -> None:
    def named(identifier: str) -> State:
        hub = understand(example_bytes("badge.ob3.json"))
        subject = replace(hub.hub.subject, id=identifier, identity=())  # type: ignore[type-var, call-arg]
        return states(assess(replace(hub, hub=replace(hub.hub, subject=subject)), EU))["learner_identity"]

    assert named("did:example:holder") is State.STATED
    assert named("urn:epass:person:1") is State.ABSENT


def test_a_part_is_looked_into_where_the_whole_says_nothing() -> None:
    outcome = LearningAchievementSpecification(volume_of_learning="PT25H")
    part = LearningAchievement(specified_by=outcome)
    path = Path(("has_claim", "specified_by", "volume_of_learning"))
    nested = Credential(has_claim=(LearningAchievement(has_part=(part,)),))
    assert [*filled(nested, path)] == ["/has_claim/0/has_part/0/specified_by/volume_of_learning"]
    both = Credential(has_claim=(LearningAchievement(specified_by=outcome, has_part=(part,)),))
    assert [*filled(both, path)] == ["/has_claim/0/specified_by/volume_of_learning"]


def test_the_recommendation_decides_where_the_paper_differs() -> None:
    assert EU.obligations["prerequisites"] is EU.obligations["supervision"] is Obligation.OPTIONAL
    assert EU.obligations["level"] is Obligation.WHERE_APPLICABLE
    assert MICROBOL.obligations["supervision"] is Obligation.MANDATORY
    counts = [sum(o is Obligation.MANDATORY for o in p.obligations.values()) for p in (EU, MICROBOL, OEPASS)]
    assert counts == [10, 13, 8]


def test_validity_is_shown_by_checks_alone() -> None:
    def shown(*checks: Check) -> dict[str, bool]:
        found = assessed(example_bytes(MICRO), checks=checks)
        return {sign.sign: sign.shown for sign in found.dimensions["validity"]}

    assert not any(
        shown()[sign] for sign in ("genuine", "issuers_own", "in_force", "not_withdrawn", "issuer_listed")
    )
    holds, fails = Check("proof.signature", Verdict.VALID), Check("proof.purpose", Verdict.INVALID)
    assert shown(holds)["genuine"]
    assert not shown(holds, fails)["genuine"]


def test_every_sign_and_element_is_of_a_dimension_or_a_profile() -> None:
    named = {name for profile in (EU, MICROBOL, OEPASS) for name in profile.obligations}
    assert named == set(elements())
    assert [*dimensions()] == ["transparency", "modularity", "portability", "validity"]


@given(credentials())
@settings(max_examples=60)
def test_whatever_a_path_leads_to_is_there(hub: Credential) -> None:
    for element in elements().values():
        for path in (*element.at, *element.near):
            for pointer in filled(hub, path):
                node: Any = hub
                for name in pointer.split("/")[1:]:
                    node = node[int(name)] if name.isdigit() else getattr(node, name)
                assert node not in (None, (), "", LangString(""))
