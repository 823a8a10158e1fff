"""A wallet that speaks OpenID4VCI: it opens an offer, shows its key, and takes what it is given."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from gateway import keys
from gateway.envelopes.jwt import base64url_encode

__all__ = ["PRE_AUTHORIZED", "Answer", "Wallet"]

Json = dict[str, Any]

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
ALGORITHM = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, its JSON where it has one, and how long it took in seconds."""

    status: int
    headers: Mapping[str, str]
    body: Any
    seconds: float = 0.0


@dataclass(slots=True)
class Wallet:
    """A wallet with a key. ``issuer`` is known once an offer was opened; ``asked`` are its requests so far."""

    session: aiohttp.ClientSession
    secret: keys.SecretKey
    now: Callable[[], float] = time.time
    issuer: str = ""
    offer: Json = field(default_factory=dict)
    token: str = ""
    asked: list[Answer] = field(default_factory=list)

    @property
    def did(self) -> str:
        """Whom credentials are to be about."""
        return keys.did_key(keys.public_key_of(self.secret))

    async def send(self, method: str, url: str, **more: Any) -> Answer:
        """One request."""
        begun = time.monotonic()
        async with self.session.request(method, url, allow_redirects=False, **more) as answer:
            data = await answer.read()
            try:
                body = json.loads(data)
            except ValueError:
                body = data.decode("utf-8", "replace")
            told = Answer(answer.status, answer.headers.copy(), body, time.monotonic() - begun)
        self.asked.append(told)
        return told

    async def open(self, link: str) -> Answer:
        """Open an interaction URL and the offer that it leads to."""
        found = await self.send("GET", link, headers={"Accept": "application/json"})
        if found.status != 200:
            return found
        uri = parse_qs(urlsplit(found.body["protocols"]["oid4vci-1.0"]).query)["credential_offer_uri"][0]
        told = await self.send("GET", uri)
        if told.status == 200:
            self.offer, self.issuer = told.body, told.body["credential_issuer"]
        return told

    @property
    def code(self) -> str:
        """The pre-authorized code of the offer."""
        return str(self.offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"])

    async def redeem(self, **fields: str) -> Answer:
        """Change the code of the offer into a token."""
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": self.code, **fields}
        told = await self.send("POST", f"{self.issuer}/token", data=form)
        if told.status == 200:
            self.token = told.body["access_token"]
        return told

    async def nonce(self) -> str:
        """A new nonce."""
        return str((await self.send("POST", f"{self.issuer}/nonce")).body["c_nonce"])

    def proof(self, nonce: str, header: Json | None = None, claims: Json | None = None) -> str:
        """A key proof of the type jwt; members that are given as None are left out."""
        kind = ALGORITHM[self.secret.kind]
        method = f"{self.did}#{self.did.removeprefix('did:key:')}"
        told = {"typ": "openid4vci-proof+jwt", "alg": kind, "kid": method, **(header or {})}
        said = {"aud": self.issuer, "iat": int(self.now()), "nonce": nonce, **(claims or {})}
        parts = [{name: value for name, value in part.items() if value is not None} for part in (told, said)]
        text = ".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
        return f"{text}.{base64url_encode(keys.sign(self.secret, text.encode()))}"

    async def fetch(self, configuration: str, *proofs: str, **members: Any) -> Answer:
        """Ask for a credential, with proofs, one of its own without."""
        shown = list(proofs) or [self.proof(await self.nonce())]
        asked = {"credential_configuration_id": configuration, "proofs": {"jwt": shown}, **members}
        return await self.post(
            "credential", {name: value for name, value in asked.items() if value is not None}
        )

    async def post(self, endpoint: str, body: Any) -> Answer:
        """Ask an endpoint with the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.send("POST", f"{self.issuer}/{endpoint}", json=body, headers=headers)
