"""POST /credentials/issue and /credentials/verify: the messages of the VC API.

https://w3c-ccg.github.io/vc-api/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.authentication import allowed_caller
from gateway.api.describing import OPEN_OR_SECURED, PROBLEM, REFUSALS, Paths
from gateway.api.problems import problem_response
from gateway.api.requests import asked_language, body, known_parameters
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY
from gateway.errors import InputRefused, TooLarge

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

ISSUED, VERIFIED, REFUSED = 201, 200, 400


@routes.post("/credentials/issue")
async def issue(request: web.Request) -> web.Response:
    """A credential of the gateway's own, with its proof, for who may have it signed."""
    known_parameters(request, frozenset())
    await allowed_caller(request, "sign")
    try:
        answer = await request.app[GATEWAY].issue(await body(request))
    except InputRefused as error:
        return _refused(request, error)
    return web.Response(status=ISSUED, body=answer, content_type="application/json", charset="utf-8")


@routes.post("/credentials/verify")
async def verify(request: web.Request) -> web.Response:
    """Whether a credential is verified; what stands in the way are its errors, and the status is then 400."""
    known_parameters(request, frozenset())
    try:
        told = await request.app[GATEWAY].verify_request(await body(request))
    except InputRefused as error:
        return _refused(request, error)
    status = VERIFIED if told.verified else REFUSED
    return web.Response(status=status, body=told.body, content_type="application/json", charset="utf-8")


def _refused(request: web.Request, error: InputRefused) -> web.Response:
    """A problem document; whatever is wrong with the input is a bad request, as the VC API has it."""
    status = error.status if isinstance(error, TooLarge) else REFUSED
    return problem_response({**error.problem(), "status": status}, asked_language(request))


def _vc_api() -> dict[str, Any]:
    """Issue and verify, as the VC API has them."""

    def asked(name: str, options: dict[str, Any]) -> dict[str, Any]:
        members = {
            name: {"type": "object"},
            "options": {"type": "object", "properties": options, "additionalProperties": False},
        }
        schema = {
            "type": "object", "properties": members, "required": [name], "additionalProperties": False,
        }  # fmt: skip
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def said(description: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": description, "content": {"application/json": {"schema": schema}}}

    issued = {
        "type": "object", "properties": {"verifiableCredential": {"type": "object"}},
        "required": ["verifiableCredential"],
    }  # fmt: skip
    judged = {"$ref": "#/components/schemas/VerifiedCredential"}
    refused = said("Not verified: the errors say why; or the request is malformed", judged)
    refused["content"] |= PROBLEM["content"]
    options = {"checks": {"type": "array", "items": TEXT}, "domain": TEXT, "challenge": TEXT}
    return {
        "/credentials/issue": {
            "post": {
                "summary": "Sign a credential of the gateway's own, as it stands",
                "operationId": "issueCredential",
                "security": OPEN_OR_SECURED,
                "requestBody": asked("credential", {}),
                "responses": {"201": said("The credential with its proof", issued), **REFUSALS},
            }
        },
        "/credentials/verify": {
            "post": {
                "summary": "Check what secures a credential, as the VC API asks it",
                "operationId": "verifyCredential",
                "requestBody": asked("verifiableCredential", options),
                "responses": {"200": said("Verified", judged), "400": refused, **REFUSALS},
            }
        },
    }


PATHS: Paths = _vc_api()
"""The paths of this face, as the API's description tells of them."""
