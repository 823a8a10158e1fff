"""Fair shares: nobody asks more often than allowed, and nobody takes the places of others (R6).

A tenant has a bucket of requests that fills evenly, and a share of the requests under way. Callers without a
key that holds are one tenant together. What is refused is refused before anything of it is read.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

from gateway.api.addresses import client_address
from gateway.api.authentication import ANONYMOUS, caller_of
from gateway.api.connections import CONNECTIONS
from gateway.api.state import METRICS, SETTINGS, STORE
from gateway.compute.turns import FOR
from gateway.errors import GatewayError, Overloaded, TooManyRequests
from gateway.settings import Settings
from gateway.store.governing import REQUESTS_PER_MINUTE
from gateway.store.tenants import tenant_named

__all__ = ["SHARES", "Shares", "fair", "shares_of"]

Clock = Callable[[], float]

FREE = frozenset(("/healthz", "/readyz", "/metrics", "/v1/batches/{id}/events"))
"""Routes that take no share: operators' probes, and listening, which has bounds of its own."""
PATIENT = ("/i/", "/oid4vci/")
"""Where paths of wallets begin, which are many at once and try only once: they wait for a place."""
PATIENCE = 60.0
"""Seconds for which they wait."""
MOST_WAITING = 4096
"""Requests that wait for a place; more are refused at once."""
BURST = 6
"""The part of a minute's requests that may come at once is one of so many."""
FRESH = 30.0
"""Seconds for which a tenant's own limit is used without looking again."""
LATEST = 0.1
"""What the latest request weighs in the time that requests take."""


@dataclass(slots=True)
class _Bucket:
    """The requests a tenant has left, ``filled`` at a moment."""

    left: float
    filled: float

    def take(self, rate: float, now: float) -> float:
        """Take one request of ``rate`` a minute; 0, or for how many seconds there is none."""
        full = max(1.0, rate / BURST)
        self.left = min(full, self.left + (now - self.filled) * rate / 60)
        self.filled = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * 60 / rate


@dataclass(slots=True)
class Shares:
    """The shares of one serving process: ``places`` for requests under way, and buckets by tenant.

    As long as a third of the places is free everybody gets one. The last third is for those who hold less
    than an even share of all places, one share being left for somebody who comes later.
    """

    places: int
    clock: Clock = monotonic
    held: Counter[str] = field(default_factory=Counter)
    taking: float = 0.0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _limits: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait_for_bucket(self, tenant: str, rate: float) -> float:
        """Take a request out of a tenant's bucket; 0, or for how many seconds it is empty."""
        now = self.clock()
        bucket = self._buckets.setdefault(tenant, _Bucket(math.inf, now))
        return bucket.take(rate, now)

    def has_place(self, tenant: str) -> bool:
        """Whether a tenant may have a request more under way."""
        total = self.held.total()
        askers = len(self.held) + (tenant not in self.held)
        even = max(1, self.places // (askers + 1))
        return total < max(1, 2 * self.places // 3) or (total < self.places and self.held[tenant] < even)

    @contextmanager
    def place(self, tenant: str) -> Iterator[None]:
        """Hold a place for as long as the block."""
        start = self.clock()
        self.held[tenant] += 1
        try:
            yield
        finally:
            self.held[tenant] -= 1
            if not self.held[tenant]:
                del self.held[tenant]
            self.taking += LATEST * (self.clock() - start - self.taking)
            self._wake()

    async def comes_to_place(self, tenant: str) -> bool:
        """Wait in turn until there is a place; whether there came to be one in time."""
        end = self.clock() + PATIENCE
        while not self.has_place(tenant):
            if len(self._waiting) >= MOST_WAITING or (left := end - self.clock()) <= 0:
                return False
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            with suppress(TimeoutError):
                await asyncio.wait_for(turn, left)
        return True

    def _wake(self) -> None:
        """Let the next one look whether there is a place."""
        while self._waiting:
            if not (turn := self._waiting.popleft()).done():
                turn.set_result(None)
                return

    def known_limit(self, tenant: str) -> float | None:
        """A tenant's own limit, where it was looked up of late."""
        limit, since = self._limits.get(tenant, (0.0, -math.inf))
        return limit if self.clock() - since < FRESH else None

    def learn_limit(self, tenant: str, limit: float) -> None:
        """Use a limit for a while."""
        self._limits[tenant] = (limit, self.clock())


SHARES = web.AppKey("shares", Shares)


def shares_of(settings: Settings) -> Shares:
    """The shares of a process: as many places as work is taken on for."""
    return Shares(settings.workers + settings.max_queue)


@web.middleware
async def fair(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let a request through if its tenant has a request left and a place. Raises ``TooManyRequests``."""
    resource, shares = request.match_info.route.resource, request.app[SHARES]
    if resource is not None and resource.canonical in FREE:
        return await handler(request)
    with request.app[CONNECTIONS].asking(client_address(request)) as admitted:
        if not admitted:
            raise Overloaded("too many requests at the same time from this address")
        return await _shared(request, handler, shares)


async def _shared(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], shares: Shares
) -> web.StreamResponse:
    """Let a request through that its address is not refused for."""
    tenant = await _who(request)
    rate = await _rate(request, tenant)
    if seconds := shares.wait_for_bucket(tenant, rate):
        raise _refused(request, "rate", f"more than {rate:g} requests a minute", seconds)
    patient = request.path.startswith(PATIENT)
    if not (await shares.comes_to_place(tenant) if patient else shares.has_place(tenant)):
        raise _refused(request, "place", "too many requests at the same time", shares.taking)
    request.app[METRICS].shared("taken")
    FOR.set(tenant)
    with shares.place(tenant):
        return await handler(request)


async def _who(request: web.Request) -> str:
    """Whose share it is: a tenant's, or that of all callers whom no key shows."""
    with suppress(GatewayError):  # a key that does not hold is refused where one is needed
        caller = await caller_of(request)
        return ANONYMOUS if caller.actor == ANONYMOUS else caller.tenant
    return ANONYMOUS


async def _rate(request: web.Request, tenant: str) -> float:
    """The requests a minute of a tenant's that this process answers: its part of all, as the port is shared."""
    settings, shares = request.app[SETTINGS], request.app[SHARES]
    limit = shares.known_limit(tenant)
    if limit is None:
        limit = settings.requests_per_minute
        if tenant != ANONYMOUS:
            with suppress(GatewayError):
                found = await request.app[STORE].read(lambda connection: tenant_named(connection, tenant))
                limit = found.settings.get(REQUESTS_PER_MINUTE, limit)
        shares.learn_limit(tenant, limit)
    return limit / settings.processes


def _refused(request: web.Request, why: str, detail: str, seconds: float) -> TooManyRequests:
    request.app[METRICS].shared(why)
    return TooManyRequests(detail, seconds=seconds)
