"""The access log: which route answered with what, in how long. Never an address, a path as sent, or a query."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["access"]

log = logging.getLogger("gateway.access")

UNKNOWN = "(no route)"


@web.middleware
async def access(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Note the method, the route, the status and the milliseconds of a request."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else UNKNOWN
    log.info("%s %s %d %d ms", request.method, route, response.status, (loop.time() - start) * 1000)
    return response
