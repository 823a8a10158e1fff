"""/workflows: exchanges of the VC API, made by tenants, gone through by wallets that were given the address.

https://www.w3.org/TR/vcalm/ section 3.6. Nobody needs a key to take part: the address of an exchange opens it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.authentication import known_caller
from gateway.api.describing import Paths, in_path, operation
from gateway.api.requests import body, known_parameters, members
from gateway.api.state import OFFERS
from gateway.core.workflows import MEMBERS
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.pipeline.exchanges import OFFER, Exchanges
from gateway.store import Caller, Exchange

__all__ = ["PATHS", "domain_of", "exchange_address", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
EXCHANGES = "/workflows/{workflow}/exchanges"
ONE = EXCHANGES + "/{exchange}"


def domain_of(request: web.Request) -> str:
    """The gateway's origin, which wallets compare with the address they were given."""
    parts = urlsplit(public_address(request))
    return f"{parts.scheme}://{parts.netloc}"


def exchange_address(request: web.Request, link: str, workflow: str = OFFER) -> str:
    """Where an exchange is; by default that of an offer, whose link it is."""
    return f"{public_address(request)}/workflows/{workflow}/exchanges/{link}"


def _exchanges(request: web.Request) -> Exchanges:
    return Exchanges(request.app[OFFERS], domain_of(request))


async def _maker(request: web.Request) -> Caller:
    known_parameters(request, NOTHING)
    return await known_caller(request, "sign")


def _answer(told: Any, status: int = 200, **headers: str) -> web.Response:
    more = {"Cache-Control": "no-store", **headers}
    return web.Response(status=status, body=write_json(told), content_type="application/json", headers=more)


@routes.post("/workflows")
async def create_workflow(request: web.Request) -> web.Response:
    """A new workflow, which is understood or refused as a whole."""
    caller = await _maker(request)
    made = await _exchanges(request).create_workflow(caller, await members(request, MEMBERS))
    location = f"{public_address(request)}/workflows/{made.id}"
    return _answer({"id": made.id, **made.configuration}, 201, Location=location)


@routes.get("/workflows/{workflow}")
async def workflow(request: web.Request) -> web.Response:
    """A workflow as it was made."""
    found = await _exchanges(request).workflow(await _maker(request), request.match_info["workflow"])
    return _answer({"id": found.id, **found.configuration})


@routes.post(EXCHANGES)
async def create_exchange(request: web.Request) -> web.Response:
    """A new exchange; its address is in this answer and nowhere else."""
    caller, within = await _maker(request), request.match_info["workflow"]
    given = await members(request, frozenset({"expires", "variables"}))
    variables = given.get("variables", {})
    if not isinstance(variables, dict):
        raise RequestRefused("variables is an object", pointer="/variables")
    made, link = await _exchanges(request).create(caller, within, variables, _moment(given.get("expires")))
    address = exchange_address(request, link, within)
    return _answer({**_state(made), "id": link, "exchangeId": address}, 201, Location=address)


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise RequestRefused("expires is a moment", pointer="/expires") from None
    if found.tzinfo is None:
        raise RequestRefused("expires is a moment with its time zone", pointer="/expires")
    return found


@routes.get(ONE)
async def state(request: web.Request) -> web.Response:
    """What became of an exchange, for whoever made it."""
    caller, link = await _maker(request), request.match_info["exchange"]
    found = await _exchanges(request).state(caller, request.match_info["workflow"], link)
    return _answer({"id": link, **_state(found)})


def _state(found: Exchange) -> dict[str, Any]:
    problem = {"lastError": found.problem} if found.problem is not None else {}
    return {
        "sequence": found.sequence, "expires": found.expires, "step": found.step, "state": found.state,
        "variables": found.variables, **problem,
    }  # fmt: skip


@routes.post(ONE)
async def participate(request: web.Request) -> web.Response:
    """The answer to a message: a request, credentials, the way on, or nothing more."""
    known_parameters(request, NOTHING)
    data, named = await body(request), request.match_info
    return _answer(await _exchanges(request).answer(named["workflow"], named["exchange"], data))


@routes.get(ONE + "/request")
async def asked(request: web.Request) -> web.Response:
    """The present request of an exchange, without going on."""
    known_parameters(request, NOTHING)
    named = request.match_info
    found = await _exchanges(request).asked(named["workflow"], named["exchange"])
    return _answer({"verifiablePresentationRequest": found})


@routes.get(ONE + "/protocols")
async def protocols(request: web.Request) -> web.Response:
    """The protocols that an exchange can be gone through with."""
    known_parameters(request, NOTHING)
    named = request.match_info
    await _exchanges(request).asked(named["workflow"], named["exchange"])
    told = {"vcapi": exchange_address(request, named["exchange"], named["workflow"])}
    return _answer({"protocols": told})


JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
BODY: dict[str, Any] = {"required": True, "content": JSON}
WORKFLOW = in_path("workflow", f"The id of a workflow; {OFFER} is that of offers, {OFFER}-ob3 in that form.")
EXCHANGE = in_path("exchange", "What the address of the exchange ends in; of an offer, its link.")
PATHS: Paths = {
    "/workflows": {
        "post": operation(
            "Make a workflow", "createWorkflow", {"201": ("The workflow", JSON)}, requestBody=BODY
        ),
    },
    "/workflows/{workflow}": {
        "parameters": [WORKFLOW],
        "get": operation("A workflow as it was made", "getWorkflow", {"200": ("The workflow", JSON)}),
    },
    EXCHANGES: {
        "parameters": [WORKFLOW],
        "post": operation(
            "Make an exchange", "createExchange", {"201": ("Its state and address", JSON)}, requestBody=BODY
        ),
    },
    ONE: {
        "parameters": [WORKFLOW, EXCHANGE],
        "get": operation("What became of an exchange", "getExchange", {"200": ("Its state", JSON)}),
        "post": operation(
            "Take part in an exchange", "participate", {"200": ("The answer to the message", JSON)},
            security=[], requestBody=BODY,
        ),
    },
    ONE + "/request": {
        "parameters": [WORKFLOW, EXCHANGE],
        "get": operation(
            "The present request of an exchange", "getRequest", {"200": ("The request", JSON)}, security=[]
        ),
    },
    ONE + "/protocols": {
        "parameters": [WORKFLOW, EXCHANGE],
        "get": operation(
            "The protocols of an exchange", "getProtocols", {"200": ("The protocols", JSON)}, security=[]
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
