"""Connections that cost nothing when nobody speaks on them: how many there are, and for how long (N6).

The HTTP library waits for ever for a request that begins and does not end, and for a reader who does not read.
A body has its own deadline where it is read; a connection that is idle between requests, the library's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, cast

from aiohttp import web

from gateway.settings import Settings

__all__ = ["CONNECTIONS", "Connections", "connections_of", "counted"]

HEAD = 10.0
"""Seconds a client has for the whole head of a request, from when it connects or begins to send."""
STALLED = 30.0
"""Seconds in which a client must have taken some of an answer that waits for it."""
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\n"
    b"Content-Type: application/problem+json\r\n\r\n"
    b'{"type": "urn:microcredential-gateway:error:overloaded", "title": "The gateway is busy", "status": 503,'
    b' "code": "overloaded", "detail": "too many connections", "hint": "Try again in a few seconds."}'
)


@dataclass(slots=True)
class Connections:
    """The connections of one serving process: at most ``most``, and ``most_each`` from one address.

    Addresses in ``trusted`` networks, those of proxies and of the machine itself, speak for many and are not
    counted each.
    """

    most: int
    most_each: int
    trusted: Sequence[str] = ()
    head: float = HEAD
    stalled: float = STALLED
    by_address: Counter[str] = field(default_factory=Counter)
    behind: Counter[str] = field(default_factory=Counter)
    _open: dict[asyncio.BaseTransport, _Guard] = field(default_factory=dict)

    def guard(self, inner: asyncio.Protocol) -> asyncio.Protocol:
        """A protocol between a connection and the one that speaks HTTP on it."""
        return _Guard(self, inner)

    @contextmanager
    def answering(self, transport: asyncio.BaseTransport | None) -> Iterator[None]:
        """A whole request has come and is answered for as long as the block."""
        guard = self._open.get(transport) if transport is not None else None
        if guard is None:
            yield
            return
        guard.begins()
        try:
            yield
        finally:
            guard.ends()

    def admits(self, address: str) -> bool:
        """Whether one more may be open from an address."""
        return len(self._open) < self.most and (
            self.by_address[address] < self.most_each or self.is_trusted(address)
        )

    def is_trusted(self, address: str) -> bool:
        """Whether an address is a proxy's, or of the machine itself."""
        try:
            given = ip_address(address.partition("/")[0])
        except ValueError:  # a socket of the machine's own
            return True
        return any(given in ip_network(network) for network in self.trusted)

    @contextmanager
    def asking(self, address: str) -> Iterator[bool]:
        """A request from an address behind a proxy, for as long as the block; whether it is not one too many."""
        if not address:
            yield True
            return
        admitted = self.behind[address] < self.most_each
        self.behind[address] += 1
        try:
            yield admitted
        finally:
            self.behind[address] -= 1
            if not self.behind[address]:
                del self.behind[address]

    def opened(self, guard: _Guard, transport: asyncio.BaseTransport) -> None:
        """A connection is there."""
        self._open[transport] = guard
        self.by_address[guard.address] += 1

    def closed(self, guard: _Guard, transport: asyncio.BaseTransport) -> None:
        """It is gone."""
        if self._open.pop(transport, None) is not None:
            self.by_address[guard.address] -= 1
            if not self.by_address[guard.address]:
                del self.by_address[guard.address]


class _Guard(asyncio.Protocol):
    """One connection: hands everything on, and cuts it off when its time is over."""

    def __init__(self, all_of_them: Connections, inner: asyncio.Protocol) -> None:
        self._all, self._inner = all_of_them, inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None
        self._answering = False
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.address = counted(transport.get_extra_info("peername"))
        if not self._all.admits(self.address):
            self._transport.write(FULL)
            self._transport.close()
            self._transport = None
            return
        self._all.opened(self, transport)
        self._expect_head()
        self._inner.connection_made(transport)

    def _expect_head(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._all.head, self._cut)

    def _cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def begins(self) -> None:
        """The head of a request was whole."""
        self._answering = True
        _cancel(self._timer)
        self._timer = None

    def ends(self) -> None:
        """The request was answered; what comes now is the next."""
        self._answering = False

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            if not self._answering and self._timer is None:
                self._expect_head()
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        if self._transport is not None:
            self._look(self._transport.get_write_buffer_size() + 1)
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        _cancel(self._reader)
        if self._transport is not None:
            self._inner.resume_writing()

    def _look(self, before: int) -> None:
        """Cut the connection off when no less waits than before; otherwise look again later."""
        if self._transport is None:
            return
        waits = self._transport.get_write_buffer_size()
        if waits >= before:
            self._cut()
            return
        self._reader = asyncio.get_running_loop().call_later(self._all.stalled, self._look, waits)

    def connection_lost(self, exc: Exception | None) -> None:
        _cancel(self._timer)
        _cancel(self._reader)
        if self._transport is not None:
            self._all.closed(self, self._transport)
            self._transport = None
            self._inner.connection_lost(exc)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def counted(peer: Any) -> str:
    """What is counted as one address: of IPv6 the network that one customer has."""
    if not isinstance(peer, tuple):
        return ""
    given = ip_address(peer[0].partition("%")[0])
    if isinstance(given, IPv6Address):
        if given.ipv4_mapped is not None:
            return str(given.ipv4_mapped)
        return str(ip_network((given, 64), strict=False)) if not given.is_loopback else str(given)
    return str(given)


CONNECTIONS = web.AppKey("connections", Connections)


def connections_of(settings: Settings) -> Connections:
    """The connections of a process, as the settings limit them."""
    return Connections(settings.connections, settings.connections_each, settings.proxies)
