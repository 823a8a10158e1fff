"""/v1/tenants and /v1/keys: governing who may use the gateway, with a key of the scope ``admin``.

The gateway's own tenant governs all of them; any other governs its own keys, and does not see that there are more.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.authentication import known_caller
from gateway.api.credentials import reply
from gateway.api.describing import Paths, in_path, operation
from gateway.api.requests import known_parameters, members
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY, STORE
from gateway.envelopes import write_json
from gateway.errors import AccessRefused, NotFound, RequestRefused
from gateway.store import SCOPES, Caller
from gateway.store.answers import Answer
from gateway.store.governing import (
    LIFETIME,
    TENANT_SETTINGS,
    NewKey,
    change_settings,
    found_tenant,
    give_key,
    resume,
    suspend,
    take_key,
)
from gateway.store.tables import SYSTEM
from gateway.store.tenants import ApiKey, Tenant, all_tenants, keys_of, tenant_named

__all__ = [
    "PATHS",
    "asked",
    "content",
    "governed",
    "key_json",
    "listed",
    "routes",
    "tenant_json",
    "text_in",
    "told",
]

routes = web.RouteTableDef()

NOTHING: frozenset[str] = frozenset()


@routes.get("/v1/tenants")
async def tenants(request: web.Request) -> web.Response:
    """Every tenant, by name."""
    await _governor(request)
    return told({"tenants": [tenant_json(found) for found in await request.app[STORE].read(all_tenants)]})


@routes.post("/v1/tenants")
async def new_tenant(request: web.Request) -> web.Response:
    """A new tenant, without keys."""
    caller = await _governor(request)
    given = await members(request, frozenset({"name"}))
    name = text_in(given, "name")
    made = await found_tenant(request.app[STORE], caller.actor, name, request.app[GATEWAY].clock())
    return told(tenant_json(made), 201, {"Location": f"/v1/tenants/{made.id}"})


@routes.get("/v1/tenants/{tenant}")
async def tenant(request: web.Request) -> web.Response:
    """A tenant, by name or id."""
    _, found = await governed(request)
    return told(tenant_json(found))


@routes.patch("/v1/tenants/{tenant}")
async def set_tenant(request: web.Request) -> web.Response:
    """Change some settings of a tenant; null takes one away."""
    caller = await _governor(request)
    given = await members(request, frozenset(TENANT_SETTINGS))
    name, now = request.match_info["tenant"], request.app[GATEWAY].clock()
    return told(tenant_json(await change_settings(request.app[STORE], caller.actor, name, given, now)))


@routes.post("/v1/tenants/{tenant}/suspend")
async def suspend_tenant(request: web.Request) -> web.Response:
    """Let everything a tenant shows open nothing."""
    caller = await _governor(request)
    name, now = request.match_info["tenant"], request.app[GATEWAY].clock()
    return told(tenant_json(await suspend(request.app[STORE], caller.actor, name, now)))


@routes.post("/v1/tenants/{tenant}/resume")
async def resume_tenant(request: web.Request) -> web.Response:
    """Let it open again."""
    caller = await _governor(request)
    name, now = request.match_info["tenant"], request.app[GATEWAY].clock()
    return told(tenant_json(await resume(request.app[STORE], caller.actor, name, now)))


@routes.get("/v1/keys")
@routes.get("/v1/tenants/{tenant}/keys")
async def keys(request: web.Request) -> web.Response:
    """The keys of a tenant, without their secrets."""
    _, found = await governed(request)
    known = await request.app[STORE].read(lambda connection: keys_of(connection, found.id))
    return told({"keys": [key_json(key) for key in known]})


@routes.post("/v1/keys")
@routes.post("/v1/tenants/{tenant}/keys")
async def new_key(request: web.Request) -> web.Response:
    """A new key, whose text is in this answer and nowhere else."""
    caller, found = await governed(request)
    given = await members(request, frozenset({"scopes", "label", "days"}))
    key, text = await give_key(
        request.app[STORE], caller.actor, found.id, _wish(given), request.app[GATEWAY].clock()
    )
    return told({**key_json(key), "key": text}, 201, {"Location": f"/v1/tenants/{found.id}/keys/{key.id}"})


@routes.delete("/v1/keys/{key}")
@routes.delete("/v1/tenants/{tenant}/keys/{key}")
async def revoke_key(request: web.Request) -> web.Response:
    """Let a key open nothing any more."""
    caller, found = await governed(request)
    await take_key(
        request.app[STORE], caller.actor, found.id, request.match_info["key"], request.app[GATEWAY].clock()
    )
    return web.Response(status=204)


async def _governor(request: web.Request) -> Caller:
    """Who asks, if it governs all tenants. Raises ``AccessRefused``."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "admin")
    if caller.tenant != SYSTEM:
        raise AccessRefused(
            "tenants are governed by the gateway's own", hint="Use a key of the gateway's operator."
        )
    return caller


async def governed(request: web.Request) -> tuple[Caller, Tenant]:
    """Who asks, and the tenant that is named, or the caller's own. Raises ``NotFound`` for somebody else's."""
    known_parameters(request, NOTHING)
    caller = await known_caller(request, "admin")
    name = request.match_info.get("tenant", caller.tenant)
    found = await request.app[STORE].read(lambda connection: tenant_named(connection, name))
    if caller.tenant not in (SYSTEM, found.id):
        raise NotFound(f"there is no tenant {name[:64]!r}")
    return caller, found


