"""Controller documents: which keys a DID document authorises for a purpose.

https://www.w3.org/TR/cid-1.0/#retrieve-verification-method
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.errors import KeyInvalid
from gateway.keys import public_key_from_jwk, public_key_from_multikey

__all__ = ["controller_of", "keys_of"]

Json = dict[str, Any]


def _public_jwk(jwk: Any) -> bytes:
    """The key of a JWK without private part (CID 1.0 section 2.2.3): a published secret proves nothing."""
    if isinstance(jwk, dict) and "d" in jwk:
        raise KeyInvalid("the JWK holds a private key")
    return public_key_from_jwk(jwk)


READERS: dict[str, tuple[str, Callable[[Any], bytes]]] = {
    "Multikey": ("publicKeyMultibase", public_key_from_multikey),
    "Ed25519VerificationKey2020": ("publicKeyMultibase", public_key_from_multikey),
    "JsonWebKey": ("publicKeyJwk", _public_jwk),
    "JsonWebKey2020": ("publicKeyJwk", _public_jwk),
}


def controller_of(method: str) -> str:
    """The DID whose document must list a verification method."""
    return method.partition("#")[0].partition("?")[0]


def keys_of(document: Json, purpose: str) -> dict[str, bytes]:
    """The Ed25519 keys a document lists for a purpose, by the absolute id of their method.

    A method is listed by reference or in place; one that is malformed, of another kind, or controlled
    or named by somebody else is passed over.
    """
    did = document.get("id")
    listed = document.get(purpose)
    if not isinstance(did, str) or not isinstance(listed, list):
        return {}
    methods = document.get("verificationMethod")
    known = {
        _absolute(did, method["id"]): method
        for method in (methods if isinstance(methods, list) else [])
        if isinstance(method, dict) and isinstance(method.get("id"), str)
    }
    found: dict[str, bytes] = {}
    for entry in listed:
        method = known.get(_absolute(did, entry)) if isinstance(entry, str) else entry
        if isinstance(method, dict) and isinstance(method.get("id"), str):
            name, key = _absolute(did, method["id"]), _key(method, did)
            if key is not None and controller_of(name) == did:
                found[name] = key
    return found


def _absolute(did: str, identifier: str) -> str:
    return did + identifier if identifier.startswith("#") else identifier


def _key(method: Json, did: str) -> bytes | None:
    reader = READERS.get(str(method.get("type")))
    if reader is None or method.get("controller") != did:
        return None
    member, read = reader
    try:
        return read(method.get(member))
    except KeyInvalid:
        return None
