"""Every route and what is odd in a request: answered as the description of it says, and nothing is half-written.

Who may ask what, by which method, stands in ``test_matrix``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import pytest
from aiohttp import ClientResponse, hdrs
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict
from sqlalchemy import Connection, func, select

from gateway.api import make_app
from gateway.api.openapi import description
from gateway.settings import Settings
from gateway.store import SCOPES, Database
from gateway.store.tables import SCHEMA, SYSTEM
from gateway.store.tenants import ensure_system, new_key
from tests.parts import NOW, gateway
from tests.tenants import access_to

PATHS: dict[str, dict[str, Any]] = description()["paths"]
OPERATIONS = {
    f"{method.upper()} {path}": (method.upper(), path, told)
    for path, item in PATHS.items()
    for method, told in item.items()
    if method != "parameters"
}
SECURED = [
    name
    for name, (_, path, told) in OPERATIONS.items()
    if told.get("security") == [{"bearer": []}] and path.startswith(("/v1/", "/ims/"))
]
WRITING = [name for name, (method, _, _) in OPERATIONS.items() if method in ("POST", "PUT", "PATCH")]
ROWS = "POST /v1/batches"
"""What takes any lines, and says of each what is wrong with it."""


def filled(path: str, value: str = "AbCdEfGhIjKlMnOpQrStUv") -> str:
    """A path with something in its places, of which nothing is there."""
    if path.startswith("/contexts/"):
        return path.replace("{path}", "w3c/none.jsonld")
    while "{" in path:
        start, _, rest = path.partition("{")
        path = start + value + rest.partition("}")[2]
    return path


def check_described(name: str, answer: ClientResponse) -> None:
    """An answer has a status and a type that its description tells of, and is no failure."""
    told = OPERATIONS[name][2]["responses"]
    entry = told.get(str(answer.status)) or told.get(f"{answer.status // 100}XX")
    assert entry is not None, (name, answer.status)
    assert answer.status < 500 or (answer.status == 501 and "/1.0/" in name), (name, answer.status)
    assert not entry.get("content") or answer.content_type in entry["content"], (name, answer.content_type)


async def counts(store: Database) -> dict[str, int]:
    """How many rows each table has."""

    def work(connection: Connection) -> dict[str, int]:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in SCHEMA.sorted_tables
        }

    return await store.read(work)


@asynccontextmanager
async def serving(store: Database) -> AsyncIterator[tuple[TestClient, dict[str, str]]]:
    """A gateway, and the key of a tenant that may do everything a tenant may."""
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    access = await access_to(store, "academy")
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as client:
        yield client, access.headers


async def operator(store: Database) -> dict[str, str]:
    """The key of the gateway's own tenant."""
    key = await store.write(SYSTEM, lambda connection: new_key(connection, SYSTEM, SCOPES, NOW)[1])
    return {"Authorization": f"Bearer {key}"}


async def test_head_says_what_get_says_and_nothing_more(store: Database) -> None:
    async with serving(store) as (client, headers):
        for name, (method, path, _) in OPERATIONS.items():
            if method != "GET":
                continue
            got = await client.get(filled(path), headers=headers)
            head = await client.head(filled(path), headers=headers)
            assert (head.status, head.content_type, await head.read()) == (
                got.status,
                got.content_type,
                b"",
            ), name


WRONG_KEYS: dict[str, list[str]] = {
    "unknown": ["Bearer mcg_AbCdEfGhIjKl_" + "x" * 43], "no text": ["Bearer \xe9\xff"],
    "huge": ["Bearer " + "a" * 8000],
    "two": ["Bearer a", "Bearer b"],
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG_KEYS)
async def test_without_a_key_that_holds_nothing_is_done(store: Database, kind: str) -> None:
    async with serving(store) as (client, _):
        before = await counts(store)
        headers = CIMultiDict((hdrs.AUTHORIZATION, text) for text in WRONG_KEYS[kind])
        for name in SECURED:
            method, path, _ = OPERATIONS[name]
            answer = await client.request(method, filled(path), headers=headers)
            assert answer.status == 401, name
            assert answer.headers["WWW-Authenticate"]
            check_described(name, answer)
        assert await counts(store) == before


