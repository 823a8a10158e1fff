"""Other people's attacks through the doors, hostile addresses, and damage of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.attacks import addresses, doors, fuzz
from conformance.attacks.addresses import LOOPBACK, Attack, Listener, Names, Recording
from conformance.attacks.signed import MECHANISMS, signed, small
from gateway.errors import FetchFailed
from gateway.settings import Settings
from tests.bad_input import BAD

EVERY = 7
"""Of the files of the corpora, one in so many: ``make conformance`` tries them all."""


def test_the_corpora_are_answered_as_the_contract_says(corpora: Path, tmp_path: Path) -> None:
    chosen = list(doors.attacks(corpora))[::EVERY]
    assert len(chosen) > 50
    assert [name for name, right in doors.outcomes(iter(chosen), tmp_path).items() if not right] == []


def test_bad_input_is_answered_as_the_contract_says(tmp_path: Path) -> None:
    refused = ((name, data) for name, (data, _) in BAD.items() if data and len(data) < 1_000_000)
    assert [name for name, right in doors.outcomes(refused, tmp_path).items() if not right] == []


def test_a_credential_that_is_verified_would_be_noticed(tmp_path: Path) -> None:
    tree = small(MECHANISMS[0])
    del tree["credentialStatus"]
    genuine: Iterator[tuple[str, bytes]] = iter([("genuine", signed(MECHANISMS[0], tree).data)])
    assert doors.outcomes(genuine, tmp_path) == {"genuine": False}


def test_hostile_addresses_lead_nowhere_by_any_way(corpora: Path) -> None:
    vectors = addresses.vectors(corpora)
    assert len(vectors) == 57
    held = addresses.outcomes(vectors)
    assert len(held) == 57 * 3
    assert [name for name, nowhere in held.items() if not nowhere] == []


@pytest.mark.parametrize(
    "vector",
    ["http://127.0.0.1:PORT/", "http://[::1]:PORT/", "http://①②⑦.⓪.⓪.①:PORT/", "did:web:localhost%3APORT"],
)
def test_hostile_addresses_of_our_own_lead_nowhere(vector: str) -> None:
    assert set(addresses.outcomes([vector]).values()) == {True}


async def test_a_connection_would_be_noticed() -> None:
    listener = Listener()
    server = await asyncio.start_server(listener.touched, LOOPBACK, 0)
    listener.port = server.sockets[0].getsockname()[1]
    fetch = Recording(Settings(allow_private_addresses=True), Names(LOOPBACK, LOOPBACK))
    attack = Attack("http://127.0.0.1:PORT/", listener)
    with pytest.raises(FetchFailed):
        await fetch.get(attack.url, accept="*/*")
    await fetch.close()
    server.close()
    assert listener.hits == len(fetch.sockets) >= 1


@pytest.mark.parametrize("seed", range(5000, 5004))
def test_damage_of_every_kind_breaks_nothing(seed: int) -> None:
    assert fuzz.attack(seed, 50) == []
