"""DID documents the gateway writes: a did:key's, and its own."""

from __future__ import annotations

from typing import Any

from gateway.keys import key_agreement_multikey, multikey, verification_method_of

__all__ = ["key_document", "own_document"]

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
RELATIONS = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def key_document(did: str, public: bytes) -> dict[str, Any]:
    """The document of a did:key: one Multikey for every purpose and its X25519 form to agree on keys."""
    agreement = key_agreement_multikey(public)
    document = own_document(did, public, verification_method_of(did))
    document.update({name: list(document["assertionMethod"]) for name in RELATIONS})
    document["keyAgreement"] = [
        {"id": f"{did}#{agreement}", "type": "Multikey", "controller": did, "publicKeyMultibase": agreement}
    ]
    return document


def own_document(did: str, public: bytes, method: str) -> dict[str, Any]:
    """The document of a DID whose one key makes assertions."""
    key = {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey(public)}
    return {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": [key],
        "authentication": [method],
        "assertionMethod": [method],
    }
