"""What is kept no longer than it may be: credentials for as many days as their tenant says, answers for a day,
what wallets presented too.

Several processes may do it at the same time: whether a credential is erased already is looked at in the
transaction that erases it, so that each is erased, and told of, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.pipeline.lifecycle import Lifecycle
from gateway.store import Caller, Database, Rows
from gateway.store.answers import forget_old
from gateway.store.credentials import kept_since_before
from gateway.store.governing import RETENTION_DAYS
from gateway.store.moments import stamp
from gateway.store.presentation_requests import forget_requests
from gateway.store.tenants import Tenant, all_tenants

__all__ = ["ACTOR", "EVERY", "forget_due"]

EVERY = 600.0
"""Seconds between two looks at what is due."""
ACTOR = "retention"
"""Who erased it, as the audit log has it."""
AT_ONCE = 100
"""Credentials that are erased in one transaction."""


async def forget_due(database: Database, lifecycle: Lifecycle, now: datetime) -> int:
    """Erase every tenant's credentials that are due, and take out old answers; how many were erased.

    What was presented to a tenant counts among them.
    """
    erased = 0
    for tenant in await database.read(all_tenants):
        await _forget_answers(database, tenant, now)
        erased += await _forget_presented(database, tenant, now)
        if days := tenant.settings.get(RETENTION_DAYS):
            erased += await _erase_due(database, lifecycle, tenant, now - timedelta(days=days))
    if erased:
        await database.sweep()
    return erased


async def _forget_answers(database: Database, tenant: Tenant, now: datetime) -> None:
    await database.write(tenant.id, lambda connection: forget_old(Rows(connection, tenant.id), now))


async def _forget_presented(database: Database, tenant: Tenant, now: datetime) -> int:
    return await database.write(
        tenant.id, lambda connection: forget_requests(Rows(connection, tenant.id), now)
    )


async def _erase_due(database: Database, lifecycle: Lifecycle, tenant: Tenant, before: datetime) -> int:
    caller, erased = Caller(tenant.id, ACTOR, frozenset(("admin",))), 0
    while True:
        due = await database.read(
            lambda connection: kept_since_before(Rows(connection, tenant.id), stamp(before), AT_ONCE)
        )
        if not due:
            return erased
        erased += await lifecycle.erase_all(caller, due)
