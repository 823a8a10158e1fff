"""The door to a key management service: one POST to the operator's own endpoint, bounded in time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from gateway.errors import SignerFailed

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Exchange", "HttpExchange"]

MAX_ANSWER = 65_536


class Exchange(Protocol):
    """Sends a request to a key management service."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises ``SignerFailed`` when there is none."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class HttpExchange:
    """Over HTTPS. The address is the operator's setting, so it may be inside; redirects are not followed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer, within the time and 64 KiB."""
        import aiohttp  # imported here: keys in files need no service

        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, headers, body)
        except TimeoutError:
            raise SignerFailed(f"the key service gave no answer within {self._seconds:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise SignerFailed(f"the key service cannot be reached ({type(error).__name__})") from None

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            content = bytearray()
            async for chunk in answer.content.iter_chunked(16_384):
                content += chunk
                if len(content) > MAX_ANSWER:
                    raise SignerFailed(f"the key service answered with more than {MAX_ANSWER} bytes")
            return answer.status, bytes(content)

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
