"""Following the feed: everything once as it is now, nothing missed, tombstones for what is gone."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.api import make_app
from gateway.core.recording import Recorded
from gateway.errors import RequestRefused
from gateway.pipeline.feed import cursor, position
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database, Rows
from gateway.store.credentials import keep, note_change
from gateway.store.feed import Filters
from gateway.store.tables import credentials
from tests.parts import NOW, gateway
from tests.tenants import Access, access_to

EXAMPLES = [
    example_bytes(name) for name in ("micro-credential.elm3.json", "badge.ob2.json", "badge.ob3.json")
]


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway(), store))) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


async def hand_in(client: TestClient, access: Access) -> list[str]:
    found = []
    for data in EXAMPLES:
        answer = await client.post("/v1/credentials", data=data, headers=access.headers)
        assert answer.status == 201, await answer.text()
        found.append((await answer.json())["id"])
    return found


async def read(
    client: TestClient, access: Access, path: str = "/v1/feed"
) -> tuple[list[dict[str, Any]], str]:
    """The lines of a page and where the next one begins."""
    answer = await client.get(path, headers=access.headers)
    assert answer.status == 200, await answer.text()
    told = [json.loads(line) for line in (await answer.text()).splitlines()]
    return told, str(answer.links["next"]["url"].relative())


def stored(number: int, **changed: Any) -> Recorded:
    """A record that looks like one, for stores with many."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    told = {
        "issuer": "did:example:a",
        "types": ("OpenBadgeCredential",),
        "eqf_level": None,
        "verified": False,
    }
    return Recorded(
        digest=digest, media_type="application/json", format="ob3", identifier=None, issued=None, verdict="valid",
        hub=b"{}", report=b"{}", **{**told, **changed},
    )  # fmt: skip


async def test_each_credential_is_told_once_in_order_in_the_form_that_is_asked_for(
    client: TestClient, access: Access
) -> None:
    handed_in = await hand_in(client, access)
    told, after = await read(client, access, "/v1/feed?format=ob3")
    assert [line["id"] for line in told] == handed_in
    for line in told:
        form = await client.get(f"/v1/credentials/{line['id']}/forms/ob3", headers=access.headers)
        assert line["credential"] == await form.json()
        assert form.headers["ETag"] == f'"{line["digest"]}"'
    assert await read(client, access, after) == ([], after)


async def test_xml_stands_in_its_line_as_a_text(client: TestClient, access: Access) -> None:
    await hand_in(client, access)
    told, _ = await read(client, access, "/v1/feed?format=edci-xml&limit=1")
    assert told[0]["credential"].startswith("<?xml")


async def test_without_a_format_records_alone_are_told(client: TestClient, access: Access) -> None:
    await hand_in(client, access)
    told, _ = await read(client, access)
    assert all("credential" not in line and line["record"]["state"] == "active" for line in told)


