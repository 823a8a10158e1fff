"""Every route there is against every caller, method, parameter and body that it must refuse.

The routes come from the router: one that has no entry in ``ENTRIES`` fails, so a new face says who may use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.envelopes.limits import MAX_BYTES
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import SCOPES, Database, Rows
from gateway.store.audit import entries
from tests.parts import gateway
from tests.tenants import access_to

OPEN, PROTOCOL = "open", "protocol"
"""Who may ask: anybody; anybody, in a protocol with callers and refusals of its own."""
PROBLEM = "application/problem+json"
WRONG_KEY = {"Authorization": "Bearer mcg_AbCdEfGhIjKl_" + "x" * 43}


@dataclass(frozen=True, slots=True)
class Entry:
    """A route: which scope it asks for (or ``OPEN``, ``PROTOCOL``), whether it refuses parameters it does not
    know, and whether it names what belongs to a tenant."""

    scope: str
    strict: bool = True
    owned: bool = False


ENTRIES = {
    "GET /": Entry(OPEN, strict=False),
    "POST /": Entry(OPEN, strict=False),
    "GET /1.0/identifiers/{did}": Entry(PROTOCOL),
    "GET /contexts/{path}": Entry(OPEN, strict=False),
    "GET /did.json": Entry(OPEN, strict=False),
    "GET /healthz": Entry(OPEN, strict=False),
    "GET /key-history.json": Entry(OPEN, strict=False),
    "GET /metrics": Entry(OPEN, strict=False),
    "GET /openapi.json": Entry(OPEN, strict=False),
    "GET /page.js": Entry(OPEN, strict=False),
    "GET /readyz": Entry(OPEN, strict=False),
    "GET /style.css": Entry(OPEN, strict=False),
    "GET /.well-known/badgeconnect.json": Entry(OPEN),
    "GET /.well-known/did.json": Entry(OPEN, strict=False),
    "GET /.well-known/key-history.json": Entry(OPEN, strict=False),
    "GET /.well-known/oauth-authorization-server": Entry(OPEN, strict=False),
    "GET /.well-known/oauth-authorization-server/{path}": Entry(OPEN, strict=False),
    "GET /{path}/did.json": Entry(OPEN, strict=False),
    "GET /{path}/key-history.json": Entry(OPEN, strict=False),
    "GET /oauth/authorize": Entry(PROTOCOL),
    "POST /oauth/authorize": Entry(PROTOCOL),
    "POST /oauth/register": Entry(PROTOCOL),
    "POST /oauth/revoke": Entry(PROTOCOL),
    "POST /oauth/token": Entry(PROTOCOL),
    "GET /oid4vp/requests/{handle}": Entry(PROTOCOL),
    "POST /oid4vp/requests/{handle}": Entry(PROTOCOL),
    "POST /oid4vp/responses/{handle}": Entry(PROTOCOL),
    "POST /credentials/issue": Entry(PROTOCOL),
    "POST /credentials/verify": Entry(PROTOCOL),
    "POST /credentials/status": Entry(PROTOCOL),
    "POST /issuers/{issuer}/credentials/issue": Entry(PROTOCOL),
    "POST /issuers/{issuer}/credentials/status": Entry(PROTOCOL),
    "POST /presentations": Entry(PROTOCOL),
    "POST /workflows": Entry(PROTOCOL),
    "GET /workflows/{workflow}": Entry(PROTOCOL),
    "POST /workflows/{workflow}/exchanges": Entry(PROTOCOL),
    "GET /workflows/{workflow}/exchanges/{exchange}": Entry(PROTOCOL),
    "POST /workflows/{workflow}/exchanges/{exchange}": Entry(PROTOCOL),
    "GET /workflows/{workflow}/exchanges/{exchange}/protocols": Entry(PROTOCOL),
    "GET /workflows/{workflow}/exchanges/{exchange}/request": Entry(PROTOCOL),
    "POST /presentations/verify": Entry(PROTOCOL),
    "POST /verifiers/{verifier}/credentials/verify": Entry(PROTOCOL),
    "POST /verifiers/{verifier}/presentations/verify": Entry(PROTOCOL),
    "GET /i/{link}": Entry(OPEN),
    "GET /i/{link}/offer": Entry(OPEN),
    "GET /i/{link}/report/{configuration}": Entry(OPEN),
    "GET /.well-known/openid-credential-issuer/{path}": Entry(OPEN, strict=False),
    "GET /oid4vci/{tenant}/.well-known/oauth-authorization-server": Entry(PROTOCOL),
    "GET /oid4vci/{tenant}/.well-known/openid-credential-issuer": Entry(PROTOCOL),
    "GET /oid4vci/{tenant}/authorize": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/authorize": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/par": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/credential": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/deferred": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/nonce": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/notification": Entry(PROTOCOL),
    "POST /oid4vci/{tenant}/token": Entry(PROTOCOL),
    "POST /v1/offers": Entry("sign"),
    "GET /v1/offers": Entry("sign"),
    "GET /v1/offers/{offer}": Entry("sign", owned=True),
    "DELETE /v1/offers/{offer}": Entry("sign", owned=True),
    "GET /ims/ob/v2p1/assertions": Entry(PROTOCOL),
    "POST /ims/ob/v2p1/assertions": Entry(PROTOCOL),
    "GET /ims/ob/v2p1/profile": Entry(PROTOCOL),
    "GET /ims/ob/v3p0/credentials": Entry(PROTOCOL),
    "POST /ims/ob/v3p0/credentials": Entry(PROTOCOL),
    "GET /ims/ob/v3p0/discovery": Entry(PROTOCOL),
    "GET /ims/ob/v3p0/profile": Entry(PROTOCOL),
    "PUT /ims/ob/v3p0/profile": Entry(PROTOCOL),
    "GET /v1/formats": Entry(OPEN, strict=False),
    "POST /v1/convert": Entry(OPEN),
    "POST /v1/verify": Entry(OPEN),
    "POST /v1/check": Entry(OPEN),
    "POST /v1/credentials": Entry("push"),
    "GET /v1/credentials/{id}": Entry("read", owned=True),
    "DELETE /v1/credentials/{id}": Entry("admin", owned=True),
    "POST /v1/credentials/{id}/check": Entry("push", owned=True),
    "GET /v1/credentials/{id}/forms/{format}": Entry("read", owned=True),
    "GET /v1/credentials/{id}/original": Entry("read", owned=True),
    "POST /v1/credentials/{id}/reinstate": Entry("push", owned=True),
    "POST /v1/credentials/{id}/revoke": Entry("push", owned=True),
    "POST /v1/credentials/{id}/suspend": Entry("push", owned=True),
    "POST /v1/batches": Entry("push"),
    "GET /v1/batches": Entry("read"),
    "GET /v1/batches/{id}": Entry("read", owned=True),
    "POST /v1/batches/{id}/cancel": Entry("push", owned=True),
    "GET /v1/batches/{id}/events": Entry("read", owned=True),
    "POST /v1/batches/{id}/pause": Entry("push", owned=True),
    "POST /v1/batches/{id}/resume": Entry("push", owned=True),
    "POST /v1/batches/{id}/retry": Entry("push", owned=True),
    "GET /v1/batches/{id}/rows": Entry("read", owned=True),
    "GET /v1/clients": Entry("admin"),
    "POST /v1/clients": Entry("admin"),
    "DELETE /v1/clients/{client}": Entry("admin", owned=True),
    "GET /v1/feed": Entry("read"),
    "POST /v1/hooks/{source}": Entry(OPEN),
    "POST /v1/presentation-requests": Entry("read"),
    "GET /v1/presentation-requests/{request}": Entry("read", owned=True),
    "DELETE /v1/presentation-requests/{request}": Entry("read", owned=True),
    "GET /v1/presentation-requests/{request}/result": Entry("read", owned=True),
    "GET /v1/sources": Entry("admin"),
    "POST /v1/sources": Entry("admin"),
    "DELETE /v1/sources/{source}": Entry("admin", owned=True),
    "GET /v1/status/{list}": Entry(OPEN),
    "GET /v1/keys": Entry("admin"),
    "POST /v1/keys": Entry("admin"),
    "DELETE /v1/keys/{key}": Entry("admin", owned=True),
    "GET /v1/tenants": Entry("admin"),
    "POST /v1/tenants": Entry("admin"),
    "GET /v1/tenants/{tenant}": Entry("admin", owned=True),
    "PATCH /v1/tenants/{tenant}": Entry("admin"),
    "GET /v1/tenants/{tenant}/keys": Entry("admin", owned=True),
    "POST /v1/tenants/{tenant}/keys": Entry("admin", owned=True),
    "DELETE /v1/tenants/{tenant}/keys/{key}": Entry("admin", owned=True),
    "POST /v1/tenants/{tenant}/resume": Entry("admin"),
    "POST /v1/tenants/{tenant}/suspend": Entry("admin"),
    "GET /v1/webhooks": Entry("admin"),
    "POST /v1/webhooks": Entry("admin"),
    "GET /v1/webhooks/{webhook}": Entry("admin", owned=True),
    "DELETE /v1/webhooks/{webhook}": Entry("admin", owned=True),
    "GET /v1/webhooks/{webhook}/deliveries": Entry("admin", owned=True),
    "POST /v1/webhooks/{webhook}/deliveries/replay": Entry("admin", owned=True),
    "POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay": Entry("admin", owned=True),
    "POST /v1/webhooks/{webhook}/resume": Entry("admin", owned=True),
    "POST /v1/webhooks/{webhook}/rotate": Entry("admin", owned=True),
}
BY_SCOPE = [route for route, entry in ENTRIES.items() if entry.scope in SCOPES]
OWNED = [route for route, entry in ENTRIES.items() if entry.owned]
STRICT = [route for route, entry in ENTRIES.items() if entry.strict and entry.scope != PROTOCOL]
TAKING = [route for route in ENTRIES if route.split()[0] in ("POST", "PUT", "PATCH")]


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    app = make_app(Settings(), gateway(), store)
    async with TestClient(TestServer(app)) as made:
        yield made


NAMED = re.compile(r"\{(\w+)\}")
IDS = ("tenant", "key", "client", "source", "webhook", "delivery", "request")
IDS = ("tenant", "key", "client", "source", "webhook", "delivery", "offer")


def routes_of(app: web.Application) -> Iterator[str]:
    for route in app.router.routes():
        if route.resource is not None and route.method != "HEAD":
            yield f"{route.method} {route.resource.canonical}"


async def refused(
    client: TestClient, route: str, ids: dict[str, str], query: str = "", **more: object
) -> int:
    """The status of a refusal, which is a problem document and no failure."""
    method, path = route.split(" ", 1)
    path = NAMED.sub(lambda name: ids.get(name[1], "nothing"), path)
    answer = await client.request(method, path + query, allow_redirects=False, **more)
    data = await answer.read()
    assert 400 <= answer.status < 500, (route, answer.status, data[:200])
    if ENTRIES[route].scope != PROTOCOL and route != "POST /":
        problem = json.loads(data)
        assert (answer.content_type, problem["status"]) == (PROBLEM, answer.status), route
        assert problem["title"]
        assert problem["type"].endswith(problem["code"])
    return answer.status


async def owned_by(client: TestClient, store: Database, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """A tenant's header, and the ids of one of everything that is its own."""
    access = await access_to(store, name)
    ids = {"tenant": access.tenant, "key": access.caller.actor.partition(":")[2], "format": "ob3"}

    async def made(path: str, body: bytes | dict[str, object], kind: str = "application/json") -> str:
        data = body if isinstance(body, bytes) else json.dumps(body)
        answer = await client.post(path, data=data, headers={**access.headers, "Content-Type": kind})
        assert answer.status in (201, 202), await answer.text()
        told = await answer.json()
        return str(told["offers"][0]["id"] if "offers" in told else told.get("id") or told["client_id"])

    ids["webhook"] = await made("/v1/webhooks", {"url": "https://receiver.example/"})
    ids["source"] = await made("/v1/sources", {"kind": "badgr"})
    query = {"credentials": [{"id": "badge", "format": "ldp_vc", "meta": {}}]}
    ids["request"] = await made("/v1/presentation-requests", {"query": query})
    ids["client"] = await made("/v1/clients", {"name": "another server", "scopes": ["read"]})
    ids["/v1/credentials"] = await made(
        "/v1/credentials", example_bytes("diploma.edci-xml.xml"), "application/xml"
    )
    ids["offer"] = await made("/v1/offers", {"credentials": [ids["/v1/credentials"]]})
    ids["/v1/batches"] = await made("/v1/batches", b"{}\n", "application/x-ndjson")
    told = await client.get(f"/v1/webhooks/{ids['webhook']}/deliveries", headers=access.headers)
    ids["delivery"] = (await told.json())["deliveries"][0]["id"]
    return access.headers, ids


