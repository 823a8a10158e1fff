"""did:web: the document stands at an https address. https://w3c-ccg.github.io/did-method-web/"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from gateway.envelopes import read_json
from gateway.errors import DidMethodUnknown, DidNotFound, FetchFailed, InputRefused
from gateway.fetch import Fetch

__all__ = ["resolve", "url_of"]

ACCEPT = "application/did+json, application/did+ld+json, application/json"
_STEP = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+\Z")
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?:%3A[0-9]{{1,5}})?\Z", re.IGNORECASE | re.ASCII)


def url_of(did: str) -> str:
    """The address of a did:web document (section 3.2). Raises ``DidMethodUnknown`` for a malformed DID."""
    host, *steps = did.removeprefix("did:web:").split(":")
    decoded = [unquote(step) for step in steps]
    bad = any(step in (".", "..") or re.search(r"[/\\?#\x00-\x20\x7f]", step) for step in decoded)
    malformed = not all(_STEP.match(step) for step in steps)
    if not did.startswith("did:web:") or not _HOST.match(host) or bad or malformed:
        raise DidMethodUnknown("not a did:web", hint="A did:web looks like did:web:example.org:path.")
    path = "/".join(steps) if steps else ".well-known"
    return f"https://{unquote(host)}/{path}/did.json"


async def resolve(did: str, fetch: Fetch) -> dict[str, Any]:
    """The document at the DID's address. Raises ``DidNotFound``, or what ``fetch`` refuses."""
    url = url_of(did)
    try:
        document = read_json(await fetch.get(url, accept=ACCEPT))
    except FetchFailed as error:
        raise DidNotFound(f"no DID document: {error.detail}", hint=error.hint) from None
    except InputRefused as error:
        raise DidNotFound(f"the DID document is malformed: {error.detail}") from None
    if not isinstance(document, dict) or document.get("id") != did:
        raise DidNotFound("the document found is that of another DID")
    return document
