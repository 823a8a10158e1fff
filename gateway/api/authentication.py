"""Who asks: the key or token in ``Authorization``, or nobody (R9).

https://www.rfc-editor.org/rfc/rfc6750 section 2.1
"""

from __future__ import annotations

from aiohttp import web

from gateway.api.state import GATEWAY, SETTINGS, STORE
from gateway.errors import NotAuthenticated
from gateway.store import Caller
from gateway.store.oauth import ACCESS, PREFIXES, caller_with_token
from gateway.store.tables import SYSTEM
from gateway.store.tenants import KEY_PREFIX, authenticate

__all__ = ["ANONYMOUS", "allowed_caller", "caller_of", "known_caller", "seen_caller"]

ANONYMOUS = "anonymous"
SCHEME = "bearer"
RECOGNISERS = {PREFIXES[ACCESS]: caller_with_token, KEY_PREFIX: authenticate}
"""Who shows what, by how it begins."""
CALLER = web.RequestKey("caller", Caller)
"""Where a request has who asks, once it was looked up."""


async def caller_of(request: web.Request) -> Caller:
    """Who asks; somebody without ``Authorization`` may do what the settings leave open.

    Raises ``NotAuthenticated`` for a key or token that does not hold.
    """
    if CALLER not in request:
        request[CALLER] = await _shown(request)
    return request[CALLER]


def seen_caller(request: web.Request) -> Caller | None:
    """Who asks, where that was looked up already."""
    return request.get(CALLER)


async def _shown(request: web.Request) -> Caller:
    if "Authorization" not in request.headers:
        return Caller(SYSTEM, ANONYMOUS, frozenset(request.app[SETTINGS].anonymous_scopes))
    scheme, _, text = request.headers["Authorization"].partition(" ")
    if scheme.lower() != SCHEME or len(request.headers.getall("Authorization")) > 1:
        raise NotAuthenticated("the Authorization header is not one of the scheme Bearer")
    if STORE not in request.app:
        raise NotAuthenticated("this gateway keeps nothing, and knows no keys")
    shown, now = text.strip(), request.app[GATEWAY].clock()
    recognise = next(
        (known for prefix, known in RECOGNISERS.items() if shown.startswith(prefix)), authenticate
    )
    return await request.app[STORE].read(lambda connection: recognise(connection, shown, now))


async def known_caller(request: web.Request, scope: str) -> Caller:
    """Who asks, by a key or token that allows ``scope``. Raises ``NotAuthenticated``, ``ScopeMissing``."""
    caller = await caller_of(request)
    if caller.actor == ANONYMOUS:
        raise NotAuthenticated("this needs a key or token")
    caller.demand(scope)
    return caller


async def allowed_caller(request: web.Request, scope: str) -> Caller:
    """Who asks, if ``scope`` is allowed by the key or token shown, or to everybody. Raises as ``known_caller``."""
    caller = await caller_of(request)
    if caller.actor == ANONYMOUS and scope not in caller.scopes:
        raise NotAuthenticated(f"this needs a key or token with the scope {scope}")
    caller.demand(scope)
    return caller
