"""A local server of lists, with keys and federations made on the spot, and the ways in which it can fail."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.fetch import Fetcher
from gateway.keys import SecretKey, jwk_of, new_secret_key, public_key_of, sign
from gateway.settings import Settings

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FETCH_SECONDS = 0.4
ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}


def a_key(number: int, kind: str = "ed25519") -> SecretKey:
    """A key that is the same in every run."""
    return new_secret_key(kind, bytes([number]) * 48)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(header: dict[str, Any], claims: dict[str, Any], key: SecretKey) -> str:
    """A signed token; the header's ``alg`` is that of the key unless it says another."""
    full = {"alg": ALGORITHMS[key.kind], **header}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (full, claims))
    return f"{signed}.{base64url(sign(key, signed.encode()))}"


Answer = bytes | str | dict[str, Any] | list[Any]
Fault = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


@dataclass
class Lists:
    """What stands at which path (with its query, decoded), and which fault holds at the moment."""

    base: str = ""
    at: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.raw_path)
        self.asked.append(path)
        found = self.at.get(path)
        if found is None:
            return web.json_response({"title": "Not Found", "status": 404}, status=404)
        body = found if isinstance(found, bytes | str) else json.dumps(found)
        body = body.encode() if isinstance(body, str) else body
        fault = self.faults.get(path)
        return web.Response(body=body) if fault is None else await fault(request, body)


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Lists, Fetcher]]:
    """A server of lists, and the gateway's own client that may go there."""
    lists = Lists()
    application = web.Application()
    application.router.add_get("/{tail:.*}", lists.answer)
    server = TestServer(application, shutdown_timeout=0.1)
    fetch = Fetcher(Settings(allow_private_addresses=True, fetch_timeout=FETCH_SECONDS))
    await server.start_server()
    lists.base = str(server.make_url("")).rstrip("/")
    try:
        yield lists, fetch
    finally:
        await fetch.close()
        await server.close()


# --- twelve ways to fail ------------------------------------------------------------------------


async def hangs(request: web.Request, body: bytes) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response(body=body)


async def drips(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for byte in body:
        await response.write(bytes([byte]))
        await asyncio.sleep(0.05)
    return response


async def dies(request: web.Request, body: bytes) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
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


async def is_empty(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=b"")


async def shows_a_page(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(text="<!doctype html><title>Maintenance</title>", content_type="text/html")


async def is_no_text(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=b"\xff\xfe\x00" + body)


async def is_overloaded(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=503, body=body)


async def redirects(request: web.Request, body: bytes) -> web.StreamResponse:
    raise web.HTTPFound("/elsewhere")


async def floods(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=body + b" " * 5 * 1024 * 1024)


async def compresses(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})


FAULTS: dict[str, tuple[Fault, str]] = {
    # what the server does -> the code of a statement about it
    "hangs": (hangs, "fetch_failed"),
    "drips": (drips, "fetch_failed"),
    "dies": (dies, "fetch_failed"),
    "dies halfway": (dies_halfway, "fetch_failed"),
    "cuts short": (cuts_short, "trust_list_malformed"),
    "is empty": (is_empty, "trust_list_malformed"),
    "shows a page": (shows_a_page, "trust_list_malformed"),
    "is no text": (is_no_text, "trust_list_malformed"),
    "is overloaded": (is_overloaded, "fetch_failed"),
    "redirects": (redirects, "fetch_failed"),
    "floods": (floods, "fetch_failed"),
    "compresses": (compresses, "fetch_failed"),
}


# --- federations --------------------------------------------------------------------------------


@dataclass
class Entity:
    """A member of a federation: its keys, who it says is above it, whom it vouches for and how."""

    id: str
    key: SecretKey
    hints: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    vouches: dict[str, dict[str, Any]] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**jwk_of(public_key_of(self.key)), "kid": self.kid}]}

    @property
    def kid(self) -> str:
        return "key of " + self.id.rpartition("/")[2]

    def statement(self, claims: dict[str, Any], key: SecretKey | None = None) -> str:
        header = {"typ": "entity-statement+jwt", "kid": self.kid, **self.header}
        period = {"iat": int((NOW - DAY).timestamp()), "exp": int((NOW + DAY).timestamp())}
        return jwt(header, {"iss": self.id, **period, **claims}, key or self.key)

    def publish(self, lists: Lists) -> None:
        """Put the configuration and what it says of others where they are asked for."""
        path = self.id.removeprefix(lists.base)
        endpoint = {"federation_fetch_endpoint": f"{self.id}/fetch"} if self.vouches else {}
        metadata = {"federation_entity": {**endpoint, **self.metadata}}
        claims = {"sub": self.id, "jwks": self.jwks, "metadata": metadata, **self.configuration}
        if self.hints:
            claims["authority_hints"] = list(self.hints)
        lists.at[f"{path}/.well-known/openid-federation"] = self.statement(claims)
        for subject, said in self.vouches.items():
            forged = said.pop("signed by", None)
            lists.at[f"{path}/fetch?sub={subject}"] = self.statement({"sub": subject, **said}, forged)
