"""Following another gateway's feed: nothing missed, nothing doubled, the withdrawn withdrawn, whatever interrupts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import ScopeMissing, StateConflict, StoreFailed
from gateway.fetch import Fetcher
from gateway.pipeline import pulling
from gateway.pipeline.pulling import Told, pull
from gateway.pipeline.source_feed import FeedSource
from gateway.store import Pull
from gateway.store.audit import check_chain
from gateway.store.pull_tables import pulled
from gateway.store.pulls import all_pulls
from gateway.store.tables import changes, credentials
from tests.pulling.parts import Side, badge, door, host, open_side, serving_side, state_of
from tests.tenants import Caller

TURNS = int(os.environ.get("GATEWAY_TEST_TURNS", "30"))
"""How long the long way is; some 1,200 are 10,000 changes."""


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(tmp_path, "there") as side:
        yield side


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Side]:
    async with open_side(tmp_path, "here") as side:
        yield side


@pytest.fixture
async def address(there: Side) -> AsyncIterator[str]:
    async with serving_side(there) as address:
        yield address


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with door() as made:
        yield made


async def follow(here: Side, there: Side, fetcher: Fetcher, address: str, *, again: bool = False) -> Told:
    """A new start of the importer: nothing but the store is left of the one before."""
    source = FeedSource(host(fetcher, there.access.key), address)
    return await pull(here.lifecycle, here.caller, source, again=again)


async def remotes(here: Side) -> dict[str, str]:
    """What the importer knows of each credential there."""
    return await here.archive.read(
        here.caller, lambda rows: {row.remote: row.state for row in rows.all(pulled)}
    )


async def sources(here: Side) -> list[Pull]:
    return await here.archive.read(here.caller, all_pulls)


async def count(here: Side) -> int:
    return await here.archive.read(here.caller, lambda rows: rows.count(credentials))


async def hand_in(there: Side, *numbers: int) -> list[str]:
    """Credentials there; their ids."""
    found = []
    for number in numbers:
        answer = await there.archive.accept(there.caller, badge(number))
        found.append(answer.headers["Location"].rpartition("/")[2])
    return found


async def test_originals_come_byte_for_byte_and_once(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    await hand_in(there, *range(5))
    url = f"{address}/v1/feed?limit=2"
    told = await follow(here, there, fetcher, url)
    assert (told.counts["taken"], told.pages) == (5, 3)
    assert await state_of(here) == {badge(number): "active" for number in range(5)}
    assert (await follow(here, there, fetcher, url)).counts.total() == 0
    again = await follow(here, there, fetcher, url, again=True)
    assert (again.counts["known"], again.counts["taken"]) == (5, 0)
    assert [(one.held, one.refused, one.problem) for one in await sources(here)] == [(5, 0, "")]


async def test_what_becomes_of_a_credential_there_becomes_of_it_here(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    ids, url = await hand_in(there, *range(4)), f"{address}/v1/feed"
    await there.lifecycle.act(there.caller, ids[3], "suspend")
    await follow(here, there, fetcher, url)
    assert (await state_of(here))[badge(3)] == "suspended"
    await there.lifecycle.act(there.caller, ids[3], "reinstate")
    await there.lifecycle.act(there.caller, ids[0], "suspend")
    await there.lifecycle.act(there.caller, ids[1], "revoke")
    await there.lifecycle.erase(there.caller, ids[2])
    told = await follow(here, there, fetcher, url)
    assert told.counts["followed"] == 4
    state = await state_of(here)
    assert [state.get(badge(number), "erased") for number in range(4)] == [
        "suspended", "revoked", "erased", "active",
    ]  # fmt: skip
    assert sorted(state.values()) == ["active", "erased", "revoked", "suspended"]
    assert (await here.archive.read(here.caller, check_chain))[1] is None


async def test_the_form_that_the_address_asks_for_is_taken_as_it_stands(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    ids = await hand_in(there, 1, 2)
    for form in ("vc", "edci-xml"):
        url = f"{address}/v1/feed?format={form}"
        assert (await follow(here, there, fetcher, url)).counts["taken"] == 2
    await there.lifecycle.act(there.caller, ids[0], "suspend")
    await there.lifecycle.act(there.caller, ids[1], "revoke")
    for form in ("vc", "edci-xml"):
        told = await follow(here, there, fetcher, f"{address}/v1/feed?format={form}")
        assert (told.counts["followed"], told.counts["refused"]) == (2, 0)
    assert sorted((await state_of(here)).values()) == ["revoked", "revoked", "suspended", "suspended"]
    assert [one.refused for one in await sources(here)] == [0, 0]


async def test_what_was_here_before_does_not_follow_a_source(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    ids = await hand_in(there, 1)
    await here.archive.accept(here.caller, badge(1))
    assert (await follow(here, there, fetcher, f"{address}/v1/feed")).counts["known"] == 1
    await there.lifecycle.erase(there.caller, ids[0])
    await follow(here, there, fetcher, f"{address}/v1/feed")
    assert await state_of(here) == {badge(1): "active"}


async def test_what_was_gone_before_it_was_met_is_noted_alone(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    ids = await hand_in(there, 1, 2)
    await there.lifecycle.act(there.caller, ids[0], "revoke")
    await there.lifecycle.erase(there.caller, ids[1])
    await follow(here, there, fetcher, f"{address}/v1/feed")
    assert await state_of(here) == {}
    assert await remotes(here) == {ids[0]: "revoked", ids[1]: "erased"}


async def test_what_was_erased_here_does_not_come_again(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    await hand_in(there, 1)
    url = f"{address}/v1/feed"
    await follow(here, there, fetcher, url)
    identifier = (await here.archive.read(here.caller, lambda rows: rows.all(pulled)))[0].credential_id
    await here.lifecycle.erase(here.caller, identifier)
    assert (await follow(here, there, fetcher, url, again=True)).counts["known"] == 1
    assert list((await state_of(here)).values()) == ["erased"]


async def test_who_follows_through_many_changes_and_restarts_ends_with_the_state(
    here: Side, there: Side, address: str, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await through(here, there, f"{address}/v1/feed?limit=7", fetcher, TURNS, monkeypatch)


async def through(
    here: Side, there: Side, url: str, fetcher: Fetcher, turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many times five credentials and four steps there, between which the importer is started and falls."""
    state: dict[str, str] = {}
    data: dict[str, bytes] = {}
    for turn in range(turns):
        numbers = range(turn * 5, turn * 5 + 5)
        for identifier, number in zip(await hand_in(there, *numbers), numbers, strict=True):
            state[identifier], data[identifier] = "active", badge(number)
        await _some_steps(there, turn, state)
        if turn % 3 == 0:
            await _falls(here, there, fetcher, url, monkeypatch)
        if turn % 2 == 0:
            await follow(here, there, fetcher, url)
    await follow(here, there, fetcher, url)
    assert await remotes(here) == state
    held = await here.archive.read(
        here.caller, lambda rows: {row.remote: row.credential_id for row in rows.all(pulled)}
    )
    found = await state_of(here)
    for identifier, becomes in state.items():
        if held[identifier] is not None:
            name = held[identifier] if becomes == "erased" else data[identifier]
            assert found.pop(name) == becomes
        else:
            assert becomes in ("revoked", "erased")
    assert found == {}
    changes_there = await there.archive.read(there.caller, lambda rows: rows.count(changes))
    assert changes_there >= turns * 6
    print(f"{changes_there} changes")
    assert set(state.values()) == {"active", "revoked", "suspended", "erased"}


