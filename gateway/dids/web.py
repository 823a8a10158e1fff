"""did:web: the document stands at an https address. https://w3c-ccg.github.io/did-method-web/"""

from __future__ import annotations

import re
from urllib.parse import unquote

from gateway.dids.fetching import document_at
from gateway.dids.resolution import Means, Resolution
from gateway.errors import DidInvalid

__all__ = ["address_of", "resolve", "url_of"]

_STEP = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+\Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}(?:\.{_LABEL})*)(?:%3A([0-9]{{1,5}}))?\Z", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z")
"""A last label that makes readers of URLs take a host for an IP address."""
_NOT_IN_STEP = re.compile(r"[/\\?#\x00-\x20\x7f]")
WELL_KNOWN = "/.well-known"
MAX_PORT = 65_535


def address_of(host: str, steps: list[str]) -> str:
    """The https address that a host, percent-encoded port included, and path steps of a DID stand for.

    Raises ``DidInvalid`` for an IP address, and for what is no host or no step: a step is never empty, a dot
    or two, and hides no separator.
    """
    found = _HOST.match(host)
    decoded = [unquote(step) for step in steps]
    bad = any(step in (".", "..") or _NOT_IN_STEP.search(step) for step in decoded)
    if found is None or bad or not all(_STEP.match(step) for step in steps):
        raise DidInvalid("no address can be made of the DID", hint="It looks like did:web:example.org:path.")
    if _NUMBER.match(found[1].rpartition(".")[2]) or int(found[2] or 443) not in range(1, MAX_PORT + 1):
        raise DidInvalid("the DID names no host", hint="A host is a DNS name, never an IP address.")
    return "/".join((f"https://{unquote(host)}", *steps))


def url_of(did: str) -> str:
    """The address of a did:web document (section 3.2). Raises ``DidInvalid`` for a malformed DID."""
    if not did.startswith("did:web:"):
        raise DidInvalid("not a did:web", hint="A did:web looks like did:web:example.org:path.")
    host, *steps = did.removeprefix("did:web:").split(":")
    return f"{address_of(host, steps)}{'' if steps else WELL_KNOWN}/did.json"


async def resolve(did: str, means: Means) -> Resolution:
    """The document at the DID's address.

    Raises ``DidNotFound`` when there is none, ``DidDocumentInvalid`` when it is malformed or that of another
    DID, or what ``fetch`` raises.
    """
    return Resolution(await document_at(url_of(did), did, means))
