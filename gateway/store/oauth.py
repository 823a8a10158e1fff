"""Clients, what they were given, and their tokens. Across tenants: a client belongs to one only if one made it.

Secrets, codes and tokens are 256 random bits and kept as SHA-256. A token opens as long as it, its grant, its client,
the tenant and the key that was shown to consent all hold.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from gateway.errors import ClientUnknown, NotAuthenticated, NotFound, TooManyRequests
from gateway.store.moments import new_id, stamp
from gateway.store.oauth_tables import oauth_clients, oauth_grants, oauth_tokens
from gateway.store.tables import api_keys, tenants
from gateway.store.tenants import Caller

__all__ = [
    "ACCESS",
    "ACCESS_LIFETIME",
    "PREFIXES",
    "REFRESH",
    "Client",
    "Consent",
    "Grant",
    "caller_with_token",
    "client_named",
    "client_shown",
    "clients_of",
    "grant_by_code",
    "holding_grant",
    "new_client",
    "new_grant",
    "new_token",
    "own_grant",
    "prolong",
    "revoke_client",
    "revoke_grant",
    "revoke_token",
    "use_code",
]

ACCESS, REFRESH = "access", "refresh"
ACCESS_LIFETIME = timedelta(seconds=3600)
REFRESH_LIFETIME = timedelta(days=90)
"""From its last use."""
CODE_LIFETIME = timedelta(seconds=600)
PREFIXES = {ACCESS: "mca_", REFRESH: "mcr_"}
"""How tokens begin, so that they are recognised, also where they must not lie."""
UNUSED = timedelta(days=1)
"""A client that registered itself and was let in by nobody is forgotten after this."""
MOST_UNUSED = 1000
NOT_KNOWN = "the token is not known, or does not hold any more"


@dataclass(frozen=True, slots=True)
class Client:
    """A client without its secret; ``tenant`` is whose it is, None for one that registered itself."""

    id: str
    tenant: str | None
    scopes: tuple[str, ...]
    metadata: Mapping[str, Any]
    created: str
    revoked: str | None


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person let a client do, by which key, and how the code is to come back."""

    tenant: str
    key: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client was given in a tenant."""

    id: str
    client: str
    tenant: str
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    code_expires: str
    code_used: str | None


# --- clients ---------------------------------------------------------------------------------------


def new_client(
    connection: Connection, scopes: Iterable[str], metadata: Mapping[str, Any], now: datetime,
    tenant: str | None = None,
) -> tuple[Client, str]:  # fmt: skip
    """A new client and its secret, which is shown once. Raises ``TooManyRequests`` for too many that nobody uses."""
    if tenant is None:
        _forget_unused(connection, now)
    client = Client(f"mcc_{secrets.token_hex(10)}", tenant, tuple(scopes), metadata, stamp(now), None)
    secret = f"mcs_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(oauth_clients).values(
            id=client.id, tenant_id=tenant, digest=_digest(secret), scopes=" ".join(client.scopes),
            metadata=json.dumps(dict(metadata)), created=client.created,
        )
    )  # fmt: skip
    if tenant is not None:
        _add_grant(connection, client.id, tenant, client.scopes, now)
    return client, secret


def _forget_unused(connection: Connection, now: datetime) -> None:
    used = select(oauth_grants.c.client_id)
    unused = (oauth_clients.c.tenant_id.is_(None), oauth_clients.c.id.not_in(used))
    connection.execute(delete(oauth_clients).where(*unused, oauth_clients.c.created < stamp(now - UNUSED)))
    left = connection.execute(select(oauth_clients.c.id).where(*unused).limit(MOST_UNUSED)).all()
    if len(left) >= MOST_UNUSED:
        raise TooManyRequests("too many clients have registered and were let in by nobody")


def client_named(connection: Connection, identifier: str) -> Client | None:
    """A client that holds, if there is one."""
    row = connection.execute(select(oauth_clients).where(oauth_clients.c.id == identifier)).first()
    return _client(row) if row is not None and row.revoked is None else None


def client_shown(connection: Connection, identifier: str, secret: str) -> Client:
    """The client whose secret is shown. Raises ``ClientUnknown``."""
    row = connection.execute(select(oauth_clients).where(oauth_clients.c.id == identifier)).first()
    if row is None or row.revoked is not None or not hmac.compare_digest(row.digest, _digest(secret)):
        raise ClientUnknown("the client is not known, or its secret is another")
    return _client(row)


def clients_of(connection: Connection, tenant: str) -> list[Client]:
    """A tenant's own clients and those that were let in, oldest first."""
    let_in = select(oauth_grants.c.client_id).where(
        oauth_grants.c.tenant_id == tenant, oauth_grants.c.revoked.is_(None)
    )
    found = select(oauth_clients).where(
        (oauth_clients.c.tenant_id == tenant) | oauth_clients.c.id.in_(let_in)
    )
    return [_client(row) for row in connection.execute(found.order_by(oauth_clients.c.created))]


