"""A local server of lists, with keys and federations made on the spot, and the ways in which it can fail."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from gateway.keys import SecretKey, jwk_of, new_secret_key, public_key_of, sign
from tests import outside
from tests.outside import Clients, Fault
from tests.outside import Outside as Lists

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
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


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Lists, Clients]]:
    """A server of lists, and the gateway's own client that may go there."""
    lists, clients = Lists(), Clients()
    never = (outside.hangs, outside.drips)
    clients.slow = lambda url: lists.faults.get(unquote(url.removeprefix(lists.base))) in never
    async with outside.serving(lists) as lists.base:
        try:
            yield lists, clients
        finally:
            await clients.close()


# --- twelve ways to fail ------------------------------------------------------------------------


async def is_empty(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=b"")


async def is_no_text(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(body=b"\xff\xfe\x00" + body)


async def redirects(request: web.Request, body: bytes) -> web.StreamResponse:
    raise web.HTTPFound("/elsewhere")


FAULTS: dict[str, tuple[Fault, str]] = {
    # what the server does -> the code of a statement about it
    "hangs": (outside.hangs, "fetch_failed"),
    "drips": (outside.drips, "fetch_failed"),
    "dies": (outside.dies, "fetch_failed"),
    "dies halfway": (outside.dies_halfway, "fetch_failed"),
    "cuts short": (outside.cuts_short, "trust_list_malformed"),
    "is empty": (is_empty, "trust_list_malformed"),
    "shows a page": (outside.shows_a_page, "trust_list_malformed"),
    "is no text": (is_no_text, "trust_list_malformed"),
    "is overloaded": (outside.is_overloaded, "fetch_failed"),
    "redirects": (redirects, "fetch_failed"),
    "floods": (outside.comes_too_large, "fetch_failed"),
    "compresses": (outside.is_compressed, "fetch_failed"),
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
