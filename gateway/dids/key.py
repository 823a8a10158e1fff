"""did:key for Ed25519: the document is computed from the identifier. https://w3c-ccg.github.io/did-key-spec/"""

from __future__ import annotations

from typing import Any

from gateway.dids.documents import key_document
from gateway.fetch import Fetch
from gateway.keys import public_key_of_did_key

__all__ = ["resolve"]


async def resolve(did: str, _: Fetch) -> dict[str, Any]:
    """The document; ``KeyInvalid`` when the identifier is no Ed25519 key."""
    return key_document(did, public_key_of_did_key(did))
