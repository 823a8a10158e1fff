"""Access by OAuth 2.0: a person lets a client in, a code becomes tokens, tokens are renewed and taken back.

https://www.rfc-editor.org/rfc/rfc6749, with PKCE (RFC 7636) demanded of everybody. Clients are confidential and show
their secret with every request, so a refresh token stays the same for as long as it is used.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from gateway.envelopes.jwt import base64url_encode
from gateway.errors import (
    ClientUnauthorized,
    ConsentDenied,
    GrantInvalid,
    OAuthRefused,
    ResponseTypeUnsupported,
    ScopeInvalid,
    TokenTypeUnsupported,
)
from gateway.pipeline.registration import Registration
from gateway.store import Caller, Client, Database, Rows
from gateway.store.audit import append
from gateway.store.moments import stamp
from gateway.store.oauth import (
    ACCESS,
    ACCESS_LIFETIME,
    REFRESH,
    Consent,
    Grant,
    grant_by_code,
    holding_grant,
    new_client,
    new_grant,
    new_token,
    own_grant,
    prolong,
    revoke_grant,
    revoke_token,
    use_code,
)
from gateway.store.scopes import OFFLINE, allows
from gateway.store.tables import SYSTEM

__all__ = ["GRANTS", "Asked", "asked_for", "consent", "register", "revoke"]

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
STATE = re.compile(r"[\x20-\x7e]{1,1024}\Z")
CODE_FIELDS = ("code", "redirect_uri", "code_verifier")
HINTS = {"", "access_token", "refresh_token"}

Result = TypeVar("Result")
Form = Mapping[str, str]
Tokens = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks a person for; nothing in it is open any more."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str


async def register(database: Database, asked: Registration, now: datetime) -> dict[str, Any]:
    """A client that registers itself; what it is told, its secret this once."""

    def work(rows: Rows) -> dict[str, Any]:
        client, secret = new_client(rows.connection, asked.scopes, asked.metadata, now)
        append(rows, _actor(client), "client_registered", client.id, now)
        told = {"client_id": client.id, "client_secret": secret, "client_id_issued_at": int(now.timestamp())}
        return {**asked.metadata, **told, "client_secret_expires_at": 0}

    return await _written(database, SYSTEM, work)


def asked_for(client: Client, form: Form) -> Asked:
    """What a client asks for, in order. Raises an ``OAuthRefused``. That it may come back there was checked before."""
    if "response_type" not in form:
        raise OAuthRefused("response_type is missing")
    if form["response_type"] != "code":
        raise ResponseTypeUnsupported("there is no such response_type")
    if not STATE.match(form.get("state", "")):
        raise OAuthRefused("state is missing, too long or not printable")
    if form.get("code_challenge_method") != "S256":
        raise OAuthRefused("code_challenge_method is not S256")
    if not CHALLENGE.match(form.get("code_challenge", "")):
        raise OAuthRefused("code_challenge is not a SHA-256 in base64url")
    scopes = _narrowed(client.scopes, form.get("scope", ""))
    return Asked(client, form["redirect_uri"], scopes, form["state"], form["code_challenge"])


def _narrowed(given: tuple[str, ...], asked: str) -> tuple[str, ...]:
    """The scopes that are asked for, none but those that were given. Raises ``ScopeInvalid``."""
    wanted = set(asked.split())
    if not wanted:
        raise ScopeInvalid("scope is missing")
    if unknown := sorted(wanted - set(given)):
        raise ScopeInvalid(f"the client does not have the scope {unknown[0][:100]}")
    return tuple(scope for scope in given if scope in wanted)


async def consent(database: Database, asked: Asked, person: Caller, now: datetime) -> tuple[str, str]:
    """A person lets a client in, by a key of the tenant's; the code, and the scopes, none the key does not have.

    Raises ``ConsentDenied`` for a key that allows nothing of what is asked.
    """
    if person.tenant == SYSTEM:
        raise ConsentDenied("the gateway's own tenant has nothing to give")
    scopes = tuple(scope for scope in asked.scopes if scope == OFFLINE or allows(person.scopes, scope))
    if not set(scopes) - {OFFLINE}:
        raise ConsentDenied("the key allows nothing of what is asked")
    wish = Consent(
        person.tenant, person.actor.removeprefix("key:"), scopes, asked.redirect_uri, asked.challenge
    )

    def work(rows: Rows) -> str:
        grant, code = new_grant(rows.connection, asked.client.id, wish, now)
        told = {"client": asked.client.id, "scopes": " ".join(scopes)}
        append(rows, person.actor, "grant_given", grant, now, **told)
        return code

    return await _written(database, person.tenant, work), " ".join(scopes)


# --- tokens ----------------------------------------------------------------------------------------


async def _by_code(database: Database, client: Client, form: Form, now: datetime) -> Tokens:
    """The first tokens for a code. A code that comes twice takes back all that it gave."""
    _demand(client, own=False)
    shown, address, verifier = (_needed(form, name) for name in CODE_FIELDS)
    grant = await database.read(lambda connection: grant_by_code(connection, shown))
    if grant is None or grant.client != client.id:
        raise GrantInvalid("the code is not known")
    if grant.code_used is None:
        _check_code(grant, address, verifier, now)

    def work(rows: Rows) -> Tokens | None:
        if not use_code(rows.connection, grant.id, now):
            if revoke_grant(rows.connection, grant.id, now):
                append(rows, _actor(client), "grant_revoked", grant.id, now, reason="code used twice")
            return None
        refresh = new_token(rows.connection, grant.id, REFRESH, grant.scopes, now)
        return _given(rows, client, grant, grant.scopes, now) | {"refresh_token": refresh}

    made = await _written(database, grant.tenant, work)
    if made is None:
        raise GrantInvalid("the code was used before; what it gave is taken back")
    return made


def _check_code(grant: Grant, address: str, verifier: str, now: datetime) -> None:
    challenge = base64url_encode(hashlib.sha256(verifier.encode()).digest())
    if grant.code_expires <= stamp(now):
        raise GrantInvalid("the code has expired")
    if grant.redirect_uri != address:
        raise GrantInvalid("redirect_uri is not that of the code")
    if not VERIFIER.match(verifier) or not hmac.compare_digest(grant.challenge, challenge):
        raise GrantInvalid("code_verifier is not that of the code")


async def _by_refresh_token(database: Database, client: Client, form: Form, now: datetime) -> Tokens:
    """A new access token, of no more than the refresh token allows."""
    _demand(client, own=False)
    text = _needed(form, "refresh_token")
    grant = await database.read(lambda connection: holding_grant(connection, text, REFRESH, now))
    if grant is None or grant.client != client.id:
        raise GrantInvalid("the refresh token is not known, or does not hold any more")
    scopes = _narrowed(grant.scopes, form["scope"]) if "scope" in form else grant.scopes

    def work(rows: Rows) -> Tokens | None:
        if holding_grant(rows.connection, text, REFRESH, now) is None:
            return None
        prolong(rows.connection, text, now)
        return _given(rows, client, grant, scopes, now) | {"refresh_token": text}

    made = await _written(database, grant.tenant, work)
    if made is None:
        raise GrantInvalid("the refresh token does not hold any more")
    return made


async def _by_itself(database: Database, client: Client, form: Form, now: datetime) -> Tokens:
    """A token for a tenant's own client (server to server); it asks again instead of renewing it."""
    _demand(client, own=True)
    scopes = _narrowed(client.scopes, form["scope"]) if "scope" in form else client.scopes

    def work(rows: Rows) -> Tokens:
        grant = own_grant(rows.connection, client)
        if grant is None:
            raise GrantInvalid("the client was given nothing")
        return _given(rows, client, grant, scopes, now)

    tenant = client.tenant or SYSTEM
    return await _written(database, tenant, work)


