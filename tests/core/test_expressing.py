"""Accounts and policy: where every leaf went, what strict refuses, what is cleaned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core import ConvertOptions, Identity, express, understand
from gateway.errors import LossRefused
from gateway.mapping import leaves_of
from gateway.model import LangString
from gateway.report import Layer, Outcome
from gateway.resources import example_bytes, example_names

WRITABLE = ("ob3", "vc", "elm3", "edci-xml")


@pytest.mark.parametrize("name", example_names())
@pytest.mark.parametrize("to", WRITABLE)
def test_every_leaf_of_every_example_is_accounted_for_once(name: str, to: str) -> None:
    source = understand(example_bytes(name))
    report = express(source, ConvertOptions(to)).report
    pointers = [finding.pointer for finding in report.findings if finding.outcome is not None]
    assert len(pointers) == len(set(pointers)) == sum(1 for _ in leaves_of(source.envelope.tree))


def test_a_leaf_says_where_it_stands_in_the_target() -> None:
    source = understand(example_bytes("micro-credential.elm3.json"))
    done = express(source, ConvertOptions("ob3"))
    by_pointer = {finding.pointer: finding for finding in done.report.findings if finding.outcome}
    title = by_pointer["/credentialSubject/hasClaim/specifiedBy/title/en"]
    assert (title.outcome, title.layer) == (Outcome.KEPT, Layer.NATIVE)
    assert title.target == "/credentialSubject/achievement/name"
    other = by_pointer["/credentialSubject/hasClaim/specifiedBy/title/fr"]
    assert (other.outcome, other.layer) == (Outcome.KEPT, Layer.CARRIED)


def test_xml_leaves_are_named_by_xpath() -> None:
    source = understand(example_bytes("badge.edci-xml.xml"))
    report = express(source, ConvertOptions("ob3")).report
    assert all(f.pointer.startswith("/europassCredential") for f in report.findings if f.outcome)


def test_strict_refuses_what_nobody_read() -> None:
    source = understand(example_bytes("badge.ob3.json"))
    deaf = replace(source, steps=tuple(step for step in source.steps if "narrative" not in step.here))
    with pytest.raises(LossRefused) as refusal:
        express(deaf, ConvertOptions("elm3", strict=True))
    assert "narrative" in refusal.value.pointer
    report = express(deaf, ConvertOptions("elm3")).report
    assert {finding.code for finding in report.dropped()} == {"lost"}
    kept = express(deaf, ConvertOptions("elm3", strict=True, original="full")).report
    assert not kept.dropped()


def test_control_characters_are_taken_out_with_a_finding() -> None:
    source = understand(example_bytes("badge.ob3.json"))
    display = replace(source.hub.display_parameter, title=(LangString("So\x01ldering\x7f", "en"),))
    done = express(replace(source, hub=replace(source.hub, display_parameter=display)), ConvertOptions("vc"))
    assert done.hub.display_parameter.title[0].value == "Soldering"
    assert "control_character" in {finding.code for finding in done.report.findings}


def test_a_text_with_a_tab_is_carried_and_shown_without_it() -> None:
    source = understand(example_bytes("badge.ob3.json"))
    display = replace(source.hub.display_parameter, title=(LangString("First\tsteps", "en"),))
    hub = replace(source.hub, display_parameter=display)
    done = express(replace(source, hub=hub), ConvertOptions("ob3", provenance=False))
    assert done.tree["name"] == "First steps"
    assert "\\t" in done.tree["carried"]["exact"][0]


def test_the_profile_names_what_the_source_does_not_say() -> None:
    source = understand(example_bytes("badge.ob2.json"))
    options = ConvertOptions("elm3", identity=Identity("did:key:z6Mk", "Gateway"), now="2026-01-01T00:00:00Z")
    report = express(source, options).report
    missed = {finding.target for finding in report.findings if finding.code == "profile_misses"}
    assert "/credentialSubject/hasClaim/awardedBy/awardingBody/location" in missed
    assert "profile_needs_seal" in {finding.code for finding in report.findings}
