"""GET /ims/ob/v3p0/discovery: what the host offers, in the OpenAPI 3.0 profile that clients read.

https://www.imsglobal.org/spec/ob/v3p0/#service-discovery
"""

from __future__ import annotations

import hashlib
from typing import Any

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.describing import Paths, answers
from gateway.api.paging import PAGING
from gateway.api.requests import known_parameters
from gateway.api.schemas import STATUS_INFO
from gateway.api.state import SETTINGS
from gateway.envelopes import write_json
from gateway.settings import Settings
from gateway.store.scopes import CREDENTIALS_READ, CREDENTIALS_WRITE, OFFLINE, PROFILE_READ, PROFILE_WRITE

__all__ = ["BASE", "FRESH", "PATHS", "SCOPE_WORDS", "STATUS", "oauth_addresses", "routes"]

routes = web.RouteTableDef()

BASE = "/ims/ob/v3p0"
FRESH = "max-age=3600"
SCOPE_WORDS = {
    CREDENTIALS_READ: "Permission to read credentials for the authenticated entity.",
    CREDENTIALS_WRITE: "Permission to create or update credentials for the authenticated entity.",
    PROFILE_READ: "Permission to read the profile for the authenticated entity.",
    PROFILE_WRITE: "Permission to update the profile for the authenticated entity.",
    OFFLINE: "Permission to renew access without asking again.",
}


@routes.get(BASE + "/discovery")
async def discovery(request: web.Request) -> web.Response:
    """The service description document."""
    known_parameters(request, frozenset())
    body = write_json(_description(public_address(request), request.app[SETTINGS]))
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": FRESH}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type="application/json", charset="utf-8")


def oauth_addresses(base: str, settings: Settings) -> dict[str, str]:
    """Where clients register, ask and renew, and what they agree to."""
    return {
        "registration": f"{base}/oauth/register",
        "authorization": f"{base}/oauth/authorize",
        "token": f"{base}/oauth/token",
        "revocation": f"{base}/oauth/revoke",
        "terms": settings.terms_url or f"{base}/",
        "privacy": settings.privacy_url or f"{base}/",
    }


def _description(base: str, settings: Settings) -> dict[str, Any]:
    at = oauth_addresses(base, settings)
    flow = {
        "tokenUrl": at["token"], "authorizationUrl": at["authorization"], "refreshUrl": at["token"],
        "scopes": SCOPE_WORDS,
    }  # fmt: skip
    scheme = {
        "type": "oauth2",
        "description": "OAuth 2.0 Authorization Code Grant authorization",
        "x-imssf-name": settings.issuer_name,
        "x-imssf-privacyPolicyUrl": at["privacy"],
        "x-imssf-termsOfServiceUrl": at["terms"],
        "x-imssf-registrationUrl": at["registration"],
        "x-imssf-revocationUrl": at["revocation"],
        "flows": {"authorizationCode": flow},
    }
    return {
        "openapi": "3.0.1",
        "info": {
            "title": settings.issuer_name,
            "version": "3.0",
            "termsOfService": at["terms"],
            "x-imssf-privacyPolicyUrl": at["privacy"],
        },
        "servers": [{"url": f"{base}{BASE}"}],
        "paths": _paths(),
        "components": {"schemas": {"Imsx_StatusInfo": STATUS_INFO}, "securitySchemes": {"OAuth2ACG": scheme}},
    }


def _paths() -> dict[str, Any]:
    body = {
        "required": True,
        "content": {kind: {"schema": {}} for kind in ("application/vc+ld+json", "text/plain")},
    }
    paging = [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in PAGING.items()
    ]
    return {
        "/discovery": {"get": _operation("getServiceDescription", "200")},
        "/credentials": {
            "get": _operation("getCredentials", "200", CREDENTIALS_READ, parameters=paging),
            "post": _operation("upsertCredential", "200 201 304", CREDENTIALS_WRITE, requestBody=body),
        },
        "/profile": {
            "get": _operation("getProfile", "200", PROFILE_READ),
            "put": _operation("putProfile", "200", PROFILE_WRITE, requestBody={**body, "content": PROFILE}),
        },
    }


def _operation(name: str, statuses: str, scope: str = "", **more: Any) -> dict[str, Any]:
    refused = {"$ref": "#/components/schemas/Imsx_StatusInfo"}
    answers: dict[str, Any] = {status: {"description": name} for status in statuses.split()}
    answers["default"] = {"description": "Refused", "content": {"application/json": {"schema": refused}}}
    secured = {"security": [{"OAuth2ACG": [scope]}]} if scope else {}
    return {"operationId": name, "responses": answers, **secured, **more}


PROFILE: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


STATUS = {
    "description": "imsx_StatusInfo",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StatusInfo"}}},
}
"""How the Open Badges API refuses."""
PATHS: Paths = {
    BASE + "/discovery": {
        "get": {
            "summary": "The Open Badges 3.0 service description", "operationId": "getServiceDescription",
            "responses": answers(
                {"200": ("It", {"application/json": {}}), "304": ("Unchanged since the ETag", {})}, STATUS
            ),
        }
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
