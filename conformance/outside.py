"""A lying outside world: twelve faults times what a verification needs of it, and forged lists. Needs no corpora.

The servers are real ones on this machine; each fault that never answers is waited for less than a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from conformance.figures import Figure, all_of
from gateway.certificates.pinned import pinned
from gateway.errors import FetchFailed
from gateway.trust import Issuer, Statement, ask
from gateway.trust.eu_lists import EuLists
from gateway.trust.eu_trusted_list import EuTrustedList
from tests.faults import KINDS, see
from tests.outside import TWELVE, Outside, road_to
from tests.trust.forged_lists import UNBELIEVABLE
from tests.trust.lists import NOW
from tests.trust.lists_eu import AUTHORITY, OPERATOR, PATH, service, trusted_list

__all__ = ["faults", "figures", "lists"]


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about the outside world."""
    yield all_of(
        "faults of the outside world told by the right check, never verified, and over when they are over",
        faults(),
        f"{len(TWELVE)} faults of {', '.join(KINDS)}; recovery within 35 seconds of the gateway's clock",
    )
    yield all_of(
        "EU trusted lists that are not what their operator signed, or out of date: nothing they say counts",
        lists(),
        "forged, wrapped, signed by others, bombs; the genuine one is believed",
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


def lists() -> dict[str, bool]:
    """Each way a list can be wrong: whether the statement about it is that nothing can be said."""
    genuine = trusted_list(service(AUTHORITY, status="withdrawn"))
    outcomes = {"a genuine list": _said_of(trusted_list(service(AUTHORITY))).listed is True}
    for case, (change, code) in UNBELIEVABLE.items():
        statement = _said_of(change(genuine))
        outcomes[case] = (statement.listed, statement.code) == (None, code)
    return outcomes


def _said_of(content: bytes) -> Statement:
    """What a list says of an issuer whose seal leads to a service on it."""

    class Served:
        async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
            if max_bytes is not None and len(content) > max_bytes:
                raise FetchFailed("too large")
            return content

    source = EuTrustedList(EuLists("https://lists.example.org/list.xml", (pinned(OPERATOR.der),)))
    issuer = Issuer("did:web:university.example.org", certificates=PATH)
    (statement,) = asyncio.run(ask(issuer, [source], Served(), NOW))
    return statement