async def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient, access: Access) -> None:
    await hand_in(client, access)
    first = await client.get("/v1/feed?format=ob3", headers=access.headers)
    again = await client.get(
        "/v1/feed?format=ob3", headers=access.headers | {"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status, await again.read()) == (304, b"")


async def test_a_feed_is_compressed_for_who_takes_it(client: TestClient, access: Access) -> None:
    await hand_in(client, access)
    headers = access.headers | {"Accept-Encoding": "gzip"}
    async with client.session.get(
        client.make_url("/v1/feed"), headers=headers, auto_decompress=False
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(gzip.decompress(await answer.read()).splitlines()) == 3


async def test_what_cannot_be_made_is_said_in_its_line_and_the_others_follow(
    client: TestClient, access: Access
) -> None:
    await hand_in(client, access)
    told, _ = await read(client, access, "/v1/feed?format=ob3&securing=ecdsa-rdfc-2019")
    assert [line["problem"]["code"] for line in told] == ["request_refused"] * 3  # there is no such key
    told, _ = await read(client, access, "/v1/feed?format=edci-xml&securing=ecdsa-rdfc-2019")
    assert all(line["credential"] for line in told)  # nobody signs these


@pytest.mark.parametrize("path", [
    "/v1/feed?cursor=x", "/v1/feed?cursor=MQ", "/v1/feed?limit=0", "/v1/feed?limit=1001", "/v1/feed?limit=٣",
    "/v1/feed?format=pdf", "/v1/feed?since=yesterday", "/v1/feed?since=2026-01-01", "/v1/feed?eqf=9",
    "/v1/feed?eqf=five", "/v1/feed?verified=perhaps", "/v1/feed?unknown=1", "/v1/feed?format=ob3&securing=jades",
    "/v1/feed?format=ob3&original=half",
])  # fmt: skip
async def test_a_question_that_makes_no_sense_is_refused(
    client: TestClient, access: Access, path: str
) -> None:
    answer = await client.get(path, headers=access.headers)
    assert answer.status == 400, await answer.text()
    assert (await answer.json(content_type=None))["hint" if "cursor" in path else "detail"]


async def test_a_cursor_goes_with_its_filters(client: TestClient, access: Access) -> None:
    await hand_in(client, access)
    _, after = await read(client, access, "/v1/feed?type=OpenBadgeCredential")
    answer = await client.get(
        after.replace("OpenBadgeCredential", "VerifiableCredential"), headers=access.headers
    )
    assert "other filters" in (await answer.json(content_type=None))["detail"]


async def test_filters_let_through_what_they_name(
    client: TestClient, access: Access, store: Database
) -> None:
    def work(connection: Connection) -> None:
        rows = Rows(connection, access.tenant)
        for number in range(12):
            told = stored(
                number, issuer=f"did:example:{'ab'[number % 2]}", verified=number % 3 == 0,
                eqf_level=number % 4 or None, types=("Badge_" if number % 2 else "Badge%", "VerifiableCredential"),
            )  # fmt: skip
            keep(rows, told, b"", NOW + timedelta(minutes=number))

    await store.write(access.tenant, work)
    counts = {}
    for query in ("issuer=did:example:a", "type=Badge_", "type=Badge%25", "type=Badge", "type=Badge_&type=Badge%25",
                  "eqf=1", "eqf=1&eqf=2", "verified=true", "since=2026-01-01T00:00:00Z"):  # fmt: skip
        told, _ = await read(client, access, f"/v1/feed?{query}")
        counts[query] = len(told)
    assert counts == {
        "issuer=did:example:a": 6, "type=Badge_": 6, "type=Badge%25": 6, "type=Badge": 0,
        "type=Badge_&type=Badge%25": 12, "eqf=1": 3, "eqf=1&eqf=2": 6, "verified=true": 4,
        "since=2026-01-01T00:00:00Z": 12,
    }  # fmt: skip


async def test_who_follows_through_many_changes_and_restarts_ends_with_the_state(
    client: TestClient, access: Access, store: Database
) -> None:
    state: dict[str, str] = {}
    known: dict[str, str] = {}
    path = "/v1/feed?limit=7"
    for turn in range(40):
        await store.write(
            access.tenant, lambda c, turn=turn: _some_changes(Rows(c, access.tenant), turn, state)
        )
        told, path = await read(client, access, path)  # the path is all that survives a restart
        known |= {line["id"]: line["state"] for line in told}
    while told:
        told, path = await read(client, access, path)
        known |= {line["id"]: line["state"] for line in told}
    assert known == state
    assert set(state.values()) == {"active", "revoked", "suspended", "erased"}


def _some_changes(rows: Rows, turn: int, state: dict[str, str]) -> None:
    for number in range(turn * 5, turn * 5 + 5):
        made, _ = keep(rows, stored(number), b"", NOW)
        state[made.id] = "active"
    ids = sorted(state)
    for step, (kind, becomes) in enumerate(
        [("revoked", "revoked"), ("suspended", "suspended"), ("reinstated", "active"), ("erased", "erased")]
    ):
        chosen = ids[(turn * 7 + step * 3) % len(ids)]
        if state[chosen] != "erased":
            rows.change(credentials, {"state": becomes}, credentials.c.id == chosen)
            note_change(rows, chosen, kind, NOW)
            state[chosen] = becomes


async def test_the_dead_are_told_without_what_they_held(
    client: TestClient, access: Access, store: Database
) -> None:
    chosen = (await hand_in(client, access))[0]

    def work(connection: Connection) -> None:
        rows = Rows(connection, access.tenant)
        rows.change(credentials, {"state": "revoked"}, credentials.c.id == chosen)
        note_change(rows, chosen, "revoked", NOW)

    await store.write(access.tenant, work)
    told, _ = await read(client, access, "/v1/feed?format=ob3")
    last = told[-1]
    assert (last["id"], last["change"], last["tombstone"]) == (chosen, "revoked", True)
    assert "record" not in last
    assert "credential" not in last
    assert [line["id"] for line in told].count(chosen) == 1


async def test_another_tenant_has_another_feed(client: TestClient, access: Access, store: Database) -> None:
    await hand_in(client, access)
    other = await access_to(store, "other")
    assert (await read(client, other))[0] == []


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**53), st.builds(Filters, issuer=st.text(), verified=st.booleans()), st.text())
def test_a_cursor_stands_for_its_position_and_no_other_text_does(
    number: int, filters: Filters, noise: str
) -> None:
    text = cursor(number, filters)
    assert position(text, filters) == number
    if noise and noise != text:
        with pytest.raises(RequestRefused):
            position(text + noise, filters)
