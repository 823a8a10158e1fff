"""Copies: fresh ones are used, stale ones serve for a while and say so, withdrawn ones never."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from gateway.copies import FRESH, KEPT, MAX_COPIES, PAUSE, Copies
from gateway.errors import DocumentGone, DocumentMissing, FetchFailed, GatewayError
from tests.trust.lists import NOW

SECOND = timedelta(seconds=1)


class Outside:
    """Counts how often it is asked, and answers with the count or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: GatewayError | None = None

    async def __call__(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return self.asked


async def test_a_fresh_copy_is_used_and_an_older_one_fetched_anew() -> None:
    copies, outside = Copies(), Outside()
    first = await copies.get("a", NOW, outside)
    assert (first.value, first.retrieved, first.stale) == (1, NOW, False)
    assert (await copies.get("a", NOW + FRESH, outside)).value == 1
    assert (await copies.get("a", NOW + FRESH + SECOND, outside)).value == 2
    assert (await copies.get("b", NOW, outside)).value == 3


async def test_all_who_wait_for_one_address_wait_for_one_answer() -> None:
    copies, outside = Copies(), Outside()
    found = await asyncio.gather(*(copies.get("a", NOW, outside) for _ in range(20)))
    assert {copy.value for copy in found} == {1}
    assert outside.asked == 1


async def test_a_stale_copy_serves_while_fetching_fails_and_the_answer_recovers() -> None:
    copies, outside = Copies(), Outside()
    await copies.get("a", NOW, outside)
    outside.error = FetchFailed("down")
    later = NOW + FRESH + SECOND
    copy = await copies.get("a", later, outside)
    assert (copy.value, copy.retrieved, copy.stale) == (1, NOW, True)
    asked = outside.asked
    assert (await copies.get("a", later + PAUSE, outside)).stale
    assert outside.asked == asked, "nobody is asked again at once"
    outside.error = None
    copy = await copies.get("a", later + PAUSE + SECOND, outside)
    assert (copy.value, copy.stale) == (asked + 1, False)


async def test_a_copy_does_not_serve_for_ever() -> None:
    copies, outside = Copies(), Outside()
    await copies.get("a", NOW, outside)
    outside.error = FetchFailed("down")
    with pytest.raises(FetchFailed):
        await copies.get("a", NOW + KEPT + SECOND, outside)


@pytest.mark.parametrize("error", [DocumentMissing("404"), DocumentGone("410")])
async def test_a_withdrawn_document_is_gone_at_once(error: GatewayError) -> None:
    copies, outside = Copies(), Outside()
    await copies.get("a", NOW, outside)
    outside.error = error
    for moment in (NOW + FRESH + SECOND, NOW + FRESH + 2 * SECOND):
        with pytest.raises(type(error)):
            await copies.get("a", moment, outside)


async def test_a_value_that_is_over_is_fetched_anew_and_never_serves() -> None:
    copies, outside = Copies(), Outside()

    def over(value: int) -> datetime:
        return NOW + SECOND

    assert (await copies.get("a", NOW, outside, until=over)).value == 1
    assert (await copies.get("a", NOW + SECOND, outside, until=over)).value == 2
    outside.error = FetchFailed("down")
    with pytest.raises(FetchFailed):
        await copies.get("a", NOW + 2 * SECOND, outside, until=over)


async def test_a_failure_is_raised_again_during_the_pause_without_growing() -> None:
    copies, outside = Copies(), Outside()
    outside.error = FetchFailed("down")
    depths = set()
    for _ in range(5):
        with pytest.raises(FetchFailed) as raised:
            await copies.get("a", NOW, outside)
        depths.add(len(raised.traceback))
    assert outside.asked == 1
    assert len(depths) <= 2


async def test_the_addresses_used_least_lately_are_forgotten() -> None:
    copies, outside = Copies(), Outside()
    for number in range(MAX_COPIES + 1):
        await copies.get(str(number), NOW, outside)
    assert (await copies.get("1", NOW, outside)).value == 2
    assert (await copies.get("0", NOW, outside)).value == MAX_COPIES + 2


async def test_a_waiter_who_gives_up_leaves_the_others_waiting() -> None:
    copies, outside = Copies(), Outside()
    first = asyncio.create_task(copies.get("a", NOW, outside))
    second = asyncio.create_task(copies.get("a", NOW, outside))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).value == 2


async def test_what_was_fetched_elsewhere_can_be_kept() -> None:
    copies, outside = Copies(), Outside()
    assert "a" not in copies
    copies.keep("a", NOW, 7)
    assert "a" in copies
    assert (await copies.get("a", NOW + FRESH, outside)).value == 7
    assert (await copies.get("a", NOW + FRESH + SECOND, outside)).value == 1


async def test_how_many_are_kept_can_be_said() -> None:
    copies = Copies(most=2)
    for address in ("a", "b", "c"):
        copies.keep(address, NOW, address)
    assert [address in copies for address in ("a", "b", "c")] == [False, True, True]
