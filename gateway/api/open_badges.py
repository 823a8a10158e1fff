"""/ims/ob/v3p0: the Open Badges 3.0 API, for clients that read, hand in and replace badges.

https://www.imsglobal.org/spec/ob/v3p0/#api
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.describing import SECURED, Paths, answers, parameter
from gateway.api.open_badges_discovery import BASE, STATUS
from gateway.api.paging import PAGING, page_asked
from gateway.api.requests import begun, body, known_parameters, small_body
from gateway.api.state import ARCHIVE
from gateway.envelopes import write_json
from gateway.errors import RequestRefused
from gateway.pipeline.open_badges import Badge, badges, page_of, profile, set_profile, upsert
from gateway.store.scopes import CREDENTIALS_READ, CREDENTIALS_WRITE, PROFILE_READ, PROFILE_WRITE

__all__ = ["PATHS", "Keys", "routes", "told"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
LINKED, COMPACT = False, True
KINDS = {
    "application/vc+ld+json": LINKED, "application/ld+json": LINKED, "application/vc": LINKED,
    "application/json": LINKED, "text/plain": COMPACT, "application/jwt": COMPACT, "application/vc+jwt": COMPACT,
}  # fmt: skip
"""Content types of a badge, and whether the bytes must be a token."""
PROFILE_KINDS = frozenset({"application/json", "application/ld+json", "application/vc+ld+json"})
Keys = tuple[bytes, bytes]
CREDENTIAL_KEYS: Keys = (b"credential", b"compactJwsString")


@routes.get(BASE + "/credentials")
async def credentials(request: web.Request) -> web.StreamResponse:
    """A page of the credentials that hold, each as it came or as the gateway made a badge of it."""
    caller = await known_caller(request, CREDENTIALS_READ)
    page, archive = page_asked(request), request.app[ARCHIVE]
    total, found = await page_of(archive, caller, page.since, page.limit, page.offset)
    response = web.StreamResponse(headers={**page.headers(total), "Content-Type": "application/json"})
    return await told(request, response, badges(archive, caller, found), CREDENTIAL_KEYS)


async def told(
    request: web.Request,
    response: web.StreamResponse,
    given: AsyncIterator[Badge],
    keys: Keys,
    more: bytes = b"",
) -> web.StreamResponse:
    """A page, badge by badge: JSON byte for byte under the first key, tokens under the second."""
    tokens, between = [], b""
    if not await begun(request, response):
        return response
    await response.write(b"{" + more + b'"' + keys[0] + b'":[')
    async for badge in given:
        if badge.token:
            tokens.append(badge.content.strip().decode())
        else:
            await response.write(between + badge.content)
            between = b","
    await response.write(b'],"' + keys[1] + b'":' + write_json(tokens) + b"}")
    await response.write_eof()
    return response


@routes.post(BASE + "/credentials")
async def accept(request: web.Request) -> web.Response:
    """Take in a badge, in place of an older version: 201 for a new one, 200 for one that is replaced or known."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, CREDENTIALS_WRITE)
    if request.content_type not in KINDS:
        raise RequestRefused(
            "a badge is application/vc+ld+json, application/json or text/plain",
            hint="text/plain is a compact JWS.",
        )
    data = await body(request)
    status = await upsert(request.app[ARCHIVE], caller, data, KINDS[request.content_type])
    if status == 304:
        return web.Response(status=304)
    return web.Response(status=status, body=data, headers={"Content-Type": request.headers["Content-Type"]})


@routes.get(BASE + "/profile")
async def get_profile(request: web.Request) -> web.Response:
    """The profile of the caller's tenant."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, PROFILE_READ)
    return web.Response(body=await profile(request.app[ARCHIVE], caller), content_type="application/json")


@routes.put(BASE + "/profile")
async def put_profile(request: web.Request) -> web.Response:
    """The whole profile in place of the one before, told back as it came."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, PROFILE_WRITE)
    if request.content_type not in PROFILE_KINDS:
        raise RequestRefused("a profile is application/json")
    await set_profile(request.app[ARCHIVE], caller, await small_body(request))
    return web.Response(body=await profile(request.app[ARCHIVE], caller), content_type="application/json")


OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
BADGE: dict[str, Any] = {kind: {"schema": {}} for kind in KINDS}


def _operation(
    summary: str, name: str, successes: dict[str, tuple[str, dict[str, Any]]], **more: Any
) -> dict[str, Any]:
    responses = answers(successes, STATUS)
    return {"summary": summary, "operationId": name, "security": SECURED, "responses": responses, **more}


PATHS: Paths = {
    BASE + "/credentials": {
        "get": _operation(
            "A page of badges (Open Badges 3.0)", "getCredentials", {"200": ("The page", OBJECT)},
            parameters=[parameter(name, "Paging of Open Badges 3.0.", schema) for name, schema in PAGING.items()],
        ),
        "post": _operation(
            "Hand in or replace a badge (Open Badges 3.0)", "upsertCredential",
            {"200": ("Replaced, or known", BADGE), "201": ("New", BADGE), "304": ("A newer version is known", {})},
            requestBody={"required": True, "content": BADGE},
        ),
    },
    BASE + "/profile": {
        "get": _operation("The tenant's profile (Open Badges 3.0)", "getProfile", {"200": ("It", OBJECT)}),
        "put": _operation(
            "Replace the tenant's profile", "putProfile", {"200": ("It", OBJECT)},
            requestBody={"required": True, "content": OBJECT},
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
