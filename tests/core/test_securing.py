"""Securing a document as it stands: one that is not in order is never signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.core import (
    ConvertOptions,
    Key,
    Way,
    express,
    prepare,
    prepare_as_it_stands,
    securings_named,
    understand,
)
from gateway.errors import GatewayError, ProofGenerationError
from gateway.keys import SecretKey, did_key, public_key_of, verification_method_of
from gateway.proofs import Prepared
from gateway.resources import example_bytes

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DID = did_key(public_key_of(SecretKey("ed25519", bytes(range(32)))))
KEY = Key(verification_method_of(DID), "ed25519")
CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "credentialSubject": {"id": "did:example:learner"},
}


def prepared(securing: str = "eddsa-rdfc-2022", **changes: Any) -> Any:
    ways = [Way(way, KEY) for way in securings_named(securing)]
    return prepare_as_it_stands({**CREDENTIAL, **changes}, ways, NOW)


def test_a_credential_in_order_is_prepared() -> None:
    assert len(prepared()[0].hash_data) == 64
    assert prepared(validFrom="2026-01-01T00:00:00Z", validUntil="2026-01-01T00:00:00Z")[0].simple


@pytest.mark.parametrize("securing", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"])
@pytest.mark.parametrize(
    "changes",
    [
        {"validFrom": "2026-02-01T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"},
        {"validFrom": "yesterday"},
        {"issuer": "no URL"},
        {"credentialSubject": {}},
        {"type": "Diploma"},
        {"@context": []},
    ],
    ids=["reversed", "no date", "no issuer", "no subject", "no type", "no context"],
)
def test_a_credential_that_is_not_in_order_is_not_signed(securing: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ProofGenerationError) as refusal:
        prepared(securing, **changes)
    assert refusal.value.pointer
    assert refusal.value.hint


@pytest.mark.parametrize("securing", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020", "vc+jwt"])
@pytest.mark.parametrize(
    "changes",
    [{"unknownTerm": "x"}, {"type": ["VerifiableCredential", "Unknown"]}, {"id": "urn:with space"}],
    ids=["term", "type", "id"],
)
def test_what_a_signature_would_not_cover_is_not_signed(securing: str, changes: dict[str, Any]) -> None:
    with pytest.raises(GatewayError):
        prepared(securing, **changes)


@pytest.mark.parametrize("to", ["ob3", "vc", "elm3"])
def test_a_conversion_is_signed_alike_whether_what_was_read_of_it_goes_along_or_not(to: str) -> None:
    ways = [Way(way, KEY) for way in securings_named("eddsa-rdfc-2022,eddsa-jcs-2022")]
    done = express(understand(example_bytes("micro-credential.elm3.json")), ConvertOptions(to))
    assert done.read is not None
    assert done.read.document is done.tree
    digests = [making.hash_data for making in prepare(done, ways, NOW) if isinstance(making, Prepared)]
    again = prepare(replace(done, read=None), ways, NOW)
    assert digests == [making.hash_data for making in again if isinstance(making, Prepared)]
    other = prepare(replace(done, tree={**done.tree, "id": "urn:uuid:other"}), ways, NOW)
    assert not {making.hash_data for making in other if isinstance(making, Prepared)} & {*digests}
