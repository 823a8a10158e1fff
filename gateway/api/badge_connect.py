"""/ims/ob/v2p1: Badge Connect, by which platforms that write Open Badges 2.0 hand them in and read them again.

https://www.imsglobal.org/spec/ob/v2p1/
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.authentication import known_caller
from gateway.api.describing import SECURED, Paths, answers, parameter
from gateway.api.open_badges import Keys, told
from gateway.api.open_badges_discovery import FRESH, oauth_addresses
from gateway.api.paging import PAGING, page_asked
from gateway.api.requests import body, known_parameters
from gateway.api.state import ARCHIVE, SETTINGS
from gateway.envelopes import read_json, write_json
from gateway.errors import RequestRefused
from gateway.pipeline.open_badges import BADGES_2, assertions_of, badges, profile, upsert
from gateway.store.scopes import ASSERTIONS_READ, ASSERTIONS_WRITE, OFFLINE, PROFILE_2_READ

__all__ = ["PATHS", "refusal", "routes"]

routes = web.RouteTableDef()

BASE = "/ims/ob/v2p1"
MANIFEST = "/.well-known/badgeconnect.json"
CONTEXT = "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld"
NOTHING: frozenset[str] = frozenset()
ASSERTION_KEYS: Keys = (b"assertions", b"signedAssertions")
WORDS = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
STATUSES = frozenset({400, 413, 429, 500, 503, *WORDS})
WELL = {"error": None, "statusCode": 200, "statusText": "OK"}


@routes.get(MANIFEST)
async def manifest(request: web.Request) -> web.Response:
    """Where everything is, for platforms that look for a host."""
    known_parameters(request, NOTHING)
    base, settings = public_address(request), request.app[SETTINGS]
    at = oauth_addresses(base, settings)
    api = {
        "id": f"{base}{MANIFEST}#v2p1",
        "type": "BadgeConnectAPI",
        "version": "v2p1",
        "name": settings.issuer_name,
        "apiBase": f"{base}{BASE}",
        "scopesOffered": [ASSERTIONS_READ, ASSERTIONS_WRITE, PROFILE_2_READ, OFFLINE],
        "registrationUrl": at["registration"],
        "authorizationUrl": at["authorization"],
        "tokenUrl": at["token"],
        "tokenRevocationUrl": at["revocation"],
        "termsOfServiceUrl": at["terms"],
        "privacyPolicyUrl": at["privacy"],
    }
    whole = {"@context": CONTEXT, "id": f"{base}{MANIFEST}", "type": "Manifest", "badgeConnectAPI": [api]}
    return _answer(whole, headers={"Cache-Control": FRESH})


@routes.get(BASE + "/assertions")
async def assertions(request: web.Request) -> web.StreamResponse:
    """A page of the Open Badges 2.0 that hold, each as it came."""
    caller = await known_caller(request, ASSERTIONS_READ)
    page, archive = page_asked(request), request.app[ARCHIVE]
    total, found = await assertions_of(archive, caller, page.since, page.limit, page.offset)
    response = web.StreamResponse(headers={**page.headers(total), "Content-Type": "application/json"})
    status = b'"status":' + write_json(WELL) + b","
    return await told(request, response, badges(archive, caller, found, BADGES_2), ASSERTION_KEYS, status)


@routes.post(BASE + "/assertions")
async def accept(request: web.Request) -> web.Response:
    """Take in one assertion, signed or not, in place of an older version of it."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, ASSERTIONS_WRITE)
    if request.content_type not in ("application/json", "application/ld+json"):
        raise RequestRefused("an assertion comes in application/json")
    await upsert(request.app[ARCHIVE], caller, *_assertion(await body(request)), BADGES_2)
    return _answer({"status": WELL})


def _assertion(data: bytes) -> tuple[bytes, bool]:
    """The one assertion of a body, and whether it is a token."""
    given = read_json(data)
    if not isinstance(given, dict) or len(given.keys() & {"assertion", "signedAssertion"}) != 1:
        raise RequestRefused("the body has one member, assertion or signedAssertion")
    if isinstance(token := given.get("signedAssertion"), str):
        return token.encode(), True
    if isinstance(tree := given.get("assertion"), dict):
        return write_json(tree), False
    raise RequestRefused("an assertion is an object, a signedAssertion a compact JWS")


@routes.get(BASE + "/profile")
async def get_profile(request: web.Request) -> web.Response:
    """The profile of the caller's tenant."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, PROFILE_2_READ)
    given = read_json(await profile(request.app[ARCHIVE], caller))
    return _answer({"status": WELL, "profile": {**given, "type": "Profile"}})


def refusal(members: dict[str, Any], _: str) -> web.Response:
    """A refusal as Badge Connect has it: a status in the body too."""
    asked: int = members["status"]
    status = asked if asked in STATUSES else 400 if asked < 500 else 500
    bad = "REQUEST_VALIDATION_ERROR" if members["code"] == RequestRefused.code else "INVALID_BADGE"
    said = {"error": f"{members['code']}: {members['detail']}", "statusCode": status}
    if status < 500:
        said["statusText"] = WORDS.get(status, bad if status == 400 else "BAD_REQUEST")
    return _answer({"status": said}, status)


def _answer(value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        body=write_json(value),
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


def _operation(summary: str, name: str, **more: Any) -> dict[str, Any]:
    status = {"description": "A status that says what is wrong", "content": OBJECT}
    responses = answers({"200": (summary, OBJECT)}, status)
    return {"summary": summary, "operationId": name, "security": SECURED, "responses": responses, **more}


PATHS: Paths = {
    MANIFEST: {
        "get": {
            "summary": "Where a Badge Connect host is", "operationId": "getManifest",
            "responses": answers({"200": ("The manifest", OBJECT)}),
        }
    },
    BASE + "/assertions": {
        "get": _operation(
            "A page of Open Badges 2.0 (Badge Connect 2.1)", "getAssertions",
            parameters=[parameter(name, "Paging of Badge Connect.", schema) for name, schema in PAGING.items()],
        ),
        "post": _operation(
            "Hand in an Open Badge 2.0 (Badge Connect 2.1)", "postAssertion",
            requestBody={"required": True, "content": OBJECT},
        ),
    },
    BASE + "/profile": {"get": _operation("The tenant's profile (Badge Connect 2.1)", "getBadgeConnectProfile")},
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
