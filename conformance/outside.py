"""A lying outside world: twelve faults times what a verification needs of it. Needs no corpora and no network.

The servers are real ones on this machine; each fault that never answers is waited for less than a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from conformance.figures import Figure, all_of
from tests.faults import KINDS, see
from tests.outside import TWELVE, Outside, road_to

__all__ = ["faults", "figures"]


def figures(corpora: Path) -> Iterator[Figure]:
    """The one figure."""
    yield all_of(
        "faults of the outside world told by the right check, never verified, and over when they are over",
        faults(),
        f"{len(TWELVE)} faults of {', '.join(KINDS)}; recovery within 35 seconds of the gateway's clock",
    )


def faults() -> dict[str, bool]:
    """Each fault of each kind: whether it is seen as it must be."""
    return asyncio.run(_all())


async def _all() -> dict[str, bool]:
    outcomes = {}
    async with road_to(Outside()) as road:
        for kind in KINDS:
            for fault in TWELVE:
                outcomes[f"{kind}, {fault}"] = (await see(road, kind, fault)).as_expected(kind, fault)
    return outcomes
