"""/oauth/register, /oauth/token, /oauth/revoke: clients and their tokens; and where all of it is (RFC 8414).

https://www.rfc-editor.org/rfc/rfc6749 sections 3.2 and 5, https://www.rfc-editor.org/rfc/rfc7009,
https://www.rfc-editor.org/rfc/rfc7591
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.describing import Paths, answers, got, in_path
from gateway.api.oid4vci_metadata import server_metadata, tenant_of_path
from gateway.api.requests import small_body
from gateway.api.state import GATEWAY, STORE
from gateway.envelopes import read_json, write_json
from gateway.errors import (
    ClientMetadataInvalid,
    ClientUnknown,
    EnvelopeRefused,
    GrantTypeUnsupported,
    NotFound,
    OAuthRefused,
)
from gateway.pipeline.authorization import GRANTS, register, revoke
from gateway.pipeline.registration import registration
from gateway.store import Client
from gateway.store.oauth import client_shown
from gateway.store.scopes import GRANTABLE

__all__ = ["JSON", "NOT_SAID", "PATHS", "REFUSED", "form_of", "once", "refusal", "routes"]

routes = web.RouteTableDef()

METADATA = "/.well-known/oauth-authorization-server"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64
NOT_SAID = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
"""What an error_description may not contain (RFC 6749 section 5.2)."""
BUSY = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}
CODES = {OAuthRefused.code, *(kind.code for kind in OAuthRefused.__subclasses__())}


@routes.get(METADATA)
@routes.get(METADATA + "/{path:.+}")
async def metadata(request: web.Request) -> web.Response:
    """Where clients register, ask and renew; after the path of an issuer, where wallets do."""
    if tenant := tenant_of_path(request):
        return await server_metadata(request, tenant)
    base = public_address(request)
    own = base.split("/", 3)[3:]
    if [request.match_info["path"]] != own if "path" in request.match_info else bool(own):
        raise NotFound("no authorization server is here")
    told = {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "registration_endpoint": f"{base}/oauth/register",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "scopes_supported": [*GRANTABLE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [*GRANTS],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    return _told(told, cache="max-age=3600")


@routes.post("/oauth/register")
async def registered(request: web.Request) -> web.Response:
    """A client that registers itself."""
    data = await small_body(request)
    try:
        asked = registration(read_json(data))
    except EnvelopeRefused as error:
        raise ClientMetadataInvalid(error.detail) from None
    return _told(await register(request.app[STORE], asked, request.app[GATEWAY].clock()), 201)


@routes.post("/oauth/token")
async def token(request: web.Request) -> web.Response:
    """Tokens for a code, a refresh token, or the client itself."""
    form = await form_of(request)
    client = await _client(request, form)
    if "grant_type" not in form:
        raise OAuthRefused("grant_type is missing")
    if form["grant_type"] not in GRANTS:
        raise GrantTypeUnsupported("there is no such grant_type")
    grant = GRANTS[form["grant_type"]]
    return _told(await grant(request.app[STORE], client, form, request.app[GATEWAY].clock()))


@routes.post("/oauth/revoke")
async def revoked(request: web.Request) -> web.Response:
    """Let a token open nothing any more; the same answer for one that is not known."""
    form = await form_of(request)
    client = await _client(request, form)
    await revoke(request.app[STORE], client, form, request.app[GATEWAY].clock())
    return web.Response(status=200)


async def form_of(
    request: web.Request, read: Callable[[web.Request], Awaitable[bytes]] = small_body
) -> dict[str, str]:
    """The fields of a form, each once. Raises ``OAuthRefused``, ``TooLarge``."""
    if request.content_type != FORM:
        raise OAuthRefused(f"the body is not {FORM}")
    data = await read(request)
    try:
        pairs = parse_qsl(
            data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise OAuthRefused("the form is malformed") from None
    return once(pairs)


def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Fields by name. Raises ``OAuthRefused`` for one that stands twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise OAuthRefused("a parameter stands twice")
    return fields


async def _client(request: web.Request, form: dict[str, str]) -> Client:
    """The client that shows itself by HTTP Basic, and in no other way. Raises ``ClientUnknown``."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic" or "client_secret" in form:
        raise ClientUnknown("the client shows itself by HTTP Basic, and in no other way")
    try:
        shown = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise ClientUnknown("the Authorization header is malformed") from None
    name, _, secret = (unquote_plus(part) for part in shown.partition(":"))
    if form.get("client_id", name) != name:
        raise ClientUnknown("client_id is another than the one in Authorization")
    return await request.app[STORE].read(lambda connection: client_shown(connection, name, secret))


def refusal(members: dict[str, Any], _: str) -> web.Response:
    """A refusal as OAuth has it (RFC 6749 section 5.2)."""
    status: int = members["status"]
    code = members["code"] if members["code"] in CODES else OAuthRefused.code
    told = {
        "error": BUSY.get(status, "server_error" if status >= 500 else code),
        "error_description": NOT_SAID.sub("?", members["detail"]),
    }
    response = _told(told, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth", charset="UTF-8"'
    return response


def _told(value: dict[str, Any], status: int = 200, cache: str = "no-store") -> web.Response:
    headers = {"Cache-Control": cache} | ({"Pragma": "no-cache"} if cache == "no-store" else {})
    return web.Response(
        status=status,
        body=write_json(value),
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


BASIC: list[dict[str, list[str]]] = [{"basic": []}]
JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
REFUSED = {
    "description": "What is wrong (RFC 6749 section 5.2).",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}}},
}


def _posted(
    summary: str, name: str, successes: dict[str, tuple[str, dict[str, Any]]], fields: str
) -> dict[str, Any]:
    schema = {"type": "object", "properties": {field: {"type": "string"} for field in fields.split()}}
    return {
        "post": {
            "summary": summary, "operationId": name, "security": BASIC,
            "requestBody": {"required": True, "content": {FORM: {"schema": schema}}},
            "responses": answers(successes, REFUSED),
        }
    }  # fmt: skip


WHERE = got("Where clients register and ask (RFC 8414)")
PATHS: Paths = {
    METADATA: WHERE,
    METADATA + "/{path}": {"parameters": [in_path("path", "That of the gateway's public address.")], **WHERE},
    "/oauth/register": {
        "post": {
            "summary": "Register a client (RFC 7591)", "operationId": "registerClient", "security": [],
            "requestBody": {"required": True, "content": JSON},
            "responses": answers({"201": ("The client and its secret, told this once", JSON)}, REFUSED),
        }
    },
    "/oauth/token": _posted(
        "Tokens for a code, a refresh token, or the client itself", "token", {"200": ("They", JSON)},
        "grant_type code redirect_uri code_verifier refresh_token scope",
    ),
    "/oauth/revoke": _posted(
        "Let a token open nothing any more (RFC 7009)", "revoke", {"200": ("Done, or never known", {})},
        "token token_type_hint",
    ),
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
