"""/v1/batches: many credentials handed in at once, and what becomes of each."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.batch_events import LISTENING, Listening, tell
from gateway.api.credentials import IDEMPOTENCY_KEY, reply
from gateway.api.describing import Paths, in_path, operation, parameter
from gateway.api.requests import body, known_parameters
from gateway.api.spooling import AT_ONCE, spooled
from gateway.api.state import ARCHIVE, SPOOLING
from gateway.envelopes import write_json, write_json_line
from gateway.errors import MediaTypeUnsupported, RequestRefused, ScopeMissing
from gateway.jobs import MEDIA_TYPES, Batches, as_json, row_json
from gateway.store import Caller, Job
from gateway.store.answers import Answer

__all__ = ["PATHS", "prepare", "routes"]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()
STATES = ("waiting", "done", "failed")
USUAL, MOST = 100, 1000
LARGEST = 2**31 - 1
"""The greatest number a row may have."""
LINES = "application/x-ndjson"


def prepare(app: web.Application) -> None:
    """What this face keeps while the application runs; who listens is let go when it stops."""
    app[SPOOLING], app[LISTENING] = asyncio.Semaphore(AT_ONCE), Listening()

    async def let_go(app: web.Application) -> None:
        app[LISTENING].over.set()

    app.on_shutdown.append(let_go)


@routes.post("/v1/batches")
async def hand_in(request: web.Request) -> web.Response:
    """Take in many credentials: 202, and where to ask for what becomes of them."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "push")
    if request.content_type not in MEDIA_TYPES:
        raise MediaTypeUnsupported(
            "the body is none of the kinds that are taken in at once",
            hint=f"Content-Type is one of {', '.join(sorted(MEDIA_TYPES))}.",
        )
    async with spooled(request) as (file, asked):
        return reply(await _batches(request).hand_in(caller, file, request.content_type, asked))


@routes.get("/v1/batches")
async def batches(request: web.Request) -> web.Response:
    """The tenant's jobs, newest first."""
    known_parameters(request, frozenset({"cursor", "limit"}))
    caller, limit = await _caller(request), _number(request, "limit", USUAL, MOST)
    found = await _batches(request).some(caller, request.query.get("cursor"), limit)
    answer = web.json_response({"batches": [_told(request, job) for job in found]})
    if len(found) == limit:
        answer.headers["Link"] = _next(request, found[-1].id)
    return answer


@routes.get("/v1/batches/{id}")
async def batch(request: web.Request) -> web.Response:
    """A job as it stands."""
    known_parameters(request, NOTHING)
    job = await _batches(request).one(await _caller(request), request.match_info["id"])
    return _answer(request, job)


@routes.get("/v1/batches/{id}/rows")
async def rows(request: web.Request) -> web.Response:
    """The rows of a job, a line of JSON for each; ``Link`` says where there may be more."""
    known_parameters(request, frozenset({"state", "cursor", "limit"}))
    caller, limit = await _caller(request), _number(request, "limit", MOST, MOST)
    after, state = _number(request, "cursor", 0, LARGEST, least=0), request.query.get("state")
    if state is not None and state not in STATES:
        raise RequestRefused(f"state is {', '.join(STATES)}")
    found = await _batches(request).rows(
        caller, request.match_info["id"], state=state, after=after, limit=limit
    )
    told = b"".join(write_json_line(row_json(row)) for row in found)
    answer = web.Response(body=told, headers={"Content-Type": LINES})
    if len(found) == limit:
        answer.headers["Link"] = _next(request, str(found[-1].number))
    return answer


