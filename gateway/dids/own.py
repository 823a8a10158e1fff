"""The gateway's own DID document: every key it ever signed with, as far as each is still good.

https://www.w3.org/TR/cid-1.0/#verification-methods
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.keys import PublicKey, multikey

__all__ = ["OwnKey", "own_document"]

CONTEXT = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of the gateway's: its absolute id, whether it still signs, and since when it is revoked."""

    method: str
    public: PublicKey
    active: bool = True
    revoked: str = ""


def own_document(did: str, keys: Iterable[OwnKey]) -> dict[str, Any]:
    """The document of the gateway's did:web.

    Active and retired keys make assertions, so that what they signed stays verifiable; only active ones
    authenticate. A revoked key is listed with the date and does neither.
    """
    listed = tuple(keys)
    return {
        "@context": list(CONTEXT),
        "id": did,
        "verificationMethod": [_method(did, key) for key in listed],
        "authentication": [key.method for key in listed if key.active and not key.revoked],
        "assertionMethod": [key.method for key in listed if not key.revoked],
    }


def _method(did: str, key: OwnKey) -> dict[str, Any]:
    method = {
        "id": key.method,
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": multikey(key.public),
    }
    return method | ({"revoked": key.revoked} if key.revoked else {})
