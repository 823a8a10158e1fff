"""Documents of lists: fetched within a size, read, refused in one way when malformed."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from gateway.envelopes import read_json
from gateway.errors import InputRefused, TrustListMalformed
from gateway.trust.statements import Fetch

__all__ = ["MAX_ANSWER", "MAX_LIST", "MAX_NAME", "address", "json_at", "mapping", "read_object", "text"]

JSON = "application/json"
MAX_LIST = 4 * 1024 * 1024
"""Most bytes of a whole list."""
MAX_ANSWER = 131_072
"""Most bytes of an answer about one issuer."""
MAX_NAME = 300
"""Most characters of a name that a statement repeats."""
MAX_ADDRESS = 2048
_ADDRESS = re.compile(r"https?://[!-~]+\Z")
AWAY = 65_536
"""From how many bytes on a document is read in a thread."""


async def json_at(url: str, fetch: Fetch, *, max_bytes: int = MAX_ANSWER) -> Any:
    """The JSON at an address. Raises ``TrustListMalformed``, or what ``fetch`` raises."""
    data = await fetch.get(url, accept=JSON, max_bytes=max_bytes)
    return await asyncio.to_thread(read_object, data) if len(data) > AWAY else read_object(data)


def read_object(data: bytes) -> Any:
    """The JSON in some bytes. Raises ``TrustListMalformed``."""
    try:
        return read_json(data)
    except InputRefused as error:
        raise TrustListMalformed(f"{error.title}: {error.detail}", pointer=error.pointer) from None


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """The value when it is a text of sane length, on one line; else an empty one."""
    return " ".join(value.split())[:MAX_NAME] if isinstance(value, str) else ""


def address(value: Any) -> str:
    """The value when it is an address on the web of sane length, else an empty text.

    Whether it is one that anybody is sent to is for ``fetch`` to say.
    """
    return value if isinstance(value, str) and len(value) <= MAX_ADDRESS and _ADDRESS.match(value) else ""
