"""Leaving a host alone that keeps failing: nobody waits for it, and it gets time to recover."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from gateway.errors import DocumentGone, DocumentMissing, FetchFailed
from gateway.fetch import Fetch

__all__ = ["FAILURES", "MAX_HOSTS", "REST", "Breaker"]

FAILURES = 5
"""How many failures in a row make a host rest."""
REST = timedelta(seconds=30)
"""How long a host rests; then one request tries it, and all follow when that one succeeds."""
HINT = f"It is asked again after {REST.seconds} seconds."
MAX_HOSTS = 1024
"""Most hosts that are remembered; the one that failed longest ago goes first."""


@dataclass(slots=True)
class _Host:
    since: datetime
    failures: int = 0

    def rests(self, now: datetime) -> bool:
        """Whether it is left alone; a clock set back makes no host rest for long."""
        return self.failures >= FAILURES and timedelta() <= now - self.since < REST


class Breaker:
    """Fetches as the door to the network does, but asks no host that rests.

    A host that says it has no such document answers well.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._fetch, self._clock = fetch, clock
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """The body of a 200 answer. Raises ``FetchFailed`` at once while the host rests."""
        name, now = _host_of(url), self._clock()
        host = self._hosts.get(name)
        if host is not None and host.rests(now):
            raise FetchFailed(f"the host failed {FAILURES} times in a row and rests", hint=HINT)
        if host is not None and host.failures >= FAILURES:
            host.since = now  # this request tries, the others go on waiting
        try:
            body = await self._fetch.get(url, accept=accept, max_bytes=max_bytes)
        except (DocumentMissing, DocumentGone):
            self._hosts.pop(name, None)
            raise
        except FetchFailed:
            self._failed(name)
            raise
        self._hosts.pop(name, None)
        return body

    def _failed(self, name: str) -> None:
        host = self._hosts.setdefault(name, _Host(self._clock()))
        host.failures, host.since = host.failures + 1, self._clock()
        self._hosts.move_to_end(name)
        if len(self._hosts) > MAX_HOSTS:
            self._hosts.popitem(last=False)


def _host_of(url: str) -> str:
    """The host and port of a URL; all that is malformed counts as one, which the door refuses anyway."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
