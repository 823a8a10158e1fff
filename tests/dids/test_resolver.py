"""The resolver of a gateway: what it keeps and for how long, whose word it takes, what it never asks for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.copies import FRESH, PAUSE
from gateway.dids.resolver import STALE, Registries, Resolver
from gateway.errors import (
    DidInvalid,
    DidNotFound,
    DocumentGone,
    DocumentMissing,
    FetchFailed,
    FetchRefused,
    GatewayError,
)
from tests.dids.logs import STRANGER, LogBook
from tests.dids.parts import Web
from tests.test_breaker import SECOND, Clock

DID = "did:web:registry.example.org"
URL = "https://registry.example.org/.well-known/did.json"
KEY = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"


def parts(**given: Any) -> tuple[Web, Clock, Resolver]:
    web, clock = Web({URL: {"id": DID, "n": 1}}), Clock()
    return web, clock, Resolver(web, clock, **given)


async def test_a_document_is_kept_while_it_is_fresh_and_fetched_anew_after() -> None:
    web, clock, resolver = parts()
    first = await resolver.resolve(DID)
    assert (first.retrieved, first.stale) == (clock.now, False)
    clock.now += FRESH
    assert (await resolver.resolve(DID)).retrieved == first.retrieved
    web.at[URL] = {"id": DID, "n": 2}
    clock.now += SECOND
    assert (await resolver.resolve(DID)).active_document["n"] == 2
    assert len(web.asked) == 2


async def test_freshness_is_a_setting_and_bounds_how_long_a_removed_key_counts() -> None:
    web, clock, resolver = parts(fresh=timedelta(seconds=5))
    await resolver.resolve(DID)
    web.at[URL] = {"id": DID, "n": 2}
    clock.now += timedelta(seconds=6)
    assert (await resolver.resolve(DID)).active_document["n"] == 2


async def test_all_who_ask_at_once_share_one_answer() -> None:
    web, _, resolver = parts()
    found = await asyncio.gather(*(resolver.resolve(DID) for _ in range(20)))
    assert len(web.asked) == 1
    assert len({id(one.document) for one in found}) == 1


@pytest.mark.parametrize("error", [FetchFailed("down"), FetchRefused("not public"), b"<html>"])
async def test_an_older_copy_serves_a_day_where_it_may_and_says_so(error: Any) -> None:
    web, clock, resolver = parts()
    first = await resolver.resolve(DID)
    web.at[URL] = error
    clock.now += STALE
    with pytest.raises(GatewayError):
        await resolver.resolve(DID)
    served = await resolver.resolve(DID, stale=True)
    assert (served.document, served.retrieved, served.stale) == (first.document, first.retrieved, True)
    clock.now += SECOND
    with pytest.raises(GatewayError):
        await resolver.resolve(DID, stale=True)
    web.at[URL] = {"id": DID}
    clock.now += PAUSE + SECOND
    assert (await resolver.resolve(DID)).stale is False


@pytest.mark.parametrize("error", [DocumentMissing("404"), DocumentGone("410")])
async def test_a_withdrawn_document_is_hidden_by_no_copy(error: GatewayError) -> None:
    web, clock, resolver = parts()
    await resolver.resolve(DID)
    web.at[URL] = error
    clock.now += FRESH + SECOND
    for _ in range(2):
        with pytest.raises(DidNotFound):
            await resolver.resolve(DID, stale=True)
    web.at[URL] = FetchFailed("down")
    clock.now += PAUSE + SECOND
    with pytest.raises(FetchFailed):
        await resolver.resolve(DID, stale=True)


async def test_nobody_is_asked_again_at_once_for_what_was_not_there() -> None:
    web, clock, resolver = parts()
    web.at.clear()
    for _ in range(3):
        with pytest.raises(DidNotFound):
            await resolver.resolve(DID)
    assert len(web.asked) == 1
    web.at[URL] = {"id": DID}
    clock.now += PAUSE + SECOND
    assert (await resolver.resolve(DID)).active_document == {"id": DID}


async def test_computed_documents_are_never_asked_for_nor_kept() -> None:
    web, _, resolver = parts()
    first = await resolver.resolve(KEY)
    second = await resolver.resolve(KEY, key_format="JsonWebKey2020")
    assert web.asked == []
    assert first.document != second.document


async def test_the_gateways_own_did_needs_no_network() -> None:
    own = {"id": "did:web:me.example"}
    web, _, resolver = parts(own=lambda did: own if did == "did:web:me.example" else None)
    web.at.clear()
    assert (await resolver.resolve("did:web:me.example")).document == own
    assert web.asked == []


async def test_registries_are_asked_where_they_are_configured() -> None:
    web, _, resolver = parts(registries=Registries(universal="https://resolver.example.org"))
    web.at["https://resolver.example.org/1.0/identifiers/did:example:1"] = {"id": "did:example:1"}
    assert (await resolver.resolve("did:example:1")).by == "https://resolver.example.org"


@given(
    text=st.text(max_size=40)
    | st.from_regex(r"did:(web|webvh|jwk|ebsi|key|x):[a-z0-9.:%A-F/]*", fullmatch=True)
)
async def test_no_identifier_makes_a_foreign_error(text: str) -> None:
    web, _, resolver = parts()
    web.at.clear()
    with pytest.raises(GatewayError):
        await resolver.resolve(text)
    assert all(url.startswith("https://") for url in web.asked)


@pytest.mark.parametrize("identifier", ["", "did:web:a.example#key", "urn:uuid:1", "http://a.example/"])
async def test_what_is_no_identifier_of_a_document_is_refused(identifier: str) -> None:
    _, _, resolver = parts()
    with pytest.raises(DidInvalid):
        await resolver.resolve(identifier)


async def test_a_log_may_want_to_be_kept_for_less_than_others_and_never_for_more() -> None:
    hasty, patient = LogBook().create(ttl=5), LogBook("slow.example.org").create(ttl=86_400)
    web, clock, resolver = parts()
    web.at |= {hasty.url: hasty.data, patient.url: patient.data}
    for book, span in ((hasty, timedelta(seconds=5)), (patient, FRESH)):
        await resolver.resolve(book.did)
        asked = len(web.asked)
        clock.now += span
        await resolver.resolve(book.did)
        assert len(web.asked) == asked
        clock.now += SECOND
        await resolver.resolve(book.did)
        assert len(web.asked) == asked + 1


async def test_a_log_that_does_not_verify_is_soon_looked_at_again_and_no_older_copy_hides_it() -> None:
    book = LogBook().create()
    web, clock, resolver = parts()
    web.at[book.url] = book.data
    await resolver.resolve(book.did)
    book.update(STRANGER)
    web.at[book.url] = book.data
    clock.now += FRESH + SECOND
    assert (await resolver.resolve(book.did, stale=True)).broken is not None
    book.entries.pop()
    web.at[book.url] = book.update(state={"n": 2}).data
    assert (await resolver.resolve(book.did)).broken is not None
    clock.now += PAUSE
    assert (await resolver.resolve(book.did)).active_document["n"] == 2
