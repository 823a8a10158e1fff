"""The jobs end to end: what goes in comes out whole, signed, and verified by what came out."""

from __future__ import annotations

import json
import pickle
from datetime import timedelta

import pytest

from gateway.core import ConvertOptions, understand
from gateway.errors import FormatUnwritable, ProofInvalid
from gateway.pipeline.work import ConvertJob, convert, secure
from gateway.report import Finding, Layer, Outcome, Report, Severity, Verdict
from gateway.resources import example_bytes, example_names
from tests.parts import NOW, gateway

MICRO = "micro-credential.elm3.json"
SIGNED = ("ob3", "vc", "elm3")


@pytest.mark.parametrize("name", example_names())
@pytest.mark.parametrize("to", SIGNED)
async def test_every_example_is_converted_signed_and_verified(name: str, to: str) -> None:
    delivery = await gateway().convert(example_bytes(name), ConvertOptions(to))
    report = await gateway().verify(delivery.content)
    assert report.verdict() is Verdict.VALID, report.to_json()["checks"]
    assert isinstance(delivery.tree["proof"], list)
    assert len(delivery.tree["proof"]) == 1


@pytest.mark.parametrize("to", SIGNED)
async def test_a_tampered_copy_is_not_verified(to: str) -> None:
    delivery = await gateway().convert(example_bytes(MICRO), ConvertOptions(to))
    text = delivery.content.decode()
    assert "Water data for cities" in text
    report = await gateway().verify(text.replace("Water data for cities", "Water data for towns").encode())
    assert report.verdict() is Verdict.INVALID


async def test_the_same_input_gives_the_same_bytes() -> None:
    first = await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3"))
    second = await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3"))
    assert first.content == second.content


async def test_the_gateway_is_the_issuer_and_the_source_is_provenance() -> None:
    gate = gateway()
    source = understand(example_bytes(MICRO))
    delivery = await gate.convert(example_bytes(MICRO), ConvertOptions("ob3"))
    back = understand(delivery.content).hub
    assert delivery.tree["issuer"]["id"] == gate.signer.did
    assert back.conversion[-1].source_issuer == source.hub.issuer
    assert back.conversion[-1].source_digest == source.multihash
    assert back.conversion[-1].converter == gate.signer.did
    assert delivery.tree["credentialSubject"]["achievement"]["creator"]["name"].startswith("University")


async def test_unsigned_output_keeps_the_issuer_and_has_no_proof() -> None:
    delivery = await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3"), signed=False)
    assert "proof" not in delivery.tree
    assert delivery.tree["issuer"]["name"] == "University of the Three Rivers"


async def test_a_forged_source_is_never_signed_anew_but_may_be_looked_at() -> None:
    delivery = await gateway().convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"))
    forged = json.loads(delivery.content)
    forged["name"] = "Master of soldering"
    data = json.dumps(forged).encode()
    with pytest.raises(ProofInvalid):
        await gateway().convert(data, ConvertOptions("elm3"))
    unsigned = await gateway().convert(data, ConvertOptions("elm3"), signed=False)
    assert unsigned.report.verdict() is Verdict.INVALID


async def test_a_key_of_somebody_else_is_not_the_issuers() -> None:
    delivery = await gateway().convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"))
    stolen = json.loads(delivery.content)
    stolen["issuer"]["id"] = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    report = await gateway().verify(json.dumps(stolen).encode())
    codes = {check.code for check in report.checks}
    assert "issuer_not_controller" in codes
    assert report.verdict() is Verdict.INVALID


async def test_an_expired_credential_is_not_verified() -> None:
    delivery = await gateway().convert(example_bytes(MICRO), ConvertOptions("vc"))
    later = gateway(clock=lambda: NOW + timedelta(days=365 * 20))
    report = await later.verify(delivery.content)
    assert "expired" in {check.code for check in report.checks}


async def test_an_issuer_that_cannot_be_reached_leaves_the_question_open() -> None:
    delivery = await gateway().convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"))
    tree = json.loads(delivery.content)
    tree["issuer"]["id"] = "did:web:issuer.example"
    tree["proof"][0]["verificationMethod"] = "did:web:issuer.example#key-1"
    report = await gateway().verify(json.dumps(tree).encode())
    assert report.verdict() is Verdict.UNDETERMINED
    assert "issuer_unresolved" in {check.code for check in report.checks}


async def test_a_status_that_was_not_asked_is_no_verified_status() -> None:
    tree = json.loads(example_bytes("badge.ob3.json"))
    tree["credentialStatus"] = {
        "id": "https://issuer.example/status/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": "https://issuer.example/status/1",
    }  # fmt: skip
    report = await gateway().verify(json.dumps(tree).encode())
    assert "status_retrieval_error" in {check.code for check in report.checks}


@pytest.mark.parametrize("to", ["ob3", "vc", "elm3", "edci-xml"])
async def test_with_the_full_original_nothing_is_dropped(to: str) -> None:
    signed = await gateway().convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"))
    digest = await gateway().convert(signed.content, ConvertOptions(to))
    assert {finding.code for finding in digest.report.dropped()} == {"not_copied"}
    full = await gateway().convert(signed.content, ConvertOptions(to, original="full"))
    assert full.report.dropped() == ()
    assert understand(full.content).hub.conversion[-1].source_format == "ob3"


async def test_strict_passes_where_nothing_is_lost() -> None:
    delivery = await gateway().convert(example_bytes(MICRO), ConvertOptions("edci-xml", strict=True))
    assert delivery.kind == "xml"
    assert delivery.content.startswith(b"<?xml")


async def test_an_unknown_target_is_named_with_the_known_ones() -> None:
    with pytest.raises(FormatUnwritable) as refusal:
        await gateway().convert(example_bytes(MICRO), ConvertOptions("ob2"))
    assert "elm3" in refusal.value.detail


async def test_the_own_context_by_url_is_read_by_the_gateway_that_serves_it() -> None:
    own = "https://gateway.example/contexts/gateway/vc-v1.jsonld"
    gate = gateway(context_url=own)
    delivery = await gate.convert(example_bytes(MICRO), ConvertOptions("vc", by_url=own))
    assert own in delivery.tree["@context"]
    assert (await gate.verify(delivery.content)).verdict() is Verdict.VALID


async def test_a_language_is_chosen_by_request_and_the_others_are_carried() -> None:
    source = understand(example_bytes(MICRO)).hub
    delivery = await gateway().convert(
        example_bytes(MICRO), ConvertOptions("ob3", languages=("de",), provenance=False), signed=False
    )
    assert delivery.tree["credentialSubject"]["achievement"]["name"] == "Wasserdaten für Städte"
    assert understand(delivery.content).hub == source


async def test_what_is_done_but_for_its_signatures_travels_as_bytes_and_stays_as_it_is_where_it_was_made() -> (
    None
):
    job = ConvertJob(example_bytes("badge.ob3.json"), ConvertOptions("elm3"), Report(), NOW)
    done = convert(job)
    assert done.small
    travelled = pickle.loads(pickle.dumps(done))
    assert isinstance(travelled.rest, bytes)
    assert pickle.loads(pickle.dumps(travelled)) == travelled
    assert travelled.unpacked() == done.unpacked()
    assert secure(travelled, ()) == secure(done, ())


def test_a_report_travels_whole() -> None:
    told = Finding("/a", "mapped", Severity.WARNING, "rule", Outcome.KEPT, Layer.NATIVE, "/b", "message")
    assert pickle.loads(pickle.dumps(Report((told,)))) == Report((told,))
