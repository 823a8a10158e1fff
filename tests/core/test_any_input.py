"""Whatever stands in a badge, in its parts or in what answers for them: checks, and never an exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core import POLICIES, Question, policy_named, verify
from gateway.core.understanding import inspect
from gateway.errors import GatewayError
from gateway.mapping import leaves_of
from gateway.pointers import split
from gateway.report import Verdict
from tests.core.parts import NOW, SCHOOL, badge, controller, signed, token, world
from tests.core.test_open_badges_2 import (
    AGENCY,
    ASSERTION,
    CLASS,
    ENDORSEMENT,
    ISSUER,
    KEY,
    OLD_PARTS,
    assertion,
    badge_class,
    endorsement,
    issuer,
    jws,
    key,
    old,
)
from tests.core.test_open_badges_2 import signed as signed_assertion
from tests.core.test_presentations import HOLDER, presentation
from tests.status.parts import LIST, entry, status_list

SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2**53) | st.floats(allow_nan=False) | st.text(max_size=6)
)
MEMBERS = st.sampled_from(["id", "type", "@context", "a"])
ANY = st.recursive(
    SCALARS | st.sampled_from(["https://school.example/issuer", "urn:x:1", "#key-1", "did:key:z6Mk", "data:,", "_:b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner),
    max_leaves=5,
)  # fmt: skip

BADGES_2 = {
    ASSERTION: assertion(),
    CLASS: badge_class(endorsement=[ENDORSEMENT]),
    ISSUER: issuer(publicKey=[key()], revocationList=f"{SCHOOL}/revocations", verification={"startsWith": ["https://school"]}),
    KEY: key(),
    ENDORSEMENT: endorsement(),
    AGENCY: issuer(id=AGENCY),
    f"{SCHOOL}/revocations": {"revokedAssertions": [{"id": "urn:x:1"}], "issuer": ISSUER},
}  # fmt: skip
BADGE_3 = signed(badge(credentialStatus=[entry()], endorsement=[signed(badge())]))
LISTED = signed(status_list())


@st.composite
def damaged(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with another value somewhere in it, or without something."""
    made = copy.deepcopy(tree)
    places = [split(pointer) for pointer, _ in leaves_of(made)]
    steps = draw(st.sampled_from(places))
    depth = draw(st.integers(1, len(steps)))
    node = made
    for step in steps[: depth - 1]:
        node = node[int(step)] if isinstance(node, list) else node[step]
    last: Any = int(steps[depth - 1]) if isinstance(node, list) else steps[depth - 1]
    if draw(st.booleans()):
        node[last] = draw(ANY)
    else:
        del node[last]
    return made


def judge(data: bytes, retrieved: Any, policy: str) -> None:
    """The document is verified or refused; when it says something is wrong, it says what."""
    try:
        inspected = inspect(data)
    except GatewayError:
        return
    done = verify(inspected, retrieved, Question(NOW, policy_named(policy)))
    assert done.verified is (done.reason is None)
    assert all(check.code and check.message for check in done.checks if check.verdict is not Verdict.VALID)


@pytest.mark.parametrize("address", BADGES_2)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_part_of_an_open_badge_2_0_raises_anything(address: str, data: st.DataObject) -> None:
    documents = {**BADGES_2, address: data.draw(damaged(BADGES_2[address]))}
    given_badge = json.dumps(documents[ASSERTION]).encode()
    policy = data.draw(st.sampled_from(sorted(POLICIES)))
    judge(given_badge, world({}, documents), policy)
    if isinstance(documents[ASSERTION], dict):
        made = jws(documents[ASSERTION] if address == ASSERTION else signed_assertion())
        judge(made, world({}, documents), policy)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_part_of_an_older_badge_raises_anything(data: st.DataObject) -> None:
    parts = {ASSERTION: old(), CLASS: OLD_PARTS["badge"], ISSUER: OLD_PARTS["issuer"]}
    address = data.draw(st.sampled_from(sorted(parts)))
    parts[address] = data.draw(damaged(parts[address]))
    judge(
        json.dumps(parts[ASSERTION]).encode(), world({}, parts), data.draw(st.sampled_from(sorted(POLICIES)))
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_part_of_a_badge_or_its_list_or_its_issuer_raises_anything(data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(sorted(POLICIES)))
    parts: dict[str, Any] = {"badge": BADGE_3, "list": LISTED, "issuer": controller()}
    name = data.draw(st.sampled_from(sorted(parts)))
    parts[name] = data.draw(damaged(parts[name]))
    retrieved = world({SCHOOL: parts["issuer"]}, {LIST: parts["list"]})
    judge(json.dumps(parts["badge"]).encode(), retrieved, policy)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_presentation_and_no_token_raises_anything(data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(sorted(POLICIES)))
    tree = data.draw(damaged(presentation(signed(), token().decode())))
    known = {SCHOOL: controller(), HOLDER: controller(HOLDER, 5)}
    judge(json.dumps(tree).encode(), world(known), policy)
