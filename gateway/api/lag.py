"""How late the event loop is: what a request that comes at any moment has to wait before it is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

from aiohttp import web

from gateway.api.state import METRICS

__all__ = ["INTERVAL", "lateness", "watch_lag"]

INTERVAL = 0.01
"""Seconds between two moments at which the loop is asked whether it is there."""


async def watch_lag(app: web.Application) -> AsyncIterator[None]:
    """Count the lag for as long as the application runs."""
    task = asyncio.create_task(_watch(app[METRICS].lag))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _watch(note: Callable[[float], None]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL
        await asyncio.sleep(INTERVAL)
        for late in lateness(loop.time() - due):
            note(late)


def lateness(late: float) -> Iterator[float]:
    """A delay as all who would have asked meanwhile have it: one long delay is many, each shorter than the last."""
    yield max(late, 0.0)
    while (late := late - INTERVAL) > 0:
        yield late