def _wish(given: dict[str, Any]) -> NewKey:
    scopes, days = given.get("scopes"), given.get("days", LIFETIME)
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise RequestRefused("scopes is a list of texts", pointer="/scopes")
    if not isinstance(days, int) or isinstance(days, bool):
        raise RequestRefused("days is a whole number", pointer="/days")
    return NewKey(scopes, text_in(given, "label", ""), days)


def text_in(given: dict[str, Any], name: str, default: str | None = None) -> str:
    """A member that is a text. Raises ``RequestRefused``."""
    value = given.get(name, default)
    if not isinstance(value, str):
        raise RequestRefused(f"{name} is a text", pointer=f"/{name}")
    return value


def told(value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON object as an answer."""
    return reply(Answer(status, write_json(value), headers or {}))


def tenant_json(tenant: Tenant) -> dict[str, Any]:
    """A tenant as it is told."""
    return {"id": tenant.id, "name": tenant.name, "state": tenant.state, "created": tenant.created,
            "settings": dict(tenant.settings)}  # fmt: skip


def key_json(key: ApiKey) -> dict[str, Any]:
    """A key as it is told, without its secret."""
    members = {"id": key.id, "scopes": list(key.scopes), "label": key.label, "created": key.created,
               "expires": key.expires}  # fmt: skip
    return members | ({"revoked": key.revoked} if key.revoked is not None else {})


TENANT = {
    "type": "object",
    "properties": {
        "id": TEXT, "name": TEXT, "state": {"enum": ["active", "suspended"]}, "created": TEXT,
        "settings": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "required": ["id", "name", "state", "created", "settings"],
}  # fmt: skip
KEY = {
    "type": "object",
    "properties": {
        "id": TEXT, "scopes": {"type": "array", "items": {"enum": [*SCOPES]}}, "label": TEXT, "created": TEXT,
        "expires": TEXT, "revoked": TEXT,
        "key": {"type": "string", "description": "The key itself, in the answer that makes it only."},
    },
    "required": ["id", "scopes", "label", "created", "expires"],
}  # fmt: skip


def content(schema: dict[str, Any]) -> dict[str, Any]:
    """The content of a message, as the description has it."""
    return {"application/json": {"schema": schema}}


def listed(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A list in an object, as the description has it."""
    return content({"type": "object", "properties": {name: {"type": "array", "items": schema}}})


def asked(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """A body that is asked for, as the description has it."""
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {"required": True, "content": content(schema)}


def _keys(of: str, whose: str) -> dict[str, Any]:
    wish = {
        "scopes": {"type": "array", "items": {"enum": [*SCOPES]}}, "label": TEXT,
        "days": {"type": "integer", "minimum": 1, "default": LIFETIME},
    }  # fmt: skip
    return {
        "get": operation(f"The keys of {whose}", f"list{of}Keys", {"200": ("They", listed("keys", KEY))}),
        "post": operation(
            f"A new key of {whose}", f"new{of}Key", {"201": ("It, told this once", content(KEY))},
            requestBody=asked(wish, ["scopes"]),
        ),
    }  # fmt: skip


def _key(of: str) -> dict[str, Any]:
    return {"delete": operation("Let a key open nothing any more", f"revoke{of}Key", {"204": ("Done", {})})}


NAME, KEY_ID = in_path("tenant", "The tenant, by name or id."), in_path("key", "The id of the key.")
ONE = content(TENANT)

PATHS: Paths = {
    "/v1/tenants": {
        "get": operation("Every tenant", "listTenants", {"200": ("They", listed("tenants", TENANT))}),
        "post": operation(
            "A new tenant", "newTenant", {"201": ("It", ONE)}, requestBody=asked({"name": TEXT}, ["name"])
        ),
    },
    "/v1/tenants/{tenant}": {
        "parameters": [NAME], "get": operation("A tenant", "getTenant", {"200": ("It", ONE)}),
        "patch": operation(
            "Change some settings of a tenant", "setTenant", {"200": ("It", ONE)},
            requestBody=asked(
                {name: {"type": ["integer", "null"], "minimum": 1, "maximum": most}
                 for name, most in TENANT_SETTINGS.items()}, [],
            ),
        ),
    },
    "/v1/tenants/{tenant}/suspend": {
        "parameters": [NAME],
        "post": operation("Let a tenant's keys open nothing", "suspendTenant", {"200": ("It", ONE)}),
    },
    "/v1/tenants/{tenant}/resume": {
        "parameters": [NAME],
        "post": operation("Let a tenant's keys open again", "resumeTenant", {"200": ("It", ONE)}),
    },
    "/v1/tenants/{tenant}/keys": {"parameters": [NAME], **_keys("Tenant", "a tenant")},
    "/v1/tenants/{tenant}/keys/{key}": {"parameters": [NAME, KEY_ID], **_key("Tenant")},
    "/v1/keys": _keys("Own", "the caller's tenant"),
    "/v1/keys/{key}": {"parameters": [KEY_ID], **_key("Own")},
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
