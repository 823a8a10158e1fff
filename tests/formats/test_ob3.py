"""Open Badges 3.0: both data models, the shapes every wallet knows, languages, levels, roles."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core import ConvertOptions, express, understand
from gateway.model import LearningAchievement, Organisation
from gateway.resources import example_bytes
from tests.formats.reading import converted, example, hub_of, read
from tests.parts import gateway

BADGE, MICRO = "badge.ob3.json", "micro-credential.elm3.json"
V1 = "https://www.w3.org/2018/credentials/v1"


def under_vcdm_1() -> dict[str, Any]:
    tree = example(BADGE)
    tree["@context"] = [V1, *tree["@context"][1:]]
    tree["issuanceDate"] = tree.pop("validFrom")
    return tree


def achievement(tree: dict[str, Any]) -> Any:
    return tree["credentialSubject"]["achievement"]


def claim_of(tree: dict[str, Any]) -> LearningAchievement:
    claim = hub_of(tree).has_claim[0]
    assert isinstance(claim, LearningAchievement)
    return claim


def test_both_data_models_say_the_same() -> None:
    old, new = hub_of(under_vcdm_1()), hub_of(example(BADGE))
    assert old.valid_from == new.valid_from
    assert (old.has_claim, old.subject, old.issuer) == (new.has_claim, new.subject, new.issuer)


def test_it_is_written_under_vcdm_2_whatever_it_came_under() -> None:
    written = converted(under_vcdm_1(), "ob3")
    assert written["@context"][:2] == example(BADGE)["@context"]
    assert written["validFrom"] == example(BADGE)["validFrom"]
    assert "issuanceDate" not in written


@pytest.mark.parametrize("kind", ["OpenBadgeCredential", "AchievementCredential"])
def test_both_names_of_the_type_are_read(kind: str) -> None:
    tree = example(BADGE) | {"type": ["VerifiableCredential", kind]}
    assert read(tree).form.name == "ob3"


def test_single_values_and_arrays_are_read_alike() -> None:
    tree = example(BADGE)
    tree["credentialSubject"] = [tree["credentialSubject"]]
    tree["credentialSubject"][0]["type"] = "AchievementSubject"
    tree["issuer"]["type"] = "Profile"
    assert hub_of(tree) == hub_of(example(BADGE))


async def test_what_is_signed_has_arrays_an_image_object_and_an_array_of_one_proof() -> None:
    signed = (await gateway().convert(example_bytes(BADGE), ConvertOptions("ob3"))).tree
    assert len(signed["proof"]) == 1
    assert signed["image"]["type"] == "Image"
    assert isinstance(achievement(signed)["type"], list)
    assert isinstance(signed["credentialSubject"]["type"], list)


def test_an_image_that_is_only_an_address_is_read_and_written_as_an_object() -> None:
    tree = example(BADGE)
    achievement(tree)["image"] = "https://workshop.example/badge.png"
    assert achievement(converted(tree, "ob3"))["image"] == {
        "id": "https://workshop.example/badge.png", "type": "Image",
    }  # fmt: skip


def test_the_texts_are_in_the_language_of_the_achievement() -> None:
    tree = example(BADGE)
    achievement(tree)["inLanguage"] = "nl"
    specification = claim_of(tree).specified_by
    assert specification is not None
    assert {string.language for string in specification.title} == {"nl"}
    del achievement(tree)["inLanguage"]
    specification = claim_of(tree).specified_by
    assert specification is not None
    assert {string.language for string in specification.title} == {"und"}


@pytest.mark.parametrize(
    ("wanted", "shown"), [((), "en"), (("fr",), "fr"), (("el", "de"), "de"), (("el",), "en")]
)
def test_one_language_is_shown_as_wished_and_the_others_are_carried(
    wanted: tuple[str, ...], shown: str
) -> None:
    source = understand(example_bytes(MICRO))
    tree = express(source, ConvertOptions("ob3", languages=wanted, provenance=False)).tree
    assert achievement(tree)["inLanguage"] == shown
    assert hub_of(tree) == source.hub


def test_levels_fields_and_skills_are_alignments_every_wallet_shows() -> None:
    tree = converted(example(MICRO), "ob3")
    kinds = {entry["targetType"] for entry in achievement(tree)["alignment"]}
    assert kinds == {"ext:EQF", "ext:NQF", "ext:ISCED-F"}
    outcomes = [d for d in achievement(tree)["resultDescription"] if d["resultType"] == "ext:LearningOutcome"]
    assert all(entry["targetType"] == "ext:ESCO" for outcome in outcomes for entry in outcome["alignment"])


def test_a_level_of_somebody_elses_badge_is_a_level() -> None:
    tree = example(BADGE)
    del tree["credentialSubject"]["achievement"]["alignment"][1:]
    specification = claim_of(tree).specified_by
    level = getattr(specification, "eqf_level", None)
    assert level is not None
    assert level.id == "http://data.europa.eu/snb/eqf/2"


def test_the_grade_is_a_result_and_a_badge_without_one_gets_none() -> None:
    assert converted(example(MICRO), "ob3")["credentialSubject"]["result"][0]["value"] == "1.3"
    tree = example(BADGE)
    tree["credentialSubject"].pop("result", None)
    assert "provenBy" not in converted(tree, "elm3")["credentialSubject"]["hasClaim"]


def test_the_creator_awards_and_the_issuer_issues() -> None:
    tree = example(BADGE)
    achievement(tree)["creator"] = {"id": "https://author.example/", "type": ["Profile"], "name": "Author"}
    hub = hub_of(tree)
    assert isinstance(hub.issuer, Organisation)
    assert hub.issuer.id == "https://workshop.example/issuer"
    process = claim_of(tree).awarded_by
    assert process is not None
    assert [body.id for body in process.awarding_body] == ["https://author.example/"]


def test_a_hashed_identity_stays_as_it_is() -> None:
    tree = example(BADGE)
    hashed = {
        "type": "IdentityObject", "hashed": True, "identityType": "emailAddress", "salt": "Kosher",
        "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
    }  # fmt: skip
    tree["credentialSubject"]["identifier"] = [hashed]
    assert hashed in converted(tree, "ob3")["credentialSubject"]["identifier"]
    assert "fullName" not in converted(tree, "elm3")["credentialSubject"]


def test_neither_proof_status_nor_schema_is_copied() -> None:
    tree = example(BADGE)
    tree["credentialStatus"] = {"id": "https://workshop.example/status#1", "type": "BitstringStatusListEntry"}
    tree["credentialSchema"] = [{"id": "https://workshop.example/schema", "type": "JsonSchema"}]
    tree["proof"] = [{"type": "DataIntegrityProof", "proofValue": "z1"}]
    done = express(read(tree), ConvertOptions("ob3"))
    assert not {"proof", "credentialStatus", "credentialSchema"} & set(done.tree)
    assert {f.code for f in done.report.dropped()} == {"not_copied"}
