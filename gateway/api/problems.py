"""Every error leaves as a problem document (RFC 9457); every answer with headers that keep it inert."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gateway.api import badge_connect, imsx, oauth, oid4vci
from gateway.api.requests import asked_language, route_of
from gateway.errors import (
    GatewayError,
    GatewayFailed,
    MethodNotAllowed,
    NotFound,
    RequestRefused,
    TooLarge,
    TooManyRequests,
)
from gateway.logs import REQUEST_ID, places_of
from gateway.messages import DEFAULT_LANGUAGE, localized_problem
from gateway.pipeline.vc_problems import refusal_of

__all__ = ["HEADERS", "problem_response", "problems"]

log = logging.getLogger("gateway")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
BUSY = (429, 503)
RETRY_AFTER = "5"
"""The seconds after which to come again, where nothing says it better."""
INSTANCE = "urn:microcredential-gateway:request:"
"""How the id of a request begins where a problem document names it."""
FRAMEWORK = {404: NotFound, 405: MethodNotAllowed, 413: TooLarge}
"""What the framework refuses by itself, by HTTP status; anything else is a request refused."""


def problem_response(members: dict[str, Any], language: str = DEFAULT_LANGUAGE) -> web.Response:
    """A problem document as an answer, its title and hint in a language."""
    told = localized_problem(members, language)
    if request := REQUEST_ID.get():
        told = {**told, "instance": f"{INSTANCE}{request}"}
    return web.Response(
        status=members["status"],
        body=json.dumps(told, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


def _vc_api(members: dict[str, Any], language: str = DEFAULT_LANGUAGE) -> web.Response:
    """The same as the VC API has it."""
    return problem_response(refusal_of(members), language)


SHAPES: dict[str, Callable[[dict[str, Any], str], web.Response]] = {
    "/oauth/": oauth.refusal,
    "/oid4vp/": oauth.refusal,
    "/ims/ob/v3p0/": imsx.refusal,
    "/ims/ob/v2p1/": badge_connect.refusal,
    "/oid4vci/": oid4vci.refusal,
    **dict.fromkeys(("/credentials/", "/presentations", "/issuers/", "/verifiers/", "/workflows"), _vc_api),
}
"""Protocols with a shape of refusals of their own, by where their paths begin."""


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn every error into a problem document, and log what is the gateway's own fault."""
    language, refused = asked_language(request), _shape(request)
    try:
        response = await handler(request)
    except GatewayError as error:
        response = refused(error.problem(), language)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(max(1, math.ceil(error.seconds)))
    except web.HTTPException as error:
        response = refused(_from_http(error), language)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
    except Exception as error:
        # The message may quote the input: only the kind of error and its places are logged.
        kind, places = type(error).__name__, places_of(error.__traceback__)
        members = {"exception": kind, "places": places}
        log.error("unexpected %s on %s", kind, route_of(request), extra={"members": members})
        response = refused(GatewayFailed("an unexpected error").problem(), language)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status in BUSY:
        response.headers.setdefault("Retry-After", RETRY_AFTER)
    if response.status == 401:
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    return response


def _shape(request: web.Request) -> Callable[[dict[str, Any], str], web.Response]:
    """How refusals look where the request went: a problem document, or what a protocol has of its own."""
    return next((own for path, own in SHAPES.items() if request.path.startswith(path)), problem_response)


def _from_http(error: web.HTTPException) -> dict[str, Any]:
    """A refusal of the framework's as a problem document with one of the gateway's codes."""
    kind = FRAMEWORK.get(error.status, RequestRefused)
    return {
        **kind(error.reason, hint="GET / describes what can be asked here.").problem(),
        "status": error.status,
    }
