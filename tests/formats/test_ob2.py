"""Open Badges 2.0: the assertion with badge class and issuer in place, beside it, or by address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.cli import main
from gateway.errors import FormatUnwritable, NoSubject, NotACredential
from gateway.formats import format_named
from gateway.model import IdentityObject, LearningAchievement, Organisation
from gateway.settings import Settings
from tests.formats.reading import converted, example, hub_of, read
from tests.parts import gateway

OB2 = "badge.ob2.json"


def apart() -> list[dict[str, Any]]:
    """The assertion, the badge class and the issuer as the three documents that are hosted."""
    assertion = example(OB2)
    badge = {"@context": assertion["@context"], **assertion["badge"]}
    issuer = {"@context": assertion["@context"], **badge["issuer"]}
    return [{**assertion, "badge": badge["id"]}, {**badge, "issuer": issuer["id"]}, issuer]


def claim_of(tree: Any) -> LearningAchievement:
    claim = hub_of(tree).has_claim[0]
    assert isinstance(claim, LearningAchievement)
    return claim


def test_the_three_documents_may_stand_beside_each_other() -> None:
    whole = hub_of(example(OB2))
    for order in (apart(), apart()[::-1]):
        hub = hub_of(order)
        assert (hub.has_claim, hub.issuer, hub.subject) == (whole.has_claim, whole.issuer, whole.subject)
    graph = hub_of({"@context": example(OB2)["@context"], "@graph": apart()})
    assert (graph.has_claim, graph.issuer) == (whole.has_claim, whole.issuer)


def test_they_may_be_given_so_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("badge.json").write_text(json.dumps(apart()))
    assert main(["convert", "badge.json", "--to", "ob3", "--out", "out.json", "--report", "r.json"]) == 0
    assert json.loads(Path("out.json").read_text())["credentialSubject"]["achievement"]["name"] == (
        "First steps in soldering"
    )


async def test_and_over_http() -> None:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
        answer = await client.post("/v1/convert?to=elm3", data=json.dumps(apart()).encode())
        told = await answer.json()
    assert answer.status == 200
    claim = told["credential"]["credentialSubject"]["hasClaim"]
    assert claim["awardedBy"]["awardingBody"]["legalName"] == {"en": "Open Workshop Harbour"}


def test_a_badge_class_by_address_alone_stays_an_address() -> None:
    assertion = apart()[0]
    specification = claim_of(assertion).specified_by
    assert specification is not None
    assert specification.id == "https://workshop.example/badges/soldering"
    assert specification.title == ()


def test_the_issuer_of_the_badge_class_issues_and_awards() -> None:
    hub = hub_of(example(OB2))
    process = claim_of(example(OB2)).awarded_by
    assert process is not None
    assert isinstance(hub.issuer, Organisation)
    assert process.awarding_body == (hub.issuer,)


@pytest.mark.parametrize(
    ("recipient", "identity"),
    [
        ({"type": "email", "hashed": False, "identity": "a@b.example"}, ("emailAddress", "false", "a@b.example")),
        ({"type": "email", "hashed": True, "identity": "sha256$00"}, ("emailAddress", "true", "sha256$00")),
        ({"type": "url", "hashed": False, "identity": "https://x.example"}, ("ext:url", "false", "https://x.example")),
    ],
)  # fmt: skip
def test_the_recipient_is_an_identity(recipient: dict[str, Any], identity: tuple[str, str, str]) -> None:
    hub = hub_of(example(OB2) | {"recipient": recipient})
    (found,) = getattr(hub.subject, "identity", ())
    assert isinstance(found, IdentityObject)
    assert (found.identity_type, str(found.hashed).lower(), found.identity_hash) == identity


def test_texts_are_in_the_language_of_the_badge_class() -> None:
    tree = example(OB2)
    tree["badge"]["@language"] = "nl"
    specification = claim_of(tree).specified_by
    assert specification is not None
    assert {string.language for string in specification.title} == {"nl"}


def test_dates_tags_evidence_and_alignment_reach_open_badges_3() -> None:
    tree = converted(example(OB2) | {"expires": "2027-01-01T00:00:00Z"}, "ob3")
    achievement = tree["credentialSubject"]["achievement"]
    assert (tree["validFrom"], tree["validUntil"]) == ("2026-02-14T12:00:00Z", "2027-01-01T00:00:00Z")
    assert achievement["tag"] == ["electronics"]
    assert achievement["alignment"][0]["targetName"] == "solder electronics"
    assert tree["evidence"][0]["id"] == "https://workshop.example/works/77"
    assert "verification" not in tree


@pytest.mark.parametrize("kind", ["BadgeClass", "Issuer", "Endorsement"])
def test_a_part_of_a_badge_is_called_by_its_name(kind: str) -> None:
    with pytest.raises(NotACredential, match=kind):
        read({"@context": "https://w3id.org/openbadges/v2", "type": kind, "id": "https://x.example/1"})


def test_an_assertion_without_recipient_is_refused() -> None:
    with pytest.raises(NoSubject):
        read(example(OB2) | {"recipient": {}})


def test_it_is_not_written() -> None:
    with pytest.raises(FormatUnwritable):
        format_named("ob2", to_write=True)
