"""What registries follow: every credential of a tenant as it is now, in the order in which it changed.

A page is decided before its first line is written: which credentials, where the next page begins, and by
what the page is known. Lines are made as they are read, some ahead; what cannot be made in the form that is
asked for is told in its line, and the others follow.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from gateway.core import mapping_versions
from gateway.envelopes import write_json_line
from gateway.errors import GatewayError, NotFound, RequestRefused
from gateway.pipeline.archive import Archive, Wanted, as_json
from gateway.store import Caller
from gateway.store.credentials import Change, StoredCredential
from gateway.store.feed import Filters, latest_changes

__all__ = ["BEGINNING", "MOST", "Page", "lines", "page", "position"]

MOST = 1000
"""Most credentials on one page."""
AHEAD = 8
"""How many forms are made while the first of them is awaited."""
BEGINNING = 0
GONE = ("revoked", "erased")
"""States that are told without the credential."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the changes with their credentials, the cursor of the next page, and the page's tag."""

    entries: tuple[tuple[Change, StoredCredential], ...]
    next: str
    tag: str
    more: bool


async def page(
    archive: Archive, caller: Caller, after: int, limit: int, filters: Filters, wanted: Wanted | None
) -> Page:
    """The page that follows a position. Raises ``ScopeMissing``, ``StoreFailed``."""
    caller.demand("read")
    found = await archive.read(caller, lambda rows: latest_changes(rows, after, limit + 1, filters))
    entries = tuple(found[:limit])
    last = entries[-1][0].number if entries else after
    versions = {mapping_versions(stored.format, wanted.format) for _, stored in entries} if wanted else set()
    told = [
        caller.tenant,
        wanted.name if wanted else "",
        sorted(versions),
        [change.number for change, _ in entries],
    ]
    tag = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    return Page(entries, cursor(last, filters), tag, len(found) > limit)


def cursor(number: int, filters: Filters) -> str:
    """A position in the changes as a text that nobody need understand; it goes with the filters it was made for."""
    return base64.urlsafe_b64encode(f"{number}.{_mark(filters)}".encode()).decode().rstrip("=")


def position(text: str, filters: Filters) -> int:
    """The position that a cursor stands for. Raises ``RequestRefused`` for any other text."""
    if not text:
        return BEGINNING
    try:
        told = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        number, _, mark = told.partition(".")
        found = int(number)
    except (binascii.Error, ValueError):
        found, mark = -1, ""
    if found < 0 or cursor(found, filters) != text:
        if mark and mark != _mark(filters):
            raise RequestRefused(
                "the cursor goes with other filters", hint="Keep the filters while you follow a feed."
            )
        raise RequestRefused("the cursor is malformed", hint="Use the one of the last page, as it was given.")
    return found


def _mark(filters: Filters) -> str:
    """What tells filters apart; the moment to begin with may be left out later."""
    told = {name: value for name, value in asdict(filters).items() if name != "since"}
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


async def lines(archive: Archive, caller: Caller, told: Page, wanted: Wanted | None) -> AsyncIterator[bytes]:
    """The lines of a page (NDJSON), in order."""
    waiting: deque[asyncio.Task[bytes]] = deque()
    try:
        for change, stored in told.entries:
            waiting.append(asyncio.create_task(_line(archive, caller, change, stored, wanted)))
            if len(waiting) >= AHEAD:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()


async def _line(
    archive: Archive, caller: Caller, change: Change, stored: StoredCredential, wanted: Wanted | None
) -> bytes:
    """One credential as it is now."""
    line: dict[str, Any] = {"id": stored.id, "number": change.number, "change": change.kind, "at": change.at}
    if stored.state in GONE:
        return write_json_line({**line, "state": stored.state, "tombstone": True})
    line["record"] = {name: value for name, value in as_json(stored).items() if name != "report"}
    if wanted is None:
        return write_json_line({**line, "state": stored.state})
    try:
        form = await archive.form(caller, stored.id, wanted)
    except NotFound:  # erased since the page was decided: the next page has its tombstone
        return write_json_line({**line, "state": "erased", "tombstone": True})
    except GatewayError as error:
        return write_json_line(
            {**line, "state": stored.state, "format": wanted.format, "problem": error.problem()}
        )
    members = {"format": wanted.format, "mediaType": form.media_type, "digest": form.digest}
    return _with_credential(write_json_line({**line, "state": stored.state, **members}), form.content)


def _with_credential(line: bytes, content: bytes) -> bytes:
    """A line with a form in it: JSON as it stands, on one line; anything else as a text.

    A line break in JSON can only stand between its parts, so a space in its place changes nothing.
    """
    if content.startswith(b"{"):
        told = content.replace(b"\n", b" ").strip()
    else:
        told = write_json_line(content.decode()).strip()
    return b'%b,"credential":%b}\n' % (line.rstrip()[:-1], told)
