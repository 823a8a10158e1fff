"""The breaker: a host that keeps failing is left alone, and comes back by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.breaker import FAILURES, MAX_HOSTS, REST, Breaker
from gateway.errors import DocumentGone, DocumentMissing, FetchFailed, FetchRefused, GatewayError
from tests.dids.parts import Web

A, B = "https://a.example/1", "https://b.example/1"
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def network() -> tuple[Web, Clock, Breaker]:
    web, clock = Web({B: b"b"}), Clock()
    return web, clock, Breaker(web, clock)


async def fails(
    breaker: Breaker, url: str = A, times: int = 1, error: type[GatewayError] = FetchFailed
) -> None:
    for _ in range(times):
        with pytest.raises(error):
            await breaker.get(url, accept="*/*")


async def test_a_host_that_keeps_failing_is_asked_no_more_and_the_others_are() -> None:
    web, _, breaker = network()
    web.at[A] = FetchFailed("down")
    await fails(breaker, times=FAILURES)
    await fails(breaker, "https://a.example/2", times=3)
    assert len(web.asked) == FAILURES
    assert await breaker.get(B, accept="*/*") == b"b"


async def test_after_the_rest_one_request_tries_and_its_success_opens_the_way() -> None:
    web, clock, breaker = network()
    web.at[A] = FetchFailed("down")
    await fails(breaker, times=FAILURES)
    clock.now += REST
    await fails(breaker)
    await fails(breaker, times=3)
    assert len(web.asked) == FAILURES + 1
    clock.now += REST
    web.at[A] = b"a"
    assert await breaker.get(A, accept="*/*") == b"a"
    assert await breaker.get(A, accept="*/*") == b"a"
    web.at[A] = FetchFailed("down")
    await fails(breaker, times=FAILURES - 1)
    asked = len(web.asked)
    await fails(breaker)
    assert len(web.asked) == asked + 1, "a success wipes out the failures before it"


@pytest.mark.parametrize("error", [DocumentMissing("404"), DocumentGone("410"), FetchRefused("not public")])
async def test_an_answer_about_the_document_or_a_refusal_of_ours_is_no_failure(error: GatewayError) -> None:
    web, _, breaker = network()
    web.at[A] = error
    await fails(breaker, times=3 * FAILURES, error=type(error))
    assert len(web.asked) == 3 * FAILURES


async def test_a_clock_set_back_keeps_no_host_resting() -> None:
    web, clock, breaker = network()
    web.at[A] = FetchFailed("down")
    await fails(breaker, times=FAILURES)
    clock.now -= timedelta(days=1)
    web.at[A] = b"a"
    assert await breaker.get(A, accept="*/*") == b"a"


async def test_hosts_are_forgotten_when_there_are_too_many() -> None:
    web, _, breaker = network()
    web.at[A] = FetchFailed("down")
    await fails(breaker, times=FAILURES)
    for number in range(MAX_HOSTS):
        url = f"https://h{number}.example/"
        web.at[url] = FetchFailed("down")
        await fails(breaker, url)
    asked = len(web.asked)
    await fails(breaker)
    assert len(web.asked) == asked + 1


async def test_hosts_are_told_apart_by_name_and_port_whatever_their_case() -> None:
    web, _, breaker = network()
    for url in (A, "https://A.example/2"):
        web.at[url] = FetchFailed("down")
    await fails(breaker, times=FAILURES - 1)
    await fails(breaker, "https://A.example/2")
    asked = len(web.asked)
    await fails(breaker)
    assert len(web.asked) == asked
    await fails(breaker, "https://a.example:444/", error=DocumentMissing)
