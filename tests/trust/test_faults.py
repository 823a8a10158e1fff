"""Twelve ways a list's server can fail: each is told apart from "not listed", and over when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gateway.copies import FRESH, MAX_COPIES, PAUSE, Shelves
from gateway.fetch import Fetcher
from gateway.trust import Issuer, Statement, TrustSource, ask
from gateway.trust.ebsi import ebsi_registry
from gateway.trust.federation import openid_federation
from gateway.trust.known_dids import known_dids
from tests.trust import test_ebsi, test_known_dids
from tests.trust.lists import FAULTS, NOW, Lists
from tests.trust.test_federation import Chain

World = tuple[Lists, Fetcher]
SECOND = timedelta(seconds=1)
Prepared = tuple[TrustSource, str, str]


def _known_dids(lists: Lists) -> Prepared:
    lists.at["/one.json"] = test_known_dids.registry(name="Example University")
    where = test_known_dids.publish(lists, {"name": "One", "url": f"{lists.base}/one.json"})
    return known_dids(where, Shelves()), test_known_dids.DID, "/one.json"


def _list_of_registries(lists: Lists) -> Prepared:
    source, did, _ = _known_dids(lists)
    return source, did, "/known-did-registries.json"


def _federation(path: str) -> Callable[[Lists], Prepared]:
    def prepared(lists: Lists) -> Prepared:
        chain = Chain(lists).publish()
        asked = path.replace("LEAF", chain.leaf.id)
        return openid_federation([chain.known()], Shelves()), chain.leaf.id, asked

    return prepared


def _ebsi(path: str) -> Callable[[Lists], Prepared]:
    def prepared(lists: Lists) -> Prepared:
        test_ebsi.publish(lists, test_ebsi.attribute())
        return ebsi_registry(lists.base, Shelves()), test_ebsi.DID, test_ebsi.ABOUT + path

    return prepared


LISTS: dict[str, Callable[[Lists], Prepared]] = {
    "a registry of known DIDs": _known_dids,
    "a list of registries": _list_of_registries,
    "a federation's anchor": _federation("/anchor/.well-known/openid-federation"),
    "a federation's intermediate": _federation("/middle/fetch?sub=LEAF"),
    "the EBSI registry": _ebsi(""),
    "the EBSI registry's attributes": _ebsi("/attributes?page[after]=1&page[size]=10"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", LISTS)
async def test_a_list_that_fails_leaves_it_open_and_recovers(world: World, name: str, fault: str) -> None:
    lists, fetch = world
    source, identifier, path = LISTS[name](lists)
    assert path in lists.at
    lists.faults[path], code = FAULTS[fault]

    async def said(now: timedelta) -> Statement:
        (statement,) = await ask(Issuer(identifier), [source], fetch, NOW + now)
        return statement

    failed = await said(timedelta())
    assert (failed.listed, failed.code) == (None, code)
    assert failed.message
    lists.faults.clear()
    recovered = await said(PAUSE + SECOND)
    assert (recovered.listed, recovered.code, recovered.stale) == (True, "", False)


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_that_fails_later_is_answered_from_an_older_copy_that_says_so(
    world: World, name: str
) -> None:
    lists, fetch = world
    source, identifier, path = LISTS[name](lists)
    (first,) = await ask(Issuer(identifier), [source], fetch, NOW)
    lists.faults[path], _ = FAULTS["is overloaded"]
    (later,) = await ask(Issuer(identifier), [source], fetch, NOW + FRESH + SECOND)
    assert (first.listed, first.stale, first.retrieved) == (True, False, NOW)
    assert (later.listed, later.stale) == (True, True)
    assert later.to_json()["stale"] is True


async def test_one_list_that_hangs_does_not_silence_the_others(world: World) -> None:
    lists, fetch = world
    hanging, did, path = _known_dids(lists)
    lists.faults[path], _ = FAULTS["hangs"]
    test_ebsi.publish(lists, test_ebsi.attribute())
    both = [hanging, ebsi_registry(lists.base, Shelves())]
    known, ebsi = await ask(Issuer(did), both, fetch, NOW)
    assert (known.listed, ebsi.listed) == (None, False)


async def test_asking_about_strangers_without_end_drives_no_list_out(world: World) -> None:
    lists, fetch = world
    source, did, path = _known_dids(lists)
    ebsi = ebsi_registry(lists.base, Shelves())
    for number in range(MAX_COPIES + 10):
        await ask(Issuer(f"did:ebsi:z{number}"), [source, ebsi], fetch, NOW)
    (statement,) = await ask(Issuer(did), [source], fetch, NOW)
    assert statement.listed is True
    assert lists.asked.count(path) == 1
