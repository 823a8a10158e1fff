"""Carriers: what is told beside a document's own terms, once, and so that reading gives it back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from gateway.codecs import CodecContext
from gateway.core import understand
from gateway.formats import WriteOptions, format_named, read_document, write_document
from gateway.formats.carriers import hub_of_record, record_of, restore
from gateway.mapping import load_table, writer_of
from gateway.model import (
    AwardingProcess,
    Credential,
    Difference,
    LangString,
    LearningAchievement,
    Organisation,
    Person,
    Residue,
    TermsOfUse,
    apply,
)  # fmt: skip
from tests.formats.reading import example
from tests.hubs import credentials, hubs

TWO = (LangString("Knots", "en"), LangString("Hitches", "en"))
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def claiming(*title: LangString) -> Credential:
    return Credential(has_claim=(LearningAchievement(title=title),))


@SETTINGS
@given(whole=hubs(), back=credentials())
def test_a_record_makes_the_one_hub_out_of_the_other(whole: Credential, back: Credential) -> None:
    assert restore(record_of(whole, back, ()).tree, back)[0] == whole


@SETTINGS
@given(hub=credentials())
def test_a_carrier_reads_back_as_its_writer_says(hub: Credential) -> None:
    writer = writer_of(load_table("vc"), CodecContext())
    tree = writer.write(hub, "Carried")
    assert writer.vague or hub_of_record(tree)[0] == apply(Difference(None, tuple(writer.refused)), hub)


@pytest.mark.parametrize(
    ("hub", "refused"),
    [
        (Credential(residue=(Residue(format="x", node="", name="x", value="a\tb"),)), ["/residue/0/value"]),
        (Credential(endorsement=("a", "b\tc", "d")), ["/endorsement"]),
        (claiming(LangString("<b>", "en", html=True)), ["/has_claim/0/title"]),
        (claiming(TWO[0], LangString("Knoten", "de"), TWO[1]), ["/has_claim/0/title"]),
        (claiming(*TWO, LangString("Knoten", "de")), []),
    ],
)
def test_what_the_vocabulary_cannot_say_is_named(hub: Credential, refused: list[str]) -> None:
    writer = writer_of(load_table("vc"), CodecContext())
    writer.write(hub, "Carried")
    assert (writer.refused, writer.vague) == (refused, False)
    assert restore(record_of(hub, Credential(), ()).tree, Credential())[0] == hub


@pytest.mark.parametrize(
    "hub",
    [Credential(terms_of_use=(TermsOfUse(),)), Credential(child_credential=(Credential(id="urn:x:child"),))],
)
def test_a_node_that_may_be_taken_for_another_is_noticed(hub: Credential) -> None:
    writer = writer_of(load_table("vc"), CodecContext())
    writer.write(hub, "Carried")
    assert writer.vague
    assert restore(record_of(hub, Credential(), ()).tree, Credential())[0] == hub


def test_a_node_said_again_in_another_order_of_languages_is_told_as_it_is() -> None:
    said = [LangString("Hafenschule " * 50, "de"), LangString("Harbour School " * 50, "en")]
    schools = (
        Organisation(id="urn:uuid:school", legal_name=tuple(said)),
        Organisation(id="urn:uuid:school", legal_name=tuple(reversed(said))),
    )
    hub = Credential(
        has_claim=tuple(LearningAchievement(awarded_by=AwardingProcess(awarding_body=(s,))) for s in schools)
    )
    record = record_of(hub, Credential(), ())
    assert record.tree["hasClaim"][1]["awardedBy"]["awardingBody"] == [{"id": "urn:uuid:school"}]
    assert restore(record.tree, Credential())[0] == hub


def test_a_member_whose_name_no_term_can_say_is_carried() -> None:
    badge = {**example("badge.ob3.json"), "odd\tname": 1}
    hub = understand(json.dumps(badge).encode()).hub
    form = format_named("elm3", to_write=True)
    assert [residue.name for residue in hub.residue] == ["odd\tname"]
    assert read_document(form, write_document(form, hub, WriteOptions(digest="0")).tree).hub == hub


def test_a_carrier_with_half_a_residue_is_read() -> None:
    badge = {
        **example("badge.ob3.json"),
        "carried": {"residue": [{"type": "Residue", "format": "x"}]},
    }
    assert understand(json.dumps(badge).encode()).hub.residue == (Residue(format="x"),)


def test_what_stands_in_another_form_in_the_document_is_carried_once() -> None:
    hub = Credential(
        id="urn:uuid:2f1c0d3e-0000-4000-8000-000000000001",
        subject=Person(id="urn:uuid:2f1c0d3e-0000-4000-8000-000000000002"),
        has_claim=(LearningAchievement(title=(LangString("Knots", "en"),)),),
        valid_from="2026-01-01",
    )
    for name in ("ob3", "vc"):
        form = format_named(name, to_write=True)
        written = write_document(form, hub, WriteOptions(digest="0"))
        assert written.tree["validFrom"] == "2026-01-01T00:00:00Z"
        assert "/validFrom" in written.supplied
        assert written.record["validFrom"] == "2026-01-01"
        assert "exact" not in written.record
        assert read_document(form, written.tree).hub == hub