def revoke_client(connection: Connection, tenant: str, identifier: str, now: datetime) -> None:
    """Let a client into a tenant no more; one of the tenant's own is gone for good. Raises ``NotFound``."""
    if identifier not in {client.id for client in clients_of(connection, tenant)}:
        raise NotFound("there is no such client")
    own = (oauth_clients.c.id == identifier, oauth_clients.c.tenant_id == tenant)
    connection.execute(update(oauth_clients).where(*own).values(revoked=stamp(now)))
    grants = (oauth_grants.c.client_id == identifier, oauth_grants.c.tenant_id == tenant)
    connection.execute(
        update(oauth_grants).where(*grants, oauth_grants.c.revoked.is_(None)).values(revoked=stamp(now))
    )


# --- grants ----------------------------------------------------------------------------------------


def new_grant(connection: Connection, client: str, consent: Consent, now: datetime) -> tuple[str, str]:
    """A grant that a person consented to; its id, and the code that stands for it once."""
    code = secrets.token_urlsafe(32)
    stale = (oauth_grants.c.tenant_id == consent.tenant, oauth_grants.c.code_used.is_(None))
    connection.execute(delete(oauth_grants).where(*stale, oauth_grants.c.code_expires < stamp(now)))
    identifier = _add_grant(
        connection, client, consent.tenant, consent.scopes, now, key_id=consent.key, code_digest=_digest(code),
        redirect_uri=consent.redirect_uri, challenge=consent.challenge, code_expires=stamp(now + CODE_LIFETIME),
    )  # fmt: skip
    return identifier, code


def _add_grant(
    connection: Connection, client: str, tenant: str, scopes: Iterable[str], now: datetime, **more: str
) -> str:
    identifier = new_id(now)
    values = {"id": identifier, "client_id": client, "tenant_id": tenant, "scopes": " ".join(scopes)}
    connection.execute(insert(oauth_grants).values(**values, created=stamp(now), **more))
    return identifier


def grant_by_code(connection: Connection, shown: str) -> Grant | None:
    """What a code stands for, also when it was used or is too old."""
    return _grant(
        connection.execute(select(oauth_grants).where(oauth_grants.c.code_digest == _digest(shown))).first()
    )


def own_grant(connection: Connection, client: Client) -> Grant | None:
    """What a tenant's own client was given with its making."""
    own = (oauth_grants.c.client_id == client.id, oauth_grants.c.tenant_id == client.tenant)
    return _grant(connection.execute(select(oauth_grants).where(*own).limit(1)).first())


def use_code(connection: Connection, grant: str, now: datetime) -> bool:
    """Use up the code of a grant; whether this was the first time."""
    unused = (
        oauth_grants.c.id == grant,
        oauth_grants.c.code_used.is_(None),
        oauth_grants.c.revoked.is_(None),
    )
    return connection.execute(update(oauth_grants).where(*unused).values(code_used=stamp(now))).rowcount == 1


