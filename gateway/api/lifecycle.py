"""What becomes of a credential: POST …/suspend, …/reinstate, …/revoke, …/check, DELETE; and its status lists."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.credentials import ID, RECORD, reply
from gateway.api.describing import REFUSALS, Paths, in_path, operation
from gateway.api.requests import known_parameters
from gateway.api.state import LIFECYCLE
from gateway.core import TTL
from gateway.envelopes import write_json
from gateway.pipeline.archive import STATUS_PATH, as_json
from gateway.pipeline.lifecycle import ACTIONS
from gateway.store.answers import Answer

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
LIST_TYPE = "application/vc"
LISTS: dict[str, Any] = {LIST_TYPE: {}, "application/ld+json": {}, "application/json": {}}
AS_JSON = ("application/ld+json", "application/json")


def _taking(action: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def take(request: web.Request) -> web.Response:
        known_parameters(request, NOTHING)
        caller = await known_caller(request, "push")
        stored = await request.app[LIFECYCLE].act(caller, request.match_info["id"], action)
        return reply(Answer(200, write_json(as_json(stored))))

    return take


for _action in ACTIONS:
    routes.post(f"/v1/credentials/{{id}}/{_action}")(_taking(_action))


@routes.post("/v1/credentials/{id}/check")
async def check(request: web.Request) -> web.Response:
    """Verify the original anew, and do what its own status says."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "push")
    stored, report = await request.app[LIFECYCLE].look_again(caller, request.match_info["id"])
    return reply(Answer(200, write_json({**as_json(stored), "report": report.to_json()})))


@routes.delete("/v1/credentials/{id}")
async def erase(request: web.Request) -> web.Response:
    """Forget what a credential held."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "admin")
    await request.app[LIFECYCLE].erase(caller, request.match_info["id"])
    return web.Response(status=204)


@routes.get(STATUS_PATH + "{list}")
async def status_list(request: web.Request) -> web.Response:
    """A status list, for everybody."""
    known_parameters(request, NOTHING)
    content = await request.app[LIFECYCLE].published(request.match_info["list"])
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        "Cache-Control": f"public, max-age={int(TTL.total_seconds())}",
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=content, content_type=_list_type(request), headers=headers)


def _list_type(request: web.Request) -> str:
    """Its own type, or the one of JSON that is asked for: some clients read nothing that does not say it is JSON."""
    asked = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").lower().split(",")]
    known = {LIST_TYPE, "*/*", "application/*"} & {*asked}
    return LIST_TYPE if known else next((name for name in asked if name in AS_JSON), LIST_TYPE)


SAID = {
    "suspend": "Suspend a credential; it can be reinstated",
    "reinstate": "Reinstate a credential that is suspended",
    "revoke": "Revoke a credential for good",
}
WITHDRAWN: dict[str, Any] = {"200": ("The record, as it is now", RECORD)}

PATHS: Paths = {
    "/v1/credentials/{id}": {
        "parameters": [ID],
        "delete": operation("Forget what a credential held", "eraseCredential", {"204": ("It is forgotten", {})}),
    },
    **{
        f"/v1/credentials/{{id}}/{action}": {
            "parameters": [ID], "post": operation(text, f"{action}Credential", WITHDRAWN),
        }
        for action, text in SAID.items()
    },
    "/v1/credentials/{id}/check": {
        "parameters": [ID],
        "post": operation(
            "Verify the original anew, and follow what its own status says", "checkCredential", WITHDRAWN
        ),
    },
    STATUS_PATH + "{list}": {
        "parameters": [in_path("list", "The id of the list.")],
        "get": {
            "summary": "A status list (Bitstring Status List), signed",
            "operationId": "getStatusList",
            "responses": {"200": {"description": "The list", "content": LISTS}, **REFUSALS},
        },
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
