"""POST /credentials/issue and /credentials/verify: the messages of the VC API.

https://w3c-ccg.github.io/vc-api/
"""

from __future__ import annotations

from aiohttp import web

from gateway.api.authentication import allowed_caller
from gateway.api.problems import problem_response
from gateway.api.requests import asked_language, body, known_parameters
from gateway.api.state import GATEWAY
from gateway.errors import InputRefused, TooLarge

__all__ = ["routes"]

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
