"""POST /v1/convert and POST /v1/verify: the raw bytes of a credential in, JSON out."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from gateway.api.state import GATEWAY
from gateway.core import ORIGINALS, ConvertOptions
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import RequestRefused, TooLarge
from gateway.formats import FORMATS

__all__ = ["routes"]

routes = web.RouteTableDef()

BODY_DEADLINE = 15.0
"""Seconds a client has to send its body."""

QUERY = frozenset({"to", "original", "strict", "unsigned", "language", "context"})
TRUE = frozenset({"", "1", "true", "yes"})
FALSE = frozenset({"0", "false", "no"})


@routes.post("/v1/convert")
async def convert(request: web.Request) -> web.Response:
    """The credential in the format ``to`` and the report on it."""
    options = _options(request)
    signed = not _flag(request, "unsigned")
    delivery = await request.app[GATEWAY].convert(await _body(request), options, signed=signed)
    credential: Any = delivery.tree if delivery.kind == "json" else delivery.content.decode()
    return web.json_response({"credential": credential, "report": delivery.report.to_json()})


@routes.post("/v1/verify")
async def verify(request: web.Request) -> web.Response:
    """Every check of a credential."""
    report = await request.app[GATEWAY].verify(await _body(request))
    return web.json_response(report.to_json())


@routes.get("/v1/formats")
async def formats(_: web.Request) -> web.Response:
    """What can be read and written."""
    rows = [
        {
            "name": form.name,
            "title": form.title,
            "mediaType": form.media_type,
            "writes": form.write is not None,
        }
        for form in FORMATS
    ]
    return web.json_response({"formats": rows})


async def _body(request: web.Request) -> bytes:
    """The body as sent; never inflated, never longer than a credential may be."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RequestRefused("a compressed body is not accepted", hint="Send the bytes as they are.")
    try:
        data = await asyncio.wait_for(request.read(), BODY_DEADLINE)
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge(f"more than the {MAX_BYTES} bytes that are read") from None
    except TimeoutError:
        raise RequestRefused("the body did not arrive in time") from None
    if not data:
        raise RequestRefused("the request has no body", hint="Send the bytes of one credential as the body.")
    return data


def _options(request: web.Request) -> ConvertOptions:
    if unknown := sorted(set(request.query) - QUERY):
        raise RequestRefused(
            f"unknown parameter {unknown[0][:40]!r}", hint=f"Known: {', '.join(sorted(QUERY))}."
        )
    if "to" not in request.query:
        raise RequestRefused("the parameter `to` is missing", hint="Add ?to=ob3, elm3, vc or edci-xml.")
    original = request.query.get("original", "digest")
    if original not in ORIGINALS:
        raise RequestRefused("original is full, digest or none")
    return ConvertOptions(
        to=request.query["to"],
        original=original,
        strict=_flag(request, "strict"),
        languages=tuple(request.query.getall("language", [])),
        by_url=_context_url(request),
    )


def _context_url(request: web.Request) -> str:
    """The address of the gateway's context, when the caller wants it by URL."""
    wanted = request.query.get("context", "inline")
    if wanted not in ("inline", "url"):
        raise RequestRefused("context is inline or url")
    if wanted == "inline":
        return ""
    return request.app[GATEWAY].context_url


def _flag(request: web.Request, name: str) -> bool:
    value = request.query.get(name, "false").lower()
    if value not in TRUE | FALSE:
        raise RequestRefused(f"{name} is true or false")
    return value in TRUE
