"""/oid4vp: where wallets fetch a request for a presentation, and answer it (OpenID4VP 1.0, ``direct_post``).

https://openid.net/specs/openid-4-verifiable-presentations-1_0.html
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from gateway.api.describing import Paths, answers, in_path
from gateway.api.oauth import REFUSED, form_of
from gateway.api.requests import body, known_parameters
from gateway.api.state import ARCHIVE
from gateway.core.authorization_requests import REQUEST_TYPE
from gateway.envelopes import read_json, write_json
from gateway.errors import EnvelopeRefused, OAuthRefused
from gateway.pipeline.oid4vp import Verifier

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
NONCE = re.compile(r"[\x21-\x7e]{1,512}\Z")


@routes.get("/oid4vp/requests/{handle}")
async def fetched(request: web.Request) -> web.Response:
    """The request as a token (RFC 9101)."""
    known_parameters(request, NOTHING)
    return await _request_object(request)


@routes.post("/oid4vp/requests/{handle}")
async def asked(request: web.Request) -> web.Response:
    """The same for a wallet that says what it can do, and sends a nonce of its own; either may be left out (5.10)."""
    known_parameters(request, NOTHING)
    form = await form_of(request) if request.can_read_body else {}
    nonce = form.get("wallet_nonce")
    if nonce is not None and NONCE.match(nonce) is None:
        raise OAuthRefused("wallet_nonce is at most 512 visible characters")
    _check_metadata(form.get("wallet_metadata", "{}"))
    return await _request_object(request, nonce)


@routes.post("/oid4vp/responses/{handle}")
async def answered(request: web.Request) -> web.Response:
    """What the wallet presents, or why it presents nothing (section 8.2)."""
    known_parameters(request, NOTHING)
    form = await form_of(request, body)
    place = await Verifier(request.app[ARCHIVE]).receive(request.match_info["handle"], form)
    told = {"redirect_uri": place} if place else {}
    return web.Response(body=write_json(told), content_type="application/json", charset="utf-8")


async def _request_object(request: web.Request, nonce: str | None = None) -> web.Response:
    token = await Verifier(request.app[ARCHIVE]).request_object(request.match_info["handle"], nonce)
    return web.Response(body=token, headers={"Content-Type": f"application/{REQUEST_TYPE}"})


def _check_metadata(text: str) -> None:
    """Metadata are a JSON object; the request is the same whatever they say. Raises ``OAuthRefused``."""
    try:
        told = read_json(text.encode("utf-8", "surrogatepass"))
    except EnvelopeRefused as error:
        raise OAuthRefused(f"wallet_metadata: {error.detail}") from None
    if not isinstance(told, dict):
        raise OAuthRefused("wallet_metadata is a JSON object")


FORM = "application/x-www-form-urlencoded"
TOKEN: dict[str, Any] = {f"application/{REQUEST_TYPE}": {"schema": {"type": "string"}}}
JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
HANDLE = in_path("handle", "The end of the address that the wallet was given.")


def _posted(
    summary: str, name: str, successes: dict[str, tuple[str, dict[str, Any]]], fields: str
) -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in fields.split()}}
    return {
        "summary": summary, "operationId": name, "security": [],
        "requestBody": {"required": True, "content": {FORM: {"schema": schema}}},
        "responses": answers(successes, REFUSED),
    }  # fmt: skip


PATHS: Paths = {
    "/oid4vp/requests/{handle}": {
        "parameters": [HANDLE],
        "get": {
            "summary": "A request for a presentation (OpenID4VP 1.0)", "operationId": "getRequestObject",
            "security": [], "responses": answers({"200": ("The request object", TOKEN)}, REFUSED),
        },
        "post": _posted(
            "The same, with a nonce of the wallet's (OpenID4VP 1.0)", "postRequestObject",
            {"200": ("The request object", TOKEN)}, "wallet_metadata wallet_nonce",
        ),
    },
    "/oid4vp/responses/{handle}": {
        "parameters": [HANDLE],
        "post": _posted(
            "What a wallet presents (OpenID4VP 1.0, direct_post)", "postPresentation",
            {"200": ("It is verified; where the user goes now", JSON)},
            "vp_token state error error_description",
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