GRANTS = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_itself,
}
"""Every way to a token, by ``grant_type``. Each raises an ``OAuthRefused``."""


async def revoke(database: Database, client: Client, form: Form, now: datetime) -> None:
    """Take a token of the client's back: an access token alone, a refresh token with all of its grant (RFC 7009).

    A token that is not known is not told from one that was taken back. Raises ``TokenTypeUnsupported``.
    """
    text = _needed(form, "token")
    if form.get("token_type_hint", "") not in HINTS:
        raise TokenTypeUnsupported("there is no such kind of token")
    for kind in (ACCESS, REFRESH):
        grant = await database.read(partial(holding_grant, text=text, kind=kind, now=now))
        if grant is not None and grant.client == client.id:
            await _take_back(database, client, grant, text, kind, now)


async def _take_back(
    database: Database, client: Client, grant: Grant, text: str, kind: str, now: datetime
) -> None:
    def work(rows: Rows) -> None:
        if kind == ACCESS:
            revoke_token(rows.connection, text, now)
            append(rows, _actor(client), "token_revoked", grant.id, now)
        elif revoke_grant(rows.connection, grant.id, now):
            append(rows, _actor(client), "grant_revoked", grant.id, now, reason="asked by the client")

    await _written(database, grant.tenant, work)


async def _written(database: Database, tenant: str, work: Callable[[Rows], Result]) -> Result:
    """What is written among the rows of a tenant, all of it or nothing."""
    return await database.write(tenant, lambda connection: work(Rows(connection, tenant)))


def _given(rows: Rows, client: Client, grant: Grant, scopes: tuple[str, ...], now: datetime) -> Tokens:
    """A new access token, as it is told."""
    text = new_token(rows.connection, grant.id, ACCESS, scopes, now)
    append(rows, _actor(client), "token_given", grant.id, now)
    return {
        "access_token": text, "token_type": "Bearer", "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }  # fmt: skip


def _demand(client: Client, *, own: bool) -> None:
    if (client.tenant is not None) is not own:
        raise ClientUnauthorized("this way is not for a client of this kind")


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise OAuthRefused(f"{name} is missing")
    return form[name]


def _actor(client: Client) -> str:
    return f"client:{client.id}"
