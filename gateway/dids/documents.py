"""The DID document of a did:key, computed from the key. https://www.w3.org/TR/did-core/#core-properties"""

from __future__ import annotations

from typing import Any

from gateway.errors import KeyInvalid
from gateway.keys import SIGNING_KINDS, PublicKey, key_agreement_key, multikey, verification_method_of

__all__ = ["key_document"]

CONTEXT = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
RELATIONS = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def key_document(did: str, public: PublicKey) -> dict[str, Any]:
    """The document of a did:key: one Multikey for every purpose; of Ed25519, its X25519 form to agree on keys."""
    if public.kind not in SIGNING_KINDS:
        raise KeyInvalid("a key that does not sign has no document of its own")
    document = _document(did, public, verification_method_of(did), RELATIONS)
    if public.kind == "ed25519":
        agreement = multikey(key_agreement_key(public))
        document["keyAgreement"] = [_method(did, f"{did}#{agreement}", agreement)]
    return document


def _document(did: str, public: PublicKey, method: str, relations: tuple[str, ...]) -> dict[str, Any]:
    return {
        "@context": list(CONTEXT),
        "id": did,
        "verificationMethod": [_method(did, method, multikey(public))],
        **{relation: [method] for relation in relations},
    }


def _method(did: str, identifier: str, key: str) -> dict[str, Any]:
    return {"id": identifier, "type": "Multikey", "controller": did, "publicKeyMultibase": key}
