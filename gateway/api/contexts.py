"""GET /contexts/…: the JSON-LD contexts the gateway knows, its own among them."""

from __future__ import annotations

from aiohttp import web

from gateway.api.describing import Paths, got, in_path
from gateway.envelopes import write_json
from gateway.errors import GatewayFailed, NotFound
from gateway.formats.vocabulary import OWN_CONTEXT, own_context
from gateway.resources import context_bytes

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()


@routes.get("/contexts/{path:[A-Za-z0-9._/-]+\\.jsonld}")
async def context(request: web.Request) -> web.Response:
    """One context file."""
    path = request.match_info["path"]
    try:
        body = write_json(own_context()) if path == OWN_CONTEXT else context_bytes(path)
    except GatewayFailed:
        raise NotFound("no such context") from None
    headers = {"Cache-Control": "public, max-age=86400", "Access-Control-Allow-Origin": "*"}
    return web.Response(body=body, content_type="application/ld+json", headers=headers)


PATHS: Paths = {
    "/contexts/{path}": {
        "parameters": [in_path("path", "The file.")],
        **got("A JSON-LD context the gateway knows", "application/ld+json"),
    }
}
"""The paths of this face, as the API's description tells of them."""
