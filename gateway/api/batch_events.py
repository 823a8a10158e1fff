"""How far a job is, told as it goes: server-sent events, until it ends.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from gateway.api.requests import begun
from gateway.envelopes import write_json_line
from gateway.errors import TooManyRequests
from gateway.jobs import Batches, as_json
from gateway.store import Caller, Job

__all__ = ["LISTENING", "Listening", "tell"]

EVERY = 1.0
"""Seconds between two looks at a job."""
HEARTBEAT = 15.0
"""Seconds after which something is sent, whether there is anything to tell or not."""
MOST, MOST_OF_A_TENANT = 256, 16
"""Most listeners at one process."""
ENDED = ("done", "cancelled")
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(slots=True)
class Listening:
    """Who listens, by tenant; ``over`` is set when the service stops."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    tenants: Counter[str] = field(default_factory=Counter)


LISTENING = web.AppKey("listening", Listening)


async def tell(request: web.Request, batches: Batches, caller: Caller, job: Job) -> web.StreamResponse:
    """Send ``progress`` whenever a job has changed, and ``end`` when it has ended. Raises ``TooManyRequests``."""
    listening = request.app[LISTENING]
    if listening.tenants[caller.tenant] >= MOST_OF_A_TENANT or listening.tenants.total() >= MOST:
        raise TooManyRequests("too many listeners", hint="Ask for the job itself now and then.")
    listening.tenants[caller.tenant] += 1
    try:
        return await _told(request, batches, caller, job, listening.over)
    finally:
        listening.tenants[caller.tenant] -= 1


async def _told(
    request: web.Request, batches: Batches, caller: Caller, job: Job, over: asyncio.Event
) -> web.StreamResponse:
    response = web.StreamResponse(headers=HEADERS)
    if not await begun(request, response):
        return response
    clock, loop = batches.archive.gateway.clock, asyncio.get_running_loop()
    told, sent = None, 0.0
    while not over.is_set():
        event = "end" if job.state in ENDED else "progress"
        if job != told:
            await response.write(
                b"event: %b\ndata: %b\n" % (event.encode(), write_json_line(as_json(job, clock())))
            )
            told, sent = job, loop.time()
        elif loop.time() - sent >= HEARTBEAT:
            await response.write(b": still here\n\n")
            sent = loop.time()
        if event == "end":
            break
        try:
            await asyncio.wait_for(over.wait(), EVERY)
        except TimeoutError:
            job = await batches.one(caller, job.id)
    await response.write_eof()
    return response
