"""Governing tenants and their keys: what is done stands in the audit log, in the same transaction (R11).

What becomes of a tenant stands in the chain of the gateway's own, what becomes of its keys in that of the tenant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from gateway.errors import RequestRefused
from gateway.store.audit import append
from gateway.store.database import Database
from gateway.store.oauth import Client, new_client, revoke_client
from gateway.store.rows import Rows
from gateway.store.scopes import GRANTABLE
from gateway.store.tables import SYSTEM
from gateway.store.tenants import (
    ApiKey,
    Tenant,
    add_tenant,
    new_key,
    revoke_key,
    scopes_named,
    set_tenant_state,
    tenant_named,
    tenant_settings,
)

__all__ = [
    "LIFETIME",
    "REQUESTS_PER_MINUTE",
    "RETENTION_DAYS",
    "TENANT_SETTINGS",
    "NewClient",
    "NewKey",
    "change_settings",
    "found_tenant",
    "give_client",
    "give_key",
    "resume",
    "suspend",
    "take_client",
    "take_key",
]

Result = TypeVar("Result")

LIFETIME = 365
"""Days for which a key holds unless it is said."""
LONGEST_LIFETIME = 3650
LONGEST_LABEL = 200
REQUESTS_PER_MINUTE = "requestsPerMinute"
RETENTION_DAYS = "retentionDays"
TENANT_SETTINGS = {REQUESTS_PER_MINUTE: 10_000_000, RETENTION_DAYS: 36_500}
"""What may be set for a tenant: whole numbers from 1 to the one that is named."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is wished for."""

    scopes: Iterable[str]
    label: str = ""
    days: int = LIFETIME

    def checked(self) -> tuple[str, ...]:
        """The scopes in their order. Raises ``RequestRefused``."""
        if not 1 <= self.days <= LONGEST_LIFETIME:
            raise RequestRefused(f"a key holds for 1 to {LONGEST_LIFETIME} days")
        if len(self.label) > LONGEST_LABEL or not self.label.isprintable():
            raise RequestRefused(f"a label is at most {LONGEST_LABEL} printable characters")
        return scopes_named(self.scopes)


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client of a tenant's own as it is wished for."""

    name: str
    scopes: Iterable[str]

    def checked(self) -> tuple[str, ...]:
        """The scopes in their order. Raises ``RequestRefused``."""
        if not 1 <= len(self.name) <= LONGEST_LABEL or not self.name.isprintable():
            raise RequestRefused(f"the name of a client is 1 to {LONGEST_LABEL} printable characters")
        wanted = set(self.scopes)
        if not wanted or wanted - set(GRANTABLE):
            raise RequestRefused("a client has scopes that there are", hint=f"Known: {', '.join(GRANTABLE)}.")
        return tuple(scope for scope in GRANTABLE if scope in wanted)


async def found_tenant(database: Database, actor: str, name: str, now: datetime) -> Tenant:
    """A new tenant. Raises ``RequestRefused``, ``StateConflict``."""

    def work(connection: Connection) -> Tenant:
        tenant = add_tenant(connection, name, now)
        append(Rows(connection, SYSTEM), actor, "tenant_created", tenant.id, now)
        return tenant

    return await database.write(SYSTEM, work)


async def suspend(database: Database, actor: str, name: str, now: datetime) -> Tenant:
    """Let the keys and tokens of a tenant open nothing. Raises ``NotFound``, ``StateConflict``."""
    return await _set_state(database, actor, name, ("suspended", "tenant_suspended"), now)


async def resume(database: Database, actor: str, name: str, now: datetime) -> Tenant:
    """Let them open again. Raises ``NotFound``, ``StateConflict``."""
    return await _set_state(database, actor, name, ("active", "tenant_resumed"), now)


async def _set_state(
    database: Database, actor: str, name: str, state: tuple[str, str], now: datetime
) -> Tenant:
    def work(connection: Connection) -> Tenant:
        before = tenant_named(connection, name)
        set_tenant_state(connection, before.id, state[0])
        if before.state != state[0]:
            append(Rows(connection, SYSTEM), actor, state[1], before.id, now)
        return tenant_named(connection, before.id)

    return await database.write(SYSTEM, work)


async def change_settings(
    database: Database, actor: str, name: str, changed: Mapping[str, Any], now: datetime
) -> Tenant:
    """Set some of a tenant's settings; None takes one away. Raises ``NotFound``, ``RequestRefused``."""
    for setting, value in changed.items():
        most = TENANT_SETTINGS.get(setting)
        if most is None:
            raise RequestRefused(
                f"unknown setting {setting[:40]!r}", hint=f"Known: {', '.join(TENANT_SETTINGS)}."
            )
        whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
        if value is not None and not whole:
            raise RequestRefused(f"{setting} is a whole number from 1 to {most}", pointer=f"/{setting}")

    def work(connection: Connection) -> Tenant:
        before = tenant_named(connection, name)
        if tenant_settings(connection, before.id, changed) != before.settings:
            append(Rows(connection, SYSTEM), actor, "tenant.set", before.id, now, **changed)
        return tenant_named(connection, before.id)

    return await database.write(SYSTEM, work)


async def give_key(
    database: Database, actor: str, name: str, wish: NewKey, now: datetime
) -> tuple[ApiKey, str]:
    """A new key of a tenant's, and its text, which is shown once. Raises ``NotFound``, ``StateConflict``."""
    scopes = wish.checked()

    def work(rows: Rows) -> tuple[ApiKey, str]:
        lifetime = timedelta(days=wish.days)
        key, text = new_key(rows.connection, rows.tenant, scopes, now, label=wish.label, lifetime=lifetime)
        append(rows, actor, "key_created", key.id, now, scopes=" ".join(scopes), expires=key.expires)
        return key, text

    return await _of_the_tenant(database, name, work)


async def take_key(database: Database, actor: str, name: str, key: str, now: datetime) -> None:
    """Let a key of a tenant's open nothing any more. Raises ``NotFound``."""

    def work(rows: Rows) -> None:
        revoke_key(rows.connection, rows.tenant, key, now)
        append(rows, actor, "key_revoked", key, now)

    await _of_the_tenant(database, name, work)


async def give_client(
    database: Database, actor: str, name: str, wish: NewClient, now: datetime
) -> tuple[Client, str]:
    """A new client of a tenant's (server to server), and its secret, which is shown once."""
    scopes = wish.checked()

    def work(rows: Rows) -> tuple[Client, str]:
        metadata = {"client_name": wish.name}
        client, secret = new_client(rows.connection, scopes, metadata, now, rows.tenant)
        append(rows, actor, "client_created", client.id, now, scopes=" ".join(scopes))
        return client, secret

    return await _of_the_tenant(database, name, work)


async def take_client(database: Database, actor: str, name: str, client: str, now: datetime) -> None:
    """Let a client into a tenant no more, one of its own or one that was let in. Raises ``NotFound``."""

    def work(rows: Rows) -> None:
        revoke_client(rows.connection, rows.tenant, client, now)
        append(rows, actor, "client_revoked", client, now)

    await _of_the_tenant(database, name, work)


async def _of_the_tenant(database: Database, name: str, work: Callable[[Rows], Result]) -> Result:
    """Write among the rows of a tenant that is named."""
    tenant = await database.read(lambda connection: tenant_named(connection, name))
    return await database.write(tenant.id, lambda connection: work(Rows(connection, tenant.id)))
