"""Twelve faults of a lying outside world: the right check says so, nothing is verified, and it passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.faults import KINDS, RECOVERY, Scene, check_of, expected, scene, see
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


# --- faults that come later ------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)
TTL = 10 * MINUTE
"""What the status list of the scene says of itself."""


async def test_a_status_list_is_asked_for_once_as_long_as_it_allows(road: Road) -> None:
    made = await scene(road)
    assert (await made.verify()).verified
    made.befall("status list", "500")
    assert (await made.verify(after=TTL)).verified
    assert road.world.asked.count("/status.example.org/1") == 1
    late = await made.verify(after=MINUTE)
    assert (late.verified, check_of(late, "status").code) == (False, "status_retrieval_error")
    made.befall("status list", "")
    assert (await made.verify(after=RECOVERY)).verified


async def test_a_revocation_is_seen_when_the_time_of_the_list_is_over(road: Road) -> None:
    made = await scene(road)
    assert (await made.verify()).verified
    await made.publish_status(7)
    assert (await made.verify(after=TTL)).verified
    late = await made.verify(after=MINUTE)
    assert check_of(late, "status").code == "revoked"


async def test_a_did_that_fails_later_is_resolved_from_a_copy_that_is_marked(road: Road) -> None:
    made = await scene(road)
    assert (await made.verify()).verified
    made.befall("DID", "500")
    late = await made.verify(after=TTL + MINUTE)
    assert late.verified
    assert check_of(late, "issuer").values["stale"] is True


async def test_a_list_that_hangs_delays_nothing_for_long(road: Road) -> None:
    made = await scene(road)
    made.befall("trust list", "timeout")
    await made.verify()
    assert road.world.asked.count("/lists.example.org/registries.json") == 1
    await made.verify()
    assert road.world.asked.count("/lists.example.org/registries.json") == 1
