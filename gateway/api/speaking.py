"""What is no HTTP, or asks for what HTTP alone must answer: refused in a problem document like all else."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web

from gateway.api.access import OTHER, REQUEST_HEADER
from gateway.api.problems import HEADERS, problem_response
from gateway.api.requests import NO_ROUTE
from gateway.api.state import METRICS
from gateway.errors import GatewayFailed, RequestRefused
from gateway.logs import REQUEST_ID, request_id

__all__ = ["KEEPALIVE", "Speaker"]

log = logging.getLogger("gateway.access")

KEEPALIVE = 60.0
"""Seconds a connection may be idle between requests."""


class Speaker(web.RequestHandler):
    """One connection as the HTTP library speaks it, with refusals of the gateway's own."""

    __slots__ = ("_app",)

    def __init__(self, server: web.Server, app: web.Application, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, keepalive_timeout=KEEPALIVE, access_log=None)  # type: ignore[arg-type]
        self._app = app

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:  # fmt: skip
        """The answer to what could not be read as a request; its words are not repeated."""
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer was sent already")
        answer = self._refusal(status)
        answer.force_close()
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; what the library itself refused before any middleware, in the gateway's words."""
        if isinstance(resp, web.HTTPException):
            resp = self._refusal(resp.status)
        return await super().finish_response(request, resp, start_time)

    def _refusal(self, status: int) -> web.Response:
        """A problem document for a status, noted and counted as an answer is."""
        REQUEST_ID.set(request_id(""))
        members: dict[str, Any] = (
            GatewayFailed("an unexpected error").problem()
            if status >= 500
            else RequestRefused("this is not a request that can be answered", hint=HINT).problem()
        )
        answer = problem_response({**members, "status": status})
        answer.headers.update({**HEADERS, REQUEST_HEADER: REQUEST_ID.get()})
        self._app[METRICS].request(OTHER, NO_ROUTE, status, 0.0)
        told = {"method": OTHER, "route": NO_ROUTE, "status": status}
        log.info("%s %s %d", OTHER, NO_ROUTE, status, extra={"members": told})
        return answer


HINT = "HTTP/1.1 with lines of at most 8190 bytes, at most 128 headers, and no expectation but 100-continue."