async def _some_steps(there: Side, turn: int, state: dict[str, str]) -> None:
    ids = list(state)
    for step, (action, before, becomes) in enumerate(
        [("revoke", ("active", "suspended"), "revoked"), ("suspend", ("active",), "suspended"),
         ("reinstate", ("suspended",), "active")]
    ):  # fmt: skip
        chosen = ids[(turn * 7 + step * 3) % len(ids)]
        suspended = [one for one in ids if state[one] == "suspended"]
        chosen = suspended[0] if action == "reinstate" and suspended and turn % 2 else chosen
        if state[chosen] in before:
            await there.lifecycle.act(there.caller, chosen, action)
            state[chosen] = becomes
    chosen = ids[(turn * 11) % len(ids)]
    await there.lifecycle.erase(there.caller, chosen)
    state[chosen] = "erased"


async def _falls(
    here: Side, there: Side, fetcher: Fetcher, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The importer dies while it writes its second page: in the middle of it, all of which is lost."""
    before, calls = await count(here), 0
    real = pulling._settled

    def dies(*given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise StoreFailed("the disk is full")
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(pulling, "_settled", dies)
        try:
            await follow(here, there, fetcher, url)
        except StoreFailed:
            assert await count(here) <= before + 7


async def test_two_who_follow_the_same_source_do_not_cross(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    await hand_in(there, *range(6))
    url = f"{address}/v1/feed?limit=2"

    class Crossed(FeedSource):
        """While its first page is on the way, another process takes in all of them."""

        async def page(self, address: str, number: int) -> object:
            told = await super().page(address, number)
            await follow(here, there, fetcher, url)
            return told

    with pytest.raises(StateConflict, match="another process"):
        await pull(here.lifecycle, here.caller, Crossed(host(fetcher, there.access.key), url))
    assert len(await state_of(here)) == 6


async def test_who_may_not_hand_in_may_not_pull(
    here: Side, there: Side, address: str, fetcher: Fetcher
) -> None:
    reader = Caller(here.caller.tenant, "key:x", frozenset(["read"]))
    source = FeedSource(host(fetcher, there.access.key), f"{address}/v1/feed")
    with pytest.raises(ScopeMissing):
        await pull(here.lifecycle, reader, source)
    assert await sources(here) == []
