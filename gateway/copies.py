"""Copies of lists: used while fresh, fetched once for all who wait, kept for when fetching fails."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.errors import DidNotFound, DocumentGone, DocumentMissing, GatewayError, GatewayFailed

__all__ = ["FRESH", "KEPT", "MAX_COPIES", "PAUSE", "Copies", "Copy", "Shelves"]

FRESH = timedelta(minutes=10)
"""How long a copy is used without asking again."""
KEPT = timedelta(days=7)
"""How long a copy serves, marked as stale, when asking again fails."""
PAUSE = timedelta(seconds=30)
"""How long nobody is asked again after a failure."""
WITHDRAWN = (DocumentMissing, DocumentGone, DidNotFound)
"""Errors that say something of the document, not of who was asked: no copy serves after one."""
MAX_COPIES = 256
"""Most addresses that are remembered; the one unused for longest goes first."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What an address had to say: the value read from it, and when it was fetched."""

    value: Any
    retrieved: datetime
    stale: bool = False


@dataclass(slots=True)
class _Entry:
    copy: Copy | None = None
    failed: datetime | None = None
    error: GatewayError | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Copies:
    """Copies by address. Time is told by the caller."""

    def __init__(
        self, *, fresh: timedelta = FRESH, kept: timedelta = KEPT, pause: timedelta = PAUSE,
        most: int = MAX_COPIES,
    ) -> None:  # fmt: skip
        self._fresh, self._kept, self._pause, self._most = fresh, kept, pause, most
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def get(
        self, address: str, now: datetime, fetched: Callable[[], Awaitable[Any]], *,
        until: Callable[[Any], datetime] | None = None, fresh: Callable[[Any], timedelta] | None = None,
        stale: bool = True,
    ) -> Copy:  # fmt: skip
        """The copy of an address, ``fetched`` anew when there is no fresh one.

        ``until`` tells of a value when it is over; from then on it does not even serve as a stale copy.
        ``fresh`` tells how long it is fresh, where that is not the same for all; without ``stale`` no stale
        copy serves.
        Raises the ``GatewayError`` that ``fetched`` raises when no copy is young enough to serve instead, and
        always when the document was withdrawn: an old copy would hide that.
        """
        entry = self._entry(address)
        async with entry.lock:
            copy = entry.copy
            if copy is not None and until is not None and until(copy.value) <= now:
                copy = None
            span = self._fresh if copy is None or fresh is None else fresh(copy.value)
            if copy is not None and _within(copy.retrieved, now, span):
                return copy
            if entry.failed is None or not _within(entry.failed, now, self._pause):
                try:
                    entry.copy, entry.failed, entry.error = Copy(await fetched(), now), None, None
                    return entry.copy
                except GatewayError as error:
                    if isinstance(error, WITHDRAWN):
                        entry.copy = copy = None
                    entry.failed, entry.error = now, error
            if stale and copy is not None and _within(copy.retrieved, now, self._kept):
                return replace(copy, stale=True)
            raise (entry.error or GatewayFailed("there is no copy")).with_traceback(None)

    def keep(self, address: str, now: datetime, value: Any) -> None:
        """Keep what was fetched without being asked for here."""
        self._entry(address).copy = Copy(value, now)

    def __contains__(self, address: str) -> bool:
        """Whether there is a copy of an address, however old."""
        entry = self._entries.get(address)
        return entry is not None and entry.copy is not None

    def _entry(self, address: str) -> _Entry:
        entry = self._entries.setdefault(address, _Entry())
        self._entries.move_to_end(address)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)
        return entry


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where copies are kept: of ``lists``, of which there are few, apart from ``answers`` about issuers.

    Anybody can have the gateway ask about issuers without end; that must not drive out a list.
    """

    lists: Copies = field(default_factory=Copies)
    answers: Copies = field(default_factory=Copies)


def _within(moment: datetime, now: datetime, span: timedelta) -> bool:
    """Whether ``now`` is at most ``span`` from a moment; a clock set back makes nothing fresh for long."""
    return abs(now - moment) <= span
