"""/oid4vci/{tenant}/…: credentials given out to wallets by OpenID4VCI 1.0, drafts 13 to 15 among them.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from gateway.api.describing import Paths, in_path
from gateway.api.oauth import NOT_SAID, form_of
from gateway.api.oid4vci_metadata import access_of, issuer_of
from gateway.api.requests import small_body
from gateway.api.state import SETTINGS
from gateway.envelopes import read_json, write_json
from gateway.errors import (
    EnvelopeRefused,
    GrantTypeUnsupported,
    IssuanceRefused,
    KeyProofInvalid,
    NonceInvalid,
    NotificationInvalid,
    OAuthRefused,
    TokenRefused,
)
from gateway.pipeline.giving_out import Issuing
from gateway.pipeline.offer_access import GRANT_TYPES, Token

__all__ = ["JSON", "PATHS", "TENANT", "refusal", "routes", "told"]

routes = web.RouteTableDef()

BASE = "/oid4vci/{tenant}"
BUSY = {429: "temporarily_unavailable", 503: "temporarily_unavailable"}
RETRY_AFTER = "5"
CODES = {
    OAuthRefused.code, *(kind.code for kind in OAuthRefused.__subclasses__()),
    IssuanceRefused.code, *(kind.code for kind in IssuanceRefused.__subclasses__()),
}  # fmt: skip
"""The codes that the protocol knows; anything else is a malformed request."""


@routes.post(BASE + "/token")
async def token(request: web.Request) -> web.Response:
    """A token for a code. Parameters that are not known are passed over (RFC 6749 section 3.2)."""
    access = await access_of(request)
    form = await form_of(request)
    if "grant_type" not in form:
        raise OAuthRefused("grant_type is missing")
    if form["grant_type"] not in GRANT_TYPES:
        raise GrantTypeUnsupported("there is no such grant_type", hint=f"Known: {', '.join(GRANT_TYPES)}.")
    return told(await access.token(form))


@routes.post(BASE + "/nonce")
async def nonce(request: web.Request) -> web.Response:
    """A nonce for key proofs, without a token (section 7)."""
    access = await access_of(request)
    return told({"c_nonce": await access.nonce()})


@routes.post(BASE + "/credential")
async def credential(request: web.Request) -> web.Response:
    """Credentials for key proofs, or the word that they come later (section 8)."""
    issuing, shown = await _issuing(request)
    given = await _given(request, IssuanceRefused)
    try:
        status, answer = await issuing.credential(shown, given)
    except (KeyProofInvalid, NonceInvalid) as error:
        response = refusal(error.problem(), "")
        draft = isinstance(given, dict) and "format" in given
        # Drafts 13 and 14 have one code for both; every draft looks for the next nonce here.
        body = {
            "error": KeyProofInvalid.code if draft else error.code,
            "error_description": _ascii(error.detail),
        }
        response.body = write_json(body | issuing.nonce_told(await issuing.access.nonce()))
        return response
    return told(answer, status)


@routes.post(BASE + "/deferred")
async def deferred(request: web.Request) -> web.Response:
    """The credentials of a request that was told to wait (section 9)."""
    issuing, shown = await _issuing(request)
    given = await _given(request, IssuanceRefused)
    status, answer = await issuing.deferred(
        shown, given.get("transaction_id") if isinstance(given, dict) else None
    )
    return told(answer, status)


@routes.post(BASE + "/notification")
async def notification(request: web.Request) -> web.Response:
    """What became of a credential in the wallet (section 11)."""
    issuing, shown = await _issuing(request)
    await issuing.notified(shown, await _given(request, NotificationInvalid))
    return web.Response(status=204)


async def _issuing(request: web.Request) -> tuple[Issuing, Token]:
    """The issuer that is asked, and what the access token allows. Raises ``TokenRefused``, ``NotFound``."""
    access = await access_of(request)
    given = request.headers.getall("Authorization", [""])
    scheme, _, text = given[0].partition(" ")
    if scheme.lower() != "bearer" or len(given) > 1:
        raise TokenRefused("the request needs an access token in Authorization, of the scheme Bearer")
    profiles = request.app[SETTINGS].wallet_profiles
    return Issuing(access, issuer_of(request, access.tenant), profiles), await access.shown(text.strip())


async def _given(request: web.Request, kind: type[IssuanceRefused]) -> Any:
    """The JSON of a request. Raises ``kind``, ``TooLarge``."""
    if request.content_type != "application/json":
        raise kind("the body is not application/json")
    data = await small_body(request)
    try:
        return read_json(data)
    except EnvelopeRefused as error:
        raise kind(f"the body is no JSON: {error.detail}") from None


def refusal(members: dict[str, Any], _: str) -> web.Response:
    """A refusal as the protocol has it (sections 6.3 and 8.3.1, RFC 6750 section 3)."""
    status: int = members["status"]
    code = members["code"] if members["code"] in CODES else OAuthRefused.code
    error = BUSY.get(status, "server_error" if status >= 500 else code)
    response = told({"error": error, "error_description": _ascii(members["detail"])}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer error="{error}"'
    if status in BUSY:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _ascii(text: str) -> str:
    """A text as an error_description may have it."""
    return NOT_SAID.sub("?", text)


def told(value: dict[str, Any], status: int = 200) -> web.Response:
    """An answer that nobody keeps a copy of."""
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return web.Response(
        status=status, body=write_json(value), headers=headers, content_type="application/json",
    )  # fmt: skip


TENANT = in_path("tenant", "The id of the tenant that issues.")
JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}


def _operation(
    summary: str, name: str, success: str, body: dict[str, Any] | None, *, open_to_all: bool
) -> Any:
    """An operation with refusals as the protocol has them."""
    refused = {"description": "The protocol's error", "content": JSON}
    more = {"requestBody": {"required": True, "content": body}} if body else {}
    return {
        "parameters": [TENANT],
        "post": {
            "summary": summary, "operationId": name, "security": [] if open_to_all else [{"bearer": []}], **more,
            "responses": {success: {"description": "Done", **({"content": JSON} if success != "204" else {})},
                          "4XX": refused, "5XX": refused},
        },
    }  # fmt: skip


FORM: dict[str, Any] = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
PATHS: Paths = {
    f"{BASE}/token": _operation("A token for a code", "walletToken", "200", FORM, open_to_all=True),
    f"{BASE}/nonce": _operation("A nonce for key proofs", "walletNonce", "200", None, open_to_all=True),
    f"{BASE}/credential": _operation(
        "Credentials for key proofs", "walletCredential", "200", JSON, open_to_all=False
    ),
    f"{BASE}/deferred": _operation(
        "Credentials that were not ready", "walletDeferred", "200", JSON, open_to_all=False
    ),
    f"{BASE}/notification": _operation(
        "What became of a credential", "walletNotification", "204", JSON, open_to_all=False
    ),
}
"""The paths of this face, as the API's description tells of them."""
