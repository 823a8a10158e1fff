"""/i/{link}: one address for an offer, whatever the wallet speaks: protocols, a page with a code to scan, a download.

https://www.w3.org/TR/vcalm/ section 3.7 (interaction URLs). Whoever has the link may fetch; an offer with a
transaction code is not given to a plain GET, which has no way to show one.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from gateway.api.addresses import public_address
from gateway.api.describing import Paths, in_path, operation, parameter
from gateway.api.offers import link_of
from gateway.api.oid4vci_metadata import issuer_of
from gateway.api.requests import asked_language, known_parameters
from gateway.api.state import OFFERS, SETTINGS
from gateway.api.wallet_html import FormRow, offer_page
from gateway.api.workflows import exchange_address
from gateway.envelopes import write_json
from gateway.errors import AccessRefused, RequestRefused, StateConflict
from gateway.pipeline.configurations import CONFIGURATIONS, Configuration
from gateway.pipeline.exchange_messages import challenge_of
from gateway.pipeline.offer_access import PRE_AUTHORIZED_GRANT, Access
from gateway.store import Offer

__all__ = ["PATHS", "alternates", "offer_link", "protocols", "routes"]

routes = web.RouteTableDef()

BELOW = "/i/{link}"
WISHES = frozenset({"iuv", "format", "language"})
JSON, URIS = "application/json", "text/uri-list"
SCHEME = "openid-credential-offer://"
LCW = "dccrequest://request"
"""The deep link of Learner Credential Wallet."""


@routes.get(BELOW)
async def interaction(request: web.Request) -> web.Response:
    """The protocols, the credential in a form, or a page for people, by ``format`` or ``Accept``."""
    known_parameters(request, WISHES)
    if request.query.get("iuv", "1") != "1":
        raise RequestRefused("iuv is 1, the version of interaction URLs")
    link = request.match_info["link"]
    found = await request.app[OFFERS].find(link)
    if (form := _form(request, found)) is not None:
        return await _download(request, found, form)
    headers = {"Vary": "Accept, Accept-Language", "Link": alternates(request, found)}
    if JSON not in request.headers.get("Accept", ""):
        language = asked_language(request)
        text = _page(request, found, link, language)
        return web.Response(
            text=text, content_type="text/html", headers={**headers, "Content-Language": language}
        )
    body = write_json({"protocols": protocols(request, found, link)})
    return web.Response(body=body, content_type=JSON, headers=headers)


def _page(request: web.Request, found: Offer, link: str, language: str) -> str:
    """The page for people, with a code to scan and each form's loss report."""
    offers, here = request.app[OFFERS], f"{public_address(request)}/i/{link}"
    ready = offers.is_ready(found)
    loads = ready and found.tx_code is None
    rows = [
        FormRow(CONFIGURATIONS[name].name, f"{here}?format={name}" if loads else "", f"{here}/report/{name}")
        for name in found.configurations
        if name in CONFIGURATIONS
    ]
    return offer_page(
        language, request.app[SETTINGS].issuer_name, link_of(request, link), ways_in(request, found, link), rows,
        asks_code=found.tx_code is not None, ready="" if ready else found.ready,
    )  # fmt: skip


def ways_in(request: web.Request, found: Offer, link: str) -> list[tuple[str, str]]:
    """The links that open wallets on the same device, by the word for each."""
    opened = [("open_any", offer_link(request, link))]
    if found.tx_code is not None:
        return opened  # the exchange of the VC API has no place for the code
    asked = {
        "issuer": request.app[SETTINGS].issuer_name, "vc_request_url": exchange_address(request, link),
        "auth_type": "bearer", "challenge": challenge_of(link, 0),
    }  # fmt: skip
    return [*opened, ("open_lcw", f"{LCW}?{urlencode(asked, quote_via=quote)}")]


@routes.get(BELOW + "/offer")
async def credential_offer(request: web.Request) -> web.Response:
    """The credential offer of OpenID4VCI (section 4.1), or with ``Accept: text/uri-list`` the same by value."""
    known_parameters(request, frozenset())
    offers = request.app[OFFERS]
    found = await offers.find(request.match_info["link"])
    opening = await Access(offers, found.tenant).codes(found)
    told = _credential_offer(issuer_of(request, found.tenant), found, *opening)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if URIS in request.headers.get("Accept", ""):
        text = f"{SCHEME}?{urlencode({'credential_offer': json.dumps(told)}, quote_via=quote)}"
        return web.Response(text=text, content_type=URIS, headers=headers)
    return web.Response(body=write_json(told), content_type=JSON, headers=headers)


