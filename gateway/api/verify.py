"""POST /v1/verify: the raw bytes of a credential in, every check and the verdict of a policy out."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from gateway.api.describing import ANY_BODY, Paths, answer, parameter
from gateway.api.requests import asked_language, body, known_parameters
from gateway.api.state import GATEWAY
from gateway.core import POLICIES, STRICT
from gateway.errors import RequestRefused
from gateway.messages import LANGUAGES
from gateway.pipeline import report_json

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

QUERY = frozenset({"policy", "language"})


@routes.post("/v1/verify")
async def verify(request: web.Request) -> web.Response:
    """Every check of a credential; its sentences in the ``language`` asked for, or as Accept-Language says."""
    known_parameters(request, QUERY)
    if request.query.get("language", LANGUAGES[0]) not in LANGUAGES:
        raise RequestRefused(f"language is {' or '.join(LANGUAGES)}")
    policy, language = request.query.get("policy", STRICT.name), asked_language(request)
    report = await request.app[GATEWAY].report(
        await body(request), partial(report_json, language=language), policy=policy
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(body=report, content_type="application/json", charset="utf-8", headers=headers)


DESCRIBED: dict[str, Any] = {
    "summary": "Check what secures a credential",
    "operationId": "verify",
    "parameters": [
        parameter("policy", "What the verdict rests on.", {"enum": [*POLICIES], "default": "strict"}),
        parameter("language", "Of the sentences; Accept-Language otherwise.", {"enum": [*LANGUAGES]}),
    ],
    "requestBody": ANY_BODY,
    "responses": answer("Every check with its verdict, verified or not", "Report"),
}
PATHS: Paths = {"/v1/verify": {"post": DESCRIBED}}
"""The paths of this face, as the API's description tells of them."""
