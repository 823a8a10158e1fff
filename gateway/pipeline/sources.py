"""Events that platforms send: read by a table, and believed when their signature holds.

An event only says where to look. What it leads to is fetched, verified and kept like anything handed in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.envelopes import read_json, write_json
from gateway.errors import NotAuthenticated, RequestRefused
from gateway.pipeline.hosted import credential_at
from gateway.pipeline.lifecycle import Lifecycle
from gateway.pointers import resolve
from gateway.store import Caller, Source
from gateway.store.answers import Answer
from gateway.store.sources import known_at, source_named

__all__ = ["ADAPTERS", "Adapter", "take_event"]

ACCEPT, REVOKE = "accept", "revoke"
HINT = "Sign the body with the source's secret: HMAC-SHA256 in hexadecimal, in the header of its kind."


@dataclass(frozen=True, slots=True)
class Adapter:
    """How the events of a kind of platform are read, by pointers; of several, the first that leads somewhere.

    ``acts`` says what an event asks for; others are answered and not followed. ``signature`` is the header with
    the HMAC-SHA256 of the body, in hexadecimal, after a ``prefix``.
    """

    event: str
    acts: Mapping[str, str]
    embedded: tuple[str, ...]
    addresses: tuple[str, ...]
    signature: str = "X-Hub-Signature-256"
    prefix: str = "sha256="


ADAPTERS = {
    "credly": Adapter(
        "/event_type",
        {"badge.created": ACCEPT, "badge.updated": ACCEPT, "badge.revoked": REVOKE, "badge.deleted": REVOKE},
        ("/data/assertion",),
        ("/data/assertion_url", "/data/badge/assertion_url", "/data/assertion/id"),
    ),
    "badgr": Adapter(
        "/event",
        {"assertion.created": ACCEPT, "assertion.updated": ACCEPT, "assertion.revoked": REVOKE},
        ("/assertion", "/data/assertion"),
        ("/openBadgeId", "/data/openBadgeId", "/assertion/id", "/data/assertion/id"),
    ),
}
"""The kinds of platforms there are."""


async def take_event(lifecycle: Lifecycle, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Do what an event asks for.

    Raises ``NotAuthenticated`` for a source or a signature that does not hold, ``RequestRefused`` for an event
    that leads nowhere, ``FetchFailed``, and what ``Archive.accept`` raises.
    """
    source = await lifecycle.archive.database.read(lambda connection: source_named(connection, name))
    if source is None or not _is_signed(source, headers, body):
        raise NotAuthenticated("there is no such source, or its signature does not hold", hint=HINT)
    adapter, event = ADAPTERS[source.kind], read_json(body)
    act = adapter.acts.get(str(resolve(event, adapter.event)))
    caller = Caller(source.tenant, f"source:{source.id}", frozenset(("push",)))
    if act == ACCEPT:
        return await _accepted(lifecycle, caller, adapter, event)
    if act == REVOKE:
        return await _revoked(lifecycle, caller, adapter, event)
    return Answer(200, write_json({"followed": False}), {})


def _is_signed(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    adapter = ADAPTERS[source.kind]
    made = adapter.prefix + hmac.new(source.secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), headers.get(adapter.signature, "").encode(errors="replace"))


async def _accepted(lifecycle: Lifecycle, caller: Caller, adapter: Adapter, event: Any) -> Answer:
    """Take in the badge that stands in the event, or else the one at its address."""
    for pointer in adapter.embedded:
        if isinstance(found := resolve(event, pointer), dict):
            return await lifecycle.archive.accept(caller, write_json(found))
    data = await credential_at(lifecycle.archive.gateway.door, _address(adapter, event))
    return await lifecycle.archive.accept(caller, data)


async def _revoked(lifecycle: Lifecycle, caller: Caller, adapter: Adapter, event: Any) -> Answer:
    """Revoke what is kept of the badge."""
    address = _address(adapter, event)
    found = await lifecycle.archive.read(caller, lambda rows: known_at(rows, address))
    for identifier in found:
        await lifecycle.act(caller, identifier, "revoke")
    return Answer(200, write_json({"followed": True, "revoked": found}), {})


def _address(adapter: Adapter, event: Any) -> str:
    for pointer in adapter.addresses:
        if isinstance(found := resolve(event, pointer), str) and found:
            return found
    raise RequestRefused("the event does not say where the badge is", pointer=adapter.addresses[0])
