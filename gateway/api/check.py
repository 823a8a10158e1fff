"""POST /v1/check: the raw bytes of a credential in, what it states of a micro-credential's elements out."""

from __future__ import annotations

from aiohttp import web

from gateway.api.describing import ANY_BODY, REFUSALS, parameter
from gateway.api.requests import body, known_parameters
from gateway.api.state import GATEWAY
from gateway.core.completeness import PROFILES
from gateway.pipeline.completeness import complete_json

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

QUERY = frozenset({"profile"})


@routes.post("/v1/check")
async def check(request: web.Request) -> web.Response:
    """The elements of the ``profile`` with their places, signs of quality, and values that look wrong."""
    known_parameters(request, QUERY)
    profile = request.query.get("profile", PROFILES[0])
    answer = await complete_json(request.app[GATEWAY], await body(request), profile)
    return web.Response(body=answer, content_type="application/json", charset="utf-8")


_POINTERS = {"type": "array", "items": {"type": "string", "description": "JSON pointer or XPath"}}
_ELEMENT = {
    "type": "object",
    "required": ["element", "obligation", "state"],
    "properties": {
        "element": {"type": "string"},
        "obligation": {"enum": ["mandatory", "whereApplicable", "optional"]},
        "state": {"enum": ["stated", "near", "absent"]},
        "at": _POINTERS,
        "would": {
            "type": "string",
            "description": "Where the format would state it; empty where it has no place.",
        },
    },
}
_SIGN = {
    "type": "object",
    "required": ["sign", "shown", "evidence"],
    "properties": {
        "sign": {"type": "string"},
        "shown": {"type": "boolean"},
        "evidence": {"type": "array", "items": {"type": "string"}},
    },
}
_COMPLETENESS = {
    "type": "object",
    "required": ["profile", "format", "complete", "elements", "dimensions", "findings"],
    "properties": {
        "profile": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("name", "source", "date")},
        },
        "format": {"type": "string"},
        "complete": {"type": "boolean", "description": "Whether everything mandatory is stated."},
        "elements": {"type": "array", "items": _ELEMENT},
        "dimensions": {"type": "object", "additionalProperties": {"type": "array", "items": _SIGN}},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}

PATHS = {
    "/v1/check": {
        "post": {
            "summary": "Whether a credential states what a micro-credential has to",
            "operationId": "checkCompleteness",
            "parameters": [
                parameter(
                    "profile", "Who says what is mandatory.", {"enum": [*PROFILES], "default": PROFILES[0]}
                )
            ],
            "requestBody": ANY_BODY,
            "responses": {
                "200": {
                    "description": "The elements, each stated or not, and where",
                    "content": {"application/json": {"schema": _COMPLETENESS}},
                },
                **REFUSALS,
            },
        }
    }
}
