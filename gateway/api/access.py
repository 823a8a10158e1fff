"""The access log and its sums: which route answered with what, in how long.

Never an address, a path as sent, or a query.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from gateway.api.connections import CONNECTIONS
from gateway.api.state import METRICS
from gateway.course import watched
from gateway.metrics import COMPILED, EXPANDED

__all__ = ["access"]

log = logging.getLogger("gateway.access")

UNKNOWN, OTHER = "(no route)", "(other)"


@web.middleware
async def access(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Note and count the method, the route, the status and the time of a request."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    with watched(loop.time) as watch, request.app[CONNECTIONS].answering(request.transport):
        response = await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else UNKNOWN
    seconds = loop.time() - start
    request.app[METRICS].request(
        request.method if request.method in hdrs.METH_ALL else OTHER, route, response.status, seconds
    )
    if (expanded := watch.course.expanded) is not None:
        request.app[METRICS].document(route, EXPANDED if expanded else COMPILED)
    log.info("%s %s %d %d ms", request.method, route, response.status, seconds * 1000)
    return response
