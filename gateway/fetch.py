"""The one door to the network: HTTPS to public addresses, bounded in size and time, no redirects.

Addresses are checked where the socket is made, so that no literal, redirect or DNS rebinding gets past:
``addresses`` says which are public.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from gateway.errors import DocumentGone, DocumentMissing, FetchFailed, FetchRefused
from gateway.settings import Settings

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver

__all__ = ["Exchange", "Fetch", "Fetcher", "NoFetch", "OutgoingRequest", "ReceivedAnswer"]

HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}\Z"
)
PLAIN = re.compile(r"[!-\[\]-~]+\Z")
"""Printable ASCII without backslash: what two readers of URLs take apart alike."""
HTTPS_PORT = 443
CONNECT_SECONDS = 2.0
CHUNK = 16_384
NO_DOCUMENT: dict[int, type[FetchFailed]] = {404: DocumentMissing, 410: DocumentGone}
"""Answers that say something of the document; any other but 200 speaks of the server."""


class Fetch(Protocol):
    """Gets small public documents."""

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """The body of a 200 answer. Raises ``FetchRefused`` or ``FetchFailed``, of which ``DocumentMissing``
        and ``DocumentGone`` say that the server was asked and has no such document."""
        ...


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request to another service. Its headers may hold secrets, so they are never shown.

    Where ``told`` is false, nobody wants to know what stands in the answer, and its body is not read.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    max_bytes: int | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """What another service answered, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Exchange(Protocol):
    """Speaks with other services: hosts that are imported from, receivers of webhooks."""

    async def exchange(self, request: OutgoingRequest) -> ReceivedAnswer:
        """The answer, of any status. Raises ``FetchRefused`` or ``FetchFailed`` when there is none."""
        ...


class NoFetch:
    """Refuses everything: for a gateway that works offline."""

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """Never an answer."""
        raise FetchRefused("the network is closed")

    async def exchange(self, request: OutgoingRequest) -> ReceivedAnswer:
        """Never an answer."""
        raise FetchRefused("the network is closed")


class Fetcher:
    """The outbound client. One for each gateway; ``close`` it at the end.

    ``resolver`` is who is asked for addresses, the system unless given; what it says is checked.
    """

    def __init__(self, settings: Settings, resolver: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """The body of a 200 answer of at most ``max_bytes``.

        Raises ``FetchRefused`` for a URL or address that is not public https, ``FetchFailed`` for
        whatever goes wrong on the way.
        """
        headers = {"Accept": accept}
        answer = await self._within_limits(OutgoingRequest("GET", url, headers, max_bytes=max_bytes), (200,))
        if answer.status != 200:
            raise NO_DOCUMENT.get(answer.status, FetchFailed)(f"the answer has status {answer.status}")
        return answer.body

    async def exchange(self, request: OutgoingRequest) -> ReceivedAnswer:
        """The answer of another service, of any status, within the same limits; redirects are not followed.

        Raises what ``get`` does, but for the status.
        """
        return await self._within_limits(request, None if request.told else ())

    async def _within_limits(
        self, request: OutgoingRequest, bodies: tuple[int, ...] | None
    ) -> ReceivedAnswer:
        """The answer; its body is read where the status is one of ``bodies``, or always."""
        self.check(request.url)
        import aiohttp  # imported here: most documents need nobody to be asked, and it costs a tenth of a second

        try:
            async with asyncio.timeout(self._settings.fetch_timeout):
                return await self._asked(request, bodies)
        except TimeoutError:
            raise FetchFailed(f"no answer within {self._settings.fetch_timeout:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if _is_refusal(error):
                raise FetchRefused("the host has an address that is not public") from None
            raise FetchFailed(f"the request failed ({type(error).__name__})") from None

    def check(self, url: str) -> None:
        """Raise ``FetchRefused`` for an address that is never asked, whatever its name leads to."""
        try:
            parts = urlsplit(url if PLAIN.match(url) else "")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise FetchRefused("the address is malformed") from None
        if not host or "@" in parts.netloc:
            raise FetchRefused("only addresses of a host without user information are asked")
        if self._settings.allow_private_addresses:
            return
        if parts.scheme != "https":
            raise FetchRefused("only https addresses are asked")
        if not HOST_NAME.match(host):
            raise FetchRefused("the host is no DNS name")
        if (HTTPS_PORT if port is None else port) not in self._settings.fetch_ports:
            asked = ", ".join(str(allowed) for allowed in self._settings.fetch_ports)
            raise FetchRefused(f"only these ports are asked: {asked}")

    async def _asked(self, request: OutgoingRequest, bodies: tuple[int, ...] | None) -> ReceivedAnswer:
        limit = self._settings.fetch_max_bytes if request.max_bytes is None else request.max_bytes
        headers = {"Accept-Encoding": "identity", **request.headers}
        asked = self._opened().request(
            request.method, request.url, headers=headers, data=request.body, allow_redirects=False
        )
        async with asked as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            if bodies is not None and answer.status not in bodies:
                return ReceivedAnswer(answer.status, told, b"")
            codings = answer.headers.getall("Content-Encoding", ["identity"])
            if any(coding.strip().lower() != "identity" for coding in codings):
                raise FetchFailed("the answer is compressed, which was not asked for")
            body = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK):
                body += chunk
                if len(body) > limit:
                    raise FetchFailed(f"the answer is larger than {limit} bytes")
            return ReceivedAnswer(answer.status, told, bytes(body))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            from gateway.addresses import CheckedResolver

            seconds = self._settings.fetch_timeout
            asked = self._resolver or aiohttp.ThreadedResolver()
            connector = aiohttp.TCPConnector(
                resolver=asked if self._settings.allow_private_addresses else CheckedResolver(asked),
                socket_factory=self._socket,
                use_dns_cache=False,
                force_close=True,
                limit=20,
                limit_per_host=2,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS, sock_read=seconds),
            )
        return self._session

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for an address that was looked at: this is the last gate before a connection."""
        from gateway.addresses import NotPublic, is_public_address

        family, kind, protocol, _, address = info
        if not self._settings.allow_private_addresses and not is_public_address(str(address[0])):
            raise NotPublic("the address is not public")
        return socket.socket(family=family, type=kind, proto=protocol)

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _is_refusal(error: BaseException | None) -> bool:
    """Whether an address that is not public lies at the bottom of a failure."""
    from gateway.addresses import NotPublic

    while error is not None and not isinstance(error, NotPublic):
        error = error.__cause__ or error.__context__
    return error is not None
