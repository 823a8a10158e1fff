"""GET /1.0/identifiers/{did}: resolves DIDs and dereferences DID URLs, in every shape there is.

https://www.w3.org/TR/did-resolution/#bindings-https
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.describing import PROBLEM, REFUSALS, Paths, parameter
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY
from gateway.dids.answering import answered, requested
from gateway.dids.results import SHAPES

__all__ = ["PATHS", "routes"]

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


OPTIONS = {
    "versionId": "The version by its id (did:webvh).",
    "versionTime": "The version that held at a moment (did:webvh).",
    "versionNumber": "The version by its number (did:webvh).",
    "service": "The service by its name.",
    "serviceType": "The services of a type.",
    "relativeRef": "What is meant at the service.",
    "expandRelativeUrls": "true: the names of methods and services in full.",
    "verificationRelationship": "The purpose that the verification method must be listed for.",
    "publicKeyFormat": "The form of keys, for did:key.",
    "enableExperimentalPublicKeyTypes": "Has no effect: no experimental form is made.",
    "noCache": "false; anything else is refused.",
}


def _described() -> dict[str, Any]:
    """The resolver: which forms there are, and what each status means."""
    forms = (*SHAPES, "application/did", "application/did+json", "application/did+ld+json")
    statuses = {
        "200": "The document or the part of it", "303": "The way to a service",
        "400": "The DID, DID URL or an option is malformed", "404": "There is no such DID, version or part",
        "406": "No such form", "410": "The DID was deactivated", "500": "The document is not that of the DID",
        "501": "The method or feature is not supported",
    }  # fmt: skip
    content: dict[str, Any] = {form: {} for form in forms} | PROBLEM["content"]
    did = {
        "name": "did", "in": "path", "required": True, "schema": TEXT,
        "description": "A DID or DID URL, percent-encoded.",
    }  # fmt: skip
    return {
        "summary": "Resolve a DID or dereference a DID URL",
        "operationId": "resolve",
        "parameters": [did, *(parameter(name, text, TEXT) for name, text in OPTIONS.items())],
        "responses": REFUSALS
        | {
            status: {"description": text} | ({"content": content} if status != "303" else {})
            for status, text in statuses.items()
        },
    }


PATHS: Paths = {PREFIX + "{did}": {"get": _described()}}
"""The paths of this face, as the API's description tells of them."""
