"""Resolving DIDs: METHODS is a table; to add a method, write its file and name it here (DID Core)."""

from __future__ import annotations

import re

from gateway.dids import ebsi, https, jwk, key, universal, web
from gateway.dids.resolution import Means, Method, Resolution
from gateway.errors import DidInvalid, DidMethodUnknown

__all__ = ["COMPUTED", "METHODS", "Means", "Resolution", "method_of", "resolve"]

MAX_IDENTIFIER = 2048
_DID = re.compile(r"did:([a-z0-9]+):(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})\Z")
_HTTPS = re.compile(r"https://[!-\"$-~]+\Z")
"""An https URL without a fragment; whether anybody is sent there is for ``fetch`` to say."""


async def _webvh(identifier: str, means: Means) -> Resolution:
    from gateway.dids import webvh  # imported here: the one method that is much code

    return await webvh.resolve(identifier, means)


METHODS: dict[str, Method] = {
    "key": key.resolve,
    "jwk": jwk.resolve,
    "web": web.resolve,
    "webvh": _webvh,
    "ebsi": ebsi.resolve,
}
COMPUTED = frozenset({"key", "jwk"})
"""The methods that ask nobody, so that no copies are kept of what they say."""


def method_of(identifier: str) -> str:
    """The method of a DID, ``https`` for an https URL. Raises ``DidInvalid`` for everything else."""
    found = _DID.match(identifier) if len(identifier) <= MAX_IDENTIFIER else None
    if found is not None:
        return found[1]
    if len(identifier) <= MAX_IDENTIFIER and _HTTPS.match(identifier):
        return "https"
    raise DidInvalid("neither a DID nor an https URL")


async def resolve(identifier: str, means: Means) -> Resolution:
    """The controlled identifier document of a DID or an https URL, fetched anew.

    Raises ``DidInvalid``, ``DidMethodUnknown``, or what the method raises.
    """
    method = method_of(identifier)
    if not identifier.startswith("did:"):
        return await https.resolve(identifier, means)
    known = METHODS.get(method)
    unserved = known is None or (method == "ebsi" and not means.ebsi)
    if unserved and means.universal:
        return await universal.resolve(identifier, means)
    if known is None:
        raise DidMethodUnknown(f"the DID method {method[:40]!r} is not known")
    return await known(identifier, means)