@routes.get(BELOW + "/report/{configuration}")
async def report(request: web.Request) -> web.Response:
    """What a form of the credential keeps, carries and loses: the places, not the values."""
    known_parameters(request, frozenset({"language"}))
    found = await request.app[OFFERS].find(request.match_info["link"])
    made = await request.app[OFFERS].report(found, request.match_info["configuration"])
    language = asked_language(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(body=write_json(made.to_json(language)), content_type=JSON, headers=headers)


def _credential_offer(issuer: str, found: Offer, pre_authorized: str, state: str) -> dict[str, Any]:
    grant = {"pre-authorized_code": pre_authorized}
    tx_code = {"tx_code": dict(found.tx_code)} if found.tx_code is not None else {}
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": [*found.configurations],
        "grants": {
            PRE_AUTHORIZED_GRANT: {**grant, **tx_code},
            "authorization_code": {"issuer_state": state},
        },
    }


def offer_link(request: web.Request, link: str) -> str:
    """The credential offer by reference, as any wallet of OpenID4VCI opens it (section 4.1.3)."""
    return f"{SCHEME}?{urlencode({'credential_offer_uri': f'{public_address(request)}/i/{link}/offer'})}"


def protocols(request: web.Request, found: Offer, link: str) -> dict[str, str]:
    """Where each protocol goes on, by its name in VCALM, and by the names it had before."""
    opened, page = offer_link(request, link), link_of(request, link)
    told = {"oid4vci-1.0": opened, "OID4VCI": opened, "interact": page}
    return told if found.tx_code is not None else {"vcapi": exchange_address(request, link), **told}


# --- the plain download ------------------------------------------------------------------------------


def _form(request: web.Request, found: Offer) -> Configuration | None:
    """The form that is asked for by ``format`` or ``Accept``; None where a form is not what is asked for."""
    offered = [CONFIGURATIONS[name] for name in found.configurations if name in CONFIGURATIONS]
    if "format" in request.query:
        wanted = request.query["format"]
        if (named := next((one for one in offered if one.id == wanted), None)) is None:
            raise RequestRefused(
                f"there is no form {wanted[:40]!r}", hint=f"Known: {', '.join(one.id for one in offered)}."
            )
        return named
    accepted = [
        part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")
    ]
    types = {one.media_type: one for one in reversed(offered)}
    return next((types[kind] for kind in accepted if kind in types), None)


async def _download(request: web.Request, found: Offer, form: Configuration) -> web.Response:
    offers = request.app[OFFERS]
    if found.tx_code is not None:
        raise AccessRefused(
            "the offer has a transaction code", hint="Open it with a wallet, which asks for the code."
        )
    if not offers.is_ready(found):
        raise StateConflict(f"the credential is given out from {found.ready} on")
    made = await offers.render(found, form.id, "")
    headers = {"Link": alternates(request, found, form.id), "Vary": "Accept", "Content-Type": made.media_type}
    return web.Response(body=made.content, headers=headers)


def alternates(request: web.Request, found: Offer, but: str = "") -> str:
    """The other forms, as a Link header tells of them (RFC 8288)."""
    here = f"{public_address(request)}/i/{request.match_info['link']}"
    return ", ".join(
        f'<{here}?{urlencode({"format": name})}>; rel="alternate"; type="{CONFIGURATIONS[name].media_type}"'
        for name in found.configurations
        if name in CONFIGURATIONS and name != but
    )


LINK = in_path("link", "What the offer's link ends in.")
ANY: dict[str, Any] = {"*/*": {}}
PATHS: Paths = {
    BELOW: {
        "parameters": [LINK],
        "get": operation(
            "An offer: its protocols, the credential in a form, or a page", "interact",
            {"200": ("By Accept", ANY)}, security=[],
            parameters=[
                parameter("iuv", "The version of interaction URLs.", {"enum": ["1"]}),
                parameter("format", "The credential in a form.", {"enum": [*CONFIGURATIONS]}),
                parameter("language", "Of the page.", {"type": "string"}),
            ],
        ),
    },
    BELOW + "/offer": {
        "parameters": [LINK],
        "get": operation(
            "The credential offer of OpenID4VCI", "credentialOffer",
            {"200": ("The offer, or by value as a text/uri-list", {JSON: {}, URIS: {}})}, security=[],
        ),
    },
    BELOW + "/report/{configuration}": {
        "parameters": [LINK, in_path("configuration", "The form.")],
        "get": operation(
            "What a form of the credential loses", "offerReport",
            {"200": ("The report", {JSON: {}})}, security=[],
            parameters=[parameter("language", "Of the sentences.", {"type": "string"})],
        ),
    },
}  # fmt: skip
"""The paths of this face, as the API's description tells of them."""
