"""/oid4vci/{tenant}/authorize and /par: a person lets a wallet have what was offered, and the wallet gets a code.

There are no accounts: who opens the page came by the offer's link, and types its transaction code where there is one.
https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html section 5, RFC 9126, RFC 9207
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.consenting import described, page_response, sent_back
from gateway.api.describing import Paths, parameter
from gateway.api.oauth import form_of, once
from gateway.api.oid4vci import JSON, TENANT, told
from gateway.api.oid4vci_metadata import BELOW, access_of, issuer_of
from gateway.api.requests import asked_language
from gateway.api.schemas import TEXT
from gateway.api.state import SETTINGS
from gateway.api.wallet_html import refused, wallet_consent_page
from gateway.errors import ConsentDenied, GatewayError, GrantInvalid, InputRefused, OAuthRefused, OfferEnded
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.pipeline.offer_access import Access, Consented
from gateway.pipeline.offer_consent import FIELDS, asked_by, goes_back_to
from gateway.store.offer_secrets import AUTHORIZATION, LIFETIMES

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

PUSHED = "urn:ietf:params:oauth:request_uri:"


@routes.post(BELOW + "/par")
async def push(request: web.Request) -> web.Response:
    """Keep an authorization request for a minute (RFC 9126)."""
    access, fields = await access_of(request), await form_of(request)
    if "request_uri" in fields:
        raise OAuthRefused("a request is pushed without request_uri")
    goes_back_to(fields.get("redirect_uri", ""))
    await asked_by(access, fields)
    name = await access.push({field: fields[field] for field in FIELDS if field in fields})
    seconds = int(LIFETIMES[AUTHORIZATION].total_seconds())
    return told({"request_uri": f"{PUSHED}{name}", "expires_in": seconds}, 201)


@routes.get(BELOW + "/authorize")
async def asked(request: web.Request) -> web.Response:
    """The page that asks a person; a wallet that asks wrongly is sent back with the reason."""
    return await _answer(request, list(request.query.items()))


@routes.post(BELOW + "/authorize")
async def decided(request: web.Request) -> web.Response:
    """The person's answer: the wallet is sent back with a code, or with no."""
    try:
        form = await form_of(request)
    except InputRefused as error:
        return _refused(request, error)
    return await _answer(request, list(form.items()), decided=True)


async def _answer(
    request: web.Request, pairs: list[tuple[str, str]], *, decided: bool = False
) -> web.Response:
    try:
        access, sent = await access_of(request), once(pairs)
        fields = await _fields(access, sent)
        back = goes_back_to(fields.get("redirect_uri", ""))
    except InputRefused as error:
        return _refused(request, error)
    issuer, state = issuer_of(request, access.tenant), fields.get("state", "")
    try:
        wish = await asked_by(access, fields)
        if decided and sent.get("do") != "allow":
            raise ConsentDenied("the person does not let the wallet have it")
        if not decided:
            return _asking(request, wish, fields)
        try:
            granted = await access.consent(wish, sent.get("tx_code", "").strip())
        except GrantInvalid as error:
            return _asking(request, wish, fields, error)
    except (OAuthRefused, OfferEnded) as error:
        known = error.code if isinstance(error, OAuthRefused) else ConsentDenied.code
        return sent_back(back, issuer, {"error": known, "error_description": error.detail, "state": state})
    return sent_back(back, issuer, {"code": granted, "state": state})


async def _fields(access: Access, sent: dict[str, str]) -> dict[str, str]:
    """What is asked for: the request that was pushed, or what was sent. Raises ``OAuthRefused``."""
    if "request_uri" not in sent:
        return {name: sent[name] for name in FIELDS if name in sent}
    name = sent["request_uri"].removeprefix(PUSHED)
    return dict(await access.pushed(name, sent.get("client_id", "")))


def _asking(
    request: web.Request, wish: Consented, fields: dict[str, str], wrong: GatewayError | None = None
) -> web.Response:
    parts = urlsplit(wish.redirect_uri)
    names = [CONFIGURATIONS[name].name for name in wish.configurations if name in CONFIGURATIONS]
    text = wallet_consent_page(
        asked_language(request), request.app[SETTINGS].issuer_name, parts.netloc or f"{parts.scheme}:", names, fields,
        asks_code=wish.offer.tx_code is not None, wrong=wrong.detail if wrong is not None else "",
    )  # fmt: skip
    web_origin = parts.scheme in ("http", "https")
    back = f"{parts.scheme}://{parts.netloc}" if web_origin else f"{parts.scheme}:"
    return page_response(request, text, wrong.status if wrong is not None else 200, back)


def _refused(request: web.Request, error: GatewayError) -> web.Response:
    return page_response(request, refused(asked_language(request), error.detail), error.status)


REFUSED: dict[str, Any] = {"application/json": {}}
FORM = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
PATHS: Paths = {
    BELOW + "/par": {
        "parameters": [TENANT],
        "post": {
            "summary": "Keep an authorization request (RFC 9126)", "operationId": "walletPush", "security": [],
            "requestBody": {"required": True, "content": FORM},
            "responses": {"201": {"description": "Its name", "content": JSON},
                          "4XX": {"description": "The protocol's error", "content": JSON}},
        },
    },
    BELOW + "/authorize": {
        "parameters": [TENANT],
        "get": described(
            "Ask a person to let a wallet have what was offered", "walletAuthorize", REFUSED,
            parameters=[parameter(name, "Of the authorization request.", TEXT) for name in (*FIELDS, "request_uri")],
        ),
        "post": described(
            "Let a wallet have it, or do not", "walletDecide", REFUSED, requestBody={"required": True, "content": FORM}
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
