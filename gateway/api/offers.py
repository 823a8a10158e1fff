"""/v1/offers: credentials offered to wallets, one link each, and what became of them. Needs the scope ``sign``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.authentication import known_caller
from gateway.api.credentials import reply
from gateway.api.describing import Paths, in_path, operation, parameter
from gateway.api.requests import known_parameters, members
from gateway.api.state import OFFERS
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.pipeline.offers import Made, TxCode, Wish
from gateway.store import Offer
from gateway.store.answers import Answer

__all__ = ["PATHS", "link_of", "routes"]

routes = web.RouteTableDef()

MEMBERS = frozenset({"credentials", "configurations", "txCode", "expiresIn", "ready"})
TX_MEMBERS = {"inputMode": "input_mode", "length": "length", "description": "description"}
MOST_SECONDS = 10**9
PAGE = 100
"""Most offers that are listed at once."""


@routes.post("/v1/offers")
async def create(request: web.Request) -> web.Response:
    """Offer credentials, one link each; links and transaction codes are in this answer and nowhere else."""
    known_parameters(request, frozenset())
    caller = await known_caller(request, "sign")
    made = await request.app[OFFERS].create(caller, _wish(await members(request, MEMBERS)))
    told = {"campaign": made[0].offer.campaign, "offers": [_made_json(request, one) for one in made]}
    return reply(Answer(201, write_json(told), {"Cache-Control": "no-store"}))


@routes.get("/v1/offers")
async def listed(request: web.Request) -> web.Response:
    """The tenant's offers in turn, those made together or all."""
    known_parameters(request, frozenset({"campaign", "after"}))
    caller = await known_caller(request, "sign")
    campaign, after = request.query.get("campaign", ""), request.query.get("after", "")
    found = await request.app[OFFERS].listed(caller, campaign, after, PAGE + 1)
    more = {"after": found[PAGE - 1].id} if len(found) > PAGE else {}
    return reply(Answer(200, write_json({"offers": [_json(one) for one in found[:PAGE]], **more})))


@routes.get("/v1/offers/{offer}")
async def state(request: web.Request) -> web.Response:
    """What became of an offer."""
    known_parameters(request, frozenset())
    caller = await known_caller(request, "sign")
    return reply(
        Answer(200, write_json(_json(await request.app[OFFERS].known(caller, request.match_info["offer"]))))
    )


@routes.delete("/v1/offers/{offer}")
async def ended(request: web.Request) -> web.Response:
    """End an offer: its link, its codes and its tokens open nothing any more."""
    known_parameters(request, frozenset())
    caller = await known_caller(request, "sign")
    await request.app[OFFERS].end(caller, request.match_info["offer"])
    return web.Response(status=204)


def link_of(request: web.Request, link: str) -> str:
    """The interaction URL that ends in a link (VCALM section 3.7)."""
    return f"{public_address(request)}/i/{link}?iuv=1"


def _wish(given: dict[str, Any]) -> Wish:
    return Wish(
        _texts(given, "credentials"), _texts(given, "configurations"), _tx_code(given.get("txCode")),
        **_times(given),
    )  # fmt: skip


def _texts(given: dict[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RequestRefused(f"{name} is a list of texts", pointer=f"/{name}")
    return tuple(value)


def _tx_code(value: Any) -> TxCode | None:
    """``true``, or an object that says how the code looks."""
    if value is None or value is False:
        return None
    if value is True:
        return TxCode()
    if not isinstance(value, dict) or not value.keys() <= TX_MEMBERS.keys():
        raise RequestRefused("txCode is true, or has inputMode, length, description", pointer="/txCode")
    kinds = {"inputMode": str, "length": int, "description": str}
    if wrong := [name for name, item in value.items() if type(item) is not kinds[name]]:
        raise RequestRefused(f"{wrong[0]} is malformed", pointer=f"/txCode/{wrong[0]}")
    return TxCode(**{TX_MEMBERS[name]: item for name, item in value.items()})


def _times(given: dict[str, Any]) -> dict[str, Any]:
    """How long an offer holds, and from when on."""
    told: dict[str, Any] = {}
    if "expiresIn" in given:
        if type(given["expiresIn"]) is not int or abs(given["expiresIn"]) > MOST_SECONDS:
            raise RequestRefused("expiresIn is a number of seconds", pointer="/expiresIn")
        told["lifetime"] = timedelta(seconds=given["expiresIn"])
    if "ready" in given:
        try:
            told["ready"] = datetime.fromisoformat(given["ready"])
        except (TypeError, ValueError):
            raise RequestRefused("ready is a moment", pointer="/ready") from None
        if told["ready"].tzinfo is None:
            raise RequestRefused("ready is a moment with its time zone", pointer="/ready")
    return told


def _made_json(request: web.Request, made: Made) -> dict[str, Any]:
    code = {"txCode": {**_json(made.offer)["txCode"], "value": made.tx_code}} if made.tx_code else {}
    return {**_json(made.offer), "link": link_of(request, made.link), **code}


def _json(found: Offer) -> dict[str, Any]:
    """An offer as the tenant is told, without what opens it."""
    told = {
        "id": found.id, "campaign": found.campaign, "credential": found.credential,
        "configurations": [name for name in found.configurations if name in CONFIGURATIONS],
        "state": found.state, "delivered": found.delivered, "ready": found.ready, "expires": found.expires,
        "created": found.created, "updated": found.updated,
    }  # fmt: skip
    if found.tx_code is not None:
        names = {inner: outer for outer, inner in TX_MEMBERS.items()}
        told["txCode"] = {names[name]: value for name, value in found.tx_code.items()}
        told["wrongTxCodes"] = found.attempts
    return told


OFFER = {"application/json": {"schema": {"type": "object"}}}
ASKED = {
    "type": "object",
    "properties": {
        "credentials": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "configurations": {"type": "array", "items": {"enum": [*CONFIGURATIONS]}},
        "txCode": {
            "description": "true, or how the transaction code looks.",
            "type": ["boolean", "object"],
            "properties": {
                "inputMode": {"enum": ["numeric", "text"]}, "length": {"type": "integer"},
                "description": {"type": "string", "maxLength": 300},
            },
        },
        "expiresIn": {"type": "integer", "description": "Seconds; 30 days without it."},
        "ready": {"type": "string", "format": "date-time", "description": "From when on it is given out."},
    },
    "required": ["credentials"],
    "additionalProperties": False,
}  # fmt: skip
ID = in_path("offer", "The id of the offer.")
PATHS: Paths = {
    "/v1/offers": {
        "post": operation(
            "Offer credentials to wallets", "createOffers",
            {"201": ("The offers, with links and transaction codes told this once", OFFER)},
            requestBody={"required": True, "content": {"application/json": {"schema": ASKED}}},
        ),
        "get": operation(
            "The offers of the tenant", "listOffers", {"200": ("They, a page at a time", OFFER)},
            parameters=[
                parameter("campaign", "Those that were made together.", {"type": "string"}),
                parameter("after", "From the one after this on.", {"type": "string"}),
            ],
        ),
    },
    "/v1/offers/{offer}": {
        "parameters": [ID],
        "get": operation("What became of an offer", "getOffer", {"200": ("Its state", OFFER)}),
        "delete": operation("End an offer", "endOffer", {"204": ("It is over", {})}),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
