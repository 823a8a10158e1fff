"""One tenant's flood: refused quickly, told when to come again, and nobody else's concern."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.api.shares import SHARES, Shares
from gateway.compute import HereCompute
from gateway.errors import NotFound, Overloaded
from gateway.settings import Settings
from gateway.store import SCOPES, Database
from gateway.store.governing import change_settings, found_tenant
from gateway.store.tables import SYSTEM
from gateway.store.tenants import ensure_system, new_key
from tests.parts import NOW, gateway
from tests.tenants import access_to


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def application(store: Database, clock: Clock, **settings: object) -> web.Application:
    app = make_app(Settings(**settings), gateway(), store)
    app[SHARES].clock = clock
    return app


@pytest.fixture
async def client(store: Database, clock: Clock) -> AsyncIterator[TestClient]:
    app = application(store, clock, requests_per_minute=60, workers=2, max_queue=10)
    async with TestClient(TestServer(app)) as made:
        yield made


async def statuses(client: TestClient, count: int, headers: dict[str, str]) -> list[int]:
    return [(await client.get("/v1/feed", headers=headers)).status for _ in range(count)]


async def test_who_asks_too_often_is_told_when_to_come_again(
    client: TestClient, store: Database, clock: Clock
) -> None:
    flood, other = await access_to(store, "flood"), await access_to(store, "other")
    assert await statuses(client, 11, flood.headers) == [200] * 10 + [429]
    refused = await client.get("/v1/feed", headers=flood.headers)
    problem = await refused.json(content_type=None)
    assert (problem["code"], refused.headers["Retry-After"]) == ("too_many_requests", "1")
    assert refused.content_type == "application/problem+json"
    assert await statuses(client, 10, other.headers) == [200] * 10
    clock.now += int(refused.headers["Retry-After"])
    assert await statuses(client, 2, flood.headers) == [200, 429]


async def test_what_retry_after_says_holds_for_a_slow_bucket(store: Database, clock: Clock) -> None:
    async with TestClient(TestServer(application(store, clock, requests_per_minute=2))) as client:
        access = await access_to(store, "slow")
        assert await statuses(client, 2, access.headers) == [200, 429]
        seconds = int((await client.get("/v1/feed", headers=access.headers)).headers["Retry-After"])
        assert seconds == 30
        clock.now += seconds - 1
        assert await statuses(client, 1, access.headers) == [429]
        clock.now += 1
        assert await statuses(client, 1, access.headers) == [200]


async def test_callers_without_a_key_that_holds_are_one_tenant(client: TestClient, store: Database) -> None:
    wrong = {"Authorization": "Bearer mcg_AbCdEfGhIjKl_" + "x" * 43}
    assert await statuses(client, 5, wrong) == [401] * 5
    assert await statuses(client, 6, {}) == [401] * 5 + [429]
    assert (await client.get("/v1/no-such-thing")).status == 429
    access = await access_to(store, "known")
    assert await statuses(client, 1, access.headers) == [200]


def _problem(told: Any) -> bool:
    return bool(told["code"] == "too_many_requests")


FACES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "/ims/ob/v3p0/credentials": (
        "application/json",
        lambda told: (
            told["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] == "server_busy"
        ),
    ),
    "/ims/ob/v2p1/assertions": ("application/json", lambda told: told["status"]["statusCode"] == 429),
    "/oauth/token": ("application/json", lambda told: told["error"] == "temporarily_unavailable"),
    "/v1/credentials": ("application/problem+json", _problem),
    "/no-such-thing": ("application/problem+json", _problem),
}


@pytest.mark.parametrize("path", FACES)
async def test_who_asks_too_often_is_told_so_in_the_words_of_the_protocol(
    client: TestClient, path: str
) -> None:
    await statuses(client, 10, {})
    kind, says = FACES[path]
    refused = await client.post(path)
    assert (refused.status, refused.content_type, refused.headers["Retry-After"]) == (429, kind, "1")
    assert says(await refused.json(content_type=None))


async def test_a_gateway_that_is_busy_says_so_in_the_words_of_the_protocol(store: Database) -> None:
    class BusyCompute(HereCompute):
        async def run(self, *_: object, **__: object) -> Any:
            raise Overloaded("too much work is waiting")

    access = await access_to(store, "known")
    app = make_app(Settings(), gateway(compute=BusyCompute()), store)
    headers = {**access.headers, "Content-Type": "application/json"}
    async with TestClient(TestServer(app)) as client:
        for path, member in (
            ("/ims/ob/v3p0/credentials", "imsx_codeMajor"),
            ("/ims/ob/v2p1/assertions", "status"),
            ("/v1/credentials", "code"),
        ):
            answer = await client.post(path, data=b'{"assertion": {}}', headers=headers)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert member in await answer.json(content_type=None)


async def test_probes_are_answered_in_every_flood(client: TestClient) -> None:
    assert await statuses(client, 11, {}) == [401] * 10 + [429]
    assert [(await client.get(path)).status for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
    text = await (await client.get("/metrics")).text()
    assert 'gateway_shares_total{outcome="rate"} 1.0' in text
    assert 'gateway_shares_total{outcome="taken"} 10.0' in text


async def test_a_tenant_that_holds_its_places_leaves_some_to_others(
    client: TestClient, store: Database
) -> None:
    flood, other = await access_to(store, "flood"), await access_to(store, "other")
    shares = client.app[SHARES]
    with ExitStack() as held:
        for _ in range(8):
            assert shares.has_place(flood.tenant)
            held.enter_context(shares.place(flood.tenant))
        refused = await client.get("/v1/feed", headers=flood.headers)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        assert await asyncio.gather(*(statuses(client, 1, other.headers) for _ in range(4))) == [[200]] * 4
    assert await statuses(client, 1, flood.headers) == [200]


def test_places_even_out_between_those_who_ask() -> None:
    shares = Shares(96)
    with ExitStack() as held:

        def take(tenant: str) -> int:
            count = 0
            while shares.has_place(tenant):
                held.enter_context(shares.place(tenant))
                count += 1
            return count

        assert take("a") == 64
        assert take("b") == 32
        assert not shares.has_place("a")
        assert not shares.has_place("c")
    assert not shares.held
    assert shares.has_place("c")


def test_the_smallest_gateway_answers_one_at_a_time() -> None:
    shares = Shares(1)
    with shares.place("a"):
        assert not shares.has_place("a")
        assert not shares.has_place("b")
    assert shares.has_place("a")


async def test_the_operator_gives_a_tenant_its_own_limit(
    client: TestClient, store: Database, clock: Clock
) -> None:
    access = await access_to(store, "large")
    assert await statuses(client, 11, access.headers) == [200] * 10 + [429]
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    tenant = await change_settings(store, "test", "large", {"requestsPerMinute": 600}, NOW)
    assert tenant.settings == {"requestsPerMinute": 600}
    clock.now += 31
    assert await statuses(client, 20, access.headers) == [200] * 20
    taken = await change_settings(store, "test", "large", {"requestsPerMinute": None}, NOW)
    assert taken.settings == {}


@pytest.mark.parametrize(
    "changed",
    [{"requestsPerMinute": 0}, {"requestsPerMinute": True}, {"requestsPerMinute": "9"}, {"other": 1}],
)
async def test_a_malformed_limit_is_refused(client: TestClient, store: Database, changed: object) -> None:
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    access = await access_to(store, "large")
    key = await store.write(SYSTEM, lambda connection: new_key(connection, SYSTEM, SCOPES, NOW)[1])
    operator = {"Authorization": f"Bearer {key}"}
    path = f"/v1/tenants/{access.tenant}"
    answer = await client.patch(path, json=changed, headers=operator)
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert (await client.patch(path, json={}, headers=access.headers)).status == 403
    told = await (await client.get(path, headers=operator)).json()
    assert told["settings"] == {}


async def test_there_is_no_tenant_to_be_set(store: Database) -> None:
    await store.write(SYSTEM, lambda connection: ensure_system(connection, NOW))
    await found_tenant(store, "test", "one", NOW)
    with pytest.raises(NotFound):
        await change_settings(store, "test", "another", {}, NOW)
