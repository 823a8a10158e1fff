"""The running gateway before wallets' own client libraries: what they fetch, and what they present."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from conformance.figures import Figure, all_of
from conformance.foreign import LEFT_OUT, verdicts
from conformance.lineages import LINEAGES
from conformance.running import Running, running
from gateway import keys
from gateway.envelopes.jwt import base64url_encode, read_jwt
from gateway.pipeline.configurations import CONFIGURATIONS
from gateway.resources import example_bytes

__all__ = ["figures"]

Json = dict[str, Any]
SECRET = keys.secret_key("ed25519", bytes([9]) * 32)
DID = keys.did_key(keys.public_key_of(SECRET))
HOLDER: Json = {
    "did": DID, "method": keys.verification_method_of(DID),
    "key": {
        "type": "Multikey", "publicKeyMultibase": keys.multikey(keys.public_key_of(SECRET)),
        "secretKeyMultibase": keys.secret_multikey(SECRET),
    },
    "jwk": {**keys.jwk_of(keys.public_key_of(SECRET)), "d": base64url_encode(SECRET.data)},
}  # fmt: skip
"""Whoever the credentials are about, with a key made for this."""
FORMATS = {"ldp_vc": ("ob3", "eddsa-rdfc-2022"), "jwt_vc_json": ("elm3", "jwt_vc_json")}
"""What is presented in each format: a form of the example, and how it is secured."""
EXAMPLE = "micro-credential.elm3.json"
ASKING: dict[str, Json] = {
    "signed": {},
    "signed, by POST": {"requestUriMethod": "post"},
    "by its address": {"clientIdPrefix": "redirect_uri"},
}
"""The ways to ask that there are."""
PRESENTING = {"animo": (*ASKING,), "digitalbazaar": ("by its address",)}
OBTAINING = {
    "animo": (*CONFIGURATIONS,), "sphereon": (*CONFIGURATIONS,),
    "digitalbazaar": tuple(form for form, one in CONFIGURATIONS.items() if one.format == "ldp_vc"),
    "lcw": (*CONFIGURATIONS,), "lcw by deep link": ("ob3", "elm-2020"),
}  # fmt: skip
"""Which forms each client takes: that of @digitalbazaar asks for ldp_vc alone."""
KNOWN = f"tokens are for JavaScript alone; {LEFT_OUT}"
BROWSER = (
    "@sphereon/oid4vci-client is shown one of the two grants: of both it takes the one that needs a browser"
)
LETTER = (
    "@digitalbazaar/oid4-client 5.10.0 loses a letter of the DID of a client and refuses all such requests"
)


def figures(_: Path) -> Iterator[Figure]:
    """What came of every flow; no samples are needed."""
    return iter(asyncio.run(_all()))


async def _all() -> list[Figure]:
    async with running(wallet_profiles=("digital-bazaar",)) as gateway:
        return [*await _obtained(gateway), *await _presented(gateway)]


async def _obtained(gateway: Running) -> list[Figure]:
    """An offer for each client and form, taken; what came of it is about the holder and verified by others."""
    record = (await gateway.ask("POST", "/v1/credentials", example_bytes(EXAMPLE)))["id"]
    orders = []
    for client, form in ((client, form) for client, forms in OBTAINING.items() for form in forms):
        offer = (await gateway.ask("POST", "/v1/offers", {"credentials": [record]}))["offers"][0]
        link = offer["link"].partition("?")[0]
        exchange = f"{gateway.base}/workflows/offer-{form}/exchanges/{link.rpartition('/')[2]}"
        orders.append(
            {"name": f"{client}, {form}", "client": client.partition(" ")[0], "act": "obtain", "holder": HOLDER,
             "offer": f"openid-credential-offer://?{urlencode({'credential_offer_uri': f'{link}/offer'})}",
             "configuration": form, "format": CONFIGURATIONS[form].format, "exchange": exchange,
             "deep": "deep" in client}
        )  # fmt: skip
    told = await gateway.clients(orders)
    got = {name: one["credential"] for name, one in told.items() if one.get("credential")}
    found = await asyncio.to_thread(verdicts, {name: _opened(shown) for name, shown in got.items()})
    verified = {
        f"{name} ({lineage})": found[name][lineage]
        for name in got
        for lineage in LINEAGES
        if lineage == "javascript" or not (", elm" in name or isinstance(_opened(got[name]), str))
    }
    right = {_named(name, one): name in got and DID in str(_read(got[name])) for name, one in told.items()}
    return [
        all_of("obtained by wallets' client libraries, by client and form", right, BROWSER),
        all_of("what they obtained, verified by those foreign verifiers that know its form", verified, KNOWN),
    ]


def _opened(shown: Any) -> Any:
    """A credential as the verifiers take it: a token by itself."""
    enveloped = isinstance(shown, dict) and shown.get("type") == "EnvelopedVerifiableCredential"
    return shown["id"].partition(",")[2] if enveloped else shown


def _read(shown: Any) -> Any:
    """What a credential says."""
    opened = _opened(shown)
    return read_jwt(opened.encode()).payload if isinstance(opened, str) else opened


async def _presented(gateway: Running) -> list[Figure]:
    """A credential about the holder in each format, presented in answer to every way of asking, and imported."""
    shown = {form: await _credential(gateway, *made) for form, made in FORMATS.items()}
    asked: dict[str, Json] = {}
    orders = []
    for (client, ways), form in product(PRESENTING.items(), FORMATS):
        for how in ways:
            name = f"{client}, {form}, {how}"
            query = {"credentials": [{"id": "asked", "format": form, "meta": {}}]}
            wish = {"query": query, "import": True, **ASKING[how]}
            asked[name] = await gateway.ask("POST", "/v1/presentation-requests", wish)
            links = asked[name]["links"]
            whole = client == "animo" and "byValue" in links  # it takes no request object that nobody signed
            orders.append(
                {"name": name, "client": client, "act": "present", "holder": HOLDER, "query": "asked",
                 "link": links["byValue" if whole else "byReference"], "credential": shown[form]}
            )  # fmt: skip
    before = (await gateway.ask("GET", "/v1/feed")).count("\n")
    told = await gateway.clients(orders)
    right = {}
    for name, one in asked.items():
        state = (await gateway.ask("GET", f"/v1/presentation-requests/{one['id']}"))["state"]
        right[_named(name, told[name])] = told[name].get("status") == 200 and state == "verified"
    kept = await gateway.ask("GET", "/v1/feed")
    return [
        all_of(
            "credentials presented by OpenID4VP 1.0 and verified, by client, format and way of asking", right
        ),
        all_of(
            "and imported into the feed, each once",
            {"as many as were shown": kept.count("\n") - before == len(shown)},
        ),
    ]


async def _credential(gateway: Running, form: str, securing: str) -> Any:
    """The example in a form, about the holder, signed by the gateway; an object, or a token."""
    path = f"/v1/convert?to={form}&securing={securing}&holder={quote(DID)}"
    return (await gateway.ask("POST", path, example_bytes(EXAMPLE)))["credential"]


def _named(name: str, told: Json) -> str:
    """A flow by its name, with what went wrong in it."""
    return name if told["done"] else f"{name} ({told['error']})"
