"""ELM held to its profile: the table of shapes, what is supplied, what is carried, what is named."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from conformance import make_shapes, profiles
from conformance.conversions import converted, understood
from gateway.core import ConvertOptions, Identity, express, understand
from gateway.formats.countries import country_iri
from gateway.formats.elm_conform import conform, missing, moved
from gateway.formats.elm_required import list_of
from gateway.formats.elm_shapes import problems
from gateway.pointers import resolve
from gateway.resources import example_bytes, example_names, shape_text

NOW = "2026-01-01T00:00:00Z"
COUNTRY = "http://publications.europa.eu/resource/authority/country"


def written(name: str, *, country: str = "BEL") -> Any:
    """An example as the gateway writes it in ELM to sign it."""
    identity = Identity("did:key:z6Mk", "Gateway", country)
    return express(understand(example_bytes(name)), ConvertOptions("elm3", identity=identity, now=NOW))


def concept(identifier: str, scheme: str = "") -> dict[str, Any]:
    lists = {"inScheme": {"id": scheme, "type": "ConceptScheme"}} if scheme else {}
    return {"type": "Concept", "id": identifier, **lists}


def rules(node: dict[str, Any], *, converted: bool = False) -> set[str]:
    return {problem.rule for problem in problems(node, converted=converted)}


def test_the_table_is_what_the_commission_published(corpora: Path) -> None:
    assert make_shapes.table(corpora) == shape_text("elm3")


def test_what_a_shacl_processor_finds_is_what_the_report_names(corpora: Path) -> None:
    shapes = profiles.shapes_of(corpora)
    seen: set[str] = set()
    for sample, read in understood(corpora):
        if sample.family in seen:
            continue
        seen.add(sample.family)
        done = converted(read, "elm3")
        named = [f for f in done.report.findings if f.code in profiles.PROFILE_CODES]
        profile = done.tree["credentialSchema"]["id"].rpartition("/")[2]
        assert profiles.violations(done.tree, shapes[profile]) == profiles.as_named(done.tree, named)
    assert seen >= {"elm3", "edci-xml", "ob3", "ob2"}


@pytest.mark.parametrize("name", example_names())
def test_only_a_seal_is_missing_of_the_projects_own_examples_but_for_what_badges_do_not_say(
    name: str,
) -> None:
    codes = {f.rule for f in written(name).report.findings if f.code.startswith("profile_")}
    unsaid = codes - {"EuropeanDigitalCredential.issuer Node"}
    if name.startswith(("micro-credential", "diploma")):
        assert unsaid <= {"LearningAssessment.awardedBy MinCount", "LearningActivity.awardedBy MinCount"}
    else:
        assert unsaid <= {"LearningAchievement.awardedBy MinCount", "Organisation.location MinCount"}


def test_an_issuer_without_a_country_is_named() -> None:
    report = written("badge.ob3.json", country="").report
    (finding,) = [f for f in report.findings if f.target == "/issuer/location"]
    assert finding.code == "profile_misses"
    assert "GATEWAY_ISSUER_COUNTRY" in finding.message


def test_the_page_shown_is_an_image_of_what_the_credential_says() -> None:
    display = written("badge.ob3.json").tree["displayParameter"]
    detail = display["individualDisplay"]["displayDetail"]
    page = etree.fromstring(base64.b64decode(detail["image"]["content"]))
    assert page.tag == "{http://www.w3.org/2000/svg}svg"
    assert next(iter(display["title"].values())) in "".join(page.itertext())
    assert detail["page"] == 1


def test_supplied_values_are_passed_over_when_reading_back() -> None:
    done = written("badge.ob3.json")
    again = understand(json.dumps(done.tree).encode())
    assert again.hub.display_parameter == done.hub.display_parameter


@pytest.mark.parametrize(
    ("node", "rule"),
    [
        ({"type": "LearningOutcome"}, "LearningOutcome.title MinCount"),
        ({"type": "LearningOutcome", "title": {"en": ["a", "b"]}}, "LearningOutcome.title UniqueLang"),
        ({"type": "LearningOutcome", "title": "plain"}, "LearningOutcome.title Datatype"),
        ({"type": "CreditPoint", "point": ["1", "2"]}, "CreditPoint.point MaxCount"),
        ({"type": "CreditPoint", "framework": {"type": "Note"}}, "CreditPoint.framework Class"),
        ({"type": "AwardingProcess", "awardingBody": {"type": "Note"}}, "AwardingProcess.awardingBody Or"),
        ({"type": "AwardingProcess", "awardingDate": "yesterday"}, "AwardingProcess.awardingDate Datatype"),
        ({"type": "Person", "hasClaim": {"type": "Note"}}, "Person.hasClaim Node"),
        ({"type": "Address", "countryCode": {"type": "Concept"}}, "Address.countryCode NodeKind"),
        ({"type": "Address", "countryCode": concept(f"{COUNTRY}/ESP")}, "Address.countryCode Node"),
    ],
)
def test_each_kind_of_constraint_is_found(node: dict[str, Any], rule: str) -> None:
    assert rule in rules(node)


def test_a_node_said_twice_is_one_node() -> None:
    twice = {
        "type": "Person",
        "memberOf": [
            {"type": "Organisation", "id": "urn:o", "legalName": {"en": "A"}},
            {"type": "Organisation", "id": "urn:o", "legalName": {"en": "B"}},
        ],
    }
    assert "Organisation.legalName UniqueLang" in rules(twice)
    twice["memberOf"][1]["legalName"] = {"en": "A"}
    assert "Organisation.legalName UniqueLang" not in rules(twice)


def test_what_converted_adds_is_asked_of_converted_documents_only() -> None:
    evidence = {"type": "Evidence"}
    assert "Evidence.embeddedEvidence MinCount" in rules(evidence, converted=True)
    assert "Evidence.embeddedEvidence MinCount" not in rules(evidence)


def test_a_supporting_node_that_lacks_what_is_demanded_is_taken_out_and_pointers_follow() -> None:
    tree = {
        "type": "Qualification",
        "title": {"en": "Q"},
        "creditPoint": [
            {"type": "CreditPoint", "point": "5"},
            {"type": "CreditPoint", "point": "3", "framework": concept("urn:f")},
        ],
    }
    removed = conform(tree, converted=False)
    assert removed == ["/creditPoint/0"]
    assert tree["creditPoint"] == [{"type": "CreditPoint", "point": "3", "framework": concept("urn:f")}]
    assert moved("/creditPoint/1/point", removed) == "/creditPoint/0/point"
    assert moved("/creditPoint/0/point", removed) is None
    assert moved("/title/en", removed) == "/title/en"


def test_what_says_the_credential_itself_stays_and_is_named() -> None:
    tree = {"type": "LearningAchievement", "title": {"en": "A"}}
    assert conform(tree, converted=False) == []
    (finding,) = missing(tree, converted=False)
    assert (finding.code, finding.target) == ("profile_misses", "/awardedBy")


@pytest.mark.parametrize(
    ("identifier", "scheme"),
    [
        ("http://data.europa.eu/snb/eqf/6", "http://data.europa.eu/snb/eqf/25831c2"),
        (f"{COUNTRY}/ESP", COUNTRY),
        ("http://data.europa.eu/esco/skill/abc", "http://data.europa.eu/esco/concept-scheme/skills"),
        ("http://data.europa.eu/snb/model/ap/x", ""),
        ("https://example.org/eqf/6", ""),
        ("urn:epass:concept:1", ""),
        ("", ""),
    ],
)
def test_the_list_of_a_concept_is_told_by_its_identifier(identifier: str, scheme: str) -> None:
    assert list_of(identifier) == scheme


@pytest.mark.parametrize(
    ("code", "name"), [("ES", "ESP"), ("ESP", "ESP"), ("EU", ""), ("GEOR", ""), ("", "")]
)
def test_a_country_is_known_by_two_or_three_letters(code: str, name: str) -> None:
    assert country_iri(code) == (f"{COUNTRY}/{name}" if name else None)


def test_a_concept_under_another_list_is_shown_under_its_own_and_comes_back_as_it_was() -> None:
    source = understand(example_bytes("micro-credential.elm3.json"))
    tree = source.envelope.tree
    level = resolve(tree, "/credentialSubject/hasClaim/specifiedBy/eqfLevel")
    level["inScheme"] = {"id": "http://data.europa.eu/snb/eqf/", "type": "ConceptScheme"}
    odd = understand(json.dumps(tree).encode())
    done = express(odd, ConvertOptions("elm3"))
    shown = resolve(done.tree, "/credentialSubject/hasClaim/specifiedBy/eqfLevel/inScheme/id")
    assert shown == "http://data.europa.eu/snb/eqf/25831c2"
    back = understand(json.dumps(done.tree).encode()).hub
    assert back.has_claim == odd.hub.has_claim
