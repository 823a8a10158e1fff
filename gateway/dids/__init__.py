"""Resolving DIDs: METHODS is a table; to add a method, write its file and name it here (DID Core)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.dids import key, web
from gateway.errors import DidMethodUnknown
from gateway.fetch import Fetch

__all__ = ["METHODS", "resolve"]

MAX_DID = 2048
_DID = re.compile(r"did:([a-z0-9]+):(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+\Z")

METHODS: dict[str, Callable[[str, Fetch], Awaitable[dict[str, Any]]]] = {
    "key": key.resolve,
    "web": web.resolve,
}


async def resolve(did: str, fetch: Fetch) -> dict[str, Any]:
    """The DID document of a DID.

    Raises ``DidMethodUnknown`` for what is no DID or one of another method, ``KeyInvalid`` for a did:key
    of no Ed25519 key, ``DidNotFound``, or what ``fetch`` raises.
    """
    found = _DID.match(did) if len(did) <= MAX_DID else None
    if found is None:
        raise DidMethodUnknown("not a DID", hint="A DID looks like did:web:example.org.")
    method = METHODS.get(found[1])
    if method is None:
        raise DidMethodUnknown(f"the DID method {found[1][:40]!r} is not known")
    return await method(did, fetch)
