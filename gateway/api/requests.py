"""Reading requests: the body as sent, parameters that are known, flags."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http import HttpProcessingError

from gateway.envelopes import read_json
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import MediaTypeUnsupported, RequestRefused, TooLarge
from gateway.messages import DEFAULT_LANGUAGE, LANGUAGES, chosen_language
from gateway.store.moments import stamp

__all__ = [
    "MALFORMED_FORM",
    "NO_ROUTE",
    "asked_language",
    "begun",
    "body",
    "credential_and_image",
    "flag",
    "known_parameters",
    "members",
    "moment_in",
    "route_of",
    "small_body",
    "uncompressed",
]

BODY_DEADLINE = 15.0
"""Seconds a client has to send its body."""

SMALL = 65_536
"""Most bytes of a body that is no credential."""

NO_ROUTE = "(no route)"
JSON = frozenset({"application/json", "application/octet-stream", "application/x-www-form-urlencoded"})
"""What a small JSON object may be called: by its name, by none, and as curl calls what it is given with ``-d``."""

TRUE = frozenset({"", "1", "true", "yes"})
FALSE = frozenset({"0", "false", "no"})
LANGUAGE = frozenset({"language"})
"""What may be given more than once wherever it is read."""


def uncompressed(request: web.Request) -> None:
    """Raise ``RequestRefused`` for a body that would be inflated before it is read: it may be a bomb."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RequestRefused("a compressed body is not accepted", hint="Send the bytes as they are.")


MALFORMED_FORM = (
    ValueError, AssertionError, RuntimeError, LookupError, EOFError, HttpProcessingError, web.HTTPException,
    web.RequestPayloadError,
)  # fmt: skip
"""Whatever the reader of forms may raise for one that is no form."""


async def body(request: web.Request) -> bytes:
    """The body as sent; never inflated, never longer than a credential may be."""
    uncompressed(request)
    try:
        data = await asyncio.wait_for(request.read(), BODY_DEADLINE)
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge(f"more than the {MAX_BYTES} bytes that are read") from None
    except TimeoutError:
        raise RequestRefused("the body did not arrive in time") from None
    if not data:
        raise RequestRefused("the request has no body", hint="Send the bytes of one credential as the body.")
    return data


async def credential_and_image(request: web.Request) -> tuple[bytes, bytes]:
    """The body, or of a form its parts ``credential`` and, where there is one, ``image``.

    Raises ``TooLarge``, ``RequestRefused``.
    """
    if request.content_type != "multipart/form-data":
        return await body(request), b""
    uncompressed(request)
    try:
        parts = await asyncio.wait_for(_parts(request), BODY_DEADLINE)
    except TimeoutError:
        raise RequestRefused("the body did not arrive in time") from None
    except MALFORMED_FORM:
        raise RequestRefused(
            "the form is malformed", hint="Send multipart/form-data as RFC 7578 has it."
        ) from None
    if not parts.get("credential"):
        raise RequestRefused(
            "the form has no part `credential`", hint="Send the bytes of one credential in it."
        )
    return parts["credential"], parts.get("image", b"")


async def _parts(request: web.Request) -> dict[str, bytes]:
    """The parts of a form, each known and once, none longer than a credential may be."""
    found: dict[str, bytes] = {}
    async for part in await request.multipart():
        name = part.name if isinstance(part, BodyPartReader) else None
        if not isinstance(part, BodyPartReader) or name not in ("credential", "image") or name in found:
            raise RequestRefused(
                "a part of the form is unknown, or there twice", hint="Known: credential, image."
            )
        data = bytearray()
        while piece := await part.read_chunk():
            data += piece
            if len(data) > MAX_BYTES:
                raise TooLarge(f"more than the {MAX_BYTES} bytes that are read")
        found[name] = bytes(data)
    return found


async def small_body(request: web.Request) -> bytes:
    """The body of a request that holds no credential. Raises ``TooLarge``, ``RequestRefused``."""
    data = await body(request)
    if len(data) > SMALL:
        raise TooLarge(f"more than the {SMALL} bytes that are read here")
    return data


async def members(request: web.Request, known: frozenset[str]) -> dict[str, Any]:
    """The members of a small JSON object, none but those that are known.

    Raises ``RequestRefused``, ``MediaTypeUnsupported``.
    """
    if request.content_type not in JSON and not request.content_type.endswith("+json"):
        raise MediaTypeUnsupported("the body is not application/json")
    given = read_json(await small_body(request))
    if not isinstance(given, dict):
        raise RequestRefused("the body is not a JSON object")
    if unknown := sorted(set(given) - known):
        raise RequestRefused(
            f"unknown member {unknown[0][:40]!r}", hint=f"Known: {', '.join(sorted(known))}."
        )
    return given


def known_parameters(
    request: web.Request, known: frozenset[str], repeated: frozenset[str] = LANGUAGE
) -> None:
    """Raise ``RequestRefused`` for a parameter nobody reads, and for one that stands twice and is read once.

    A misspelt one, or the second, would be silently ignored.
    """
    if unknown := sorted(set(request.query) - known):
        raise RequestRefused(
            f"unknown parameter {unknown[0][:40]!r}", hint=f"Known: {', '.join(sorted(known))}."
        )
    counts = Counter(request.query.keys())
    if twice := sorted(name for name in counts.keys() - repeated if counts[name] > 1):
        raise RequestRefused(f"the parameter {twice[0]} stands twice", hint="Give it once.")


def moment_in(request: web.Request, name: str) -> str:
    """A parameter that is a moment, as the store writes it; empty when it is absent. Raises ``RequestRefused``."""
    if name not in request.query:
        return ""
    try:
        when = datetime.fromisoformat(request.query[name])
        if when.tzinfo is not None:
            return stamp(when)
    except (ValueError, OverflowError):
        pass
    raise RequestRefused(f"{name} is a moment with its time zone", hint="As 2026-01-31T12:00:00Z.")


async def begun(request: web.Request, response: web.StreamResponse) -> bool:
    """Send the head of an answer that is written bit by bit; whether a body follows, which none does after HEAD."""
    await response.prepare(request)
    return request.method != hdrs.METH_HEAD


def flag(request: web.Request, name: str) -> bool:
    """A parameter that is true or false; absent is false."""
    value = request.query.get(name, "false").lower()
    if value not in TRUE | FALSE:
        raise RequestRefused(f"{name} is true or false")
    return value in TRUE


def asked_language(request: web.Request) -> str:
    """The language of sentences: the parameter ``language`` where there is a catalogue for it, else Accept-Language."""
    asked = request.query.get("language", "")
    if asked in LANGUAGES:
        return asked
    return chosen_language(request.headers.get("Accept-Language", DEFAULT_LANGUAGE))


def route_of(request: web.Request) -> str:
    """The route that a request went to, one of those there are: never a path as sent."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else NO_ROUTE
