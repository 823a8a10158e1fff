"""/v1/presentation-requests: ask wallets for credentials, and get what they presented with the verdict on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.authentication import known_caller
from gateway.api.credentials import reply
from gateway.api.describing import Paths, in_path, operation, parameter
from gateway.api.requests import known_parameters, members
from gateway.api.schemas import TEXT
from gateway.api.state import ARCHIVE
from gateway.core import POLICIES
from gateway.core.authorization_requests import BY_ADDRESS, BY_DID
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.keys import SIGNING_KINDS
from gateway.pipeline.oid4vp import LIFETIMES, Asked, Verifier, Wish
from gateway.store.answers import Answer
from gateway.store.presentation_requests import STATES, PresentationRequest

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
PATH = "/v1/presentation-requests"
PREFIXES = (BY_DID, BY_ADDRESS)
DIRECT_POST = "direct_post"
KNOWN = frozenset(
    ("query", "clientIdPrefix", "key", "policy", "import", "requestUriMethod", "redirectUri", "expiresIn",
     "responseMode")
)  # fmt: skip
LONGEST = 2048
"""Most characters of an address."""


@routes.post(PATH)
async def ask(request: web.Request) -> web.Response:
    """A request for a wallet, with links to it."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "read")
    wish = _wish(await members(request, KNOWN))
    asked = await Verifier(request.app[ARCHIVE]).ask(caller, wish, public_address(request))
    headers = {"Location": f"{PATH}/{asked.request.id}"}
    return reply(Answer(201, write_json(_asked(asked)), headers))


@routes.get(PATH + "/{request}")
async def state(request: web.Request) -> web.Response:
    """How far a request is; nothing of what was presented."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "read")
    verifier = Verifier(request.app[ARCHIVE])
    found = await verifier.known(caller, request.match_info["request"])
    return reply(Answer(200, write_json(_state(found, found.state_at(verifier.now)))))


@routes.get(PATH + "/{request}/result")
async def result(request: web.Request) -> web.Response:
    """What was presented, with the full report on all of it."""
    known_parameters(request, frozenset({"response_code"}))
    caller = await known_caller(request, "read")
    told = await Verifier(request.app[ARCHIVE]).result(
        caller, request.match_info["request"], request.query.get("response_code", "")
    )
    return reply(Answer(200, write_json(told)))


@routes.delete(PATH + "/{request}")
async def withdraw(request: web.Request) -> web.Response:
    """Take a request out, with what was presented."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "read")
    await Verifier(request.app[ARCHIVE]).withdraw(caller, request.match_info["request"])
    return web.Response(status=204)


def _wish(given: dict[str, Any]) -> Wish:
    """What is asked for. Raises ``RequestRefused``; the query is looked at by itself."""
    if not isinstance(given.get("query"), dict):
        raise RequestRefused("query is an object in DCQL", pointer="/query")
    if given.get("responseMode", DIRECT_POST) != DIRECT_POST:
        raise RequestRefused(
            "answers are received by direct_post",
            pointer="/responseMode",
            hint="Encrypted answers are not read.",
        )
    return Wish(
        given["query"],
        _one_of(given, "clientIdPrefix", PREFIXES, BY_DID),
        _one_of(given, "key", SIGNING_KINDS, "") if "key" in given else "",
        _one_of(given, "policy", POLICIES, "strict"),
        _flag(given, "import"),
        _one_of(given, "requestUriMethod", ("get", "post"), "get") == "post",
        _address(given["redirectUri"]) if "redirectUri" in given else "",
        _lifetime(given.get("expiresIn", 300)),
    )


def _one_of(given: dict[str, Any], name: str, known: Any, usually: str) -> str:
    value = given.get(name, usually)
    if not isinstance(value, str) or value not in known:
        raise RequestRefused(f"{name} is one of {', '.join(known)}", pointer=f"/{name}")
    return value


