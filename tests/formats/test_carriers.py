"""Carriers: what is told beside a document's own terms, once, and so that reading gives it back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from gateway.codecs import CodecContext
from gateway.formats import WriteOptions, format_named, read_document, write_document
from gateway.formats.carriers import hub_of_record, record_of, restore
from gateway.mapping import load_table, writer_of
from gateway.model import Credential, LangString, LearningAchievement, Person, Residue, TermsOfUse
from tests.hubs import credentials, hubs

TWO = (LangString("Knots", "en"), LangString("Hitches", "en"))
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SETTINGS
@given(whole=hubs(), back=credentials())
def test_a_record_makes_the_one_hub_out_of_the_other(whole: Credential, back: Credential) -> None:
    assert restore(record_of(whole, back, ()).tree, back)[0] == whole


@SETTINGS
@given(hub=credentials())
def test_a_carrier_known_to_be_complete_reads_back_equal(hub: Credential) -> None:
    writer = writer_of(load_table("vc"), CodecContext())
    tree = writer.write(hub, "Carried")
    assert hub_of_record(tree)[0] == hub or not writer.complete


@pytest.mark.parametrize(
    "hub",
    [
        Credential(residue=(Residue(format="ob3", node="", name="x", value="a\tb"),)),
        Credential(has_claim=(LearningAchievement(title=(LangString("<b>", "en", html=True),)),)),
        Credential(has_claim=(LearningAchievement(title=(TWO[0], LangString("Knoten", "de"), TWO[1])),)),
        Credential(terms_of_use=(TermsOfUse(),)),
        Credential(child_credential=(Credential(id="urn:x:child"),)),
    ],
)
def test_a_carrier_that_says_less_knows_it(hub: Credential) -> None:
    writer = writer_of(load_table("vc"), CodecContext())
    writer.write(hub, "Carried")
    assert not writer.complete


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
