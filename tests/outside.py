"""A lying outside world: one local server that others' documents stand on, and the ways in which it can fail.

What the gateway asks at a public name comes here instead, through the gateway's own client.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.fetch import Fetcher
from gateway.settings import Settings

__all__ = [
    "FETCH_SECONDS",
    "TWELVE",
    "Answer",
    "Clients",
    "Fault",
    "Outside",
    "Road",
    "Sent",
    "comes_too_large",
    "cuts_short",
    "dies",
    "dies_halfway",
    "drips",
    "hangs",
    "has_failed",
    "is_compressed",
    "is_gone",
    "is_overloaded",
    "road_to",
    "sends_elsewhere",
    "serving",
    "shows_a_page",
]

FETCH_SECONDS = 0.2
"""How long an answer that never comes is waited for."""
PATIENT_SECONDS = 20.0
"""How long one that comes may take on a machine that is busy."""

Answer = bytes | str | dict[str, Any] | list[Any]
Fault = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Sent:
    """What was posted to a path."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Outside:
    """What stands at which path (with its query, decoded), and which fault holds at the moment."""

    base: str = ""
    at: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What stands at a path, or what its fault makes of it."""
        path = unquote(request.raw_path)
        self.asked.append(path)
        if request.method == "POST":
            self.sent.append(Sent(path, dict(request.headers), await request.read()))
        found = self.at.get(path)
        if found is None:
            return web.json_response({"title": "Not Found", "status": 404}, status=404)
        body = found if isinstance(found, bytes | str) else json.dumps(found)
        body = body.encode() if isinstance(body, str) else body
        fault = self.faults.get(path)
        return web.Response(body=body) if fault is None else await fault(request, body)


@asynccontextmanager
async def serving(world: Outside, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server in front of the world."""
    application = web.Application()
    application.router.add_get("/{tail:.*}", world.answer)
    application.router.add_post("/{tail:.*}", world.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    try:
        await web.SockSite(runner, listening, ssl_context=context).start()
        scheme = "https" if context is not None else "http"
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        await runner.cleanup()


class Clients:
    """The gateway's own client, patient but for what never comes: tests shall not depend on a quick machine.

    ``slow`` tells of an address whether what stands there never comes.
    """

    def __init__(self) -> None:
        self.slow: Callable[[str], bool] = lambda url: False
        self._patient, self._impatient = (
            Fetcher(Settings(allow_private_addresses=True, fetch_timeout=seconds))
            for seconds in (PATIENT_SECONDS, FETCH_SECONDS)
        )

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """What stands at an address."""
        client = self._impatient if self.slow(url) else self._patient
        return await client.get(url, accept=accept, max_bytes=max_bytes)

    async def close(self) -> None:
        """Close connections."""
        await self._patient.close()
        await self._impatient.close()


# --- ways to fail ---------------------------------------------------------------------------------


async def hangs(request: web.Request, body: bytes) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response(body=body)


async def drips(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionResetError):  # nobody waits for the end
        for byte in body:
            await response.write(bytes([byte]))
            await asyncio.sleep(0.05)
    return response


async def dies(request: web.Request, body: bytes) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def dies_halfway(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def cuts_short(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=body[: len(body) // 2])


async def shows_a_page(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(text="<!doctype html><title>Maintenance</title>", content_type="text/html")


async def is_overloaded(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=503, body=body)


async def has_failed(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=500, body=body)


async def is_gone(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=410)


async def sends_elsewhere(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "/elsewhere"})


async def is_asked_too_often(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=429, body=body, headers={"Retry-After": "1"})


async def comes_too_large(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=body + b" " * 5 * 1024 * 1024)


async def is_compressed(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})


async def is_a_bomb(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=_bomb(), headers={"Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    """Some 20 kB that inflate to 20 MB."""
    return gzip.compress(b"\0" * 20_000_000)


async def speaks_of_another(request: web.Request, body: bytes) -> web.StreamResponse:
    """A document in order that is one of somebody, or something, else."""
    return web.json_response({"id": "did:web:somebody.example.org", "type": "Other"})


REFUSED, NO_TLS = "refused", "TLS error"

TWELVE: dict[str, Fault | None] = {
    REFUSED: None,
    "reset": dies,
    "timeout": hangs,
    "drip": drips,
    "truncated": dies_halfway,
    "oversize": comes_too_large,
    "gzip bomb": is_a_bomb,
    "500": has_failed,
    "429": is_asked_too_often,
    "bad JSON": cuts_short,
    "wrong document": speaks_of_another,
    NO_TLS: None,
}
"""The faults of facts everybody meets. Two of them happen on the road, before any server answers."""
WAITS = ("timeout", "drip")


# --- the road to the world -------------------------------------------------------------------------


@dataclass
class Road:
    """A fetch port on which every https host of the tests is a folder of one local server.

    ``fault`` is one of the twelve, and befalls the hosts in ``befallen``.
    """

    world: Outside
    base: str
    without_tls: str
    closed: str
    clients: Clients
    fault: str = ""
    befallen: frozenset[str] = frozenset()

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        """What the gateway's own client gets, sent to where the host really stands."""
        parts = urlsplit(url)
        fault = self.fault if parts.netloc in self.befallen else ""
        base = {REFUSED: self.closed, NO_TLS: self.without_tls}.get(fault, self.base)
        path = f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        made = TWELVE.get(fault)
        self.world.faults.pop(unquote(path), None)
        if made is not None:
            self.world.faults[unquote(path)] = made
        self.clients.slow = lambda url: fault in WAITS
        return await self.clients.get(base + path, accept=accept, max_bytes=max_bytes)


@asynccontextmanager
async def road_to(world: Outside) -> AsyncIterator[Road]:
    """The road, and at its end the world's servers: one in order, one whose certificate nobody knows."""
    clients = Clients()
    with tempfile.TemporaryDirectory() as folder:
        unknown = _unknown_certificate(Path(folder) / "server.pem")
    async with serving(world) as base, serving(world, unknown) as without_tls:
        world.base = base
        try:
            yield Road(world, base, without_tls, f"http://127.0.0.1:{_closed_port()}", clients)
        finally:
            await clients.close()


def _closed_port() -> int:
    """A port that nobody listens on: it was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _unknown_certificate(path: Path) -> ssl.SSLContext:
    """The TLS side of a server with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )  # fmt: skip
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
