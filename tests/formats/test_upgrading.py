"""Open Badges 0.5, 1.0 and 1.1: told apart by their members, and upgraded to the terms of 2.0."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core import ConvertOptions, express, inspect, understand
from gateway.errors import FormatRefused, GatewayError, NotACredential
from gateway.formats.upgrading import upgrade, version_of
from gateway.mapping import leaves_of
from gateway.report import Outcome

HASH = "sha256$" + "0a" * 32
OB_0_5: dict[str, Any] = {
    "recipient": HASH,
    "salt": "sea",
    "evidence": "/works/7",
    "issued_on": "2011-06-01",
    "expires": "2031-06-01",
    "badge": {
        "version": "0.5.0",
        "name": "Soldering",
        "image": "/soldering.png",
        "description": "Joins parts.",
        "criteria": "/soldering",
        "issuer": {
            "origin": "https://workshop.example",
            "name": "Open Workshop",
            "org": "Harbour",
            "contact": "hello@workshop.example",
        },
    },
}
OB_1_0: dict[str, Any] = {
    "uid": "77",
    "recipient": {"type": "email", "hashed": False, "identity": "learner@mail.example"},
    "issuedOn": 1_456_012_800,
    "badge": "https://workshop.example/badges/soldering",
    "verify": {"type": "hosted", "url": "https://workshop.example/assertions/77"},
}
OB_1_1: dict[str, Any] = {
    "@context": "https://w3id.org/openbadges/v1",
    "type": "Assertion",
    "id": "https://workshop.example/assertions/78",
    "uid": "78",
    "recipient": {"type": "email", "hashed": True, "salt": "sea", "identity": HASH},
    "issuedOn": "2016-02-21T10:00:00",
    "badge": {
        "type": "BadgeClass",
        "id": "https://workshop.example/badges/soldering",
        "name": "Soldering",
        "description": "Joins parts.",
        "image": "https://workshop.example/soldering.png",
        "criteria": "https://workshop.example/soldering",
        "alignment": [{"name": "Joining", "url": "https://skills.example/1", "description": "Joins."}],
        "issuer": {
            "type": "Issuer", "id": "https://workshop.example/issuer", "name": "Open Workshop",
            "url": "https://workshop.example/",
        },
    },
    "verify": {"type": "hosted", "url": "https://workshop.example/assertions/78"},
}  # fmt: skip
OLD = {"0.5": OB_0_5, "1.0": OB_1_0, "1.1": OB_1_1}


def data(tree: Any) -> bytes:
    return json.dumps(tree).encode()


# --- which version --------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "tree"), OLD.items())
def test_an_old_badge_is_told_by_its_members(version: str, tree: dict[str, Any]) -> None:
    assert version_of(tree) == version
    assert understand(data(tree)).form.name == "ob1"


@pytest.mark.parametrize(
    "tree",
    [
        None, [], "x", {}, {"recipient": "a"}, {"recipient": "a", "badge": {"issuer": {}}}, {"uid": "1", "verify": {}},
        {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "recipient": {}, "uid": "1", "verify": {}},
        {"@context": "https://w3id.org/openbadges/v1", "type": "Shoe"},
        {"type": "Assertion", "recipient": {}, "uid": "1", "verify": {}, "badge": "x"},
    ],
)  # fmt: skip
def test_anything_else_is_no_old_badge(tree: Any) -> None:
    assert version_of(tree) == ""


@pytest.mark.parametrize("kind", ["BadgeClass", "Issuer"])
def test_a_part_of_an_old_badge_is_named_and_not_converted(kind: str) -> None:
    part = {"@context": "https://w3id.org/openbadges/v1", "type": kind, "name": "x"}
    with pytest.raises(NotACredential, match=kind):
        understand(data(part))
    assert inspect(data(part)).open_badges_2


def test_a_badge_class_of_1_0_by_itself_says_nothing_of_what_it_is() -> None:
    with pytest.raises(FormatRefused):
        understand(b'{"name": "Basic", "description": "x", "criteria": "https://a.example/c", "issuer": "x"}')


# --- what becomes of it ----------------------------------------------------------------------------


def test_0_5_has_its_recipient_dates_and_issuer_renamed() -> None:
    tree = upgrade(OB_0_5).tree
    assert tree["recipient"] == {"type": "email", "identity": HASH, "hashed": True, "salt": "sea"}
    assert (tree["issuedOn"], tree["expires"]) == ("2011-06-01T00:00:00Z", "2031-06-01T00:00:00Z")
    assert tree["verification"] == {"type": "hosted"}
    assert tree["badge"]["type"] == "BadgeClass"
    assert tree["badge"]["issuer"] == {
        "name": "Open Workshop: Harbour", "url": "https://workshop.example", "email": "hello@workshop.example",
        "id": "https://workshop.example", "type": "Issuer",
    }  # fmt: skip
    assert not {"salt", "issued_on", "id"} & set(tree)


def test_a_recipient_with_an_at_sign_is_the_address_itself() -> None:
    tree = upgrade({**OB_0_5, "recipient": "learner@mail.example"}).tree
    assert tree["recipient"]["hashed"] is False


def test_1_0_gets_its_id_from_where_it_says_it_stands() -> None:
    tree = upgrade(OB_1_0).tree
    assert tree["id"] == "https://workshop.example/assertions/77"
    assert tree["issuedOn"] == "2016-02-21T00:00:00Z"
    assert "verify" not in tree


def test_1_0_that_is_signed_is_named_by_its_uid_and_its_key_by_address() -> None:
    signed = {**OB_1_0, "verify": {"type": "signed", "url": "https://workshop.example/key.pem"}}
    tree = upgrade(signed).tree
    assert tree["id"] == "uid:77"
    assert tree["verification"] == {"type": "signed", "creator": "https://workshop.example/key.pem"}


def test_1_1_keeps_its_id_and_gets_the_terms_of_alignment() -> None:
    tree = upgrade(OB_1_1).tree
    assert tree["id"] == OB_1_1["id"]
    assert tree["issuedOn"] == "2016-02-21T10:00:00Z"
    assert tree["badge"]["alignment"] == [
        {"targetName": "Joining", "targetUrl": "https://skills.example/1", "targetDescription": "Joins."}
    ]
    assert tree["@context"] == "https://w3id.org/openbadges/v2"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (1_456_012_800, "2016-02-21T00:00:00Z"), ("1456012800", "2016-02-21T00:00:00Z"),
        ("2016-02-21", "2016-02-21T00:00:00Z"), ("2016-02-21T10:00:00", "2016-02-21T10:00:00Z"),
        ("2016-02-21T10:00:00+02:00", "2016-02-21T10:00:00+02:00"), ("yesterday", "yesterday"), (None, None),
        (True, True), (-5, -5), (10**30, 10**30), (["2016"], ["2016"]), ("", ""),
    ],
)  # fmt: skip
def test_dates_get_a_zone_and_what_is_none_stays_as_it_is(written: Any, read: Any) -> None:
    assert upgrade({**OB_1_0, "issuedOn": written}).tree["issuedOn"] == read


@pytest.mark.parametrize("tree", OLD.values())
def test_upgrading_changes_nothing_of_what_came(tree: dict[str, Any]) -> None:
    before = copy.deepcopy(tree)
    upgrade(tree)
    assert tree == before


@pytest.mark.parametrize("tree", OLD.values())
def test_what_was_moved_is_found_where_it_stood(tree: dict[str, Any]) -> None:
    upgraded = upgrade(tree)
    old = dict(leaves_of(tree))
    for pointer, value in leaves_of(upgraded.tree):
        for source in upgraded.sources(pointer):
            if source in old and "issued" not in source and source not in ("/expires", "/@context"):
                assert value == old[source] or str(old[source]) in str(value)


# --- converted --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tree", OLD.values())
@pytest.mark.parametrize("to", ["ob3", "elm3", "vc", "edci-xml"])
def test_every_leaf_of_an_old_badge_is_accounted_for_and_none_is_lost(tree: dict[str, Any], to: str) -> None:
    report = express(understand(data(tree)), ConvertOptions(to)).report
    places = {finding.pointer for finding in report.findings if finding.outcome is not None}
    assert places == {pointer for pointer, _ in leaves_of(tree)}
    lost = {f.pointer for f in report.findings if f.outcome is Outcome.DROPPED and f.code != "not_copied"}
    assert lost == set()


def test_an_old_badge_becomes_a_badge_of_today() -> None:
    made = express(understand(data(OB_0_5)), ConvertOptions("ob3")).tree
    subject = made["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == HASH
    assert subject["achievement"]["name"] == "Soldering"
    assert made["validFrom"] == "2011-06-01T00:00:00Z"


SCALARS = st.none() | st.booleans() | st.integers(-10, 2**40) | st.text(max_size=8)
NAMES = st.sampled_from(["type", "url", "name", "org", "origin", "issuer", "alignment", "identity", "id"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*OB_0_5, *OB_1_0, "id", "type", "@context"]), VALUES, max_size=8))
def test_no_old_badge_however_broken_raises_anything_but_a_refusal(changes: dict[str, Any]) -> None:
    for tree in OLD.values():
        broken = {**tree, **changes}
        with contextlib.suppress(GatewayError):
            understand(data(broken))
        if version_of(broken):
            upgrade(broken)


@pytest.mark.parametrize("recipient", ["learner@mail.example", ["learner@mail.example"], [[]], 7])
def test_a_recipient_of_2_0_that_is_no_object_is_kept_beside_and_not_read(recipient: Any) -> None:
    tree = {
        "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": "https://a.example/1",
        "recipient": recipient, "badge": OB_1_1["badge"],
    }  # fmt: skip
    hub = understand(data(tree)).hub
    assert hub.subject is None or hub.subject.identity == ()
    assert ("recipient", recipient) in [(item.name, json.loads(item.value)) for item in hub.residue]
