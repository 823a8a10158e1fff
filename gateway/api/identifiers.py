"""GET /1.0/identifiers/{did}: resolves DIDs and dereferences DID URLs, in every shape there is.

https://www.w3.org/TR/did-resolution/#bindings-https
"""

from __future__ import annotations

from aiohttp import web

from gateway.api.state import GATEWAY
from gateway.dids.answering import answered, requested

__all__ = ["routes"]

routes = web.RouteTableDef()

PREFIX = "/1.0/identifiers/"


@routes.get(PREFIX + r"{did:[\s\S]+}")
async def identifier(request: web.Request) -> web.Response:
    """The document, a part of it, or the way to one of its services."""
    gateway = request.app[GATEWAY]
    text, options = requested(request.raw_path, PREFIX)
    if options is None:
        options = list(request.query.items())
    accept = ", ".join(request.headers.getall("Accept", []))
    said = await answered(text, options, accept, gateway.resolver.resolve_as)
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": said.media_type, "Vary": "Accept"}
    if said.location:
        headers["Location"] = said.location
    return web.Response(status=said.status, body=said.body, headers=headers)
