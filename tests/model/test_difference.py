"""The law of differences: what is told beside a poorer hub gives back the richer one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import (
    CLASSES,
    Credential,
    Difference,
    LangString,
    LearningAchievement,
    LearningActivity,
    Person,
    Residue,
    apply,
    difference,
    fields_of,
    is_node,
    walk,
)
from tests.hubs import credentials, hubs, nodes

LAW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(hubs(), hubs())
@LAW
def test_a_hub_is_restored_beside_any_other(whole: Credential, back: Credential) -> None:
    assert apply(difference(whole, back), back) == whole


@given(credentials(), credentials())
@LAW
def test_any_credential_is_restored_beside_any_other(whole: Credential, back: Credential) -> None:
    assert apply(difference(whole, back), back) == whole


@given(hubs(), st.data())
@LAW
def test_a_hub_is_restored_from_a_poorer_copy(whole: Credential, data: st.DataObject) -> None:
    back = poorer(whole, data)
    told = difference(whole, back)
    assert apply(told, back) == whole
    assert bool(told) == (back != whole)


def poorer(node: Any, data: st.DataObject) -> Any:
    """The node without some of its fields, at any depth."""
    changes: dict[str, Any] = {}
    for name, spec in fields_of(type(node)).items():
        value = getattr(node, name)
        if value is None or value == ():
            continue
        if data.draw(st.integers(0, 3)) == 0:
            changes[name] = () if spec.many or spec.kind == "text" else None
        elif spec.kind == "node":
            changes[name] = tuple(poorer(item, data) for item in value) if spec.many else poorer(value, data)
    return replace(node, **changes)


@pytest.mark.parametrize("name", sorted(set(CLASSES) - {"Residue"}))  # told whole, never compared inside
def test_every_class_obeys_the_law(name: str) -> None:
    @given(nodes(CLASSES[name], depth=1), nodes(CLASSES[name], depth=1))
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def law(whole: Any, back: Any) -> None:
        assert apply(difference(whole, back), back) == whole

    law()


@given(hubs())
@LAW
def test_a_hub_does_not_differ_from_itself(whole: Credential) -> None:
    told = difference(whole, whole)
    assert not told
    assert told == Difference(None)
    assert apply(told, whole) is whole


@given(hubs(), hubs())
@LAW
def test_a_difference_says_where(whole: Credential, back: Credential) -> None:
    told = difference(whole, back)
    for pointer in (*told.changed, *told.absent):
        assert pointer == "" or pointer.startswith("/")
    assert len(set(told.absent)) == len(told.absent)


CLAIM = LearningAchievement(id="urn:c", title=(LangString("Titel", "de"),), role="r")


def hub(*claims: Any) -> Credential:
    return Credential(id="urn:h", has_claim=claims)


def test_only_what_differs_is_told() -> None:
    told = difference(hub(CLAIM), hub(replace(CLAIM, title=())))
    assert told.changed == ("/has_claim/0/title",)
    assert told.part == hub(LearningAchievement(id="urn:c", title=CLAIM.title))


def test_what_must_go_is_listed() -> None:
    told = difference(hub(replace(CLAIM, role=None)), hub(CLAIM))
    assert (told.changed, told.absent) == ((), ("/has_claim/0/role",))


def test_lists_of_another_length_are_replaced_whole() -> None:
    told = difference(hub(CLAIM, CLAIM), hub(CLAIM))
    assert told.changed == ("/has_claim",)
    assert apply(told, hub(CLAIM)) == hub(CLAIM, CLAIM)


def test_another_class_is_told() -> None:
    whole, back = hub(LearningActivity(id="urn:c", workload="PT1H")), hub(CLAIM)
    assert "/has_claim/0" in difference(whole, back).changed
    assert apply(difference(whole, back), back) == whole


@pytest.mark.parametrize(
    "pointer",
    ["/nothing", "/has_claim/7/role", "/has_claim/0", "/has_claim/x/role", "/has_claim/²/role", "/id/x"],
)
def test_an_absent_field_that_is_not_there_changes_nothing(pointer: str) -> None:
    assert apply(Difference(None, (pointer,)), hub(CLAIM)) == hub(CLAIM)


@given(hubs())
@LAW
def test_a_walk_names_every_filled_value_once(whole: Credential) -> None:
    found = list(walk(whole))
    assert len({pointer for pointer, _ in found}) == len(found)
    for pointer, value in found:
        here: Any = whole
        for step in pointer.split("/")[1:]:
            here = here[int(step)] if isinstance(here, tuple) else getattr(here, step)
        assert here == value
        assert not is_node(value)


def test_the_generated_hubs_are_what_they_say() -> None:
    @given(hubs())
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def law(made: Credential) -> None:
        assert isinstance(made.has_claim[0], LearningAchievement)
        assert made.has_claim[0].title
        assert isinstance(made.subject, Person)
        hash(made)

    law()


def test_residue_is_told_whole() -> None:
    def residue(value: str) -> Credential:
        return Credential(residue=(Residue(format="vc", node="", name="x", value=value),))

    told = difference(residue("1"), residue("2"))
    assert told.changed == ("/residue",)
    assert apply(told, residue("2")) == residue("1")
