"""The learning credential of EUDI wallets: its claims from the hub and back; nothing invented, what is missing told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core import ConvertOptions, express, understand
from gateway.errors import NoSubject, RequestRefused
from gateway.formats.eudi_learning import VCT
from gateway.formats.eudi_learning_claims import MANDATORY
from gateway.keys import SecretKey, did_key, jwk_of, public_key_of
from gateway.model import LearningAchievement, Organisation, Person, Qualification
from gateway.resources import example_bytes
from tests.formats.reading import converted, example, hub_of, read
from tests.parts import gateway

MICRO, BADGE, DIPLOMA = "micro-credential.elm3.json", "badge.ob3.json", "diploma.elm3.json"
CLAIMS: dict[str, Any] = {
    "vct": VCT,
    "iss": "did:example:school",
    "iat": 1767225600,
    "exp": 1798761600,
    "family_name": "Sample",
    "given_name": "Mira",
    "achievement_title": "First aid",
    "achievement_description": "Knows what to do first.",
    "learning_outcomes": ["Stops bleeding", "Calls for help"],
    "assessment_grade": "passed",
    "language_of_classes": ["en", "xx"],
    "learner_identification": "4711",
    "expected_study_time": "PT16H",
    "level_of_learning_experience": 3,
    "types_of_quality_assurance": ["Programme quality assurance"],
    "prerequisites_to_enroll": ["Age of 16", "None other"],
    "integration_stackability_options": True,
    "issuing_authority": "School of Examples",
    "issuing_country": "DE",
    "date_of_issuance": "2026-01-01",
    "date_of_expiry": "2026-12-31",
}


def test_every_claim_of_another_issuer_finds_its_place() -> None:
    source = read(CLAIMS)
    hub = source.hub
    (claim,) = hub.has_claim
    assert isinstance(claim, LearningAchievement)
    assert isinstance(claim.specified_by, Qualification)
    assert isinstance(hub.subject, Person)
    assert claim.awarded_by is not None
    (body,) = claim.awarded_by.awarding_body
    assert isinstance(body, Organisation)
    assert [outcome.title[0].value for outcome in claim.specified_by.learning_outcome] == CLAIMS[
        "learning_outcomes"
    ]
    assert [string.value for string in hub.subject.family_name] == ["Sample"]
    assert [note.grade.note_literal[0].value for note in claim.proven_by if note.grade] == ["passed"]
    assert claim.specified_by.eqf_level is not None
    assert claim.specified_by.eqf_level.id == "http://data.europa.eu/snb/eqf/3"
    assert claim.specified_by.volume_of_learning == "PT16H"
    entry = claim.specified_by.entry_requirement
    assert entry is not None
    assert [string.value for string in entry.note_literal] == [
        "Age of 16",
        "None other",
    ]
    assert body.location[0].address[0].country_code is not None
    assert (hub.issued, hub.valid_until) == ("2026-01-01", "2026-12-31")
    assert {(item.name, item.value) for item in hub.residue} == {
        ("language_of_classes/-", '"xx"'), ("integration_stackability_options", "true"),
    }  # fmt: skip


@pytest.mark.parametrize("to", ["elm3", "ob3", "vc", "edci-xml"])
def test_nothing_of_another_issuers_claims_is_lost(to: str) -> None:
    report = express(read(CLAIMS), ConvertOptions(to)).report
    assert [f.pointer for f in report.findings if f.code == "lost"] == []
    assert {f.pointer for f in report.findings} >= {
        f"/{name}" for name in CLAIMS if isinstance(CLAIMS[name], str)
    }


@pytest.mark.parametrize("name", [MICRO, BADGE, DIPLOMA, "badge.ob2.json", "diploma.edci-xml.xml"])
def test_what_is_written_comes_back_and_what_is_missing_is_told(name: str) -> None:
    source = understand(example_bytes(name))
    done = express(source, ConvertOptions("eudi-learning", provenance=False))
    assert hub_of(done.tree) == source.hub
    missed = {f.target.removeprefix("/") for f in done.report.findings if f.code == "profile_misses"}
    assert missed == MANDATORY - done.tree.keys()
    assert "invented" not in json.dumps(done.tree)


def test_a_whole_micro_credential_has_every_mandatory_claim() -> None:
    tree = converted(example(MICRO), "eudi-learning")
    assert MANDATORY - tree.keys() == set()
    assert tree["level_of_learning_experience"] == 6
    assert tree["language_of_classes"] == ["en", "de"]
    assert tree["issuing_country"] == "DE"
    assert (tree["date_of_issuance"], tree["date_of_expiry"]) == ("2026-03-20", "2036-03-20")


def test_credit_points_say_how_long_it_takes_where_no_duration_does() -> None:
    assert converted(example(DIPLOMA), "eudi-learning")["expected_study_time"] == "180 ECTS"


def test_a_language_can_be_chosen() -> None:
    tree = converted(example(MICRO), "eudi-learning", languages=("de",))
    assert tree["achievement_title"] != converted(example(MICRO), "eudi-learning")["achievement_title"]
    assert hub_of(tree).has_claim == hub_of(example(MICRO)).has_claim


def test_the_original_goes_along_when_it_shall() -> None:
    data = example_bytes(MICRO)
    done = express(understand(data), ConvertOptions("eudi-learning", original="full"))
    assert done.tree["original"].startswith("data:application/json;base64,")
    assert hub_of(done.tree).has_claim == hub_of(example(MICRO)).has_claim


def test_claims_of_which_none_is_disclosed_are_no_credential() -> None:
    with pytest.raises(NoSubject):
        read({"vct": VCT, "iss": "did:example:school", "iat": 1})


def test_an_awarding_body_without_country_does_not_get_that_of_the_issuer() -> None:
    tree = example(MICRO)
    body = tree["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"]
    body.pop("location", None)
    assert "issuing_country" not in converted(tree, "eudi-learning")


async def test_it_is_signed_in_its_own_way_and_bound_to_whom_it_shall() -> None:
    gate = gateway()
    holder = did_key(public_key_of(SecretKey("ed25519", bytes([5]) * 32)))
    made = await gate.convert(example_bytes(MICRO), ConvertOptions("eudi-learning", holder=holder))
    assert (made.media_type, made.kind) == ("application/dc+sd-jwt", "jwt")
    assert (await gate.verify(made.content)).verified
    back = understand(made.content)
    assert back.envelope.tree["cnf"] == {"jwk": jwk_of(public_key_of(SecretKey("ed25519", bytes([5]) * 32)))}
    assert back.envelope.tree["sub"] == holder
    again = await gate.convert(example_bytes(MICRO), ConvertOptions("eudi-learning", holder=holder))
    assert again.content.split(b"~")[1:] != made.content.split(b"~")[1:]
    text = json.dumps(back.envelope.tree["cnf"]["jwk"])
    by_key = await gate.convert(example_bytes(MICRO), ConvertOptions("eudi-learning", holder=text))
    assert understand(by_key.content).envelope.tree["cnf"] == back.envelope.tree["cnf"]
    with pytest.raises(RequestRefused):
        await gate.convert(example_bytes(MICRO), ConvertOptions("eudi-learning", holder="did:web:a.example"))
    with pytest.raises(RequestRefused):
        await gate.convert(example_bytes(MICRO), ConvertOptions("ob3", holder=text))


async def test_the_random_bytes_make_the_salts() -> None:
    gate = gateway(random=lambda length: bytes(length))
    first, second = [
        await gate.convert(example_bytes(MICRO), ConvertOptions("eudi-learning")) for _ in range(2)
    ]
    assert first.content == second.content


async def test_unsigned_it_is_plain_json_that_is_read_again() -> None:
    made = await gateway().convert(example_bytes(MICRO), ConvertOptions("eudi-learning"), signed=False)
    assert json.loads(made.content)["vct"] == VCT
    assert made.media_type == "application/json"
    assert not (await gateway().verify(made.content)).verified
