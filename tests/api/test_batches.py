"""Many credentials handed in at once: kept before the answer, told of row by row, never half."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import batch_events, make_app, spooling
from gateway.api.state import SPOOLING
from gateway.jobs import Batches
from gateway.pipeline.archive import Archive
from gateway.settings import Settings
from gateway.store import Database
from tests.jobs.parts import NDJSON, ZIP, badges, ended, lines, working, zipped
from tests.jobs.test_tables import HEADER, ROW
from tests.parts import gateway
from tests.tenants import Access, access_to


@pytest.fixture
async def client(store: Database, tmp_path: Path) -> AsyncIterator[TestClient]:
    app = make_app(Settings(data=tmp_path / "data"), gateway(), store)
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.fixture
async def access(store: Database) -> Access:
    return await access_to(store, "academy")


async def handed_in(
    client: TestClient, access: Access, body: bytes, media_type: str = NDJSON, **headers: str
) -> str:
    answer = await client.post(
        "/v1/batches", data=body, headers=access.headers | {"Content-Type": media_type} | headers
    )
    job = await answer.json()
    assert answer.status == 202, job
    assert answer.headers["Location"] == f"/v1/batches/{job['id']}"
    return str(job["id"])


async def told_rows(client: TestClient, access: Access, identifier: str, query: str = "") -> list[dict]:  # type: ignore[type-arg]
    answer = await client.get(f"/v1/batches/{identifier}/rows{query}", headers=access.headers)
    assert answer.headers["Content-Type"] == NDJSON
    return [json.loads(line) for line in (await answer.text()).splitlines()]


@pytest.mark.parametrize("kind", ["lines", "zip", "table"])
async def test_every_kind_of_body_is_taken_in_and_each_row_has_its_result(
    client: TestClient, access: Access, store: Database, tmp_path: Path, kind: str
) -> None:
    good, other = badges(2)
    body, media_type, failing, code = {
        "lines": (lines([good, b"{}", other]).read(), NDJSON, "line 2", "format_unknown"),
        "zip": (zipped({"a.json": good, "b": b"{}", "c": other}).read(), ZIP, "b", "format_unknown"),
        "table": (f"{HEADER}\n{ROW}\n,,,\n{ROW}x,\n".encode(), "text/csv; charset=utf-8", "line 4", "row_malformed"),
    }[kind]  # fmt: skip
    identifier = await handed_in(client, access, body, media_type)
    async with (
        working(Batches(Archive(gateway(), store)), f"sqlite:///{tmp_path / 'gateway.db'}"),
        client.get(f"/v1/batches/{identifier}/events", headers=access.headers) as stream,
    ):
        told = (await stream.read()).decode().split("\n\n")
    assert told[-2].startswith("event: end\n")
    job = json.loads(told[-2].partition("data: ")[2])
    assert (job["state"], job["failed"]) == ("done", 1)
    failed = await told_rows(client, access, identifier, "?state=failed")
    assert (failed[-1]["name"], failed[-1]["problem"]["code"]) == (failing, code)
    done = await told_rows(client, access, identifier, "?state=done")
    kept = await client.get(done[0]["credential"], headers=access.headers)
    assert (await kept.json())["format"] == "ob3"


async def test_the_same_request_is_answered_again_and_another_with_its_key_is_refused(
    client: TestClient, access: Access
) -> None:
    body = lines(badges(3)).read()
    key = {"Idempotency-Key": "one"}
    first = await handed_in(client, access, body, **key)
    assert await handed_in(client, access, body, **key) == first
    headers = access.headers | {"Content-Type": NDJSON} | key
    other = await client.post("/v1/batches", data=body + b"\n{}", headers=headers)
    assert (other.status, (await other.json())["code"]) == (409, "idempotency_conflict")
    listed = await (await client.get("/v1/batches", headers=access.headers)).json()
    assert [job["id"] for job in listed["batches"]] == [first]


async def test_the_same_request_sent_at_once_is_one_job(client: TestClient, access: Access) -> None:
    body = lines(badges(3)).read()
    found = await asyncio.gather(
        *(handed_in(client, access, body, **{"Idempotency-Key": "one"}) for _ in range(5))
    )
    assert len(set(found)) == 1
    listed = await (await client.get("/v1/batches", headers=access.headers)).json()
    assert len(listed["batches"]) == 1


async def test_jobs_and_rows_are_told_page_by_page(client: TestClient, access: Access) -> None:
    ids = [await handed_in(client, access, lines(badges(3, begin=10 * n)).read()) for n in range(3)]
    first = await client.get("/v1/batches?limit=2", headers=access.headers)
    second = await client.get(first.links["next"]["url"].path_qs, headers=access.headers)
    found = [job["id"] for page in (first, second) for job in (await page.json())["batches"]]
    assert found == sorted(ids, reverse=True)
    rows = await client.get(f"/v1/batches/{ids[0]}/rows?limit=2", headers=access.headers)
    assert "cursor=2" in rows.headers["Link"]
    assert [row["row"] for row in await told_rows(client, access, ids[0], "?cursor=2")] == [3]


async def test_a_job_is_paused_gone_on_with_tried_again_and_cancelled(
    client: TestClient, access: Access, store: Database, tmp_path: Path
) -> None:
    identifier = await handed_in(client, access, lines([b"{}", *badges(1)]).read())

    async def asked(what: str, data: bytes | None = None) -> tuple[int, str]:
        answer = await client.post(f"/v1/batches/{identifier}/{what}", headers=access.headers, data=data)
        return answer.status, (await answer.json()).get("state", "")

    assert await asked("pause") == (200, "paused")
    assert await asked("pause") == (409, "")
    assert await asked("resume") == (200, "running")
    batches = Batches(Archive(gateway(), store))
    async with working(batches, f"sqlite:///{tmp_path / 'gateway.db'}"):
        await ended(batches, access, identifier)
        (corrected,) = badges(1, begin=9)
        line = json.dumps({"row": 1, "credential": corrected.decode()}).encode()
        assert await asked("retry", line) == (200, "running")
        assert (await ended(batches, access, identifier)).failed == 0
    assert await asked("retry", b'{"row": 2, "credential": "x"}') == (409, "")
    assert (await asked("cancel"))[0] == 409


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "", {"Content-Type": "application/json"}, b"{}", 415),
        ("POST", "", {"Content-Type": NDJSON}, b"", 400),
        ("POST", "", {"Content-Type": NDJSON}, b"\n\n", 400),
        ("POST", "", {"Content-Type": ZIP}, b"PK\x05\x06", 400),
        ("POST", "", {"Content-Type": "text/csv"}, b"nonsense\n1", 400),
        ("POST", "", {"Content-Type": NDJSON, "Content-Encoding": "gzip"}, gzip.compress(b"{}", mtime=0), 400),
        ("POST", "", {"Content-Type": NDJSON, "Idempotency-Key": "a b"}, b"{}", 400),
        ("POST", "?x=1", {"Content-Type": NDJSON}, b"{}", 400),
        ("PUT", "", {}, b"", 405),
        ("GET", "?limit=0", {}, b"", 400),
        ("GET", "?limit=x", {}, b"", 400),
        ("GET", "/nothing", {}, b"", 404),
        ("GET", "/nothing/rows", {}, b"", 404),
        ("GET", "/nothing/events", {}, b"", 404),
        ("POST", "/nothing/retry", {}, b"", 404),
        ("POST", "/nothing/pause", {}, b"", 404),
        ("POST", "/{id}/retry", {}, b"nonsense", 400),
        ("POST", "/{id}/retry", {}, b'{"row": true}', 400),
        ("POST", "/{id}/retry", {}, b'{"row": 99999999999999999999}', 400),
        ("POST", "/{id}/retry", {}, b'{"row": 77, "credential": "x"}', 404),
        ("POST", "/{id}/nonsense", {}, b"", 404),
        ("GET", "/{id}/rows?state=odd", {}, b"", 400),
        ("GET", "/{id}/rows?cursor=-1", {}, b"", 400),
        ("GET", "/{id}/rows?cursor=99999999999999999999", {}, b"", 400),
        ("GET", "/{id}/events?x=1", {}, b"", 400),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused_and_nothing_is_kept(
    client: TestClient,
    access: Access,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    identifier = await handed_in(client, access, b"{}")
    answer = await client.request(
        method, f"/v1/batches{path.replace('{id}', identifier)}", headers=access.headers | headers,
        data=body or None,
    )  # fmt: skip
    assert answer.status == status, await answer.text()
    assert answer.headers["Content-Type"] == "application/problem+json"
    listed = await (await client.get("/v1/batches", headers=access.headers)).json()
    assert len(listed["batches"]) == 1


async def test_who_has_no_key_or_scope_or_is_another_tenant_sees_nothing(
    client: TestClient, access: Access, store: Database
) -> None:
    identifier = await handed_in(client, access, lines(badges(1)).read())
    reader, other = await access_to(store, "reader", ["read"]), await access_to(store, "other")
    signer = await access_to(store, "signer", ["sign"])
    body = {"data": b"{}"}
    for headers, status in (({}, 401), (reader.headers, 403), (signer.headers, 403)):
        answer = await client.post("/v1/batches", headers={**headers, "Content-Type": NDJSON}, **body)
        assert answer.status == status
    assert (await client.get("/v1/batches", headers=signer.headers)).status == 403
    assert (await (await client.get("/v1/batches", headers=reader.headers)).json()) == {"batches": []}
    for method, path in (
        ("GET", ""), ("GET", "/rows"), ("GET", "/events"), ("POST", "/retry"), ("POST", "/pause"),
        ("POST", "/resume"), ("POST", "/cancel"),
    ):  # fmt: skip
        url = f"/v1/batches/{identifier}{path}"
        assert (await client.request(method, url, headers=other.headers)).status == 404
        assert (await client.request(method, url)).status == 401


async def test_a_body_that_is_too_large_or_not_sent_whole_leaves_nothing(
    client: TestClient, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "MAX_BATCH_BYTES", 100)
    headers = access.headers | {"Content-Type": NDJSON}
    announced = await client.post("/v1/batches", data=b"x" * 101, headers=headers)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 50

    streamed = await client.post("/v1/batches", data=pieces(), headers=headers)
    assert (announced.status, streamed.status) == (413, 413)

    monkeypatch.setattr(spooling, "PIECE_DEADLINE", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{}"
        await asyncio.sleep(0.5)
        yield b"{}"

    late = await client.post("/v1/batches", data=slow(), headers=headers)
    assert late.status == 400
    assert await (await client.get("/v1/batches", headers=access.headers)).json() == {"batches": []}


async def test_listeners_are_bounded_and_let_go_when_the_service_stops(
    client: TestClient, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = await handed_in(client, access, lines(badges(1)).read())
    monkeypatch.setattr(batch_events, "MOST_OF_A_TENANT", 1)
    monkeypatch.setattr(batch_events, "EVERY", 0.02)
    monkeypatch.setattr(batch_events, "HEARTBEAT", 0.05)
    url = f"/v1/batches/{identifier}/events"
    async with client.get(url, headers=access.headers) as first:
        assert await first.content.readuntil(b"\n\n") != b""
        assert await first.content.readuntil(b"\n\n") == b": still here\n\n"
        second = await client.get(url, headers=access.headers)
        assert (second.status, "Retry-After" in second.headers) == (429, True)
        assert client.app is not None
        await client.app.shutdown()
        assert b"event: end" not in await first.content.read()


async def test_more_than_are_received_at_once_wait_for_their_turn(client: TestClient, access: Access) -> None:
    bodies = [lines(badges(1)).read() for _ in range(3 * spooling.AT_ONCE)]
    jobs = await asyncio.gather(*(handed_in(client, access, body) for body in bodies))
    assert len(set(jobs)) == len(bodies)


async def test_who_waits_too_long_for_a_turn_is_told_to_come_again(
    client: TestClient, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "TURN_SECONDS", 0.01)
    places = client.app[SPOOLING]
    for _ in range(spooling.AT_ONCE):
        await places.acquire()
    headers = access.headers | {"Content-Type": NDJSON}
    refused = await client.post("/v1/batches", data=b"{}", headers=headers)
    assert refused.status == 503
    assert "Retry-After" in refused.headers
    places.release()
    await handed_in(client, access, lines(badges(1)).read())
