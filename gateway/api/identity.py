"""GET /.well-known/did.json: who the gateway is when it signs."""

from __future__ import annotations

from aiohttp import web

from gateway.api.state import GATEWAY
from gateway.dids.documents import own_document

__all__ = ["routes"]

routes = web.RouteTableDef()


@routes.get("/.well-known/did.json")
async def did_document(request: web.Request) -> web.Response:
    """The gateway's DID document: did:web under its public name, did:key without one."""
    signer = request.app[GATEWAY].signer
    document = own_document(signer.did, signer.public, signer.verification_method)
    headers = {"Access-Control-Allow-Origin": "*"}
    return web.json_response(document, content_type="application/did+json", headers=headers)