ODD_HEADERS: dict[str, dict[str, str]] = {
    "range": {"Range": "bytes=9-1"}, "ranges": {"Range": "bytes=0-0,5-5"},
    "language": {"Accept-Language": "\xff;q=x,,"},
    
    "accept": {"Accept": "\xff/\xfe;q=nan"}, "etag": {"If-None-Match": '*, "\xff", W/'},
    "since": {"If-Modified-Since": "yesterday", "If-Match": '"x"'}, "type": {"Content-Type": "\xff;;="},
    "encoding": {"Content-Encoding": "gzip", "Connection": "close"}, "idempotency": {"Idempotency-Key": "a" * 5000},
    "proxies": {"Forwarded": ";;", "X-Forwarded-Host": "<\xff>", "X-Forwarded-Proto": "x", "X-Forwarded-For": "\xff"},
    "host": {"Host": "<\xff>"}, "cookie": {"Cookie": "a=\xff; b"}, "last": {"Last-Event-ID": "x" * 3000},
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD_HEADERS)
async def test_odd_headers_are_answered_as_described(store: Database, kind: str) -> None:
    async with serving(store) as (client, headers):
        before = await counts(store)
        for name, (method, path, _) in OPERATIONS.items():
            odd = CIMultiDict({**headers, **ODD_HEADERS[kind]})
            data = b"{}" if method in ("POST", "PUT", "PATCH") else None
            answer = await client.request(method, filled(path), headers=odd, data=data)
            check_described(name, answer)
            assert answer.status != 206
        assert await counts(store) == before


BODIES: dict[str, bytes] = {
    "none": b"", "cut": b"{", "null": b"null", "list": b"[]", "twice": b'{"a": 1, "a": 2}', "no text": b"\xff\xfe",
    "unknown": b'{"nobody": 1}', "deep": b"[" * 5000, "long": b'{"name": "' + b"a" * 70_000 + b'"}',
    "types": b'{"name": 1, "url": [], "kind": {}, "scopes": "x", "events": 7, "credential": 7, "days": "x"}',
    "nul": b'{"name": "a\\u0000b", "url": "https://a\\u0000", "kind": "\\u0000", "label": "\\u0000"}',
    "surrogate": b'{"name": "\\ud800", "url": "\\ud800", "kind": "\\ud800", "scopes": ["\\ud800"]}',
    "number": b'{"name": 1e999, "days": 1e999, "requestsPerMinute": 1e999}',
}  # fmt: skip


@pytest.mark.parametrize("kind", BODIES)
async def test_a_malformed_body_is_refused_and_nothing_is_written(store: Database, kind: str) -> None:
    async with serving(store) as (client, headers):
        before = await counts(store)
        for name in WRITING:
            if name == ROWS:
                continue
            method, path, told = OPERATIONS[name]
            for media_type in (*told.get("requestBody", {}).get("content", {}), "application/json"):
                with_type = {**headers, "Content-Type": media_type}
                answer = await client.request(method, filled(path), headers=with_type, data=BODIES[kind])
                check_described(name, answer)
                assert answer.status >= 400, (name, answer.status)
        assert await counts(store) == before


async def test_a_body_of_a_kind_that_is_not_read_is_refused(store: Database) -> None:
    kinds = ("image/png", "application/xml", "multipart/form-data; boundary=x", "x/y")
    async with serving(store) as (client, headers):
        named = [
            name
            for name in WRITING
            if "additionalProperties" in str(OPERATIONS[name][2].get("requestBody")) and " /v1/" in name
        ]
        assert len(named) >= 5
        whoever = {True: await operator(store), False: headers}
        for name, kind in product((*named, ROWS), kinds):
            method, path, _ = OPERATIONS[name]
            given = {**whoever["/tenants" in path], "Content-Type": kind}
            answer = await client.request(method, filled(path, "academy"), headers=given, data=b"{}")
            told = await answer.json(content_type="application/problem+json")
            assert (answer.status, told["code"]) == (415, "media_type_unsupported"), (name, kind)


PLACES = ("%00", "%FF%FE", "%ED%A0%80", "..%2F..%2Fetc", "a" * 3000, "%F0%9F%8E%93", "'%20OR%201=1--")


async def test_an_odd_id_is_the_id_of_nothing(database: Database) -> None:
    async with serving(database) as (client, headers):
        whoever = (headers, await operator(database))
        before = await counts(database)
        for name, (method, path, _) in OPERATIONS.items():
            if "{" not in path:
                continue
            for place, who in product(PLACES, whoever):
                answer = await client.request(method, filled(path, place), headers=who)
                check_described(name, answer)
                assert answer.status >= 400, name
        assert await counts(database) == before


async def test_an_odd_value_of_a_parameter_is_answered_as_described(database: Database) -> None:
    values = ("%00", "%FF", "", "a" * 3000, "%ED%A0%80", "-1", "1e9", "9" * 30, "%F0%9F%8E%93")
    async with serving(database) as (client, headers):
        for name, (method, path, told) in OPERATIONS.items():
            if method != "GET":
                continue
            for parameter in (one["name"] for one in told.get("parameters", ()) if one["in"] == "query"):
                for value in values:
                    check_described(
                        name, await client.get(f"{filled(path)}?{parameter}={value}", headers=headers)
                    )
                answer = await client.get(f"{filled(path)}?{parameter}=1&{parameter}=1", headers=headers)
                check_described(name, answer)