def revoke_grant(connection: Connection, grant: str, now: datetime) -> bool:
    """Take a grant back, with every token it gave; whether it held."""
    held = (oauth_grants.c.id == grant, oauth_grants.c.revoked.is_(None))
    return connection.execute(update(oauth_grants).where(*held).values(revoked=stamp(now))).rowcount == 1


# --- tokens ----------------------------------------------------------------------------------------


def new_token(connection: Connection, grant: str, kind: str, scopes: Iterable[str], now: datetime) -> str:
    """A new token; those of the grant that have expired are forgotten."""
    expired = (oauth_tokens.c.grant_id == grant, oauth_tokens.c.expires < stamp(now))
    connection.execute(delete(oauth_tokens).where(*expired))
    text = f"{PREFIXES[kind]}{secrets.token_urlsafe(32)}"
    lifetime = ACCESS_LIFETIME if kind == ACCESS else REFRESH_LIFETIME
    connection.execute(
        insert(oauth_tokens).values(
            digest=_digest(text), grant_id=grant, kind=kind, scopes=" ".join(scopes), created=stamp(now),
            expires=stamp(now + lifetime),
        )
    )  # fmt: skip
    return text


def holding_grant(connection: Connection, text: str, kind: str, now: datetime) -> Grant | None:
    """The grant of a token that holds, with the scopes of the token."""
    return _grant(_holding(connection, text, kind, now))


def prolong(connection: Connection, text: str, now: datetime) -> None:
    """Let a refresh token hold on from now."""
    own = update(oauth_tokens).where(oauth_tokens.c.digest == _digest(text))
    connection.execute(own.values(expires=stamp(now + REFRESH_LIFETIME)))


def revoke_token(connection: Connection, text: str, now: datetime) -> None:
    """Let one token open nothing any more."""
    own = update(oauth_tokens).where(oauth_tokens.c.digest == _digest(text))
    connection.execute(own.values(revoked=stamp(now)))


def caller_with_token(connection: Connection, text: str, now: datetime) -> Caller:
    """Who shows an access token. Raises ``NotAuthenticated``, without saying what is wrong with it."""
    grant = holding_grant(connection, text, ACCESS, now)
    if grant is None:
        raise NotAuthenticated(NOT_KNOWN)
    return Caller(grant.tenant, f"client:{grant.client}", frozenset(grant.scopes))


def _holding(connection: Connection, text: str, kind: str, now: datetime) -> Any:
    """The grant of a token with the token's scopes, if all that it rests on holds."""
    columns = [column for column in oauth_grants.c if column.name != "scopes"]
    rests_on = (
        oauth_tokens.join(oauth_grants, oauth_grants.c.id == oauth_tokens.c.grant_id)
        .join(oauth_clients, oauth_clients.c.id == oauth_grants.c.client_id)
        .join(tenants, tenants.c.id == oauth_grants.c.tenant_id)
        .outerjoin(api_keys, api_keys.c.id == oauth_grants.c.key_id)
    )
    held = [table.c.revoked.is_(None) for table in (oauth_tokens, oauth_grants, oauth_clients, api_keys)]
    return connection.execute(
        select(*columns, oauth_tokens.c.scopes)
        .select_from(rests_on)
        .where(
            oauth_tokens.c.digest == _digest(text), oauth_tokens.c.kind == kind,
            oauth_tokens.c.expires > stamp(now), tenants.c.state == "active", *held,
        )
    ).first()  # fmt: skip


def _client(row: Any) -> Client:
    return Client(
        row.id, row.tenant_id, tuple(row.scopes.split()), json.loads(row.metadata), row.created, row.revoked
    )


def _grant(row: Any) -> Grant | None:
    if row is None:
        return None
    return Grant(
        row.id, row.client_id, row.tenant_id, tuple(row.scopes.split()), row.redirect_uri or "",
        row.challenge or "", row.code_expires or "", row.code_used,
    )  # fmt: skip


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
