"""Bodies too long to be held: put into a file without a name as they come, which goes with the request."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

from aiohttp import ClientError, web

from gateway.api.credentials import idempotency_key
from gateway.api.requests import uncompressed
from gateway.api.state import SETTINGS, SPOOLING
from gateway.errors import Overloaded, RequestRefused, StoreFailed, TooLarge
from gateway.jobs import MAX_BATCH_BYTES
from gateway.store.answers import Request, digesting

__all__ = ["AT_ONCE", "spooled"]

PIECE_DEADLINE, WHOLE_DEADLINE = 30.0, 3600.0
"""Seconds a client may take for a piece of its body, and for the whole."""
PIECE = 1024 * 1024
"""Bytes that are written at a time."""
AT_ONCE = 8
"""Most bodies that are put into files at once by one process."""
TURN_SECONDS = 10.0
"""How long a request waits for its turn; nothing of its body is read meanwhile."""


@asynccontextmanager
async def spooled(request: web.Request) -> AsyncIterator[tuple[BinaryIO, Request | None]]:
    """The body as a file, and the request as its Idempotency-Key names it, if it has one.

    Raises ``TooLarge``, ``RequestRefused`` for a body that does not come in time, ``Overloaded``, ``StoreFailed``.
    """
    uncompressed(request)
    if (request.content_length or 0) > MAX_BATCH_BYTES:
        raise _too_large()
    key = idempotency_key(request)
    places = request.app[SPOOLING]
    try:
        await asyncio.wait_for(places.acquire(), TURN_SECONDS)
    except TimeoutError:
        raise Overloaded("too many bodies are being received") from None
    try:
        folder = request.app[SETTINGS].data
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 it is closed below
        except OSError as error:
            raise _no_room(error) from None
        try:
            told = await _received(request, file)
            file.seek(0)
            asked = Request(key, request.method, request.path, told=told) if key is not None else None
            yield file, asked
        finally:
            file.close()
    finally:
        places.release()


async def _received(request: web.Request, file: BinaryIO) -> str:
    """Put the body into a file; the digest of what is asked."""
    digest, size = digesting(request.method, request.path), 0
    digest.update(f"{request.content_type}\n".encode())
    try:
        async with asyncio.timeout(WHOLE_DEADLINE):
            while piece := await asyncio.wait_for(request.content.read(PIECE), PIECE_DEADLINE):
                size += len(piece)
                if size > MAX_BATCH_BYTES:
                    raise _too_large()
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
    except TimeoutError:
        raise RequestRefused("the body did not arrive in time") from None
    except (ClientError, web.HTTPException, web.RequestPayloadError, ConnectionError):
        raise RequestRefused("the body is malformed, or was not sent whole") from None
    except OSError as error:
        raise _no_room(error) from None
    if size == 0:
        raise RequestRefused(
            "the request has no body", hint="Send many credentials: lines, an archive, a table."
        )
    return digest.hexdigest()


def _too_large() -> TooLarge:
    return TooLarge(f"more than the {MAX_BATCH_BYTES} bytes of one batch", hint="Hand it in in parts.")


def _no_room(error: OSError) -> StoreFailed:
    return StoreFailed(f"the body could not be put on the disk: {error.strerror}")
