"""Where the gateway may be sent: hostile addresses directly, by redirect, and by a name that changes its mind.

A listener on loopback counts who comes, and every socket that is made is written down. Names are answered
by a resolver of our own: nothing leaves the machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from gateway.addresses import is_public_address
from gateway.dids import Means, resolve
from gateway.errors import GatewayError
from gateway.fetch import Fetcher
from gateway.settings import Settings

__all__ = ["WAYS", "outcomes", "vectors"]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PUBLIC, LOOPBACK, NAME = "8.8.8.8", "127.0.0.1", "registry.example.org"


def vectors(corpora: Path) -> list[str]:
    """The hostile URLs and did:webs, with PORT where the listener's port goes."""
    told = json.loads((corpora / "security/ssrf/urls.json").read_text(encoding="utf-8"))
    return [*told["block"], *(did for did, _ in told["did_web"])]


@dataclass(slots=True)
class Listener:
    """A listener that nobody may reach."""

    hits: int = 0
    port: int = 0

    def touched(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Count a connection and end it."""
        self.hits += 1
        writer.close()


class Names(AbstractResolver):
    """A name service that first says ``first``, and from the moment it was looked at ``then``."""

    def __init__(self, first: str, then: str) -> None:
        self.first, self.then = first, then

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """An answer that changes after it was checked."""
        return Changing([_entry(host, port, self.first)], [_entry(host, port, self.then)])

    async def close(self) -> None:
        """Nothing is open."""


class Changing(list[ResolveResult]):
    """A list that is another one when it is read for the second time."""

    def __init__(self, first: list[ResolveResult], then: list[ResolveResult]) -> None:
        super().__init__(first)
        self.then = then

    def __iter__(self) -> Iterator[ResolveResult]:
        now, self[:] = list(super().__iter__()), self.then
        return iter(now)


def _entry(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


class Recording(Fetcher):
    """The fetcher, writing down each address a socket was made for."""

    def __init__(self, settings: Settings, resolver: AbstractResolver) -> None:
        super().__init__(settings, resolver)
        self.sockets: list[str] = []

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        made = super()._socket(info)
        self.sockets.append(str(info[4][0]))
        return made


@dataclass(slots=True)
class Attack:
    """One try: the vector, the listener, and the addresses that sockets were made for."""

    vector: str
    listener: Listener
    sockets: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The vector as a URL."""
        text = self.vector.replace("PORT", str(self.listener.port))
        return f"https://{unquote(text.removeprefix('did:web:'))}" if text.startswith("did:") else text

    async def by(self, fetch: Recording, url: str) -> bool:
        """Whether asking for a URL is refused or fails, with an error of ours."""
        try:
            if url.startswith("did:"):
                await resolve(url, Means(fetch, NOW))
            else:
                await fetch.get(url, accept="*/*")
        except GatewayError:
            return True
        finally:
            self.sockets += fetch.sockets
            await fetch.close()
        return False


async def _directly(attack: Attack) -> bool:
    """The vector itself, with and without TLS, every port allowed that the listener has."""
    held = []
    for url in {attack.vector, attack.vector.replace("http://", "https://")}:
        settings = Settings(fetch_ports=(443, attack.listener.port))
        fetch = Recording(settings, Names(LOOPBACK, LOOPBACK))
        held.append(await attack.by(fetch, url.replace("PORT", str(attack.listener.port))))
    return all(held) and not attack.sockets


async def _by_redirect(attack: Attack) -> bool:
    """A server that is asked, and sends on to the vector; the inside is open here, so that following would show."""

    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        location = attack.url.encode("utf-8", "replace")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(elsewhere, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    fetch = Recording(Settings(allow_private_addresses=True), Names(LOOPBACK, LOOPBACK))
    held = await attack.by(fetch, f"http://{LOOPBACK}:{port}/did.json")
    server.close()
    return held and len(attack.sockets) == 1


async def _by_rebinding(attack: Attack) -> bool:
    """A name with a public address that, once looked at, is the vector's address or loopback."""
    settings = Settings(fetch_ports=(443, attack.listener.port))
    held = []
    for first, then in ((PUBLIC, _inside(attack.url)), (_inside(attack.url), PUBLIC)):
        fetch = Recording(settings, Names(first, then))
        held.append(await attack.by(fetch, f"https://{NAME}:{attack.listener.port}/did.json"))
    return all(held) and not attack.sockets


def _inside(url: str) -> str:
    """The address a URL names where it names one that is not public, else loopback."""
    try:
        host = (urlsplit(url).hostname or "").partition("%")[0]
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return LOOPBACK
    return LOOPBACK if is_public_address(address) else address


WAYS: dict[str, Callable[[Attack], Awaitable[bool]]] = {
    "directly": _directly,
    "by redirect": _by_redirect,
    "by rebinding": _by_rebinding,
}


def outcomes(given: list[str]) -> dict[str, bool]:
    """Whether each vector led nowhere, each way."""
    return asyncio.run(_tried(given))


async def _tried(given: list[str]) -> dict[str, bool]:
    listener = Listener()
    server = await asyncio.start_server(listener.touched, LOOPBACK, 0)
    listener.port = server.sockets[0].getsockname()[1]
    held = {
        f"{vector} {way}": await attack(Attack(vector, listener)) and listener.hits == 0
        for vector in given
        for way, attack in WAYS.items()
    }
    server.close()
    return held
