"""Who the gateway is when it signs: its DID document, made from the keys of its signer.

https://w3c-ccg.github.io/did-method-web/#read-resolve
"""

from __future__ import annotations

from typing import Any

from gateway.dids.documents import key_document
from gateway.dids.own import OwnKey, own_document
from gateway.signer import KeyRecord, Signer

__all__ = ["document_of", "has_name", "method_id", "own_document_of"]


def has_name(signer: Signer) -> bool:
    """Whether the gateway has one DID whatever key it uses; a did:key is that of one key."""
    return signer.did.startswith("did:web:")


def method_id(signer: Signer, record: KeyRecord) -> str:
    """The absolute id of a key in the document that lists it."""
    if has_name(signer):
        return f"{signer.did}#{record.fragment}"
    return f"{record.did}#{record.did.removeprefix('did:key:')}"


def document_of(signer: Signer) -> dict[str, Any]:
    """The document as it is now. Raises ``SignerFailed``."""
    if not has_name(signer):
        now = signer.current()
        return key_document(now.did, now.public)
    keys = (
        OwnKey(method_id(signer, record), record.public, record.state == "active", record.revoked)
        for record in signer.history()
    )
    return own_document(signer.did, keys)


def own_document_of(signer: Signer, did: str) -> dict[str, Any] | None:
    """The document when the DID is the gateway's did:web, which is then asked for nowhere else; else None."""
    return document_of(signer) if has_name(signer) and did == signer.did else None
