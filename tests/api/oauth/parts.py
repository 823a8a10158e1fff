"""What tests of OAuth share: a clock that is set, and questions that all of them ask."""

from __future__ import annotations

from datetime import datetime

from gateway.store import Database, Rows
from gateway.store.audit import entries
from tests.open_badges_host import (
    Visitor,
    returned,
)
from tests.parts import NOW
from tests.tenants import Access


class Clock:
    """A clock that the test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


async def opens(visitor: Visitor) -> int:
    """What a request with the access token is answered."""
    return (await visitor.http.get("/v1/feed", headers=visitor.headers)).status


async def actions(store: Database, tenant: str) -> list[str]:
    return [entry.action for entry in await store.read(lambda c: list(entries(Rows(c, tenant))))]


async def consented(visitor: Visitor, access: Access) -> str:
    await visitor.register()
    return returned(await visitor.let_in(access.key))["code"]
