"""Where wallets learn what a tenant issues: both well-known paths, as JSON or signed, and its authorization server.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html section 12.2
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.describing import PROBLEM, Paths, answers, in_path
from gateway.api.state import GATEWAY, OFFERS, SETTINGS
from gateway.envelopes import write_json
from gateway.errors import NotFound
from gateway.pipeline.issuer_metadata import ISSUERS, authorization_server, credential_issuer, signed
from gateway.pipeline.offer_access import Access
from gateway.store.tables import SYSTEM
from gateway.store.tenants import tenant_named

__all__ = ["BELOW", "PATHS", "access_of", "issuer_of", "routes", "server_metadata", "tenant_of_path"]

routes = web.RouteTableDef()

WELL_KNOWN, SERVER = "/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server"
SIGNED = "application/jwt"
BELOW = ISSUERS + "{tenant}"


@routes.get(WELL_KNOWN + "/{path:.+}")
async def metadata(request: web.Request) -> web.Response:
    """The metadata of an issuer, where the specification puts it."""
    tenant = tenant_of_path(request)
    if not tenant:
        raise NotFound("no credential issuer is here")
    return await _metadata(request, tenant)


@routes.get(BELOW + WELL_KNOWN)
async def metadata_below(request: web.Request) -> web.Response:
    """The same where drafts had it, and some wallets look first."""
    return await _metadata(request, request.match_info["tenant"])


@routes.get(BELOW + SERVER)
async def server_below(request: web.Request) -> web.Response:
    """The metadata of the authorization server, where some wallets look first."""
    return await server_metadata(request, request.match_info["tenant"])


async def _metadata(request: web.Request, tenant: str) -> web.Response:
    access = await access_of(request, tenant)
    gateway, settings = request.app[GATEWAY], request.app[SETTINGS]
    issuer = issuer_of(request, access.tenant)
    told = credential_issuer(issuer, settings.issuer_name, gateway.signer, settings.wallet_profiles)
    headers = {"Vary": "Accept", "Cache-Control": "max-age=300"}
    if SIGNED in request.headers.get("Accept", ""):
        text = await signed(told, gateway.signer.current(), gateway.clock())
        return web.Response(text=text, content_type=SIGNED, headers=headers)
    return web.Response(body=write_json(told), content_type="application/json", headers=headers)


async def server_metadata(request: web.Request, tenant: str) -> web.Response:
    """The metadata of the authorization server of a tenant's issuer (RFC 8414)."""
    access = await access_of(request, tenant)
    told = authorization_server(issuer_of(request, access.tenant), request.app[GATEWAY].signer)
    headers = {"Cache-Control": "max-age=300"}
    return web.Response(body=write_json(told), content_type="application/json", headers=headers)


def tenant_of_path(request: web.Request) -> str:
    """The tenant whose issuer stands after a well-known path; empty where it is none's."""
    own = urlsplit(public_address(request)).path.strip("/")
    below = f"{own}{ISSUERS}".lstrip("/")
    path: str = request.match_info.get("path", "")
    tenant = path.removeprefix(below) if path.startswith(below) else ""
    return "" if "/" in tenant else tenant


async def access_of(request: web.Request, tenant: str = "") -> Access:
    """The codes and tokens of the tenant that is asked. Raises ``NotFound``, also while it is suspended."""
    name, offers = tenant or request.match_info["tenant"], request.app[OFFERS]
    found = await offers.archive.database.read(lambda connection: tenant_named(connection, name))
    if found.id != name or found.id == SYSTEM or found.state != "active":
        raise NotFound("there is no such issuer")
    return Access(offers, found.id)


def issuer_of(request: web.Request, tenant: str) -> str:
    """The credential issuer identifier of a tenant."""
    return f"{public_address(request)}{ISSUERS}{tenant}"


ANY_REFUSAL = {
    "description": "There is no such issuer, or too much is asked at once",
    "content": PROBLEM["content"] | {"application/json": {}},
}


def _described(summary: str, *parameters: dict[str, Any], types: tuple[str, ...] = ()) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in ("application/json", *types)}
    return {
        "parameters": [*parameters],
        "get": {
            "summary": summary,
            "responses": answers({"200": ("The metadata", content)}, ANY_REFUSAL),
        },
    }  # fmt: skip


TENANT = in_path("tenant", "The id of the tenant that issues.")
PATH = in_path("path", "The path of the credential issuer identifier.")
ISSUES = "What a tenant issues to wallets (OpenID4VCI)"
PATHS: Paths = {
    WELL_KNOWN + "/{path}": _described(ISSUES, PATH, types=(SIGNED,)),
    BELOW + WELL_KNOWN: _described(ISSUES, TENANT, types=(SIGNED,)),
    BELOW + SERVER: _described("Where wallets ask for tokens (RFC 8414)", TENANT),
}
"""The paths of this face, as the API's description tells of them."""
