"""/v1/clients: a tenant's own clients (server to server), and those that were let in, governed by its admin."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.describing import Paths, in_path, operation
from gateway.api.requests import members
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY, STORE
from gateway.api.tenants import asked, content, governed, listed, text_in, told
from gateway.errors import RequestRefused
from gateway.store import Client
from gateway.store.governing import NewClient, give_client, take_client
from gateway.store.oauth import clients_of
from gateway.store.scopes import GRANTABLE

__all__ = ["PATHS", "client_json", "routes"]

routes = web.RouteTableDef()


@routes.get("/v1/clients")
async def clients(request: web.Request) -> web.Response:
    """The clients that have a way in, without their secrets."""
    _, found = await governed(request)
    known = await request.app[STORE].read(lambda connection: clients_of(connection, found.id))
    return told({"clients": [client_json(client) for client in known]})


@routes.post("/v1/clients")
async def new_client(request: web.Request) -> web.Response:
    """A new client of the tenant's own; its secret is in this answer and nowhere else."""
    caller, found = await governed(request)
    given = await members(request, frozenset({"name", "scopes"}))
    scopes = given.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise RequestRefused("scopes is a list of texts", pointer="/scopes")
    client, secret = await give_client(
        request.app[STORE], caller.actor, found.id, NewClient(text_in(given, "name"), scopes),
        request.app[GATEWAY].clock(),
    )  # fmt: skip
    return told(
        {**client_json(client), "client_secret": secret}, 201, {"Location": f"/v1/clients/{client.id}"}
    )


@routes.delete("/v1/clients/{client}")
async def revoke_client(request: web.Request) -> web.Response:
    """Let a client in no more, with every token it has."""
    caller, found = await governed(request)
    await take_client(
        request.app[STORE], caller.actor, found.id, request.match_info["client"], request.app[GATEWAY].clock()
    )
    return web.Response(status=204)


def client_json(client: Client) -> dict[str, Any]:
    """A client as it is told, without its secret; ``own`` is one that the tenant made."""
    told = {
        "client_id": client.id, "name": client.metadata.get("client_name", ""), "own": client.tenant is not None,
        "scopes": list(client.scopes), "created": client.created,
    }  # fmt: skip
    return told | ({"revoked": client.revoked} if client.revoked is not None else {})


SCOPES = {"type": "array", "items": {"enum": [*GRANTABLE]}}
CLIENT = {
    "type": "object",
    "properties": {
        "client_id": TEXT, "name": TEXT, "own": {"type": "boolean"}, "scopes": SCOPES, "created": TEXT,
        "revoked": TEXT, "client_secret": {"type": "string", "description": "In the answer that makes it only."},
    },
    "required": ["client_id", "name", "own", "scopes", "created"],
}  # fmt: skip
PATHS: Paths = {
    "/v1/clients": {
        "get": operation("The clients that have a way in", "listClients", {"200": ("They", listed("clients", CLIENT))}),
        "post": operation(
            "A new client of the tenant's own (client credentials)", "newClient",
            {"201": ("It and its secret, told this once", content(CLIENT))},
            requestBody=asked({"name": TEXT, "scopes": SCOPES}, ["name", "scopes"]),
        ),
    },
    "/v1/clients/{client}": {
        "parameters": [in_path("client", "The id of the client.")],
        "delete": operation("Let a client in no more", "revokeClient", {"204": ("Done", {})}),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
