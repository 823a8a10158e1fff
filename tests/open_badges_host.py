"""The gateway as a host of Open Badges, and a client that plays a whole conversation with it.

``Host`` is a gateway with a tenant; ``Visitor`` registers, is let in by a person with a key, and holds tokens.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from lxml import html

from gateway.store.scopes import CREDENTIALS_READ, CREDENTIALS_WRITE, OFFLINE, PROFILE_READ, PROFILE_WRITE

VERIFIER = "a-verifier-of-the-least-length-that-is-allowed_~."
CALLBACK = "https://client.example/back"
OB3_SCOPES = [CREDENTIALS_READ, CREDENTIALS_WRITE, PROFILE_READ, PROFILE_WRITE]
REGISTRATION: dict[str, Any] = {
    "client_name": "A wallet", "client_uri": "https://client.example", "logo_uri": "https://client.example/logo",
    "tos_uri": "https://client.example/terms", "policy_uri": "https://client.example/privacy",
    "software_id": "a-wallet", "software_version": "1", "redirect_uris": [CALLBACK],
    "token_endpoint_auth_method": "client_secret_basic", "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"], "scope": " ".join([*OB3_SCOPES, OFFLINE]),
}  # fmt: skip


def challenge(verifier: str = VERIFIER) -> str:
    """The challenge of a verifier (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@dataclass
class Visitor:
    """A client of a host: what it was told when it registered, and its tokens."""

    http: TestClient
    registered: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows the access token."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    @property
    def basic(self) -> dict[str, str]:
        """The header that shows who the client is."""
        return basic(self.registered["client_id"], self.registered["client_secret"])

    async def register(self, **changes: Any) -> ClientResponse:
        """Register; what is told is kept."""
        answer = await self.http.post("/oauth/register", json=REGISTRATION | changes)
        if answer.status == 201:
            self.registered = await answer.json()
        return answer

    def question(self, **changes: str) -> dict[str, str]:
        """What the person is to be asked."""
        asked = {
            "response_type": "code", "client_id": self.registered["client_id"], "redirect_uri": CALLBACK,
            "scope": self.registered["scope"], "state": "a state & more", "code_challenge": challenge(),
            "code_challenge_method": "S256",
        }  # fmt: skip
        return {name: value for name, value in (asked | changes).items() if value}

    async def ask(self, **changes: str) -> ClientResponse:
        """Send the person to the page."""
        return await self.http.get("/oauth/authorize", params=self.question(**changes), allow_redirects=False)

    async def let_in(self, key: str, do: str = "allow", **changes: str) -> ClientResponse:
        """The person fills the page in and sends it."""
        page = html.fromstring(await (await self.ask(**changes)).text())
        fields = {
            str(node.get("name")): str(node.get("value")) for node in page.xpath("//input[@type='hidden']")
        }
        data = {**fields, "key": key, "do": do}
        return await self.http.post("/oauth/authorize", data=data, allow_redirects=False)

    async def token(self, **form: str) -> ClientResponse:
        """Ask for tokens; what is given is kept."""
        answer = await self.http.post("/oauth/token", data=form, headers=self.basic)
        if answer.status == 200:
            self.tokens = await answer.json()
        return answer

    async def redeem(self, given: str, **changes: str) -> ClientResponse:
        """Tokens for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": given,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return await self.token(**(form | changes))

    async def refresh(self, **changes: str) -> ClientResponse:
        """New tokens for the refresh token."""
        return await self.token(
            grant_type="refresh_token", refresh_token=self.tokens["refresh_token"], **changes
        )

    async def revoke(self, token: str, **changes: str) -> ClientResponse:
        """Take a token back."""
        return await self.http.post("/oauth/revoke", data={"token": token, **changes}, headers=self.basic)

    async def enter(self, key: str, **changes: str) -> None:
        """Be let in by a person, and redeem the code."""
        answer = await self.let_in(key, **changes)
        assert answer.status == 302, await answer.text()
        assert (await self.redeem(returned(answer)["code"])).status == 200

    async def come_in(self, key: str, **changes: str) -> Visitor:
        """The whole way: register, be let in, redeem the code."""
        assert (await self.register()).status == 201
        await self.enter(key, **changes)
        return self


def returned(answer: ClientResponse) -> dict[str, str]:
    """What a client is sent back with."""
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    return dict(parse_qsl(parts.query))
