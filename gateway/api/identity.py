"""Who the gateway is when it signs: its DID document (did:web) and the history of its keys.

https://w3c-ccg.github.io/did-method-web/#read-resolve
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from gateway.api.describing import Paths, got, in_path
from gateway.api.state import GATEWAY
from gateway.errors import NotFound
from gateway.pipeline.identity import document_of, has_name, method_id
from gateway.settings import Settings

__all__ = ["PATHS", "did_document", "key_history", "routes"]

routes = web.RouteTableDef()

HEADERS = {"Access-Control-Allow-Origin": "*"}


@routes.get("/.well-known/did.json")
@routes.get("/did.json")
@routes.get("/{path:.+}/did.json")
async def did_document(request: web.Request) -> web.Response:
    """The gateway's DID document: did:web under its public name, did:key without one.

    A did:web with a path has its document under the path, also when a proxy takes the path off.
    """
    gateway = request.app[GATEWAY]
    _check_path(request, gateway.settings)
    document = document_of(gateway.signer)
    return web.json_response(document, content_type="application/did+json", headers=HEADERS)


@routes.get("/.well-known/key-history.json")
@routes.get("/key-history.json")
@routes.get("/{path:.+}/key-history.json")
async def key_history(request: web.Request) -> web.Response:
    """Every key of the gateway with the dates of its states; public halves only."""
    gateway = request.app[GATEWAY]
    _check_path(request, gateway.settings)
    signer = gateway.signer
    entries = [{"id": method_id(signer, record), **record.to_json()} for record in signer.history()]
    history: dict[str, Any] = {"keys": entries}
    if has_name(signer):
        history = {"id": signer.did, **history}
    return web.json_response(history, headers=HEADERS)


def _check_path(request: web.Request, settings: Settings) -> None:
    """Answer below the path of the public address and nowhere else."""
    path = urlsplit(settings.public_url or "").path
    own = "/".join(unquote(step) for step in path.split("/") if step)
    asked = request.match_info.get("path")
    bare = asked is None and not request.path.startswith("/.well-known/")
    if (bare and not own) or (asked is not None and asked != own):
        raise NotFound("no DID document is here", hint="The gateway's is at /.well-known/did.json.")


DOCUMENT = got("The gateway's DID document", "application/did+json")
HISTORY = got("Every key of the gateway with its dates")
BELOW: dict[str, Any] = {"parameters": [in_path("path", "The path of the gateway's public address.")]}
PATHS: Paths = {
    "/.well-known/did.json": DOCUMENT,
    "/did.json": DOCUMENT,
    "/{path}/did.json": BELOW | DOCUMENT,
    "/.well-known/key-history.json": HISTORY,
    "/key-history.json": HISTORY,
    "/{path}/key-history.json": BELOW | HISTORY,
}
"""The paths of this face, as the API's description tells of them."""