def _flag(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise RequestRefused(f"{name} is true or false", pointer=f"/{name}")
    return value


def _address(text: object) -> str:
    """Where a wallet sends its user: an https address to which a fragment is added. Raises ``RequestRefused``."""
    refused = RequestRefused("redirectUri is an https address without a fragment", pointer="/redirectUri")
    if not isinstance(text, str) or len(text) > LONGEST or "#" in text:
        raise refused
    try:
        address = urlsplit(text)
    except ValueError:
        raise refused from None
    if address.scheme != "https" or not address.hostname:
        raise refused
    return text


def _lifetime(seconds: object) -> timedelta:
    shortest, longest = (int(one.total_seconds()) for one in LIFETIMES)
    if type(seconds) is not int or not shortest <= seconds <= longest:
        raise RequestRefused(f"expiresIn is {shortest} to {longest} seconds", pointer="/expiresIn")
    return timedelta(seconds=seconds)


def _state(found: PresentationRequest, now: str) -> dict[str, Any]:
    told = {"id": found.id, "state": now, "created": found.created, "expires": found.expires}
    return told | ({"result": f"{PATH}/{found.id}/result"} if found.outcome is not None else {})


def _asked(asked: Asked) -> dict[str, Any]:
    told = {"clientId": asked.client_id, "requestUri": asked.request_uri, "links": dict(asked.links)}
    return {**_state(asked.request, asked.request.state), **told}


def _content(properties: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": {"type": "object", "properties": properties}}}


REQUEST: dict[str, Any] = {
    "id": TEXT, "state": {"enum": [*STATES]}, "created": TEXT, "expires": TEXT, "result": TEXT,
}  # fmt: skip
LINKS = {"type": "object", "properties": {"byReference": TEXT, "byValue": TEXT}}
NEW = _content({**REQUEST, "clientId": TEXT, "requestUri": TEXT, "links": LINKS})
CREDENTIAL = {
    "type": "object",
    "properties": {
        "format": TEXT, "verified": {"type": "boolean"}, "report": {"$ref": "#/components/schemas/Report"},
        "credential": {"description": "As it came: an object or a token."},
        "stored": {"type": "string", "description": "Where it is, if it was imported."},
        "problem": {"type": "string", "description": "The code of why it could not be imported."},
    },
}  # fmt: skip
PRESENTATION = {
    "type": "object",
    "properties": {
        "query": TEXT, "holder": TEXT, "verified": {"type": "boolean"},
        "report": {"$ref": "#/components/schemas/Report"}, "credentials": {"type": "array", "items": CREDENTIAL},
    },
}  # fmt: skip
RESULT = _content(
    {
        "id": TEXT, "state": {"enum": [*STATES]}, "verified": {"type": "boolean"},
        "checks": {"type": "array", "items": {"type": "object"}},
        "presentations": {"type": "array", "items": PRESENTATION},
        "error": {"type": "object", "description": "What the wallet said instead of presenting anything."},
    }
)  # fmt: skip
WISH = {
    "type": "object",
    "properties": {
        "query": {"type": "object", "description": "What is asked for, in DCQL."},
        "clientIdPrefix": {"enum": [*PREFIXES]}, "key": {"enum": [*SIGNING_KINDS]}, "policy": {"enum": [*POLICIES]},
        "import": {"type": "boolean", "description": "Take in what is verified; needs the scope push too."},
        "requestUriMethod": {"enum": ["get", "post"]}, "redirectUri": TEXT, "expiresIn": {"type": "integer"},
        "responseMode": {"enum": [DIRECT_POST]},
    },
    "required": ["query"],
    "additionalProperties": False,
}  # fmt: skip
ID = in_path("request", "The id of the request.")
PATHS: Paths = {
    PATH: {
        "post": operation(
            "Ask a wallet for credentials", "newPresentationRequest", {"201": ("The request, with links to it", NEW)},
            requestBody={"required": True, "content": {"application/json": {"schema": WISH}}},
        ),
    },
    PATH + "/{request}": {
        "parameters": [ID],
        "get": operation("How far a request is", "getPresentationRequest", {"200": ("It", _content(REQUEST))}),
        "delete": operation("Take a request out", "deletePresentationRequest", {"204": ("Done", {})}),
    },
    PATH + "/{request}/result": {
        "parameters": [ID],
        "get": operation(
            "What was presented, with the verdict on it", "getPresented", {"200": ("It", RESULT)},
            parameters=[parameter("response_code", "The code that the wallet came back with.", TEXT)],
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
