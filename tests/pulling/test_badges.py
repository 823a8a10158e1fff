"""Reading the list of an Open Badges host: in whichever way it pages, whatever stands in its pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.fetch import Fetcher
from gateway.pipeline.pull_hosts import Grant, Host
from gateway.pipeline.pulling import Told, pull
from gateway.pipeline.source_badges import BadgesSource
from gateway.store.pulls import all_pulls
from tests.pulling.parts import Pauses, Side, badge, door, host, open_side, serving_side, state_of

CLIENT = "Basic aG9zdCUzQTE6cyUyRmVjcmV0"  # host:1 and s/ecret


@dataclass
class BadgeHost:
    """A host: its credentials as texts of JSON, its tokens, and how it tells that there are more."""

    credentials: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    tells: tuple[str, ...] = ("link", "total")
    tokens_as: str = "compactJwsString"
    holds: str = "token-1"
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """getCredentials."""
        self.asked.append(request.query_string)
        if request.headers["Authorization"] != f"Bearer {self.holds}":
            return web.json_response({"imsx_codeMajor": "failure"}, status=401)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        told = self.credentials[offset : offset + limit]
        parts = [f'"credential":[{" , ".join(told)}]']
        if offset + limit >= len(self.credentials):
            parts.append(f'"{self.tokens_as}": {json.dumps(self.tokens)}')
        headers = {"Content-Type": "application/json"}
        count = len(self.credentials) + len(self.tokens)
        if "total" in self.tells:
            headers["X-Total-Count"] = str(count)
        if "link" in self.tells and offset + limit < len(self.credentials):
            after = request.rel_url.update_query(offset=offset + limit)
            headers["Link"] = f'</credentials>; rel="first", <{after}>; rel="next"'
        return web.Response(body="{" + ", ".join(parts) + "}", headers=headers)

    async def token(self, request: web.Request) -> web.Response:
        """The token endpoint: each time another one."""
        asked = await request.post()
        if request.headers["Authorization"] != CLIENT or asked["grant_type"] != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": self.holds, "token_type": "bearer"})


@pytest.fixture
def there() -> BadgeHost:
    return BadgeHost([badge(number).decode() for number in range(7)])


@pytest.fixture
async def address(there: BadgeHost) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/credentials", there.answer)
    app.router.add_post("/token", there.token)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(tmp_path, "here") as side:
        yield side


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with door() as made:
        yield made


async def read(here: Side, fetcher: Fetcher, address: str, since: str = "") -> Told:
    source = BadgesSource(host(fetcher, "token-1"), address, limit=3, since=since)
    return await pull(here.lifecycle, here.caller, source)


@pytest.mark.parametrize("tells", [("link", "total"), ("link",), ("total",)])
async def test_every_way_to_page_is_followed_and_a_second_round_takes_nothing(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str, tells: tuple[str, ...]
) -> None:
    there.tells = tells
    assert (await read(here, fetcher, address)).counts["taken"] == 7
    assert await state_of(here) == {badge(number): "active" for number in range(7)}
    again = await read(here, fetcher, address)
    assert (again.counts["known"], again.counts["taken"], again.pages) == (7, 0, 3)


async def test_a_host_that_tells_neither_has_one_page(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str
) -> None:
    there.tells = ()
    assert (await read(here, fetcher, address)).counts["taken"] == 3


async def test_documents_are_kept_as_they_stand_in_the_page(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str
) -> None:
    odd = badge(1).decode().replace("{", "{\n\t ", 1).replace('"type"', '"\\u0074ype"', 1)
    there.credentials = [odd]
    await read(here, fetcher, address)
    assert list(await state_of(here)) == [odd.encode()]


@pytest.mark.parametrize("name", ["compactJwsString", "compactJwsStrings"])
async def test_what_is_refused_is_noted_and_the_others_go_on(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str, name: str
) -> None:
    there.tokens, there.tokens_as = ["no token", "e30.e30.AA"], name
    there.credentials[2] = "[1, 2]"
    told = await read(here, fetcher, address)
    assert (told.counts["taken"], told.counts["refused"]) == (6, 3)
    assert sum(told.problems.values()) == 3
    source = (await here.archive.read(here.caller, all_pulls))[0]
    assert (source.held, source.refused) == (6, 3)
    there.credentials[2] = badge(2).decode()
    assert (await read(here, fetcher, address)).counts["taken"] == 1


async def test_a_moment_is_asked_for_on_every_page(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str
) -> None:
    there.tells = ("total",)
    await read(here, fetcher, address, since="2026-01-01T00:00:00Z")
    assert all("since=2026-01-01T00:00:00Z" in query.replace("%3A", ":") for query in there.asked)
    assert len(there.asked) == 3


async def test_a_token_is_asked_for_and_renewed_when_it_has_run_out(
    here: Side, fetcher: Fetcher, there: BadgeHost, address: str
) -> None:
    access = Grant(f"{address}token", "host:1", "s/ecret")
    source = BadgesSource(Host(fetcher, access, Pauses()), address, limit=3)
    real = source.page

    async def runs_out(address: str, number: int) -> object:
        page = await real(address, number)
        there.holds = "token-1" if there.holds != "token-1" else "another-1"
        return page

    source.page = runs_out  # type: ignore[method-assign,assignment]
    assert (await pull(here.lifecycle, here.caller, source)).counts["taken"] == 7


async def test_the_gateway_reads_the_list_of_another_gateway(tmp_path: Path, fetcher: Fetcher) -> None:
    async with open_side(tmp_path, "there") as there, open_side(tmp_path, "here") as here:
        for number in range(5):
            await there.archive.accept(there.caller, badge(number))
        async with serving_side(there) as address:
            source = BadgesSource(host(fetcher, there.access.key), f"{address}/ims/ob/v3p0", limit=2)
            told = await pull(here.lifecycle, here.caller, source)
            assert (told.counts["taken"], told.pages, told.total) == (5, 3, 5)
            again = await pull(here.lifecycle, here.caller, source)
        assert (again.counts["known"], again.counts["taken"]) == (5, 0)
