"""DID documents the gateway writes: a did:key's, and its own. https://www.w3.org/TR/did-core/#core-properties"""

from __future__ import annotations

from typing import Any

from gateway.keys import did_key, key_agreement_multikey, multikey, verification_method_of

__all__ = ["key_document", "own_document"]

CONTEXT = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
RELATIONS = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
OWN_RELATIONS = RELATIONS[:2]


def key_document(did: str, public: bytes) -> dict[str, Any]:
    """The document of a did:key: one Multikey for every purpose and its X25519 form to agree on keys."""
    agreement = key_agreement_multikey(public)
    document = _document(did, public, verification_method_of(did), RELATIONS)
    document["keyAgreement"] = [_method(did, f"{did}#{agreement}", agreement)]
    return document


def own_document(did: str, public: bytes, method: str) -> dict[str, Any]:
    """The document of the gateway's DID: that of the did:key, or a did:web whose one key makes assertions."""
    if did == did_key(public):
        return key_document(did, public)
    return _document(did, public, method, OWN_RELATIONS)


def _document(did: str, public: bytes, method: str, relations: tuple[str, ...]) -> dict[str, Any]:
    return {
        "@context": list(CONTEXT),
        "id": did,
        "verificationMethod": [_method(did, method, multikey(public))],
        **{relation: [method] for relation in relations},
    }


def _method(did: str, identifier: str, key: str) -> dict[str, Any]:
    return {"id": identifier, "type": "Multikey", "controller": did, "publicKeyMultibase": key}
