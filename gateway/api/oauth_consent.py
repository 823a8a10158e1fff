"""/oauth/authorize: the page on which a person lets a client in by showing an API key of the tenant's.

There are no accounts: who has a key may let others in, with no more than the key allows.
https://www.rfc-editor.org/rfc/rfc6749 section 4.1, https://www.rfc-editor.org/rfc/rfc9207
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.consent_html import consent_page, refused
from gateway.api.consenting import described, page_response, sent_back
from gateway.api.describing import Paths, parameter
from gateway.api.oauth import JSON, form_of, once
from gateway.api.requests import asked_language
from gateway.api.schemas import TEXT
from gateway.api.state import GATEWAY, STORE
from gateway.errors import ConsentDenied, GatewayError, InputRefused, NotAuthenticated, OAuthRefused
from gateway.pipeline.authorization import Asked, asked_for, consent
from gateway.store import Client
from gateway.store.oauth import client_named
from gateway.store.tenants import authenticate

__all__ = ["PATHS", "routes"]

routes = web.RouteTableDef()

ASKED = {
    "response_type": "code", "client_id": "Of the client that asks.",
    "redirect_uri": "One that the client registered.", "scope": "Separated by spaces.",
    "state": "Comes back with the code.", "code_challenge": "SHA-256 of the verifier, base64url (RFC 7636).",
    "code_challenge_method": "S256",
}  # fmt: skip


@routes.get("/oauth/authorize")
async def asked(request: web.Request) -> web.Response:
    """The page that asks a person; a client that asks wrongly is sent back with the reason."""
    return await _answer(request, list(request.query.items()))


@routes.post("/oauth/authorize")
async def decided(request: web.Request) -> web.Response:
    """The person's answer: the client is sent back with a code, or with no."""
    try:
        form = await form_of(request)
    except InputRefused as error:
        return _refused(request, error)
    return await _answer(request, list(form.items()), decided=True)


async def _answer(
    request: web.Request, pairs: list[tuple[str, str]], *, decided: bool = False
) -> web.Response:
    try:
        fields = once(pairs)
        client = await _client(request, fields)
    except OAuthRefused as error:
        return _refused(request, error)
    try:
        wish = asked_for(client, fields)
        if decided and fields.get("do") != "allow":
            raise ConsentDenied("the person does not let the client in")
    except OAuthRefused as error:
        told = {"error": error.code, "error_description": error.detail, "state": fields.get("state", "")}
        return sent_back(fields["redirect_uri"], public_address(request), told)
    if not decided:
        return _asking(request, wish, fields)
    return await _let_in(request, wish, fields)


async def _client(request: web.Request, fields: dict[str, str]) -> Client:
    """Who asks, if it may come back where it says. Raises ``OAuthRefused``: nobody is sent anywhere else."""
    name = fields.get("client_id", "")
    client = await request.app[STORE].read(lambda connection: client_named(connection, name))
    if client is None or client.tenant is not None:
        raise OAuthRefused("the client is not known")
    if fields.get("redirect_uri", "") not in client.metadata["redirect_uris"]:
        raise OAuthRefused("redirect_uri is not one that the client registered")
    return client


async def _let_in(request: web.Request, wish: Asked, fields: dict[str, str]) -> web.Response:
    """The way back with a code; the page again for a key that does not hold or allows nothing of this."""
    store, now, key = request.app[STORE], request.app[GATEWAY].clock(), fields.get("key", "").strip()
    try:
        person = await store.read(lambda connection: authenticate(connection, key, now))
        code, scopes = await consent(store, wish, person, now)
    except (NotAuthenticated, ConsentDenied) as error:
        return _asking(request, wish, fields, error)
    told = {"code": code, "scope": scopes, "state": wish.state}
    return sent_back(wish.redirect_uri, public_address(request), told)


def _asking(
    request: web.Request, wish: Asked, fields: dict[str, str], wrong: GatewayError | None = None
) -> web.Response:
    language, back = asked_language(request), urlsplit(wish.redirect_uri)
    client = {"client_name": wish.client.metadata["client_name"], "host": back.hostname or ""}
    text = consent_page(
        language, client, wish.scopes, {name: fields[name] for name in ASKED},
        wrong.detail if wrong is not None else "",
    )  # fmt: skip
    return page_response(request, text, wrong.status if wrong is not None else 200, f"https://{back.netloc}")


def _refused(request: web.Request, error: GatewayError) -> web.Response:
    return page_response(request, refused(asked_language(request), error.detail), error.status)


FIELDS = {"type": "object", "properties": dict.fromkeys((*ASKED, "key", "do"), TEXT)}
PATHS: Paths = {
    "/oauth/authorize": {
        "get": described(
            "Ask a person to let a client in", "authorize", JSON,
            parameters=[parameter(name, words, TEXT, required=True) for name, words in ASKED.items()],
        ),
        "post": described(
            "Let a client in by showing a key, or do not", "decide", JSON,
            requestBody={
                "required": True, "content": {"application/x-www-form-urlencoded": {"schema": FIELDS}},
            },
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
