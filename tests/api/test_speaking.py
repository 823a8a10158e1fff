"""What is no HTTP, or is not sent whole: refused in problem documents that quote nothing of it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientPayloadError, ClientSession, web

from gateway.api import make_app
from gateway.api.serving import listening
from gateway.settings import Settings
from tests.parts import gateway

PATIENCE = 30.0
HEAD = b"GET /v1/formats HTTP/1.1\r\nHost: here\r\n"
POST = b"POST /v1/verify HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
MALFORMED: dict[str, bytes] = {
    "nul": HEAD + b"X-Zaphod: a\0b\r\n\r\n",
    "long header": HEAD + b"X: " + b"Zaphod" * 2000 + b"\r\n\r\n",
    "long address": b"GET /v1/formats?" + b"Zaphod" * 2000 + b" HTTP/1.1\r\nHost: here\r\n\r\n",
    "many headers": HEAD + b"".join(b"X-%d: a\r\n" % i for i in range(5000)) + b"\r\n",
    "version": b"GET /Zaphod HTTP/9.9\r\nHost: here\r\n\r\n",
    "method": b"Z@PHOD / HTTP/1.1\r\nHost: here\r\n\r\n",
    "path": b"GET /\xff HTTP/1.1\r\nHost: here\r\n\r\n",
    "no host": b"GET /Zaphod HTTP/1.1\r\n\r\n",
    "two hosts": HEAD + b"Host: Zaphod\r\n\r\n",
    "negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": CHUNKED + b"Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunk": CHUNKED + b"\r\nzz\r\n{}\r\n0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "expectation": POST + b"Expect: Zaphod\r\nContent-Length: 2\r\n\r\n{}",
}


async def broken_midway(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"half of ")
    raise ValueError("Zaphod")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A free port, on which a gateway listens."""
    app = make_app(Settings(), gateway())
    app.router.add_get("/midway", broken_midway)
    one = socket.create_server(("127.0.0.1", 0))
    async with listening(app, [one]):
        yield one.getsockname()[1]


async def asked(port: int, sent: bytes) -> tuple[bytes, bytes]:
    """The head and the body of what comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    came = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    head, _, body = came.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("kind", MALFORMED)
async def test_what_is_no_http_is_refused_in_a_problem_document(port: int, kind: str) -> None:
    head, body = await asked(port, MALFORMED[kind])
    status = int(head.split(b" ")[1])
    assert status == (417 if kind == "expectation" else 400)
    assert b"Content-Type: application/problem+json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    told = json.loads(body)
    assert (told["status"], told["code"]) == (status, "request_refused")
    assert b"zaphod" not in (head + body).lower()


async def test_a_client_that_leaves_while_it_sends_is_no_failure_of_the_gateway(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"Content-Length: 200\r\n\r\n{}")
        await writer.drain()
        writer.transport.abort()
        for _ in range(100):
            await asyncio.sleep(0.02)
            if "POST /v1/verify" in caplog.text:
                break
    assert "POST /v1/verify 400" in caplog.text
    assert "unexpected" not in caplog.text


async def test_an_answer_that_breaks_off_does_not_look_whole(port: int) -> None:
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/midway") as answer:
        assert answer.status == 200
        with pytest.raises(ClientPayloadError):
            await answer.read()
