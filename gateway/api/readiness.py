"""Whether this process can do all of its work: computing, signing, keeping, with room left on the disk."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from gateway.api.state import GATEWAY, SETTINGS, STORE
from gateway.errors import GatewayError, GatewayFailed
from gateway.pipeline import contexts_known
from gateway.store.schema import touch
from gateway.store.tables import SYSTEM

__all__ = ["GOOD", "READINESS", "Readiness", "readiness_of"]

PATIENCE = 5.0
"""Seconds a check may take."""
FRESH = 2.0
"""Seconds for which an answer is given again: whoever asks costs no more than that."""
ROOM = 64 * 1024 * 1024
"""Bytes that must be free where the gateway writes."""
GOOD = "ok"
Check = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Readiness:
    """The checks of a serving process by name; at most one round of them at a time."""

    checks: Callable[[], dict[str, Check]]
    clock: Callable[[], float] = time.monotonic
    _told: dict[str, str] = field(default_factory=dict)
    _since: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> dict[str, str]:
        """What each check says: ``ok``, or the code of what is wrong."""
        async with self._lock:
            if not self._told or self.clock() - self._since >= FRESH:
                checks = self.checks()
                said = await asyncio.gather(*map(_said, checks.values()))
                self._told, self._since = dict(zip(checks, said, strict=True)), self.clock()
            return self._told


async def _said(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except TimeoutError:
        return "timeout"
    except GatewayError as error:
        return error.code
    except Exception:  # whatever it is, the work cannot be done; its message may quote what is kept
        return GatewayFailed.code
    return GOOD


def readiness_of(app: web.Application) -> Readiness:
    """The readiness of an application."""
    return Readiness(partial(_checks, app))


def _checks(app: web.Application) -> dict[str, Check]:
    gateway = app[GATEWAY]

    async def signer() -> None:
        gateway.signer.current()

    async def disk() -> None:
        place = app[SETTINGS].data.absolute()
        while not place.exists():  # it is made when something is first kept in it
            place = place.parent
        if shutil.disk_usage(place).free < ROOM:
            raise GatewayFailed("the disk is nearly full")

    checks: dict[str, Check] = {"compute": lambda: gateway.compute.run(contexts_known), "signer": signer}
    if STORE in app:
        checks |= {"store": lambda: app[STORE].write(SYSTEM, touch), "disk": disk}
    return checks


READINESS = web.AppKey("readiness", Readiness)
