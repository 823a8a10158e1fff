"""Who may use the gateway: tenants, their API keys, and whom a key shows (R9).

A key is ``mcg_<id>_<secret>``: the id finds it, the digest of the whole proves it. A tenant has at most two
that hold, so that one can be replaced before it expires.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from gateway.errors import NotAuthenticated, NotFound, RequestRefused, ScopeMissing, StateConflict
from gateway.store.moments import new_id, stamp
from gateway.store.scopes import SCOPES, allows
from gateway.store.tables import SYSTEM, api_keys, tenants

__all__ = [
    "KEY_PREFIX",
    "SCOPES",
    "ApiKey",
    "Caller",
    "Tenant",
    "add_tenant",
    "all_tenants",
    "authenticate",
    "ensure_system",
    "keys_of",
    "new_key",
    "revoke_key",
    "scopes_named",
    "set_tenant_state",
    "tenant_named",
    "tenant_settings",
]

MOST_KEYS = 2
KEY_PREFIX = "mcg_"
KEY = re.compile(r"mcg_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})\Z")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the tenant, ``actor`` (a key's or client's id, for the audit log), and what is allowed."""

    tenant: str
    actor: str
    scopes: frozenset[str]

    def demand(self, scope: str) -> None:
        """Raise ``ScopeMissing`` unless the scope is allowed."""
        if not allows(self.scopes, scope):
            raise ScopeMissing(f"the scope {scope} is missing")


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant; ``settings`` are its limits and wishes, by name."""

    id: str
    name: str
    state: str
    settings: Mapping[str, Any]
    created: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    id: str
    scopes: tuple[str, ...]
    label: str
    created: str
    expires: str
    revoked: str | None


def ensure_system(connection: Connection, now: datetime) -> bool:
    """Make the gateway's own tenant if it is not there; whether it was made."""
    if connection.execute(select(tenants.c.id).where(tenants.c.id == SYSTEM)).first() is not None:
        return False
    _insert(connection, SYSTEM, SYSTEM, now)
    return True


def add_tenant(connection: Connection, name: str, now: datetime) -> Tenant:
    """A new tenant. Raises ``RequestRefused`` for a malformed name, ``StateConflict`` for one that is taken."""
    if not NAME.match(name):
        raise RequestRefused("a tenant's name is lower-case letters, digits and hyphens, at most 63")
    if connection.execute(select(tenants.c.id).where(tenants.c.name == name)).first() is not None:
        raise StateConflict(f"there is a tenant {name} already")
    return _insert(connection, new_id(now), name, now)


def _insert(connection: Connection, identifier: str, name: str, now: datetime) -> Tenant:
    tenant = Tenant(identifier, name, "active", {}, stamp(now))
    connection.execute(
        insert(tenants).values(id=tenant.id, name=name, state="active", settings="{}", created=tenant.created)
    )
    return tenant


def all_tenants(connection: Connection) -> list[Tenant]:
    """Every tenant, by name."""
    return [_tenant(row) for row in connection.execute(select(tenants).order_by(tenants.c.name))]


def tenant_named(connection: Connection, name: str) -> Tenant:
    """A tenant by name or id. Raises ``NotFound``."""
    row = connection.execute(select(tenants).where((tenants.c.name == name) | (tenants.c.id == name))).first()
    if row is None:
        raise NotFound(f"there is no tenant {name[:64]!r}")
    return _tenant(row)


def set_tenant_state(connection: Connection, identifier: str, state: str) -> None:
    """Suspend a tenant, whose keys then open nothing, or make it active again."""
    if identifier == SYSTEM:
        raise StateConflict("the gateway's own tenant cannot be suspended")
    connection.execute(update(tenants).where(tenants.c.id == identifier).values(state=state))


