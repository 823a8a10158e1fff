"""POST /v1/verify: the raw bytes of a credential in, every check and the verdict of a policy out."""

from __future__ import annotations

from aiohttp import web

from gateway.api.requests import body, known_parameters
from gateway.api.state import GATEWAY
from gateway.core import STRICT
from gateway.messages import DEFAULT_LANGUAGE, chosen_language

__all__ = ["routes"]

routes = web.RouteTableDef()

QUERY = frozenset({"policy", "language"})


@routes.post("/v1/verify")
async def verify(request: web.Request) -> web.Response:
    """Every check of a credential; its sentences in the ``language`` asked for, or as Accept-Language says."""
    known_parameters(request, QUERY)
    policy = request.query.get("policy", STRICT.name)
    wanted = request.query.get("language", request.headers.get("Accept-Language", DEFAULT_LANGUAGE))
    language = chosen_language(wanted)
    report = await request.app[GATEWAY].verify(await body(request), policy=policy)
    return web.json_response(report.to_json(language), headers={"Content-Language": language})
