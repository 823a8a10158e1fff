"""One serving process: bound, started, told when to answer, stopped without losing an answer."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from gateway.api.connections import CONNECTIONS
from gateway.api.speaking import Speaker
from gateway.api.state import SETTINGS
from gateway.api.tls import HANDSHAKE, certificate_of, renewing
from gateway.errors import GatewayFailed
from gateway.settings import Settings

__all__ = ["SHUTDOWN", "bound", "listening", "serve_app"]

log = logging.getLogger("gateway")

SHUTDOWN = 20.0
"""Seconds that requests under way have to be answered in, when the service is stopped."""
BACKLOG = 512
STOPPING = (signal.SIGINT, signal.SIGTERM)


def bound(settings: Settings) -> list[socket.socket]:
    """Sockets for every address of the host, bound and not yet listening. Raises ``GatewayFailed``."""
    made: list[socket.socket] = []
    try:
        kind, passive = socket.SOCK_STREAM, socket.AI_PASSIVE
        for family, _, _, _, address in socket.getaddrinfo(
            settings.host, settings.port, type=kind, flags=passive
        ):
            made.append(socket.socket(family, kind))
            made[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            made[-1].bind(address)
    except OSError as error:
        for one in made:
            one.close()
        raise GatewayFailed(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
            hint="Is something else listening there? --port names another.",
        ) from None
    return made


async def serve_app(
    app: web.Application, sockets: Sequence[socket.socket], started: Callable[[], Awaitable[bool]]
) -> None:
    """Answer on ``sockets`` from when ``started`` says so until a signal stops it; nothing if it says no.

    What was asked for by then is answered. A second signal changes nothing.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in STOPPING:
        loop.add_signal_handler(number, stop.set)

    async def begun() -> bool:
        return await _unless(stop, started())

    async with listening(app, sockets, begun) as answering:
        if answering:
            scheme = "http" if app[SETTINGS].tls_cert is None else "https"
            log.info("ready on %s://%s:%d", scheme, *sockets[0].getsockname()[:2])
            await stop.wait()


async def _yes() -> bool:
    return True


@asynccontextmanager
async def listening(
    app: web.Application, sockets: Sequence[socket.socket], begun: Callable[[], Awaitable[bool]] = _yes
) -> AsyncIterator[bool]:
    """Answer on ``sockets``, every connection guarded, for as long as the block; not if ``begun`` says no.

    Under TLS where the settings name a certificate. Raises ``SettingInvalid`` for one that cannot be used.
    """
    certificate = certificate_of(app[SETTINGS])
    tls, handshake = (None, None) if certificate is None else (certificate.context, HANDSHAKE)
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN, access_log=None)
    servers: list[asyncio.Server] = []
    try:
        await runner.setup()
        if not await begun():
            yield False
            return
        inner, guards, loop = runner.server, app[CONNECTIONS], asyncio.get_running_loop()
        if inner is None:
            raise GatewayFailed("the server was not set up")

        def speak() -> asyncio.Protocol:
            return guards.guard(Speaker(inner, app, loop))

        for one in sockets:
            servers.append(
                await loop.create_server(
                    speak, sock=one, backlog=BACKLOG, ssl=tls, ssl_handshake_timeout=handshake
                )
            )
        async with renewing(certificate):
            yield True
    finally:
        for server in servers:
            server.close()
        await runner.cleanup()


async def _unless(stop: asyncio.Event, answer: Awaitable[bool]) -> bool:
    """The answer, or no when the process is stopped before there is one."""
    asked, stopped = asyncio.ensure_future(answer), asyncio.ensure_future(stop.wait())
    await asyncio.wait((asked, stopped), return_when=asyncio.FIRST_COMPLETED)
    done = asked.done() and not stop.is_set()
    for task in (asked, stopped):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    return done and asked.result()
