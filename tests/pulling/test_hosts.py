"""Hosts that do not answer as they must: each ends with a code, in time, and nothing of the page is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.errors import GatewayError, OutsideFailed, RequestRefused, SourceRefused
from gateway.fetch import Fetcher
from gateway.pipeline.pull_hosts import (
    LONGEST_PAUSE,
    TRIES,
    Grant,
    Host,
    Source,
    address_of,
    checked_secret,
)
from gateway.pipeline.pulling import pull
from gateway.pipeline.source_badges import BadgesSource
from gateway.pipeline.source_feed import FeedSource
from gateway.settings import Settings
from gateway.store.pulls import all_pulls
from tests.pulling.parts import Pauses, Side, badge, door, host, open_side, state_of

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


def line(turn: int, **changed: Any) -> bytes:
    """A line of a feed in order."""
    told = {"id": f"c{turn}", "number": turn, "state": "active", "digest": "0" * 64}
    content = json.loads(badge(turn))
    return json.dumps({**told, "credential": content} | changed).encode() + b"\n"


def feed(*lines: bytes, after: str = "/?cursor=next", more: str = "false", **headers: str) -> web.Response:
    """A page of a feed."""
    told = {"Content-Type": "application/x-ndjson", "Link": f'<{after}>; rel="next"', "Feed-More": more}
    return web.Response(body=b"".join(lines), headers={**told, **headers})


def badges(body: str, **headers: str) -> web.Response:
    """A page of an Open Badges host."""
    return web.Response(body=body, headers={"Content-Type": "application/json", **headers})


def answers(answer: web.Response) -> Answers:
    """The same answer to everybody, made anew."""

    async def answered(request: web.Request) -> web.StreamResponse:
        return web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))

    return answered


GOOD = line(1)
ONE = f'{{"credential": [{badge(1).decode()}]}}'

FEEDS: dict[str, tuple[web.Response, str]] = {
    "another type": (feed(GOOD, **{"Content-Type": "text/html"}), "source_malformed"),
    "a bad line in the middle": (feed(GOOD, b'{"id": \n', line(3)), "source_malformed"),
    "an empty line": (feed(GOOD, b"\n", line(3)), "source_malformed"),
    "a line that is no object": (feed(GOOD, b"[1]\n"), "source_malformed"),
    "a name twice in a line": (feed(b'{"id":"a",' + GOOD[1:]), "source_malformed"),
    "a line of 10 MB": (feed(GOOD, line(2, more="x" * 10_000_000)), "source_malformed"),
    "a page of 17 MB": (feed(GOOD + b" " * 17_000_000), "fetch_failed"),
    "a state nobody knows": (feed(GOOD, line(2, state="lost")), "source_malformed"),
    "no id": (feed(GOOD, line(2, id=None)), "source_malformed"),
    "an id that is too long": (feed(GOOD, line(2, id="x" * 256)), "source_malformed"),
    "an id that cannot be kept": (feed(GOOD, line(2, id="a\0b")), "source_malformed"),
    "no number": (feed(GOOD, line(2, number="2")), "source_malformed"),
    "a number that cannot be kept": (feed(GOOD, line(2, number=2**63)), "source_malformed"),
    "no digest": (feed(GOOD, line(2, digest="x")), "source_malformed"),
    "a text that is none": (feed(GOOD, line(2, credential="\ud800")), "source_malformed"),
    "neither credential nor record": (feed(GOOD, b'{"id":"a","number":2,"state":"active"}\n'), "source_malformed"),
    "an original elsewhere": (
        feed(GOOD, b'{"id":"a","number":2,"state":"active","record":{"digest":"","original":"//x.example/"}}'),
        "source_malformed",
    ),
    "changes that go back": (feed(line(2), line(1)), "source_malformed"),
    "the same page for ever": (feed(GOOD, after="/v1/feed?limit=100", more="true"), "source_malformed"),
    "empty pages for ever": (feed(more="true"), "source_malformed"),
    "a next page elsewhere": (feed(GOOD, after="https://other.example/v1/feed"), "source_malformed"),
    "no next page": (feed(GOOD, Link=""), "source_malformed"),
    "compressed": (feed(GOOD, **{"Content-Encoding": "gzip"}), "fetch_failed"),
    "a cursor that is refused": (web.Response(status=400), "source_refused"),
    "a key that does not open": (web.Response(status=401), "source_refused"),
    "a redirect": (web.Response(status=302, headers={"Location": "/elsewhere"}), "source_refused"),
    "an error": (web.Response(status=500), "source_refused"),
    "always busy": (web.Response(status=503), "source_refused"),
    "busy for a day": (web.Response(status=429, headers={"Retry-After": "86400"}), "source_refused"),
}  # fmt: skip

LISTS: dict[str, tuple[web.Response, str]] = {
    "another type": (badges(ONE, **{"Content-Type": "text/plain"}), "source_malformed"),
    "no JSON": (badges(ONE[:-1]), "source_malformed"),
    "something after the end": (badges(ONE + "{}"), "source_malformed"),
    "no object": (badges(f"[{ONE}]"), "source_malformed"),
    "a name twice": (badges(ONE[:-1] + ', "credential": []}'), "source_malformed"),
    "no list": (badges('{"credential": {}}'), "source_malformed"),
    "a token that is none": (badges(ONE[:-1] + ', "compactJwsString": [7]}'), "source_malformed"),
    "other letters": (web.Response(body=ONE.encode("utf-16"), content_type="application/json"), "source_malformed"),
    "a nest": (badges('{"credential": [' + "[" * 100_000), "source_malformed"),
    "the same page for ever": (
        badges(ONE, Link='</credentials?limit=1&offset=0>; rel="next"'), "source_malformed",
    ),
    "empty pages for ever": (badges("{}", Link='</credentials?offset=1>; rel="next"'), "source_malformed"),
    "an empty page where some are left": (badges("{}", **{"X-Total-Count": "5"}), "source_malformed"),
    "more than it says": (
        badges(ONE, Link='</credentials?offset=1>; rel="next"', **{"X-Total-Count": "0"}), "source_malformed",
    ),
    "a next page elsewhere": (badges(ONE, Link='<https://other.example/>; rel="next"'), "source_malformed"),
    "a key that does not open": (web.Response(status=401), "source_refused"),
}  # fmt: skip


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(tmp_path, "here") as side:
        yield side


async def ends(here: Side, answered: Answers, kind: str, seconds: float = 20.0) -> tuple[str, Pauses]:
    """The code that a round ends with, and what was waited for; nothing is kept."""
    app, pauses = web.Application(client_max_size=1), Pauses()
    app.router.add_get("/{tail:.*}", answered)
    async with TestServer(app) as server, door(seconds) as fetcher:
        told = host(fetcher, "key", pauses)
        base = str(server.make_url("/")).rstrip("/")
        source: Source = (
            FeedSource(told, f"{base}/v1/feed") if kind == "feed" else BadgesSource(told, base, limit=1)
        )
        with pytest.raises(OutsideFailed) as caught:
            await pull(here.lifecycle, here.caller, source)
    assert await state_of(here) == {}
    stands = (await here.archive.read(here.caller, all_pulls))[0]
    assert (stands.problem, stands.position.address) == (caught.value.code, source.first)
    return caught.value.code, pauses


@pytest.mark.parametrize("name", FEEDS)
async def test_a_feed_that_is_none_ends_with_a_code(here: Side, name: str) -> None:
    answer, code = FEEDS[name]
    assert (await ends(here, answers(answer), "feed"))[0] == code


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_that_is_none_ends_with_a_code(here: Side, name: str) -> None:
    answer, code = LISTS[name]
    assert (await ends(here, answers(answer), "open-badges"))[0] == code


async def test_a_host_that_hangs_is_not_waited_for(here: Side) -> None:
    async def hangs(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    assert (await ends(here, hangs, "feed", seconds=0.05))[0] == "fetch_failed"


@pytest.mark.parametrize(
    ("after", "waited"),
    [("", [1, 2, 4, 8]), ("7", [7] * 4), (str(LONGEST_PAUSE + 1), []), ("soon", [1, 2, 4, 8])],
)
async def test_a_busy_host_is_waited_for_as_it_asks_and_not_for_ever(
    here: Side, after: str, waited: list[float]
) -> None:
    busy = web.Response(status=429, headers={"Retry-After": after})
    code, pauses = await ends(here, answers(busy), "feed")
    assert (code, list(pauses)) == ("source_refused", waited)
    assert len(waited) < TRIES


async def test_a_host_that_recovers_is_gone_on_with(here: Side) -> None:
    turns = iter([web.Response(status=503), web.Response(status=429)])

    async def recovers(request: web.Request) -> web.StreamResponse:
        return next(turns, None) or feed(GOOD)

    app = web.Application()
    app.router.add_get("/{tail:.*}", recovers)
    async with TestServer(app) as server, door() as fetcher:
        source = FeedSource(host(fetcher, "key"), str(server.make_url("/v1/feed")))
        assert (await pull(here.lifecycle, here.caller, source)).counts["taken"] == 1


async def test_a_page_that_fails_later_leaves_the_pages_before_it(here: Side) -> None:
    async def fails_later(request: web.Request) -> web.StreamResponse:
        if "cursor" in request.query:
            return feed(line(2), b"{\n", after="/?cursor=third")
        return feed(GOOD, after="/?cursor=second", more="true")

    app = web.Application()
    app.router.add_get("/{tail:.*}", fails_later)
    async with TestServer(app) as server, door() as fetcher:
        source = FeedSource(host(fetcher, "key"), str(server.make_url("/v1/feed")))
        with pytest.raises(OutsideFailed):
            await pull(here.lifecycle, here.caller, source)
        stands = (await here.archive.read(here.caller, all_pulls))[0]
        assert stands.position.address == str(server.make_url("/?cursor=second"))
    assert len(await state_of(here)) == 1


async def test_an_original_that_differs_from_its_digest_is_refused_alone(here: Side) -> None:
    async def answered(request: web.Request) -> web.StreamResponse:
        if request.path != "/v1/feed":
            return web.Response(status=404) if request.path == "/2" else web.Response(body=badge(1))
        record = {"digest": "0" * 64, "original": "/1"}
        told = [{"id": "a", "number": 1, "state": "active", "record": record},
                {"id": "b", "number": 2, "state": "active", "record": {**record, "original": "/2"}}]  # fmt: skip
        return feed(*(json.dumps(one).encode() + b"\n" for one in told))

    app = web.Application()
    app.router.add_get("/{tail:.*}", answered)
    async with TestServer(app) as server, door() as fetcher:
        source = FeedSource(host(fetcher, "key"), str(server.make_url("/v1/feed")))
        told = await pull(here.lifecycle, here.caller, source)
    assert dict(told.problems) == {"digest_differs": 1}
    assert await state_of(here) == {}


@pytest.mark.parametrize("answer", [
    web.Response(status=401), web.json_response({}), web.json_response({"access_token": "a b"}),
    web.Response(text="token"), web.json_response({"access_token": 7}),
])  # fmt: skip
async def test_an_authorization_server_that_gives_no_token_ends_with_a_code(
    here: Side, answer: web.Response
) -> None:
    app = web.Application()
    app.router.add_post("/token", answers(answer))
    async with TestServer(app) as server, door() as fetcher:
        access = Grant(str(server.make_url("/token")), "client", "secret")
        source = FeedSource(Host(fetcher, access, Pauses()), str(server.make_url("/v1/feed")))
        with pytest.raises(OutsideFailed) as caught:
            await pull(here.lifecycle, here.caller, source)
    assert caught.value.code in ("source_refused", "source_malformed")


async def test_the_door_holds_for_sources_too(here: Side) -> None:
    fetcher = Fetcher(Settings())
    source = FeedSource(host(fetcher, "key"), "https://127.0.0.1/v1/feed")
    with pytest.raises(OutsideFailed, match="no DNS name"):
        await pull(here.lifecycle, here.caller, source)
    await fetcher.close()


@pytest.mark.parametrize(
    "text", ["ftp://x.example/", "https://", "x", "https://a:b@x.example/", "https://[/", "https://x/#a"]
)
def test_what_is_no_address_of_a_source_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused):
        address_of(text)


@pytest.mark.parametrize("text", ["", "two\nlines", "a b", "x" * 4097, "ключ"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused):
        checked_secret(text)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(Grant("https://x.example/", "client", "secret"))
    assert issubclass(SourceRefused, GatewayError)
