"""Any other method, by the word of another resolver. https://github.com/decentralized-identity/universal-resolver"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from gateway.dids.fetching import document_of, read
from gateway.dids.resolution import Json, Means, Resolution
from gateway.errors import DidDocumentInvalid, DidNotFound, DocumentGone, DocumentMissing

__all__ = ["resolve"]

IDENTIFIERS = "/1.0/identifiers/"
ACCEPT = 'application/did-resolution, application/ld+json;profile="https://w3id.org/did-resolution"'


async def resolve(did: str, means: Means) -> Resolution:
    """The document that the configured resolver gives, marked as its word in the metadata.

    Nothing shows that the resolver tells the truth but its document's id. Raises ``DidNotFound``,
    ``DidDocumentInvalid``, or what ``fetch`` raises.
    """
    try:
        answer = read(await means.fetch.get(_address(did, means), accept=ACCEPT))
    except DocumentMissing:
        raise DidNotFound("the resolver knows no such DID") from None
    except DocumentGone:
        return Resolution(None, {"deactivated": True}, {"resolvedBy": means.universal}, by=means.universal)
    if not isinstance(answer, dict):
        raise DidDocumentInvalid("the answer of the resolver is malformed")
    if "didDocument" not in answer:
        answer = {"didDocument": answer}
    known, about = _mapping(answer.get("didDocumentMetadata")), _mapping(answer.get("didResolutionMetadata"))
    if about.get("error"):
        raise DidNotFound("the resolver could not resolve the DID")
    gone = known.get("deactivated") is True
    document = None if gone else document_of(answer["didDocument"], did)
    return Resolution(document, known, {**about, "resolvedBy": means.universal}, by=means.universal)


def _address(did: str, means: Means) -> str:
    return f"{means.universal}{IDENTIFIERS}{quote(did, safe=':')}"


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
