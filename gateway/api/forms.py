"""Reading the form of the page for people: in memory, within the limits of a credential, never on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from gateway.api.requests import BODY_DEADLINE, MALFORMED_FORM, uncompressed
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import MediaTypeUnsupported, RequestRefused, TooLarge

__all__ = ["Form", "read_form"]

MAX_PARTS = 16
FIELD_BYTES = 200
"""Most bytes of a field that holds no credential."""
CREDENTIALS = ("file", "text")


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: the bytes of a credential, and the other fields."""

    data: bytes
    fields: Mapping[str, str]


async def read_form(request: web.Request) -> Form:
    """The form of a request, a chosen file before a pasted text. Raises an ``InputRefused``."""
    uncompressed(request)
    if request.content_type != "multipart/form-data":
        raise MediaTypeUnsupported(
            "the form is not multipart/form-data", hint="Programs post to /v1/verify or /v1/convert."
        )
    try:
        parts = await asyncio.wait_for(_parts(request), BODY_DEADLINE)
    except TimeoutError:
        raise RequestRefused("the form did not arrive in time") from None
    except MALFORMED_FORM:
        raise RequestRefused("the form is malformed") from None
    data = parts.pop("file", b"") or parts.pop("text", b"").strip()
    return Form(data, {name: value.decode("utf-8", "replace") for name, value in parts.items()})


async def _parts(request: web.Request) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name or len(found) >= MAX_PARTS:
            raise ValueError
        found[part.name] = await _content(part, MAX_BYTES if part.name in CREDENTIALS else FIELD_BYTES)
    return found


async def _content(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"more than the {limit} bytes that are read")
    return bytes(content)
