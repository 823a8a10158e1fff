"""The one door to the network: hostile addresses, hostile answers, and nothing foreign that leaks."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from gateway.addresses import CheckedResolver, is_public_address
from gateway.dids import resolve
from gateway.errors import FetchFailed, FetchRefused, GatewayError, InputRefused
from gateway.fetch import Fetch, Fetcher, NoFetch, OutgoingRequest
from gateway.settings import Settings
from tests.dids.parts import means

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NAME = "https://registry.example.org/did.json"

HOSTILE = [
    "http://127.0.0.1:PORT/", "https://127.0.0.1:PORT/", "https://127.0.0.1/", "https://localhost:PORT/",
    "https://localhost/", "https://[::1]:PORT/", "https://[::ffff:127.0.0.1]:PORT/", "https://2130706433/",
    "https://0x7f000001/", "https://127.1/", "https://0/", "https://127.0.0.1./", "https://①②⑦.⓪.⓪.①/",
    "https://user@registry.example.org/", "https://:p@registry.example.org/", "https://@registry.example.org/",
    "https://registry.example.org@127.0.0.1:PORT/", "https://registry.example.org\\@127.0.0.1:PORT/",
    "https://registry.example.org:PORT/", "https://registry.example.org:0/",
    "https://registry.example.org:99999/", "https://registry.example.org:x/",
    "http://registry.example.org/", "file:///etc/hosts", "data:text/plain,x", "//127.0.0.1:PORT/", "", "https://",
    "https://xn--/", "https://xn--.example/", "https://a..example/", "https://-a.example/",
    "https://a_b.example/",
    "https://registry.example.org\n.example/", "https://registry.example.org/\r\nX: y", "https://[",
    " https://registry.example.org/", "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
]  # fmt: skip

INSIDE = [
    "127.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::", "0.0.0.0", "10.0.0.1",
    "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "5f00::1",
    "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
    "not an address", "",
]  # fmt: skip


class Canary:
    """A listener on loopback that nobody may ever reach; it counts connections."""

    def __init__(self) -> None:
        self.hits = 0
        self.port = 0

    def touched(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    found = Canary()
    server = await asyncio.start_server(found.touched, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


class Names(AbstractResolver):
    """A name service of our own: the answers it is given, one for each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if not answer:
            raise OSError("no such name")
        return self.entries(host, port, answer)

    def entries(self, host: str, port: int, answer: list[str]) -> list[ResolveResult]:
        return [entry(host, port, address) for address in answer]

    async def close(self) -> None:
        return None


def entry(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


class TwoFaced(list[ResolveResult]):
    """An answer that is public when it is looked at first, and loopback from then on."""

    def __iter__(self) -> Iterator[ResolveResult]:
        now, self[:] = list(super().__iter__()), [entry("registry.example.org", self.port, "127.0.0.1")]
        return iter(now)

    port = 443


class TwoFacedNames(Names):
    def entries(self, host: str, port: int, answer: list[str]) -> list[ResolveResult]:
        return TwoFaced(super().entries(host, port, answer))


@asynccontextmanager
async def fetcher(resolver: AbstractResolver | None = None, **given: object) -> AsyncIterator[Fetcher]:
    made = Fetcher(Settings.from_environment({}, **given), resolver)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/did.json"))


async def get_from(handler: Handler, **given: object) -> bytes:
    async with serving(handler) as url, fetcher(allow_private_addresses=True, **given) as fetch:
        return await fetch.get(url, accept="application/json")


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_may_lead_inside_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "193.0.6.139", "2606:4700::1111", "2a00:1450::1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public_address(address)


async def test_hostile_urls_are_refused_before_a_name_is_asked_for(canary: Canary) -> None:
    names = Names(["127.0.0.1"])
    async with fetcher(names) as fetch:
        for url in HOSTILE:
            with pytest.raises(FetchRefused):
                await fetch.get(url.replace("PORT", str(canary.port)), accept="*/*")
            assert names.asked == 0, url
    assert canary.hits == 0


async def test_the_hostile_urls_of_the_corpus_reach_nobody(corpora: Path, canary: Canary) -> None:
    vectors = json.loads((corpora / "security/ssrf/urls.json").read_text(encoding="utf-8"))
    async with fetcher(Names(["127.0.0.1"])) as fetch:
        for url in vectors["block"]:
            for scheme in ("http://", "https://"):
                hostile = url.replace("PORT", str(canary.port)).replace("http://", scheme)
                with pytest.raises(FetchRefused):
                    await fetch.get(hostile, accept="*/*")
        for did, _ in vectors["did_web"]:
            with pytest.raises((FetchRefused, InputRefused)):
                await resolve(did.replace("PORT", str(canary.port)), means(fetch))
    assert len(vectors["block"]) == 45
    assert canary.hits == 0


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.0.0.1"],
        ["8.8.8.8", "10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
    ],
)
async def test_a_name_with_an_inside_address_is_refused(answer: list[str]) -> None:
    async with fetcher(Names(answer)) as fetch:
        with pytest.raises(FetchRefused, match="not public"):
            await fetch.get(NAME, accept="*/*")


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["::1"]])
async def test_one_inside_address_spoils_a_whole_answer(answer: list[str]) -> None:
    with pytest.raises(OSError, match="not public"):
        await CheckedResolver(Names(answer)).resolve("registry.example.org", 443)


