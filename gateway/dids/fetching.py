"""Fetching a document and holding it against the identifier it was asked for."""

from __future__ import annotations

from typing import Any

from gateway.dids.resolution import Json, Means
from gateway.envelopes import read_json
from gateway.errors import DidDocumentInvalid, DidNotFound, DocumentGone, DocumentMissing, InputRefused

__all__ = ["ACCEPT", "bytes_at", "document_at", "document_of", "read"]

ACCEPT = "application/did, application/did+json, application/did+ld+json, application/json"


async def bytes_at(url: str, means: Means, *, accept: str = ACCEPT, max_bytes: int | None = None) -> bytes:
    """The bytes at an address. Raises ``DidNotFound`` when the server has none, or what ``fetch`` raises."""
    try:
        return await means.fetch.get(url, accept=accept, max_bytes=max_bytes)
    except DocumentMissing:
        raise DidNotFound("there is no document at the address of the DID") from None
    except DocumentGone:
        raise DidNotFound("the document of the DID was withdrawn") from None


async def document_at(url: str, identifier: str, means: Means, *, accept: str = ACCEPT) -> Json:
    """The document of an identifier at an address.

    Raises ``DidNotFound``, ``DidDocumentInvalid``, or what ``fetch`` raises.
    """
    return document_of(read(await bytes_at(url, means, accept=accept)), identifier)


def read(data: bytes) -> Any:
    """The JSON of some bytes. Raises ``DidDocumentInvalid``."""
    try:
        return read_json(data)
    except InputRefused as error:
        raise DidDocumentInvalid(f"the document is malformed: {error.detail}") from None


def document_of(document: Any, identifier: str) -> Json:
    """The document when it is that of the identifier. Raises ``DidDocumentInvalid``."""
    if not isinstance(document, dict):
        raise DidDocumentInvalid("the document is malformed: no object")
    if document.get("id") != identifier:
        raise DidDocumentInvalid("the document found is that of another identifier")
    return document
