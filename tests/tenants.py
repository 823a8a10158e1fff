"""Tenants with keys for tests of faces that ask who calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.store import SCOPES, Caller, Database
from gateway.store.tables import SYSTEM
from gateway.store.tenants import add_tenant, new_key, scopes_named
from tests.parts import NOW

__all__ = ["Access", "access_to"]


@dataclass(frozen=True, slots=True)
class Access:
    """A tenant and a key of its: ``headers`` show it, ``caller`` is whom it shows."""

    tenant: str
    key: str
    caller: Caller

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows the key."""
        return {"Authorization": f"Bearer {self.key}"}


async def access_to(store: Database, name: str, scopes: Iterable[str] = SCOPES) -> Access:
    """A new tenant with a key of some scopes."""

    def work(connection: Connection) -> Access:
        tenant = add_tenant(connection, name, NOW)
        key, text = new_key(connection, tenant.id, scopes_named(scopes), NOW)
        return Access(tenant.id, text, Caller(tenant.id, f"key:{key.id}", frozenset(key.scopes)))

    return await store.write(SYSTEM, work)
