"""Who is told of a change: written with the change or not at all, and leased to one teller at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from gateway.errors import StoreFailed
from gateway.store import Database, Rows, Webhook
from gateway.store.credentials import note_change
from gateway.store.deliveries import (
    KEPT_DEAD,
    KEPT_DELIVERED,
    Lease,
    deliveries_of,
    failed,
    lease,
    release,
    remove_old,
    replay,
    succeeded,
    wanting,
)
from gateway.store.moments import new_id
from gateway.store.webhooks import KINDS, OVERLAP, add_webhook, rotate_secret, webhook
from tests.parts import NOW
from tests.tenants import Access, access_to

Result = TypeVar("Result")
MINUTE = timedelta(minutes=1)
URL = "https://receiver.example/hook"


async def write(database: Database, tenant: str, work: Callable[[Rows], Result]) -> Result:
    return await database.write(tenant, lambda connection: work(Rows(connection, tenant)))


async def subscribed(database: Database, name: str = "academy", changes: int = 2) -> Webhook:
    """A receiver with some changes that it is still to be told."""
    access: Access = await access_to(database, name)
    made = await write(database, access.tenant, lambda rows: add_webhook(rows, "key:1", URL, KINDS, NOW))
    for _ in range(changes):
        await write(database, access.tenant, lambda rows: note_change(rows, new_id(NOW), "created", NOW))
    return made


async def test_of_several_hosts_one_gets_a_receiver(database: Database) -> None:
    made = await subscribed(database)
    tries = [
        database.write("system", lambda connection: lease(connection, made, NOW, NOW + MINUTE))
        for _ in range(8)
    ]
    found = [one for one in await asyncio.gather(*tries) if one is not None]
    assert [len(one.deliveries) for one in found] == [2]
    assert await database.read(lambda connection: wanting(connection, NOW, 10)) == []


async def test_a_lease_that_ran_out_is_somebody_elses_and_its_holder_settles_nothing(
    database: Database,
) -> None:
    made = await subscribed(database, changes=1)

    async def taken(now: object) -> Lease:
        held = await database.write("system", lambda c: lease(c, made, now, now + MINUTE))  # type: ignore[arg-type, operator]
        assert held is not None
        return held

    late, later = await taken(NOW), await taken(NOW + 2 * MINUTE)
    only = late.deliveries[0]
    await write(database, made.tenant, lambda rows: succeeded(rows, late, only, NOW))
    await write(database, made.tenant, lambda rows: release(rows, late))
    found = await write(database, made.tenant, lambda rows: deliveries_of(rows, made.id, "", "", 9))
    assert [one.state for one in found] == ["waiting"]
    await write(database, made.tenant, lambda rows: succeeded(rows, later, only, NOW))
    found = await write(database, made.tenant, lambda rows: deliveries_of(rows, made.id, "", "", 9))
    assert [(one.state, one.attempts) for one in found] == [("delivered", 1)]


async def test_what_is_undone_is_told_to_nobody(database: Database) -> None:
    made = await subscribed(database, changes=0)

    def work(rows: Rows) -> None:
        note_change(rows, new_id(NOW), "created", NOW)
        raise StoreFailed("not kept")

    with pytest.raises(StoreFailed):
        await write(database, made.tenant, work)
    assert await write(database, made.tenant, lambda rows: deliveries_of(rows, made.id, "", "", 9)) == []


async def test_another_tenants_changes_are_not_told(database: Database) -> None:
    made = await subscribed(database, changes=0)
    other = await subscribed(database, "college", changes=1)
    assert await write(database, made.tenant, lambda rows: deliveries_of(rows, made.id, "", "", 9)) == []
    assert (
        len(await write(database, other.tenant, lambda rows: deliveries_of(rows, other.id, "", "", 9))) == 1
    )


async def test_only_what_was_asked_for_is_told(database: Database) -> None:
    access = await access_to(database, "academy")
    made = await write(
        database, access.tenant, lambda rows: add_webhook(rows, "key:1", URL, ["revoked", "erased"], NOW)
    )
    for kind in KINDS:
        await write(database, access.tenant, lambda rows: note_change(rows, new_id(NOW), kind, NOW))  # noqa: B023
    found = await write(database, access.tenant, lambda rows: deliveries_of(rows, made.id, "", "", 9))
    assert {one.kind for one in found} == {"revoked", "erased"}


async def test_two_secrets_sign_until_the_older_ends(database: Database) -> None:
    made = await subscribed(database, changes=0)
    await write(database, made.tenant, lambda rows: rotate_secret(rows, "key:1", made.id, NOW))
    found = await write(database, made.tenant, lambda rows: webhook(rows, made.id))
    assert found.secrets(NOW) == (found.secret, made.secret)
    assert found.secrets(NOW + OVERLAP) == (found.secret,)
    assert made.secret not in repr(made)
    assert found.secret not in repr(found)


async def test_what_is_settled_goes_after_a_while_and_what_waits_stays(database: Database) -> None:
    made = await subscribed(database, changes=3)
    held = await database.write("system", lambda connection: lease(connection, made, NOW, NOW + MINUTE))
    assert held is not None
    arrived, dead, _ = held.deliveries
    await write(database, made.tenant, lambda rows: succeeded(rows, held, arrived, NOW))
    await write(database, made.tenant, lambda rows: failed(rows, held, dead, "status 500", NOW, None, MINUTE))
    later = NOW + KEPT_DELIVERED + MINUTE
    assert await database.write("system", lambda connection: remove_old(connection, later)) == 1
    assert await write(database, made.tenant, lambda rows: replay(rows, "key:1", made.id, "", later)) == 1
    much_later = later + KEPT_DEAD
    assert await database.write("system", lambda connection: remove_old(connection, much_later)) == 1
