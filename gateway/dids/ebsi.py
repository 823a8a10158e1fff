"""did:ebsi: legal entities in the DID registry of EBSI. https://hub.ebsi.eu/vc-framework/did/legal-entities"""

from __future__ import annotations

import re
from urllib.parse import quote

from gateway.dids.fetching import document_at
from gateway.dids.resolution import Means, Resolution
from gateway.errors import DidInvalid, DidMethodUnknown, KeyInvalid
from gateway.keys import base58_decode

__all__ = ["IDENTIFIERS", "resolve"]

IDENTIFIERS = "/did-registry/v5/identifiers"
"""Where the DID registry stands below the address of the EBSI registries."""
ACCEPT = "application/did+ld+json, application/did+json, application/json"
_DID_EBSI = re.compile(r"did:ebsi:z([1-9A-HJ-NP-Za-km-z]+)\Z")
LEGAL_ENTITY, LEGAL_ENTITY_BYTES = 1, 17
NATURAL_PERSON = 2


async def resolve(did: str, means: Means) -> Resolution:
    """The document that the configured registry has for a legal entity.

    Raises ``DidInvalid`` for a malformed DID, ``DidMethodUnknown`` for one of a natural person or when no
    registry is configured, ``DidNotFound``, ``DidDocumentInvalid``, or what ``fetch`` raises.
    """
    _check(did)
    if not means.ebsi:
        raise DidMethodUnknown(
            "no DID registry of EBSI is configured",
            hint="Set GATEWAY_EBSI_REGISTRY or GATEWAY_EBSI_DID_REGISTRY.",
        )
    url = f"{means.ebsi}/{quote(did, safe=':')}"
    return Resolution(await document_at(url, did, means, accept=ACCEPT))


def _check(did: str) -> None:
    """The identifier: a byte that says which form, then for a legal entity 16 of its own."""
    found = _DID_EBSI.match(did)
    try:
        data = base58_decode(found[1]) if found else b""
    except KeyInvalid:
        data = b""
    if data[:1] == bytes([NATURAL_PERSON]):
        raise DidMethodUnknown(
            "the did:ebsi of a natural person is no longer in use", hint="Natural persons have a did:key."
        )
    if data[:1] != bytes([LEGAL_ENTITY]) or len(data) != LEGAL_ENTITY_BYTES:
        raise DidInvalid("not a did:ebsi", hint="A did:ebsi is did:ebsi:z and 17 bytes in base58btc.")
