"""/v1/webhooks: who is told of changes, what they were told, and telling them again. Needs the scope ``admin``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.credentials import reply
from gateway.api.describing import Paths, in_path, operation, parameter
from gateway.api.requests import known_parameters, members
from gateway.api.schemas import TEXT
from gateway.api.state import ARCHIVE
from gateway.envelopes import write_json
from gateway.errors import FetchRefused, RequestRefused
from gateway.fetch import Fetcher
from gateway.store import Caller, Rows, Webhook
from gateway.store.answers import Answer
from gateway.store.deliveries import STATES, Delivery, deliveries_of, replay
from gateway.store.webhooks import (
    KINDS,
    add_webhook,
    all_webhooks,
    remove_webhook,
    resume_webhook,
    rotate_secret,
    webhook,
)

__all__ = ["EVENTS", "PATHS", "routes"]

routes = web.RouteTableDef()

Result = TypeVar("Result")

NOTHING: frozenset[str] = frozenset()
EVENTS = {f"credential-{kind}": kind for kind in KINDS}
"""The events there are, and the kind of change each stands for."""
PAGE = 100
"""Most deliveries that are listed at once."""
LONGEST_URL = 2048


@routes.post("/v1/webhooks")
async def subscribe(request: web.Request) -> web.Response:
    """A new subscription; its secret is in this answer and nowhere else."""
    caller = await _caller(request)
    given = await members(request, frozenset({"url", "events"}))
    url, kinds = _address(request, given.get("url")), _kinds(given.get("events", [*EVENTS]))
    now = _now(request)
    made = await _write(request, caller, lambda rows: add_webhook(rows, caller.actor, url, kinds, now))
    return _told({**_json(made), "secret": made.secret}, 201, {"Location": f"/v1/webhooks/{made.id}"})


@routes.get("/v1/webhooks")
async def subscriptions(request: web.Request) -> web.Response:
    """Every subscription of the tenant."""
    caller = await _caller(request)
    found = await request.app[ARCHIVE].read(caller, all_webhooks)
    return _told({"webhooks": [_json(one) for one in found]})


@routes.get("/v1/webhooks/{webhook}")
async def subscription(request: web.Request) -> web.Response:
    """A subscription, without its secret."""
    caller, name = await _caller(request), request.match_info["webhook"]
    return _told(_json(await request.app[ARCHIVE].read(caller, lambda rows: webhook(rows, name))))


@routes.delete("/v1/webhooks/{webhook}")
async def unsubscribe(request: web.Request) -> web.Response:
    """Tell the receiver nothing any more."""
    caller, name, now = await _caller(request), request.match_info["webhook"], _now(request)
    await _write(request, caller, lambda rows: remove_webhook(rows, caller.actor, name, now))
    return web.Response(status=204)


@routes.post("/v1/webhooks/{webhook}/rotate")
async def rotate(request: web.Request) -> web.Response:
    """A new secret, in this answer and nowhere else; the old one signs beside it for a day."""
    caller, name, now = await _caller(request), request.match_info["webhook"], _now(request)
    found = await _write(request, caller, lambda rows: rotate_secret(rows, caller.actor, name, now))
    return _told({**_json(found), "secret": found.secret, "oldSecretUntil": found.old_until})


@routes.post("/v1/webhooks/{webhook}/resume")
async def resume(request: web.Request) -> web.Response:
    """Tell a receiver again that was paused or had ended its subscription."""
    caller, name, now = await _caller(request), request.match_info["webhook"], _now(request)
    return _told(
        _json(await _write(request, caller, lambda rows: resume_webhook(rows, caller.actor, name, now)))
    )


@routes.get("/v1/webhooks/{webhook}/deliveries")
async def deliveries(request: web.Request) -> web.Response:
    """What the receiver was told or is still to be told, oldest first."""
    caller, name = await _caller(request, frozenset({"state", "after"})), request.match_info["webhook"]
    state, after = request.query.get("state", ""), request.query.get("after", "")
    if state and state not in STATES:
        raise RequestRefused(f"state is one of {', '.join(STATES)}")
    found = await request.app[ARCHIVE].read(
        caller, lambda rows: deliveries_of(rows, name, state, after, PAGE + 1)
    )
    more = {"after": found[PAGE - 1].id} if len(found) > PAGE else {}
    return _told({"deliveries": [_delivery_json(one) for one in found[:PAGE]], **more})


@routes.post("/v1/webhooks/{webhook}/deliveries/replay")
@routes.post("/v1/webhooks/{webhook}/deliveries/{delivery}/replay")
async def again(request: web.Request) -> web.Response:
    """Tell the receiver again: all that is dead, or one thing that is dead or arrived."""
    caller, name, now = await _caller(request), request.match_info["webhook"], _now(request)
    only = request.match_info.get("delivery", "")
    count = await _write(request, caller, lambda rows: replay(rows, caller.actor, name, only, now))
    return _told({"replayed": count}, 202)


async def _caller(request: web.Request, parameters: frozenset[str] = NOTHING) -> Caller:
    known_parameters(request, parameters)
    return await known_caller(request, "admin")


async def _write(request: web.Request, caller: Caller, work: Callable[[Rows], Result]) -> Result:
    return await request.app[ARCHIVE].write(caller, work)


def _now(request: web.Request) -> Any:
    return request.app[ARCHIVE].gateway.clock()


def _address(request: web.Request, url: object) -> str:
    """An address that may be asked; where its name leads is seen when it is. Raises ``RequestRefused``."""
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        raise RequestRefused(f"url is a text of at most {LONGEST_URL} characters", pointer="/url")
    try:
        Fetcher(request.app[ARCHIVE].gateway.settings).check(url)
    except FetchRefused as error:
        raise RequestRefused(
            f"the receiver is never asked: {error.detail}", pointer="/url", hint=error.hint
        ) from None
    return url


def _kinds(events: object) -> list[str]:
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise RequestRefused("events is a list of texts", pointer="/events")
    if unknown := sorted(set(events) - set(EVENTS)):
        raise RequestRefused(
            f"there is no event {unknown[0][:40]!r}", pointer="/events", hint=f"Known: {', '.join(EVENTS)}."
        )
    return [EVENTS[event] for event in events]


def _told(value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return reply(Answer(status, write_json(value), headers or {}))


def _json(found: Webhook) -> dict[str, Any]:
    """A subscription as it is told, without its secret."""
    told = {
        "id": found.id, "url": found.url, "events": [f"credential-{kind}" for kind in found.kinds],
        "state": found.state, "created": found.created,
    }  # fmt: skip
    return told | ({"failingSince": found.failing} if found.failing is not None else {})


def _delivery_json(found: Delivery) -> dict[str, Any]:
    """A delivery as it is told."""
    told = {
        "id": found.id, "event": f"credential-{found.kind}", "credential": found.credential, "at": found.at,
        "state": found.state, "attempts": found.attempts,
    }  # fmt: skip
    told |= {"next": found.due} if found.state == "waiting" else {}
    return told | ({"problem": found.problem} if found.problem is not None else {})


def _content(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"application/json": {"schema": schema}}


EVENT = {"enum": [*EVENTS]}
WEBHOOK: dict[str, Any] = {
    "id": TEXT, "url": TEXT, "events": {"type": "array", "items": EVENT},
    "state": {"enum": ["active", "paused", "ended"]}, "created": TEXT,
    "failingSince": {"type": "string", "description": "Since when nothing has arrived."},
}  # fmt: skip
REQUIRED = ["id", "url", "events", "state", "created"]
SECRET = {"secret": {"type": "string", "description": "What deliveries are signed with; told this once."}}
DELIVERY = {
    "id": TEXT, "event": EVENT, "credential": TEXT, "at": TEXT, "state": {"enum": [*STATES]},
    "attempts": {"type": "integer"}, "next": TEXT, "problem": TEXT,
}  # fmt: skip
ONE = _content(WEBHOOK, REQUIRED)
LIST = _content(
    {"webhooks": {"type": "array", "items": {"type": "object", "properties": WEBHOOK}}}, ["webhooks"]
)
ASKED = {
    "type": "object", "properties": {"url": TEXT, "events": {"type": "array", "items": EVENT}},
    "required": ["url"], "additionalProperties": False,
}  # fmt: skip
DELIVERIES = _content(
    {"deliveries": {"type": "array", "items": {"type": "object", "properties": DELIVERY}}, "after": TEXT},
    ["deliveries"],
)
REPLAYED = {"202": ("How many are told again", _content({"replayed": {"type": "integer"}}, ["replayed"]))}
ID = in_path("webhook", "The id of the webhook.")
PATHS: Paths = {
    "/v1/webhooks": {
        "get": operation("Who is told of changes", "listWebhooks", {"200": ("They", LIST)}),
        "post": operation(
            "Have a receiver told of changes", "newWebhook",
            {"201": ("It, with its secret", _content({**WEBHOOK, **SECRET}, [*REQUIRED, "secret"]))},
            requestBody={"required": True, "content": {"application/json": {"schema": ASKED}}},
        ),
    },
    "/v1/webhooks/{webhook}": {
        "parameters": [ID],
        "get": operation("A webhook", "getWebhook", {"200": ("It", ONE)}),
        "delete": operation("Tell a receiver nothing any more", "deleteWebhook", {"204": ("Done", {})}),
    },
    "/v1/webhooks/{webhook}/rotate": {
        "parameters": [ID],
        "post": operation(
            "A new secret; the old one signs beside it for a day", "rotateWebhook",
            {"200": ("It", _content({**WEBHOOK, **SECRET, "oldSecretUntil": TEXT}, [*REQUIRED, "secret"]))},
        ),
    },
    "/v1/webhooks/{webhook}/resume": {
        "parameters": [ID],
        "post": operation("Tell a receiver again that was paused", "resumeWebhook", {"200": ("It", ONE)}),
    },
    "/v1/webhooks/{webhook}/deliveries": {
        "parameters": [ID],
        "get": operation(
            "What the receiver was told or is to be told", "listDeliveries", {"200": ("They", DELIVERIES)},
            parameters=[
                parameter("state", "Only those.", {"enum": [*STATES]}),
                parameter("after", "The next page: what the last one says.", TEXT),
            ],
        ),
    },
    "/v1/webhooks/{webhook}/deliveries/replay": {
        "parameters": [ID], "post": operation("Tell all that is dead again", "replayDeliveries", REPLAYED),
    },
    "/v1/webhooks/{webhook}/deliveries/{delivery}/replay": {
        "parameters": [ID, in_path("delivery", "The id of the delivery.")],
        "post": operation("Tell one thing again", "replayDelivery", REPLAYED),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
