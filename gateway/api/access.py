"""The access log and its sums: which route answered with what, in how long, and the id of each request.

Never an address, a path as sent, or a query.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from gateway.api.authentication import ANONYMOUS, seen_caller
from gateway.api.connections import CONNECTIONS
from gateway.api.requests import route_of
from gateway.api.state import GATEWAY, METRICS, TELEMETRY
from gateway.course import watched
from gateway.logs import REQUEST_ID, request_id
from gateway.metrics import COMPILED, EXPANDED
from gateway.telemetry import Answered

__all__ = ["OTHER", "REQUEST_HEADER", "access", "tell_request"]

log = logging.getLogger("gateway.access")

REQUEST_HEADER = "X-Request-Id"
"""By which a request is given an id, and told it."""
PARENT_HEADER = "traceparent"
"""By which a request is part of a trace that somebody else began (W3C Trace Context)."""
OTHER = "(other)"


@web.middleware
async def access(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Note and count the method, the route, the status and the time of a request; whatever it makes has its id."""
    REQUEST_ID.set(request_id(request.headers.get(REQUEST_HEADER, "")))
    loop = asyncio.get_running_loop()
    start = loop.time()
    with watched(loop.time) as watch, request.app[CONNECTIONS].answering(request.transport):
        response = await handler(request)
    route, method = route_of(request), request.method if request.method in hdrs.METH_ALL else OTHER
    seconds = loop.time() - start
    request.app[METRICS].request(method, route, response.status, seconds)
    if (expanded := watch.course.expanded) is not None:
        request.app[METRICS].document(route, EXPANDED if expanded else COMPILED)
    _note(request, method, route, response.status, round(seconds * 1000))
    if (telemetry := request.app.get(TELEMETRY)) is not None:
        ended = request.app[GATEWAY].clock().timestamp()
        steps = watch.course.steps
        telemetry.answered(
            Answered(method, route, response.status, REQUEST_ID.get(), ended, seconds, steps),
            request.headers.get(PARENT_HEADER, ""),
        )
    return response


def _note(request: web.Request, method: str, route: str, status: int, took: int) -> None:
    """The line of a request; as JSON it has the parts as members, and the tenant of who asked with a key."""
    caller = seen_caller(request)
    members = {"method": method, "route": route, "status": status, "milliseconds": took}
    if caller is not None and caller.actor != ANONYMOUS:
        members["tenant"] = caller.tenant
    log.info("%s %s %d %d ms", method, route, status, took, extra={"members": members})


async def tell_request(_: web.Request, response: web.StreamResponse) -> None:
    """Tell the id of the request with its answer."""
    response.headers[REQUEST_HEADER] = REQUEST_ID.get()