def ids_for(route: str, ids: dict[str, str]) -> dict[str, str]:
    return {**ids, "id": ids["/v1/batches" if "/batches/" in route else "/v1/credentials"]}


async def test_every_route_has_an_entry_here(client: TestClient) -> None:
    assert sorted(set(routes_of(client.app))) == sorted(ENTRIES)


async def test_nobody_and_a_wrong_key_open_nothing(client: TestClient) -> None:
    for route in BY_SCOPE:
        for headers in ({}, WRONG_KEY, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
            assert await refused(client, route, {}, headers=headers) == 401, (route, headers)


async def test_a_key_without_the_scope_opens_nothing(client: TestClient, store: Database) -> None:
    for scope in SCOPES:
        others = [other for other in SCOPES if other != scope]
        access = await access_to(store, f"not-{scope}", others if scope != "read" else ["sign", "admin"])
        ids = {"tenant": access.tenant}
        for route in BY_SCOPE:
            if ENTRIES[route].scope == scope:
                assert await refused(client, route, ids, headers=access.headers, data=b"{}") == 403, route


async def test_what_is_another_tenants_is_not_there(client: TestClient, store: Database) -> None:
    """All ids swapped, and each alone where a path has several; nothing of the other tenant's has changed."""
    mine, my_ids = await owned_by(client, store, "mine")
    _, their_ids = await owned_by(client, store, "theirs")
    before = await audited(store, their_ids["tenant"])
    for route in OWNED:
        body = {"data": b'{"scopes": ["read"]}'} if route.endswith("/keys") else {}
        swapped = [
            their_ids,
            *({**my_ids, name: their_ids[name]} for name in NAMED.findall(route) if name in IDS),
        ]
        for ids in swapped if "{id}" not in route else [their_ids]:
            assert await refused(client, route, ids_for(route, ids), headers=mine, **body) == 404, (
                route,
                ids,
            )
    assert await audited(store, their_ids["tenant"]) == before


async def audited(store: Database, tenant: str) -> list[str]:
    return [entry.hash for entry in await store.read(lambda c: list(entries(Rows(c, tenant))))]


async def test_another_method_is_refused_with_those_there_are(client: TestClient) -> None:
    known: dict[str, set[str]] = {}
    for route in ENTRIES:
        method, path = route.split(" ", 1)
        known.setdefault(path, set()).add(method)
    overlapping = ("/.well-known/oauth-authorization-server/{path}",)
    for path, methods in known.items():
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods):
            there = path.replace("/contexts/{path}", "/contexts/x.jsonld").replace("{", "").replace("}", "")
            answer = await client.request(method, there)
            assert answer.status == 405, (method, path, answer.status)
            allowed = {part.strip() for part in answer.headers["Allow"].split(",")} - {"HEAD"}
            assert allowed == methods or path in overlapping, (method, path)
            own = any(ENTRIES[f"{one} {path}"].scope == PROTOCOL for one in methods)
            assert answer.content_type == PROBLEM or own, (method, path)


