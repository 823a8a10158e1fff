"""GET / and POST /: the page for people, a form and its answer; GET /openapi.json. Nothing comes from outside."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

from aiohttp import web

from gateway.api import report_html
from gateway.api.addresses import public_address
from gateway.api.authentication import allowed_caller
from gateway.api.describing import PROBLEM, Paths, answers, got
from gateway.api.forms import Form, read_form
from gateway.api.page_html import page
from gateway.api.requests import asked_language, known_parameters
from gateway.api.state import DESCRIPTION, GATEWAY
from gateway.core import STRICT, ConvertOptions
from gateway.errors import GatewayError, RequestRefused
from gateway.messages import words

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

STATIC = Path(__file__).with_name("static")
QUERY = frozenset({"language"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""What the page may load and send: the gateway's own style, script and form."""


@routes.get("/openapi.json")
async def openapi(request: web.Request) -> web.Response:
    """The description of the interface."""
    return web.json_response(request.app[DESCRIPTION])


@routes.get("/style.css")
async def style(_: web.Request) -> web.Response:
    """The page's style sheet."""
    return web.Response(text=_static("style.css"), content_type="text/css")


@routes.get("/page.js")
async def script(_: web.Request) -> web.Response:
    """The page's script; the page works without it."""
    return web.Response(text=_static("page.js"), content_type="text/javascript")


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@routes.get("/")
async def index(request: web.Request) -> web.Response:
    """The page with an empty form."""
    known_parameters(request, QUERY)
    return _page(request)


@routes.post("/")
async def submitted(request: web.Request) -> web.Response:
    """The page with the answer to its form; a refusal keeps its HTTP status."""
    known_parameters(request, QUERY)
    form = Form(b"", {})
    try:
        form = await read_form(request)
        return _page(request, form, await _answer(request, form))
    except GatewayError as error:
        told = report_html.problem(error.problem(), asked_language(request))
        return _page(request, form, told, status=error.status)


async def _answer(request: web.Request, form: Form) -> str:
    """The report on what the form was sent with."""
    gateway, language, fields = request.app[GATEWAY], asked_language(request), form.fields
    if not form.data:
        raise RequestRefused(words(language)["page"]["nothing"])
    if fields.get("do", "verify") == "convert":
        options, signed = ConvertOptions(to=fields.get("to", "")), not fields.get("unsigned")
        if signed:
            await allowed_caller(request, "sign")
        shape = report_html.conversion(language)
        shown = await gateway.answer(form.data, options, shape, signed=signed)
    else:
        policy = fields.get("policy", STRICT.name)
        shown = await gateway.report(
            form.data, partial(report_html.verification, language=language), policy=policy
        )
    return shown.decode()


def _page(
    request: web.Request, form: Form | None = None, answer: str = "", *, status: int = 200
) -> web.Response:
    language = asked_language(request)
    described = request.app[DESCRIPTION]
    text = page(
        language,
        public_address(request),
        described,
        answer=answer,
        chosen=form.fields if form is not None else {},
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Content-Security-Policy": POLICY}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


PAGE: dict[str, Any] = {"text/html": {}}
FORM: dict[str, Any] = {
    "summary": "The page with the answer to its form",
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}},
    "responses": answers({"200": ("The page", PAGE)}, {**PROBLEM, "content": PAGE | PROBLEM["content"]}),
}
PATHS: Paths = {
    "/": {**got("The page for people", "text/html"), "post": FORM},
    "/style.css": got("Its style", "text/css"),
    "/page.js": got("Its script", "text/javascript"),
    "/openapi.json": got("This description"),
}
"""The paths of this face, as the API's description tells of them."""
