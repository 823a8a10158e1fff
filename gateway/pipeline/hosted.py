"""Credentials that are handed in by their address: fetched through the one door, then kept as they came."""

from __future__ import annotations

from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import FetchRefused, RequestRefused
from gateway.fetch import Fetch
from gateway.pipeline.archive import Archive
from gateway.store import Caller
from gateway.store.answers import Answer, Request

__all__ = ["accept_hosted", "credential_at", "one_address"]

ACCEPT = "application/ld+json, application/json, application/vc, image/png, image/svg+xml, */*;q=0.1"
LONGEST = 2048
"""Most characters of an address."""


def one_address(body: bytes) -> str:
    """The one address in a list of them (text/uri-list, RFC 2483 section 5). Raises ``RequestRefused``."""
    try:
        lines = [line.strip() for line in body.decode("ascii").splitlines()]
    except UnicodeDecodeError:
        raise RequestRefused("an address is written in ASCII") from None
    found = [line for line in lines if line and not line.startswith("#")]
    if len(found) != 1:
        raise RequestRefused("the body is not one address", hint="Send one https address in each request.")
    if len(found[0]) > LONGEST:
        raise RequestRefused(f"the address is longer than {LONGEST} characters")
    return found[0]


async def credential_at(door: Fetch, address: str) -> bytes:
    """What stands at an address that is given. Raises ``FetchFailed``, ``RequestRefused`` for what is not asked."""
    try:
        return await door.get(address, accept=ACCEPT, max_bytes=MAX_BYTES)
    except FetchRefused as error:
        raise RequestRefused(f"the address is not fetched from: {error.detail}", hint=error.hint) from None


async def accept_hosted(archive: Archive, caller: Caller, body: bytes, request: Request | None) -> Answer:
    """Take in the credential at the address in a body; the answer of ``Archive.accept``, whose refusals it has too."""
    caller.demand("push")
    address = one_address(body)
    if request is not None and (before := await archive.answered(caller, request)) is not None:
        return before
    return await archive.accept(caller, await credential_at(archive.gateway.door, address), request)
