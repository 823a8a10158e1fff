"""GET /v1/feed: what changed since, for registries that follow. NDJSON, one line for each credential.

https://github.com/ndjson/ndjson-spec
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.describing import Paths, in_header, operation, parameter
from gateway.api.requests import begun, flag, known_parameters, moment_in
from gateway.api.state import ARCHIVE
from gateway.api.wishes import WISH_PARAMETERS, WISHES, wanted_form
from gateway.errors import RequestRefused
from gateway.formats import FORMATS
from gateway.pipeline.archive import Wanted
from gateway.pipeline.feed import MOST, lines, page, position
from gateway.store.feed import Filters

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

MEDIA_TYPE = "application/x-ndjson"
USUAL = 100
QUERY = WISHES | {"cursor", "limit", "format", "issuer", "type", "since", "eqf", "verified"}
REPEATED = frozenset({"type", "eqf", "language"})
LEVELS = range(1, 9)


@routes.get("/v1/feed")
async def feed(request: web.Request) -> web.StreamResponse:
    """The next credentials that changed, each as it is now; ``Link`` says where the next page begins."""
    known_parameters(request, QUERY, REPEATED)
    caller = await known_caller(request, "read")
    archive, filters = request.app[ARCHIVE], _filters(request)
    wanted = _wanted(request)
    after = position(request.query.get("cursor", ""), filters)
    told = await page(archive, caller, after, _limit(request), filters, wanted)
    headers = {
        "ETag": f'"{told.tag}"',
        "Link": _next(request, told.next),
        "Feed-More": str(told.more).lower(),
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    response = web.StreamResponse(
        headers={**headers, "Content-Type": MEDIA_TYPE, "Cache-Control": "no-cache"}
    )
    if request.method != "HEAD":
        response.enable_compression()  # which leaves some bytes at the end, even of nothing
    if not await begun(request, response):
        return response
    async for line in lines(archive, caller, told, wanted):
        await response.write(line)
    await response.write_eof()
    return response


def _wanted(request: web.Request) -> Wanted | None:
    """The form to give out, if one is asked for; without one there is nothing to have wishes about."""
    if "format" in request.query:
        return wanted_form(request, request.query["format"])
    if idle := sorted(WISHES & request.query.keys()):
        raise RequestRefused(
            f"{idle[0]} says how a form is made, and no format is asked for", hint="Add format=."
        )
    return None


def _next(request: web.Request, cursor: str) -> str:
    """Where the next page begins: the same question with another cursor."""
    return f'<{request.rel_url.update_query(cursor=cursor)}>; rel="next"'


def _filters(request: web.Request) -> Filters:
    asked = request.query
    return Filters(
        issuer=asked.get("issuer", ""),
        types=tuple(sorted(asked.getall("type", []))),
        since=moment_in(request, "since"),
        eqf_levels=tuple(sorted({_level(text) for text in asked.getall("eqf", [])})),
        verified=flag(request, "verified"),
    )


def _level(text: str) -> int:
    if text not in map(str, LEVELS):
        raise RequestRefused("eqf is a level from 1 to 8")
    return int(text)


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise RequestRefused(f"limit is a number from 1 to {MOST}")
    return int(text)


LINES: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string"}}}
WRITABLE = [form.name for form in FORMATS if form.write is not None]

PATHS: Paths = {
    "/v1/feed": {
        "get": operation(
            "What changed since, each credential as it is now", "feed",
            {"200": ("One line of JSON for each credential; revoked and erased ones as tombstones", LINES),
             "304": ("Nothing changed since the ETag of If-None-Match", {})},
            parameters=[
                parameter("cursor", "Where to go on: from Link of the page before.", {"type": "string"}),
                parameter("limit", "Most lines.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
                parameter("format", "The form to give out; records alone without it.", {"enum": WRITABLE}),
                *WISH_PARAMETERS,
                parameter("issuer", "Only of this issuer.", {"type": "string"}),
                parameter("type", "Only with one of these types; may repeat.", {"type": "string"}),
                parameter("since", "Only what changed since a moment.", {"type": "string", "format": "date-time"}),
                parameter("eqf", "Only of these EQF levels; may repeat.", {"enum": [*LEVELS]}),
                parameter("verified", "Only what was verified on arrival.", {"type": "boolean", "default": False}),
                in_header("If-None-Match", "The ETag of the page as it is known."),
            ],
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
