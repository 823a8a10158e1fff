"""Every error leaves as a problem document (RFC 9457); every answer with headers that keep it inert."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gateway.errors import GatewayError, GatewayFailed, Overloaded

__all__ = ["problem_response", "problems"]

log = logging.getLogger("gateway")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
RETRY_AFTER = "5"


def problem_response(members: dict[str, Any]) -> web.Response:
    """A problem document as an answer."""
    response = web.Response(
        status=members["status"],
        body=json.dumps(members, ensure_ascii=False).encode(),
        content_type="application/problem+json",
    )
    if members.get("code") == Overloaded.code:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn every error into a problem document, and log what is the gateway's own fault."""
    try:
        response = await handler(request)
    except GatewayError as error:
        response = problem_response(error.problem())
    except web.HTTPException as error:
        response = problem_response(_from_http(error))
    except Exception as error:
        # The message may quote the input: only the kind of error and the place are logged.
        log.error("unexpected %s on %s", type(error).__name__, request.match_info.route.name or request.path)
        response = problem_response(GatewayFailed("an unexpected error").problem())
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _from_http(error: web.HTTPException) -> dict[str, Any]:
    code = error.reason.lower().replace(" ", "_")
    return {
        "type": f"urn:microcredential-gateway:error:{code}",
        "title": error.reason,
        "status": error.status,
        "code": code,
        "detail": error.reason,
        "hint": "GET / describes what can be asked here.",
    }
