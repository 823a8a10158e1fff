"""/v1/sources: platforms that tell the gateway of their badges; POST /v1/hooks/{source}: what they tell."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.credentials import reply
from gateway.api.describing import REFUSALS, in_header, in_path, operation
from gateway.api.requests import body, known_parameters, members
from gateway.api.schemas import TEXT
from gateway.api.state import ARCHIVE, LIFECYCLE
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.pipeline.sources import ADAPTERS, take_event
from gateway.store import Caller, Source
from gateway.store.answers import Answer
from gateway.store.sources import add_source, all_sources, remove_source

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()


@routes.post("/v1/sources")
async def listen(request: web.Request) -> web.Response:
    """A new source; its secret is in this answer and nowhere else."""
    caller, archive = await _caller(request), request.app[ARCHIVE]
    kind = (await members(request, frozenset({"kind"}))).get("kind")
    if not isinstance(kind, str) or kind not in ADAPTERS:
        raise RequestRefused(f"kind is one of {', '.join(ADAPTERS)}", pointer="/kind")
    now = archive.gateway.clock()
    made = await archive.write(caller, lambda rows: add_source(rows, caller.actor, kind, now))
    return reply(Answer(201, write_json({**_json(made), "secret": made.secret}), {}))


@routes.get("/v1/sources")
async def sources(request: web.Request) -> web.Response:
    """Every source of the tenant, without secrets."""
    caller = await _caller(request)
    found = await request.app[ARCHIVE].read(caller, all_sources)
    return reply(Answer(200, write_json({"sources": [_json(one) for one in found]}), {}))


@routes.delete("/v1/sources/{source}")
async def ignore(request: web.Request) -> web.Response:
    """Listen to a source no more."""
    caller, archive = await _caller(request), request.app[ARCHIVE]
    name, now = request.match_info["source"], archive.gateway.clock()
    await archive.write(caller, lambda rows: remove_source(rows, caller.actor, name, now))
    return web.Response(status=204)


@routes.post("/v1/hooks/{source}")
async def hook(request: web.Request) -> web.Response:
    """What a platform tells, known by its signature."""
    known_parameters(request, NOTHING)
    data = await body(request)
    return reply(
        await take_event(request.app[LIFECYCLE], request.match_info["source"], request.headers, data)
    )


async def _caller(request: web.Request) -> Caller:
    known_parameters(request, NOTHING)
    return await known_caller(request, "admin")


def _json(source: Source) -> dict[str, Any]:
    """A source as it is told, without its secret."""
    return {"id": source.id, "kind": source.kind, "created": source.created, "hook": f"/v1/hooks/{source.id}",
            "signature": ADAPTERS[source.kind].signature}  # fmt: skip


SOURCE = {"id": TEXT, "kind": {"enum": [*ADAPTERS]}, "created": TEXT, "hook": TEXT, "signature": TEXT}
REQUIRED = ["id", "kind", "created", "hook", "signature"]
ONE = {"type": "object", "properties": SOURCE, "required": REQUIRED}
MADE = {"type": "object", "properties": {**SOURCE, "secret": TEXT}, "required": [*REQUIRED, "secret"]}
ALL = {"type": "object", "properties": {"sources": {"type": "array", "items": ONE}}, "required": ["sources"]}
ASKED = {
    "type": "object", "properties": {"kind": SOURCE["kind"]}, "required": ["kind"], "additionalProperties": False,
}  # fmt: skip


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


PATHS: dict[str, Any] = {
    "/v1/sources": {
        "get": operation("Platforms that are listened to", "listSources", {"200": ("They", _content(ALL))}),
        "post": operation(
            "Listen to a platform", "newSource", {"201": ("It, with its secret", _content(MADE))},
            requestBody={"required": True, "content": _content(ASKED)},
        ),
    },
    "/v1/sources/{source}": {
        "parameters": [in_path("source", "The id of the source.")],
        "delete": operation("Listen to a platform no more", "deleteSource", {"204": ("Done", {})}),
    },
    "/v1/hooks/{source}": {
        "parameters": [in_path("source", "The id of the source.")],
        "post": {
            "summary": "Tell of a badge that was issued, changed or revoked", "operationId": "tellOfBadge",
            "parameters": [in_header("X-Hub-Signature-256", "sha256= and the HMAC-SHA256 of the body.")],
            "requestBody": {"required": True, "content": _content({"type": "object"})},
            "responses": {
                "200": {"description": "It was followed, or was known, or asks for nothing"},
                "201": {"description": "The badge is kept"}, **REFUSALS,
            },
        },
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
