"""The command ``gateway tenants``: who may use the service, on its database, whether it runs or not."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.cli.parts import add_data, settings_of
from gateway.store import SCOPES, Client, Database, open_store
from gateway.store.governing import (
    LIFETIME,
    TENANT_SETTINGS,
    NewClient,
    NewKey,
    change_settings,
    found_tenant,
    give_client,
    give_key,
    resume,
    suspend,
    take_client,
    take_key,
)
from gateway.store.oauth import clients_of
from gateway.store.tenants import ApiKey, Tenant, all_tenants, keys_of, tenant_named

__all__ = ["ACTOR", "add_tenants"]

Options = argparse.Namespace
Job = Callable[[Options, Database], Awaitable[Any]]

ACTOR = "command line"
"""Who did it, as the audit log has it."""


def add_tenants(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``tenants``, each with its options."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, job: Job, words: str, *, of_one: bool = True) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=words)
        add_data(action)
        action.add_argument("--json", action="store_true", help="as JSON")
        if of_one:
            action.add_argument("tenant", metavar="TENANT", help="its name or id")
        action.set_defaults(run=lambda parsed: _run(job, parsed))
        return action

    add("list", _list, "list the tenants", of_one=False)
    add("add", _add, "make a tenant; its name is lower-case letters, digits and hyphens")
    add("show", _show, "show a tenant")
    add("suspend", _suspend, "let a tenant's keys and tokens open nothing")
    add("resume", _resume, "let them open again")
    changed = add("set", _set, "set a tenant's own limits")
    changed.add_argument(
        "settings",
        nargs="+",
        metavar="NAME=N",
        help=f"{', '.join(TENANT_SETTINGS)}; without N, as for everybody",
    )
    add("keys", _keys, "list the keys of a tenant")
    new = add("new-key", _new_key, "make a key of a tenant; it is printed this once")
    new.add_argument("--scopes", required=True, metavar="S,S", help=f"of {', '.join(SCOPES)}")
    new.add_argument("--label", default="", metavar="TEXT", help="what it is for")
    new.add_argument("--days", type=int, default=LIFETIME, metavar="N", help=f"it holds (default {LIFETIME})")
    revoke = add("revoke-key", _revoke_key, "let a key open nothing any more")
    revoke.add_argument("key", metavar="KEY", help="the id of the key, as `keys` lists it")
    add("clients", _clients, "list the clients of a tenant, its own and those that were let in")
    made = add("new-client", _new_client, "make a client of a tenant's; its secret is printed this once")
    made.add_argument("--name", required=True, metavar="TEXT", help="what it is")
    made.add_argument("--scopes", required=True, metavar="S,S", help=f"of {', '.join(SCOPES[:-1])}")
    gone = add("revoke-client", _revoke_client, "let a client in no more, with every token it has")
    gone.add_argument("client", metavar="CLIENT", help="its id, as `clients` lists it")


def _run(job: Job, parsed: Options) -> int:
    """Do one thing on the database and print what came of it."""

    async def run() -> Any:
        database = await open_store(settings_of(parsed), parsed.clock())
        try:
            return await job(parsed, database)
        finally:
            await database.close()

    told = asyncio.run(run())
    if parsed.json:
        print(json.dumps(told, indent=2))
    else:
        for line in told if isinstance(told, list) else [told]:
            print("  ".join(f"{value}" for value in line.values() if value not in (None, "")))
    return 0


# --- actions ---------------------------------------------------------------------------------------


async def _list(_: Options, database: Database) -> Any:
    return [_tenant(found) for found in await database.read(all_tenants)]


async def _add(parsed: Options, database: Database) -> Any:
    return _tenant(await found_tenant(database, ACTOR, parsed.tenant, parsed.clock()))


async def _show(parsed: Options, database: Database) -> Any:
    return _tenant(await database.read(lambda connection: tenant_named(connection, parsed.tenant)))


async def _suspend(parsed: Options, database: Database) -> Any:
    return _tenant(await suspend(database, ACTOR, parsed.tenant, parsed.clock()))


async def _resume(parsed: Options, database: Database) -> Any:
    return _tenant(await resume(database, ACTOR, parsed.tenant, parsed.clock()))


async def _set(parsed: Options, database: Database) -> Any:
    pairs = (text.partition("=") for text in parsed.settings)
    given = {
        name: (int(value) if value.isdecimal() else value) if value else None for name, _, value in pairs
    }
    return _tenant(await change_settings(database, ACTOR, parsed.tenant, given, parsed.clock()))


async def _keys(parsed: Options, database: Database) -> Any:
    listed = await database.read(lambda c: keys_of(c, tenant_named(c, parsed.tenant).id))
    return [_key(key) for key in listed]


async def _new_key(parsed: Options, database: Database) -> Any:
    wish = NewKey([scope.strip() for scope in parsed.scopes.split(",")], parsed.label, parsed.days)
    key, text = await give_key(database, ACTOR, parsed.tenant, wish, parsed.clock())
    return {"key": text, **_key(key)} if parsed.json else {"key": text}


async def _revoke_key(parsed: Options, database: Database) -> Any:
    await take_key(database, ACTOR, parsed.tenant, parsed.key, parsed.clock())
    return await _keys(parsed, database)


async def _clients(parsed: Options, database: Database) -> Any:
    found = await database.read(lambda c: clients_of(c, tenant_named(c, parsed.tenant).id))
    return [_client(client) for client in found]


async def _new_client(parsed: Options, database: Database) -> Any:
    wish = NewClient(parsed.name, [scope.strip() for scope in parsed.scopes.split(",")])
    client, secret = await give_client(database, ACTOR, parsed.tenant, wish, parsed.clock())
    return {"client_id": client.id, "client_secret": secret}


async def _revoke_client(parsed: Options, database: Database) -> Any:
    await take_client(database, ACTOR, parsed.tenant, parsed.client, parsed.clock())
    return await _clients(parsed, database)


# --- what is printed -------------------------------------------------------------------------------


def _tenant(tenant: Tenant) -> dict[str, Any]:
    told = {"id": tenant.id, "state": tenant.state, "created": tenant.created, "name": tenant.name}
    return {**told, **tenant.settings}


def _key(key: ApiKey) -> dict[str, Any]:
    """A key without its secret."""
    state = "revoked" if key.revoked is not None else "holds"
    return {
        "id": key.id, "state": state, "expires": key.expires, "scopes": ",".join(key.scopes), "label": key.label,
    }  # fmt: skip


def _client(client: Client) -> dict[str, Any]:
    """A client without its secret."""
    state = "revoked" if client.revoked is not None else "own" if client.tenant is not None else "let in"
    name = client.metadata.get("client_name", "")
    return {"id": client.id, "state": state, "scopes": ",".join(client.scopes), "name": name}
