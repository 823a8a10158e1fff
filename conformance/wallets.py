"""The running gateway before wallets' own client libraries: what they fetch, and what they present."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.figures import Figure, all_of
from conformance.running import Running, running
from gateway import keys
from gateway.envelopes.jwt import base64url_encode
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
LETTER = (
    "@digitalbazaar/oid4-client 5.10.0 loses a letter of the DID of a client and refuses all such requests"
)


def figures(_: Path) -> Iterator[Figure]:
    """What came of every flow; no samples are needed."""
    return iter(asyncio.run(_all()))


async def _all() -> list[Figure]:
    async with running() as gateway:
        return [*await _presented(gateway)]


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
            "and imported into the feed, each once", {"as many as were shown": kept.count("\n") == len(shown)}
        ),
    ]


async def _credential(gateway: Running, form: str, securing: str) -> Any:
    """The example in a form, about the holder, signed by the gateway; an object, or a token."""
    path = f"/v1/convert?to={form}&securing={securing}&holder={quote(DID)}"
    return (await gateway.ask("POST", path, example_bytes(EXAMPLE)))["credential"]


def _named(name: str, told: Json) -> str:
    """A flow by its name, with what went wrong in it."""
    return name if told["done"] else f"{name} ({told['error']})"