async def test_a_public_answer_is_passed_on_as_it_is() -> None:
    found = await CheckedResolver(Names(["8.8.8.8", "2606:4700::1111"])).resolve("registry.example.org", 443)
    assert [entry["host"] for entry in found] == ["8.8.8.8", "2606:4700::1111"]


async def test_a_good_answer_of_the_name_service_is_not_kept_either() -> None:
    async def good(_: web.Request) -> web.Response:
        return web.Response(body=b"good")

    names = Names(["127.0.0.1"])
    async with serving(good) as url, fetcher(names, allow_private_addresses=True) as fetch:
        by_name = url.replace("127.0.0.1", "registry.example.org")
        assert by_name != url
        for _ in range(3):
            assert await fetch.get(by_name, accept="*/*") == b"good"
    assert names.asked == 3


async def test_a_name_is_asked_for_anew_each_time_so_that_no_answer_is_kept() -> None:
    names = Names([], ["127.0.0.1"])
    async with fetcher(names) as fetch:
        with pytest.raises(FetchFailed):
            await fetch.get(NAME, accept="*/*")
        for _ in range(50):
            with pytest.raises(FetchRefused):
                await fetch.get(NAME, accept="*/*")
    assert names.asked == 51


async def test_an_address_that_changes_after_the_check_is_stopped_at_the_socket(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TwoFaced, "port", canary.port)
    async with fetcher(TwoFacedNames(["8.8.8.8"])) as fetch:
        for _ in range(50):
            with pytest.raises(FetchRefused, match="not public"):
                await fetch.get(NAME, accept="*/*")
    assert canary.hits == 0


# --- answers -----------------------------------------------------------------------------------


async def test_a_good_answer_is_its_bytes() -> None:
    async def good(request: web.Request) -> web.Response:
        assert request.headers["Accept"] == "application/json"
        assert request.headers["Accept-Encoding"] == "identity"
        assert not {"Authorization", "Cookie", "Referer"} & set(request.headers)
        return web.Response(body=b'{"id": 1}')

    assert await get_from(good) == b'{"id": 1}'


async def test_an_answer_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    async def sized(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 50_000)

    assert len(await get_from(sized, fetch_max_bytes=50_000)) == 50_000
    with pytest.raises(FetchFailed, match="larger than 49999 bytes"):
        await get_from(sized, fetch_max_bytes=49_999)


async def test_the_limit_of_one_request_wins_even_when_it_is_nothing() -> None:
    async def small(_: web.Request) -> web.Response:
        return web.Response(body=b"xy")

    async with serving(small) as url, fetcher(allow_private_addresses=True) as fetch:
        assert await fetch.get(url, accept="*/*", max_bytes=2) == b"xy"
        for limit in (0, 1):
            with pytest.raises(FetchFailed, match="larger"):
                await fetch.get(url, accept="*/*", max_bytes=limit)


async def test_an_endless_answer_is_cut_at_the_limit() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 50_000_000:
            await response.write(b"x" * 65_536)
            sent += 65_536
        return response

    with pytest.raises(FetchFailed, match="larger"):
        await get_from(endless)
    assert sent < 20_000_000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "identity, gzip", "x-unknown"])
async def test_a_compressed_answer_is_refused_unread(coding: str) -> None:
    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b not even gzip", headers={"Content-Encoding": coding})

    with pytest.raises(FetchFailed, match="compressed"):
        await get_from(packed)


@pytest.mark.parametrize("status", [201, 204, 206, 301, 302, 303, 307, 308, 401, 404, 429, 500, 503])
async def test_any_answer_but_200_is_a_failure_and_no_redirect_is_followed(status: int) -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/other"})

    with pytest.raises(FetchFailed, match=str(status)):
        await get_from(elsewhere)
    assert asked == ["/did.json"]