def tenant_settings(connection: Connection, identifier: str, changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Change some of a tenant's settings (None takes one away); all of them afterwards."""
    settings = {**tenant_named(connection, identifier).settings, **changed}
    settings = {name: value for name, value in settings.items() if value is not None}
    connection.execute(
        update(tenants).where(tenants.c.id == identifier).values(settings=json.dumps(settings))
    )
    return settings


def _tenant(row: Any) -> Tenant:
    return Tenant(row.id, row.name, row.state, json.loads(row.settings), row.created)


def scopes_named(names: Iterable[str]) -> tuple[str, ...]:
    """Scopes in their order. Raises ``RequestRefused`` for one there is not, or none at all."""
    wanted = set(names)
    if unknown := sorted(wanted - set(SCOPES)):
        raise RequestRefused(f"there is no scope {unknown[0][:40]!r}", hint=f"Known: {', '.join(SCOPES)}.")
    if not wanted:
        raise RequestRefused("a key needs at least one scope", hint=f"Known: {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def new_key(
    connection: Connection, tenant: str, scopes: tuple[str, ...], now: datetime, *, label: str = "",
    lifetime: timedelta = timedelta(days=365),
) -> tuple[ApiKey, str]:  # fmt: skip
    """A new key and the text that is shown once. Raises ``StateConflict`` when two hold already."""
    if len([key for key in keys_of(connection, tenant) if _holds(key, now)]) >= MOST_KEYS:
        raise StateConflict("two keys hold already", hint="Revoke one of them first.")
    identifier = "".join(secrets.choice(LETTERS) for _ in range(12))
    text = f"{KEY_PREFIX}{identifier}_{secrets.token_urlsafe(32)}"
    key = ApiKey(identifier, scopes, label, stamp(now), stamp(now + lifetime), None)
    connection.execute(
        insert(api_keys).values(
            id=identifier, tenant_id=tenant, digest=_digest(text), scopes=" ".join(scopes), label=label,
            created=key.created, expires=key.expires,
        )
    )  # fmt: skip
    return key, text


def keys_of(connection: Connection, tenant: str) -> list[ApiKey]:
    """The keys of a tenant, oldest first."""
    found = connection.execute(
        select(api_keys).where(api_keys.c.tenant_id == tenant).order_by(api_keys.c.created)
    )
    return [_key(row) for row in found]


def revoke_key(connection: Connection, tenant: str, identifier: str, now: datetime) -> None:
    """Make a key of a tenant's open nothing any more. Raises ``NotFound``."""
    statement = update(api_keys).where(api_keys.c.tenant_id == tenant, api_keys.c.id == identifier)
    when = func.coalesce(api_keys.c.revoked, stamp(now))
    if connection.execute(statement.values(revoked=when)).rowcount == 0:
        raise NotFound("there is no such key")


def authenticate(connection: Connection, text: str, now: datetime) -> Caller:
    """Who shows a key. Raises ``NotAuthenticated``, without saying what is wrong with it."""
    found = KEY.match(text)
    row = _row_of(connection, found[1]) if found is not None else None
    if row is not None and hmac.compare_digest(row.digest, _digest(text)) and _opens(row, now):
        return Caller(row.tenant_id, f"key:{row.id}", frozenset(row.scopes.split()))
    raise NotAuthenticated("the key is not known, or does not hold any more")


def _row_of(connection: Connection, identifier: str) -> Any:
    """A key with the state of its tenant."""
    statement = select(api_keys, tenants.c.state).join(tenants, tenants.c.id == api_keys.c.tenant_id)
    return connection.execute(statement.where(api_keys.c.id == identifier)).first()


def _opens(row: Any, now: datetime) -> bool:
    return _holds(_key(row), now) and row.state == "active"


def _key(row: Any) -> ApiKey:
    return ApiKey(row.id, tuple(row.scopes.split()), row.label, row.created, row.expires, row.revoked)


def _holds(key: ApiKey, now: datetime) -> bool:
    return key.revoked is None and key.expires > stamp(now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
