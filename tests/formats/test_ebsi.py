"""EBSI's form of ELM, under VCDM 2.0 and the Commission's context: read whole, never signed as it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core import ConvertOptions, express, understand
from gateway.errors import JsonLdRefused
from tests.formats.reading import example, hub_of, read
from tests.parts import gateway

MICRO = "micro-credential.elm3.json"
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "http://data.europa.eu/snb/model/context/edc-ap"]


def attestation() -> dict[str, Any]:
    kinds = ["VerifiableCredential", "VerifiableAttestation", "EuropeanDigitalCredential"]
    return {**example(MICRO), "@context": CONTEXTS, "type": kinds}


def test_it_says_what_the_same_credential_of_the_commission_says() -> None:
    hub = hub_of(attestation())
    assert hub.has_claim == hub_of(example(MICRO)).has_claim
    assert hub.subject == hub_of(example(MICRO)).subject
    assert [(item.name, item.value) for item in hub.residue] == [("type/-", '"VerifiableAttestation"')]


@pytest.mark.parametrize("to", ["elm3", "vc", "ob3", "eudi-learning"])
def test_it_converts_without_loss_and_the_report_says_what_is_wrong_with_it(to: str) -> None:
    report = express(read(attestation()), ConvertOptions(to)).report
    assert [f.pointer for f in report.findings if f.code == "lost"] == []
    assert "protected_term_redefinition" in {f.code for f in report.findings}


async def test_it_is_never_signed_as_it_stands_but_converted_it_is() -> None:
    gate = gateway()
    data = json.dumps(attestation() | {"issuer": gate.signer.did}).encode()
    with pytest.raises(JsonLdRefused):
        await gate.secure(data)
    made = await gate.convert(data, ConvertOptions("elm3"))
    assert (await gate.verify(made.content)).verified
    assert understand(made.content).hub.has_claim == hub_of(example(MICRO)).has_claim