async def test_a_parameter_nobody_knows_is_refused(client: TestClient, store: Database) -> None:
    headers, ids = await owned_by(client, store, "mine")
    for route in STRICT:
        status = await refused(
            client, route, ids_for(route, ids), "?not-known=1", headers=headers, data=b"{}"
        )
        assert status in (400, 403) if ENTRIES[route].scope == "admin" else status == 400, (route, status)


@pytest.mark.parametrize("kind", ["application/json", "image/gif", "text/plain; charset=klingon", "x"])
@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"[" * 100_000, b'{"a":1', b"null", b"[[]]"])
async def test_no_body_makes_a_failure(client: TestClient, store: Database, kind: str, data: bytes) -> None:
    access = await access_to(store, "mine")
    headers = {**access.headers, "Content-Type": kind}
    for route in TAKING:
        if route.endswith(
            ("/retry", "/revoke", "/suspend", "/reinstate", "/check", "/pause", "/resume", "/cancel")
        ):
            continue  # they name what is not there, whatever the body
        method, path = route.split(" ", 1)
        answer = await client.request(
            method, path.replace("{tenant}", access.tenant), data=data, headers=headers, allow_redirects=False
        )
        assert answer.status < 500, (route, kind, data[:20], answer.status)


async def test_a_body_that_is_too_large_is_refused(client: TestClient, store: Database) -> None:
    access = await access_to(store, "mine")
    for route in TAKING:
        if route in ("POST /v1/batches", "POST /v1/batches/{id}/retry"):
            continue  # larger bodies are what they are for
        method, path = route.split(" ", 1)
        answer = await client.request(method, path, data=b" " * (MAX_BYTES + 2048), headers=access.headers)
        assert 400 <= answer.status < 500, (route, answer.status)