@routes.post("/v1/batches/{id}/retry")
async def retry(request: web.Request) -> web.Response:
    """Try rows that failed again: all of them, or those of the body, with what was corrected."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "push")
    corrected = await body(request) if request.body_exists else b""
    return _answer(request, await _batches(request).retry(caller, request.match_info["id"], corrected))


@routes.post("/v1/batches/{id}/pause")
@routes.post("/v1/batches/{id}/resume")
@routes.post("/v1/batches/{id}/cancel")
async def move(request: web.Request) -> web.Response:
    """Pause a job, resume or cancel it."""
    known_parameters(request, NOTHING)
    caller, asked = await known_caller(request, "push"), request.path.rpartition("/")[2]
    return _answer(request, await _batches(request).move(caller, request.match_info["id"], asked))


@routes.get("/v1/batches/{id}/events")
async def events(request: web.Request) -> web.StreamResponse:
    """How far a job is, as it goes on."""
    known_parameters(request, NOTHING)
    caller, found = await _caller(request), _batches(request)
    return await tell(request, found, caller, await found.one(caller, request.match_info["id"]))


def _batches(request: web.Request) -> Batches:
    return Batches(request.app[ARCHIVE])


async def _caller(request: web.Request) -> Caller:
    """Who asks about jobs: who may hand in, and who may read."""
    try:
        return await known_caller(request, "push")
    except ScopeMissing:
        return await known_caller(request, "read")


def _told(request: web.Request, job: Job) -> dict[str, Any]:
    return as_json(job, request.app[ARCHIVE].gateway.clock())


def _answer(request: web.Request, job: Job) -> web.Response:
    return reply(Answer(200, write_json(_told(request, job))))


def _next(request: web.Request, cursor: str) -> str:
    return f'<{request.rel_url.update_query(cursor=cursor)}>; rel="next"'


def _number(request: web.Request, name: str, usual: int, most: int, *, least: int = 1) -> int:
    text = request.query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise RequestRefused(f"{name} is a number from {least} to {most}")
    return int(text)


JOB = {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}
JOBS = {
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {"batches": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}},
        }
    }
}
BODY = {
    "required": True,
    "description": "Lines of JSON, a zip archive of credentials of any format, or a table with a header.",
    "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES},
}
CORRECTED = {
    "required": False,
    "description": "A line of JSON for each row that is tried again: `row`, and the corrected `credential`.",
    "content": {LINES: {"schema": {"type": "string"}}},
}
CURSOR = parameter("cursor", "Where to go on: from Link of the page before.", {"type": "string"})
OF_ONE = {"parameters": [in_path("id", "The id of the job.")]}
AS_IT_STANDS = {"200": ("The job as it stands", JOB)}


def _limit(usual: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": MOST, "default": usual}
    return parameter("limit", "Most of them.", schema)


PATHS: Paths = {
    "/v1/batches": {
        "post": operation(
            "Hand in many credentials at once", "handInBatch",
            {"202": ("They are kept, and worked on; Location says where to ask", JOB)},
            parameters=[IDEMPOTENCY_KEY], requestBody=BODY,
        ),
        "get": operation(
            "Jobs, newest first", "listBatches", {"200": ("Jobs", JOBS)}, parameters=[CURSOR, _limit(USUAL)]
        ),
    },
    "/v1/batches/{id}": {**OF_ONE, "get": operation("How far a job is", "getBatch", AS_IT_STANDS)},
    "/v1/batches/{id}/rows": {
        **OF_ONE,
        "get": operation(
            "What became of each row", "listBatchRows",
            {"200": ("A line of JSON for each", {LINES: {"schema": {"$ref": "#/components/schemas/JobRow"}}})},
            parameters=[
                parameter("state", "Only rows of this state.", {"enum": [*STATES]}), CURSOR, _limit(MOST)
            ],
        ),
    },
    "/v1/batches/{id}/retry": {
        **OF_ONE,
        "post": operation("Try rows that failed again", "retryBatch", AS_IT_STANDS, requestBody=CORRECTED)
    },
    **{
        f"/v1/batches/{{id}}/{asked}": {**OF_ONE, "post": operation(f"{words} a job", f"{asked}Batch", AS_IT_STANDS)}
        for asked, words in (("pause", "Pause"), ("resume", "Go on with"), ("cancel", "Cancel"))
    },
    "/v1/batches/{id}/events": {
        **OF_ONE,
        "get": operation(
            "How far a job is, as it goes on", "followBatch",
            {"200": ("Events `progress`, and one `end`", {"text/event-stream": {"schema": {"type": "string"}}})},
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
