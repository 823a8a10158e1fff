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

__all__ = ["HEADERS", "begin", "problem_response", "problems"]

log = logging.getLogger("gateway")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
BEGUN = web.RequestKey("begun", bool)
"""Set once the head of an answer was sent."""
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


RESOLVER = "/1.0/identifiers/"
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
    refused = _shape(request)
    try:
        _check_characters(request)
        return await handler(request)
    except Exception as error:
        if isinstance(error, ConnectionError) and _is_gone(request):
            return web.Response(status=400)  # which nobody is there to read
        response = refused(_members(error, request), asked_language(request))
        if BEGUN in request and request.transport is not None:
            request.transport.abort()  # half an answer must not look like a whole one
            return response
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(max(1, math.ceil(error.seconds)))
        if isinstance(error, web.HTTPException) and "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


async def begin(request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer the headers that every answer has, when its head is sent."""
    request[BEGUN] = True
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status in BUSY:
        response.headers.setdefault("Retry-After", RETRY_AFTER)
    if response.status == 401:
        response.headers.setdefault("WWW-Authenticate", "Bearer")


def _members(error: Exception, request: web.Request) -> dict[str, Any]:
    """The members of the problem document of an error, which is logged if it is the gateway's own fault."""
    if isinstance(error, GatewayError):
        return error.problem()
    if isinstance(error, web.HTTPException):
        return _from_http(error)
    if isinstance(error, web.RequestPayloadError):
        return RequestRefused("the body is malformed, or was not sent whole").problem()
    # The message may quote the input: only the kind of error and its places are logged.
    kind, places = type(error).__name__, places_of(error.__traceback__)
    members = {"exception": kind, "places": places}
    log.error("unexpected %s on %s", kind, route_of(request), extra={"members": members})
    return GatewayFailed("an unexpected error").problem()


def _check_characters(request: web.Request) -> None:
    """Raise ``RequestRefused`` for a NUL, which no name has and PostgreSQL does not take.

    The resolver says itself what is no DID, in its own shape, and asks no database.
    """
    if request.path.startswith(RESOLVER):
        return
    if "\0" in request.path or any("\0" in name + value for name, value in request.query.items()):
        raise RequestRefused("there is a NUL in the path or in the query")


def _is_gone(request: web.Request) -> bool:
    """Whether the client has closed the connection that an answer would go to."""
    return request.transport is None or request.transport.is_closing()


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
