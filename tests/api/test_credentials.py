"""Handing credentials in and fetching them: kept once, by the tenant that handed them in, in any form."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.audit import check_chain, entries
from gateway.store.credentials import changes_after
from tests.parts import gateway
from tests.tenants import Access, access_to

MICRO = example_bytes("micro-credential.elm3.json")
BADGE = example_bytes("badge.ob2.json")


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


async def handed_in(client: TestClient, access: Access, data: bytes = MICRO) -> str:
    answer = await client.post("/v1/credentials", data=data, headers=access.headers)
    assert answer.status == 201, await answer.text()
    return str((await answer.json())["id"])


async def test_a_credential_is_kept_with_its_bytes_and_what_was_checked(
    client: TestClient, access: Access
) -> None:
    answer = await client.post("/v1/credentials", data=MICRO, headers=access.headers)
    record = await answer.json()
    assert (answer.status, record["format"], record["state"]) == (201, "elm3", "active")
    assert answer.headers["Location"] == f"/v1/credentials/{record['id']}"
    assert record["report"]["checks"]
    again = await client.get(answer.headers["Location"], headers=access.headers)
    assert await again.json() == record
    original = await client.get(record["original"], headers=access.headers)
    assert await original.read() == MICRO


async def test_the_same_bytes_are_kept_once(client: TestClient, access: Access) -> None:
    first = await handed_in(client, access)
    again = await client.post("/v1/credentials", data=MICRO, headers=access.headers)
    assert (again.status, (await again.json())["id"]) == (200, first)


async def test_a_form_is_made_once_signed_and_given_out_again_as_it_was(
    client: TestClient, access: Access
) -> None:
    identifier = await handed_in(client, access)
    path = f"/v1/credentials/{identifier}/forms/ob3"
    first = await client.get(path, headers=access.headers)
    content = await first.read()
    assert json.loads(content)["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"
    again = await client.get(path, headers=access.headers)
    assert await again.read() == content
    unchanged = await client.get(path, headers=access.headers | {"If-None-Match": first.headers["ETag"]})
    assert unchanged.status == 304


async def test_another_wish_is_another_form(client: TestClient, access: Access) -> None:
    identifier = await handed_in(client, access)
    path = f"/v1/credentials/{identifier}/forms/ob3"
    digests = set()
    for query in ("", "?unsigned=true", "?language=de", "?original=none", "?securing=eddsa-jcs-2022"):
        answer = await client.get(path + query, headers=access.headers)
        assert answer.status == 200, await answer.text()
        digests.add(answer.headers["ETag"])
    assert len(digests) == 5


async def test_the_same_request_is_answered_again_and_not_done_again(
    client: TestClient, access: Access, store: Database
) -> None:
    headers = access.headers | {"Idempotency-Key": "monday-1"}
    answers = await asyncio.gather(
        *(client.post("/v1/credentials", data=MICRO, headers=headers) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({await answer.read() for answer in answers}) == 1
    made = await store.read(lambda c: changes_after(Rows(c, access.tenant), 0, 100))
    assert [change.kind for change in made] == ["created"]


async def test_a_key_that_was_sent_with_another_request_is_refused(
    client: TestClient, access: Access
) -> None:
    headers = access.headers | {"Idempotency-Key": "monday-1"}
    assert (await client.post("/v1/credentials", data=MICRO, headers=headers)).status == 201
    refused = await client.post("/v1/credentials", data=BADGE, headers=headers)
    assert (refused.status, (await refused.json(content_type=None))["code"]) == (409, "idempotency_conflict")


async def test_what_is_no_credential_is_refused_and_nothing_is_kept(
    client: TestClient, access: Access, store: Database
) -> None:
    refused = await client.post("/v1/credentials", data=b'{"a": 1}', headers=access.headers)
    assert refused.status in (415, 422)
    assert await store.read(lambda c: changes_after(Rows(c, access.tenant), 0, 100)) == []
    assert await store.read(lambda c: list(entries(Rows(c, access.tenant)))) == []


async def test_who_shows_no_key_or_a_wrong_one_is_told_how_to_ask(client: TestClient, access: Access) -> None:
    for headers in ({}, {"Authorization": "Bearer mcg_x"}, {"Authorization": f"Basic {access.key}"},
                    {"Authorization": f"Bearer {access.key[:-1]}~"}):  # fmt: skip
        refused = await client.post("/v1/credentials", data=MICRO, headers=headers)
        assert refused.status == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("scope", "method", "path"), [
    ("read", "POST", "/v1/credentials"),
    ("push", "GET", "/v1/credentials/{id}"),
    ("push", "GET", "/v1/credentials/{id}/original"),
    ("push", "GET", "/v1/credentials/{id}/forms/ob3"),
])  # fmt: skip
async def test_a_key_opens_only_what_its_scopes_say(
    client: TestClient, store: Database, access: Access, scope: str, method: str, path: str
) -> None:
    identifier = await handed_in(client, access)
    narrow = await access_to(store, "narrow", [scope])
    answer = await client.request(method, path.format(id=identifier), data=MICRO, headers=narrow.headers)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (403, "scope_missing")


async def test_another_tenant_finds_nothing(client: TestClient, access: Access, store: Database) -> None:
    identifier = await handed_in(client, access)
    other = await access_to(store, "other")
    for path in ("", "/original", "/forms/ob3"):
        answer = await client.get(f"/v1/credentials/{identifier}{path}", headers=other.headers)
        assert answer.status == 404
    assert await handed_in(client, other) != identifier


async def test_what_was_done_stands_in_the_audit_log(
    client: TestClient, access: Access, store: Database
) -> None:
    identifier = await handed_in(client, access)
    log = await store.read(lambda c: list(entries(Rows(c, access.tenant))))
    assert [(entry.action, entry.subject, entry.actor) for entry in log] == [
        ("credential_created", identifier, access.caller.actor)
    ]
    assert await store.read(lambda c: check_chain(Rows(c, access.tenant))) == (1, None)
