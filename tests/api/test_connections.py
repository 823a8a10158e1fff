"""Clients that are slow, silent or many: cut off in time, while others are answered."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from gateway.api import make_app
from gateway.api.connections import CONNECTIONS, Connections
from gateway.api.serving import listening
from gateway.settings import Settings
from tests.parts import gateway

SHORT, LONG, PATIENCE = 0.2, 60.0, 30.0
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def serving(limits: Connections, *routes: web.RouteDef) -> AsyncIterator[Connect]:
    """A gateway with limits on connections, and a way to connect to it."""
    app = make_app(Settings(), gateway())
    app[CONNECTIONS] = limits
    app.add_routes(routes)
    one = socket.create_server(("127.0.0.1", 0))
    host, port = one.getsockname()[:2]
    async with listening(app, [one]):
        opened: list[asyncio.StreamWriter] = []

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection(host, port, limit=4096)
            opened.append(writer)
            return reader, writer

        yield connect
        for writer in opened:
            writer.close()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What still comes until the other side has ended the connection."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        return b""


async def healthy(connect: Connect) -> bool:
    reader, writer = await connect()
    writer.write(HEALTH)
    return (await asyncio.wait_for(reader.readline(), PATIENCE)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", b"G", HEALTH[:-2], HEALTH[:-2] + b"X-More: " + b"a" * 100, b"\r\n"])
async def test_who_does_not_finish_a_head_is_cut_off(sent: bytes) -> None:
    async with serving(Connections(64, 64, head=SHORT)) as connect:
        slow = [await connect() for _ in range(20)]
        for _, writer in slow:
            writer.write(sent)
        assert await healthy(connect)
        assert [await ended(reader) for reader, _ in slow] == [b""] * 20


async def test_a_head_that_comes_drop_by_drop_is_cut_off_too() -> None:
    async with serving(Connections(64, 64, head=SHORT)) as connect:
        reader, writer = await connect()
        dropping = asyncio.create_task(drip(writer))
        assert await ended(reader) == b""
        dropping.cancel()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(HEALTH[:-2] + b"X-More: ")
    while True:
        writer.write(b"a")
        await asyncio.sleep(SHORT / 10)


async def test_the_next_head_on_a_connection_has_its_own_time() -> None:
    async with serving(Connections(64, 64, head=SHORT)) as connect:
        reader, writer = await connect()
        for _ in range(3):
            writer.write(HEALTH)
            assert b"200" in await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE)
            await asyncio.sleep(2 * SHORT)  # idle is not slow
        writer.write(HEALTH[:10])
        assert await ended(reader) == b""


async def test_a_request_that_takes_long_to_answer_is_not_slow() -> None:
    async def long(_: web.Request) -> web.Response:
        await asyncio.sleep(3 * SHORT)
        return web.Response(text="at last")

    async with serving(Connections(64, 64, head=SHORT), web.get("/long", long)) as connect:
        reader, writer = await connect()
        writer.write(b"GET /long HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert (await ended(reader)).endswith(b"at last")


async def test_who_does_not_read_the_answer_is_cut_off() -> None:
    async def large(_: web.Request) -> web.Response:
        return web.Response(body=bytes(64_000_000))

    limits = Connections(64, 64, stalled=SHORT)
    async with serving(limits, web.get("/large", large)) as connect:
        reader, writer = await connect()
        writer.write(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        await asyncio.wait_for(reader.readline(), PATIENCE)
        for _ in range(int(PATIENCE / SHORT)):
            await asyncio.sleep(SHORT)
            if not limits.by_address:
                break
        assert not limits.by_address


async def test_no_more_connections_than_there_may_be() -> None:
    limits = Connections(4, 64)
    async with serving(limits) as connect:
        for _ in range(4):
            assert await healthy(connect)
        reader, _ = await connect()
        head, _, body = (await ended(reader)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503")
        assert b"Retry-After" in head
        assert json.loads(body)["code"] == "overloaded"


async def test_no_more_connections_from_one_address_unless_it_speaks_for_many() -> None:
    for trusted, answered in (((), False), (("127.0.0.0/8", "::1/128"), True)):
        async with serving(Connections(64, 2, trusted)) as connect:
            assert [await healthy(connect) for _ in range(2)] == [True, True]
            reader, writer = await connect()
            writer.write(HEALTH)
            line = await asyncio.wait_for(reader.readline(), PATIENCE)
            assert (b" 200 " in line, b" 503 " in line) == (answered, not answered)


async def test_a_connection_that_is_gone_leaves_its_place() -> None:
    limits = Connections(1, 1)
    async with serving(limits) as connect:
        for _ in range(5):
            reader, writer = await connect()
            writer.write(HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert (await ended(reader)).startswith(b"HTTP/1.1 200")
            while limits.by_address:
                await asyncio.sleep(0)


async def test_a_body_that_does_not_come_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.requests.BODY_DEADLINE", SHORT)
    async with serving(Connections(64, 64)) as connect:
        reader, writer = await connect()
        writer.write(b"POST /v1/verify HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n{")
        assert b" 400 " in await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.write(b" " * 999)
        assert await healthy(connect)
