"""POST /v1/credentials and what can be fetched of a credential that was taken in."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.describing import ANY_BODY, Paths, in_path, operation
from gateway.api.requests import body, known_parameters
from gateway.api.state import ARCHIVE
from gateway.api.wishes import WISH_PARAMETERS, WISHES, wanted_form
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.pipeline.archive import as_json
from gateway.pipeline.hosted import accept_hosted
from gateway.store.answers import Answer, Request

__all__ = ["ID", "IDEMPOTENCY_KEY", "PATHS", "RECORD", "idempotency_key", "idempotent", "reply", "routes"]

routes = web.RouteTableDef()

KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
NOTHING: frozenset[str] = frozenset()
ADDRESS_TYPE = "text/uri-list"
"""The type of a body that is the address of a credential (RFC 2483 section 5)."""


@routes.post("/v1/credentials")
async def accept(request: web.Request) -> web.Response:
    """Take in one credential of any format, or the one at an address: 201 for a new one, 200 for one that is known."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "push")
    data = await body(request)
    if request.content_type == ADDRESS_TYPE:
        answer = await accept_hosted(request.app[ARCHIVE], caller, data, idempotent(request, data))
        return reply(answer)
    return reply(await request.app[ARCHIVE].accept(caller, data, idempotent(request, data)))


@routes.get("/v1/credentials/{id}")
async def credential(request: web.Request) -> web.Response:
    """What is known of a credential."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "read")
    stored = await request.app[ARCHIVE].credential(caller, request.match_info["id"])
    return reply(Answer(200, write_json(as_json(stored))))


@routes.get("/v1/credentials/{id}/original")
async def original(request: web.Request) -> web.Response:
    """The bytes as they came."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "read")
    found = await request.app[ARCHIVE].original(caller, request.match_info["id"])
    return web.Response(
        body=found.data, headers={"Content-Type": found.media_type, "ETag": f'"{found.digest}"'}
    )


@routes.get("/v1/credentials/{id}/forms/{format}")
async def form(request: web.Request) -> web.Response:
    """The credential in a form, made on first demand and kept."""
    known_parameters(request, WISHES)
    caller = await known_caller(request, "read")
    made = await request.app[ARCHIVE].form(
        caller, request.match_info["id"], wanted_form(request, request.match_info["format"])
    )
    headers = {"Content-Type": made.media_type, "ETag": f'"{made.digest}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers={"ETag": headers["ETag"]})
    return web.Response(body=made.content, headers=headers)


def idempotent(request: web.Request, data: bytes) -> Request | None:
    """The request as its Idempotency-Key names it; None without one."""
    key = idempotency_key(request)
    return Request(key, request.method, request.path, data) if key is not None else None


def idempotency_key(request: web.Request) -> str | None:
    """The Idempotency-Key of a request, if it has one. Raises ``RequestRefused`` for one that is malformed."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.match(key):
        raise RequestRefused("an Idempotency-Key is 1 to 255 printable characters without spaces")
    return key


def reply(answer: Answer) -> web.Response:
    """An answer as it is sent."""
    return web.Response(
        status=answer.status, body=answer.body, headers=answer.headers, content_type="application/json",
        charset="utf-8",
    )  # fmt: skip


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 255},
    "description": "The same request with the same key is answered again, not done again, for 24 hours.",
}  # fmt: skip
RECORD = {"application/json": {"schema": {"$ref": "#/components/schemas/Record"}}}
ANY: dict[str, Any] = {"*/*": {}}
BODY_OR_ADDRESS = ANY_BODY | {
    "description": "The bytes of one credential, of any format that is read, or its one https address.",
    "content": {**ANY_BODY["content"], ADDRESS_TYPE: {"schema": {"type": "string"}}},
}
ID = in_path("id", "The id the gateway gave the credential.")

PATHS: Paths = {
    "/v1/credentials": {
        "post": operation(
            "Hand in a credential of any format", "acceptCredential",
            {"201": ("It is kept", RECORD), "200": ("It was known", RECORD)},
            parameters=[IDEMPOTENCY_KEY], requestBody=BODY_OR_ADDRESS,
        ),
    },
    "/v1/credentials/{id}": {
        "parameters": [ID],
        "get": operation("What is known of a credential", "getCredential", {"200": ("The record", RECORD)}),
    },
    "/v1/credentials/{id}/original": {
        "parameters": [ID],
        "get": operation("The credential as it came", "getOriginal", {"200": ("The bytes", ANY)}),
    },
    "/v1/credentials/{id}/forms/{format}": {
        "parameters": [ID, in_path("format", "The format wanted; GET /v1/formats lists them.")],
        "get": operation(
            "The credential in a form", "getForm",
            {"200": ("The credential", ANY), "304": ("Unchanged since the ETag of If-None-Match", {})},
            parameters=WISH_PARAMETERS,
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
