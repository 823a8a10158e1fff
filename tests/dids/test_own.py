"""The gateway's own document: what was signed stays verifiable until its key is revoked."""

from __future__ import annotations

from gateway.dids.own import OwnKey, own_document
from gateway.keys import SecretKey, multikey, public_key_of
from gateway.proofs.controllers import keys_of

DID = "did:web:gateway.example.org"
ACTIVE = public_key_of(SecretKey("p256", bytes(range(1, 33))))
RETIRED = public_key_of(SecretKey("ed25519", bytes(32)))
REVOKED = public_key_of(SecretKey("ed25519", b"\1" * 32))
KEYS = (
    OwnKey(f"{DID}#key-1", REVOKED, False, "2026-01-02T03:04:05Z"),
    OwnKey(f"{DID}#key-2", RETIRED, False),
    OwnKey(f"{DID}#key-3", ACTIVE),
)


def test_active_and_retired_keys_make_assertions_and_revoked_ones_do_not() -> None:
    document = own_document(DID, KEYS)
    assert keys_of(document, "assertionMethod") == {f"{DID}#key-2": RETIRED, f"{DID}#key-3": ACTIVE}
    assert document["assertionMethod"] == [f"{DID}#key-2", f"{DID}#key-3"]
    assert document["authentication"] == [f"{DID}#key-3"]


def test_every_key_is_listed_and_a_revoked_one_with_its_date() -> None:
    document = own_document(DID, KEYS)
    assert document["verificationMethod"][0] == {
        "id": f"{DID}#key-1",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": multikey(REVOKED),
        "revoked": "2026-01-02T03:04:05Z",
    }
    assert [method.get("revoked") for method in document["verificationMethod"]][1:] == [None, None]
    assert document["id"] == DID
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"


def test_without_keys_the_document_stands_and_proves_nothing() -> None:
    assert keys_of(own_document(DID, ()), "assertionMethod") == {}
