"""One key and value put anywhere into a signed credential: never verified, whatever it is."""

from __future__ import annotations

import pytest

from conformance.attacks.insertions import attack, attacked_ones
from conformance.attacks.signed import verified, world

SEEDS = range(1000, 1010)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_insertion_stays_verified(seed: int) -> None:
    assert attack(seed, 100, share_of_large=0.0) == []


def test_what_is_attacked_is_verified_before() -> None:
    small, large = attacked_ones()
    for signed in (*small, *large):
        assert verified(signed.data, world(signed.mechanism.kind), ("strict",)) == ("strict",)
