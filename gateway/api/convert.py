"""POST /v1/convert: the raw bytes of a credential in, JSON out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from gateway.api.authentication import allowed_caller
from gateway.api.bundles import bundle_json
from gateway.api.describing import OPEN_OR_SECURED, WITH_IMAGE, Paths, answer, got, parameter
from gateway.api.requests import asked_language, credential_and_image, flag, known_parameters
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY
from gateway.core import DEFAULT_SECURING, ORIGINALS, SECURINGS, ConvertOptions
from gateway.errors import IsBundle, RequestRefused
from gateway.formats import FORMATS
from gateway.pipeline import conversion_json
from gateway.pipeline.bundles import convert_each
from gateway.signer import NEW_KINDS

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

QUERY = frozenset(
    {
        "to",
        "original",
        "strict",
        "unsigned",
        "language",
        "context",
        "securing",
        "key",
        "holder",
        "vcdm",
        "bake",
    }
)


@routes.post("/v1/convert")
async def convert(request: web.Request) -> web.Response:
    """The credential in the format ``to`` and the report on it; a signed one for who may have it signed.

    Of a record that holds several, each, and why one of them is refused.
    """
    options = _options(request)
    signed, language = not flag(request, "unsigned"), asked_language(request)
    if signed:
        await allowed_caller(request, "sign")
    data, image = await credential_and_image(request)
    if "bake" in request.query or image:
        options = replace(options, image=image)
    gate, securing, key = request.app[GATEWAY], request.query.get("securing", DEFAULT_SECURING), _key(request)
    try:
        converted = await gate.answer(
            data, options, conversion_json(language), signed=signed, securing=securing, key=key
        )
    except IsBundle:
        made = await convert_each(gate, data, options, signed=signed, securing=securing, key=key)
        converted = bundle_json(made, language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(body=converted, content_type="application/json", charset="utf-8", headers=headers)


@routes.get("/v1/formats")
async def formats(request: web.Request) -> web.Response:
    """What can be read and written."""
    known_parameters(request, frozenset())
    rows = [
        {
            "name": form.name,
            "title": form.title,
            "mediaType": form.media_type,
            "writes": form.write is not None,
        }
        for form in FORMATS
    ]
    return web.json_response({"formats": rows})


def _options(request: web.Request) -> ConvertOptions:
    known_parameters(request, QUERY)
    if request.query.get("bake", "own") != "own":
        raise RequestRefused(
            "bake is own", hint="Another image is sent beside the credential, as a part `image`."
        )
    if "to" not in request.query:
        raise RequestRefused(
            "the parameter `to` is missing", hint="Add ?to=ob3, elm3, vc, edci-xml or eudi-learning."
        )
    original = request.query.get("original", "digest")
    if original not in ORIGINALS:
        raise RequestRefused("original is full, digest or none")
    return ConvertOptions(
        to=request.query["to"],
        original=original,
        strict=flag(request, "strict"),
        languages=tuple(request.query.getall("language", [])),
        by_url=_context_url(request),
        holder=request.query.get("holder", ""),
        vcdm=request.query.get("vcdm", ""),
    )


def _key(request: web.Request) -> str:
    """The kind of key asked for, empty for the securing's own."""
    kind = request.query.get("key", "")
    if kind not in ("", *NEW_KINDS):
        raise RequestRefused(
            f"key is {' or '.join(NEW_KINDS)}",
            hint="Without key, the first kind that the way of securing takes.",
        )
    return kind


def _context_url(request: web.Request) -> str:
    """The address of the gateway's context, when the caller wants it by URL."""
    wanted = request.query.get("context", "inline")
    if wanted not in ("inline", "url"):
        raise RequestRefused("context is inline or url")
    if wanted == "inline":
        return ""
    return request.app[GATEWAY].context_url


def _described() -> dict[str, Any]:
    writable = [form.name for form in FORMATS if form.write is not None]
    return {
        "summary": "Convert a credential and sign the result",
        "operationId": "convert",
        "security": OPEN_OR_SECURED,
        "parameters": [
            parameter("to", "The format wanted.", {"enum": writable}, required=True),
            parameter("original", "How the source goes along.", {"enum": [*ORIGINALS], "default": "digest"}),
            parameter("strict", "Refuse to lose anything.", {"type": "boolean", "default": False}),
            parameter("unsigned", "Do not sign; the issuer stays.", {"type": "boolean", "default": False}),
            _securing(),
            parameter("key", "The kind of key.", {"enum": [*NEW_KINDS]}),
            parameter("bake", "Into the badge's own image; another is a part `image` of a form.", {"enum": ["own"]}),
            parameter("vcdm", "Version of the data model, where the format has several.", {"enum": ["1.1", "2.0"]}),
            parameter("holder", "Whom it is about, a DID; with dc+sd-jwt the key it is bound to, a JWK too.", TEXT),
            parameter("language", "Preferred where one language fits; may repeat.", {"type": "string"}),
            parameter(
                "context", "The gateway's terms inline, or by URL (vc only).",
                {"enum": ["inline", "url"], "default": "inline"},
            ),
        ],
        "requestBody": WITH_IMAGE,
        "responses": answer("The credential and the report on it", "Conversion"),
    }  # fmt: skip


def _securing() -> dict[str, Any]:
    """Several proofs with commas between."""
    schema = {"type": "array", "items": {"enum": [*SECURINGS]}, "default": [DEFAULT_SECURING]}
    return {**parameter("securing", "How it is secured; a token stands alone.", schema), "explode": False}


PATHS: Paths = {
    "/v1/convert": {"post": _described()},
    "/v1/formats": got("What can be read and written"),
}
"""The paths of this face, as the API's description tells of them."""
