"""Twelve faults of a lying outside world: the right check says so, nothing is verified, and it passes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults import KINDS, Scene, expected, scene, see
from tests.outside import TWELVE, Outside, Road, road_to


@pytest_asyncio.fixture
async def road() -> AsyncIterator[Road]:
    """The road to a world of this test's own."""
    async with road_to(Outside()) as found:
        yield found


async def test_without_a_fault_the_credential_is_verified(road: Road) -> None:
    made: Scene = await scene(road)
    assert (await made.verify()).verified


@pytest.mark.parametrize("fault", TWELVE)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_fault_is_told_by_the_right_check_and_is_over_when_it_is_over(
    road: Road, kind: str, fault: str
) -> None:
    seen = await see(road, kind, fault)
    assert (seen.check.verdict, seen.check.code) == expected(kind, fault), seen.check
    assert seen.check.message
    assert seen.verified is False
    assert seen.recovered is True
