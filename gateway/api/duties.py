"""What the service does by itself while it runs, each duty every so many seconds, some once more at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from gateway.api.state import GATEWAY, LIFECYCLE, SETTINGS, STORE
from gateway.fetch import Fetcher
from gateway.pipeline import retention, webhooks
from gateway.pipeline.auditing import EVERY, Heads
from gateway.pipeline.exchanges import forget_over
from gateway.pipeline.retention import forget_due
from gateway.pipeline.webhooks import Deliverer

__all__ = ["Duty", "duties"]

log = logging.getLogger("gateway")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is done again and again. When it fails it is tried at its next turn."""

    name: str
    every: float
    do: Callable[[], Awaitable[object]]
    at_end: bool = False

    async def once(self) -> None:
        """Do it; a failure is noted by its kind, for its message may quote what is kept."""
        try:
            await self.do()
        except Exception as error:
            log.warning("%s failed (%s)", self.name, type(error).__name__)

    async def for_ever(self) -> None:
        """Do it every so many seconds."""
        while True:
            await asyncio.sleep(self.every)
            await self.once()


@asynccontextmanager
async def duties(app: web.Application) -> AsyncIterator[None]:
    """Run the duties over the store for as long as the application runs."""
    heads = Heads(app[SETTINGS].data)
    gateway, store = app[GATEWAY], app[STORE]

    async def sign_heads() -> None:
        await heads.sign(store, gateway.signer, gateway.clock())

    async def forget() -> None:
        await forget_due(store, app[LIFECYCLE], gateway.clock())
        await forget_over(store, gateway.clock())

    fetcher = Fetcher(app[SETTINGS])
    deliverer = Deliverer(
        store, fetcher, gateway.clock, app[SETTINGS].fetch_timeout, app[SETTINGS].public_url or ""
    )
    listed = (
        Duty("signing the audit log", EVERY, sign_heads, at_end=True),
        Duty("forgetting what is due", retention.EVERY, forget),
        Duty("telling receivers of webhooks", webhooks.EVERY, deliverer.look),
        Duty("removing old deliveries", webhooks.CLEANING, deliverer.clean),
    )
    running = [asyncio.create_task(duty.for_ever(), name=duty.name) for duty in listed]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await deliverer.close()
        for duty in listed:
            if duty.at_end:
                await duty.once()
        await fetcher.close()
