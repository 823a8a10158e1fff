"""Controlled identifier documents at https URLs. https://www.w3.org/TR/cid-1.0/#retrieve-verification-method"""

from __future__ import annotations

from gateway.dids.fetching import document_at
from gateway.dids.resolution import Means, Resolution

__all__ = ["resolve"]

ACCEPT = "application/cid, application/did, application/ld+json, application/json;q=0.9"


async def resolve(url: str, means: Means) -> Resolution:
    """The document at the URL, which must be its id to the letter.

    Raises ``DidNotFound``, ``DidDocumentInvalid``, or what ``fetch`` raises; redirects are not followed.
    """
    return Resolution(await document_at(url, url, means, accept=ACCEPT))