@pytest.mark.parametrize("drip", [False, True])
async def test_a_slow_answer_ends_at_the_deadline(drip: bool) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if drip:
            await response.prepare(request)
        for _ in range(40):
            await asyncio.sleep(0.05)
            if drip:
                await response.write(b"x")
        return response

    loop = asyncio.get_running_loop()
    async with serving(slow) as url, fetcher(allow_private_addresses=True, fetch_timeout=0.3) as fetch:
        began = loop.time()
        with pytest.raises(FetchFailed, match="no answer within"):
            await fetch.get(url, accept="*/*")
        assert loop.time() - began < 1.5


@pytest.mark.parametrize(
    "said",
    [
        b"", b"no http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b" * 9000,
        b"HTTP/9.9 999 \xff\xfe\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["nothing", "no-http", "truncated", "bad-chunk", "long-header", "nonsense", "negative-length"],
)  # fmt: skip
async def test_a_broken_answer_is_a_failure_of_ours(said: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with fetcher(allow_private_addresses=True, fetch_timeout=2.0) as fetch:
        with pytest.raises(FetchFailed):
            await fetch.get(f"http://127.0.0.1:{port}/", accept="*/*")
    server.close()


async def test_a_closed_port_is_a_failure_of_ours() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        async with fetcher(allow_private_addresses=True) as fetch:
            with pytest.raises(FetchFailed):
                await fetch.get(f"http://127.0.0.1:{port}/", accept="*/*")


async def test_proxies_of_the_environment_and_cookies_are_not_used(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")

    async def cookie(request: web.Request) -> web.Response:
        response = web.Response(body=b"cookie" if request.cookies else b"none")
        response.set_cookie("who", "you")
        return response

    async with serving(cookie) as url, fetcher(allow_private_addresses=True) as fetch:
        assert [await fetch.get(url, accept="*/*") for _ in range(2)] == [b"none", b"none"]
    assert canary.hits == 0


async def test_offline_everything_is_refused() -> None:
    closed: Fetch = NoFetch()
    with pytest.raises(FetchRefused):
        await closed.get(NAME, accept="*/*")


async def test_closing_twice_or_before_use_is_harmless() -> None:
    made = Fetcher(Settings())
    await made.close()
    await made.close()


async def test_no_error_tells_the_address_that_was_asked() -> None:
    async with fetcher(Names(["10.1.2.3"])) as fetch:
        for url in (NAME + "?name=somebody", "https://somebody@a.example/", "https://somebody/"):
            with pytest.raises(GatewayError) as caught:
                await fetch.get(url, accept="*/*")
            assert "somebody" not in json.dumps(caught.value.problem())
            assert "10.1.2.3" not in json.dumps(caught.value.problem())


# --- exchanges with other services -----------------------------------------------------------------


async def test_an_exchange_sends_what_it_is_given_and_tells_any_status() -> None:
    async def receiver(request: web.Request) -> web.Response:
        seen = f"{request.method} {request.headers['Authorization']} {await request.text()}"
        return web.Response(status=418, text=seen, headers={"Retry-After": "7"})

    async with serving(receiver) as url, fetcher(allow_private_addresses=True) as fetch:
        asked = OutgoingRequest("POST", url, {"Authorization": "Bearer x"}, b"news")
        told = await fetch.exchange(asked)
    assert (told.status, told.body, told.headers["retry-after"]) == (418, b"POST Bearer x news", "7")
    assert "Bearer" not in repr(asked)


async def test_an_exchange_follows_no_redirect_and_reads_no_more_than_the_limit() -> None:
    async def moved(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async def large(_: web.Request) -> web.Response:
        return web.Response(status=500, body=b"x" * 2000)

    async with serving(moved) as url, fetcher(allow_private_addresses=True) as fetch:
        assert (await fetch.exchange(OutgoingRequest("GET", url))).status == 302
    async with serving(large) as url, fetcher(allow_private_addresses=True) as fetch:
        with pytest.raises(FetchFailed, match="larger"):
            await fetch.exchange(OutgoingRequest("POST", url, body=b"", max_bytes=1000))


@pytest.mark.parametrize("url", HOSTILE)
async def test_an_exchange_reaches_no_hostile_address_either(url: str, canary: Canary) -> None:
    async with fetcher() as fetch:
        with pytest.raises(GatewayError):
            await fetch.exchange(OutgoingRequest("POST", url.replace("PORT", str(canary.port)), body=b"x"))
    with pytest.raises(FetchRefused):
        await NoFetch().exchange(OutgoingRequest("GET", "https://registry.example.org/"))
    assert canary.hits == 0
