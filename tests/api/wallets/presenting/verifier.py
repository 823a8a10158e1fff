"""A gateway that asks for credentials, as tests see it, and what wallets present to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp.test_utils import TestClient

from gateway import keys
from gateway.envelopes.jwt import read_jwt
from gateway.proofs import create_proof
from gateway.proofs.jose_creation import attach_jwt, prepare_jwt
from gateway.store import Database
from tests.holders import Holder, badge_for
from tests.parts import NOW, SEED
from tests.tenants import Access

Json = dict[str, Any]

LEARNER, STRANGER = Holder(5), Holder(6)
ISSUER = keys.SecretKey("ed25519", SEED)
PATH = "/v1/presentation-requests"
BADGE = {
    "credentials": [
        {
            "id": "badge", "format": "ldp_vc",
            "meta": {"type_values": [["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]]},
            "claims": [{"path": ["credentialSubject", "achievement", "name"], "values": ["First aid"]}],
        }
    ]
}  # fmt: skip
TOKEN = {"credentials": [{"id": "token", "format": "jwt_vc_json", "meta": {}}]}
UNBOUND: Json = {"credentials": [{**BADGE["credentials"][0], "require_cryptographic_holder_binding": False}]}


def method_of_issuer() -> str:
    did = keys.did_key(keys.public_key_of(ISSUER))
    return f"{did}#{did.removeprefix('did:key:')}"


def badge(subject: str | None = LEARNER.did, **changes: Any) -> Json:
    """A badge that the gateway's own key signed."""
    options = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-05-01T00:00:00Z",
        "verificationMethod": method_of_issuer(), "proofPurpose": "assertionMethod",
    }  # fmt: skip
    return create_proof(badge_for(subject, **changes), options, sign=lambda data: keys.sign(ISSUER, data))


def badge_token(subject: str = LEARNER.did) -> str:
    tree = badge_for(subject)
    old = {
        **{name: value for name, value in tree.items() if name != "validFrom"},
        "@context": ["https://www.w3.org/2018/credentials/v1", tree["@context"][1]], "issuanceDate": tree["validFrom"],
    }  # fmt: skip
    prepared = prepare_jwt(old, form="jwt_vc_json", algorithm="EdDSA", method=method_of_issuer(), now=NOW)
    return attach_jwt(prepared, keys.sign(ISSUER, prepared.signing_input))


@dataclass
class Scene:
    """A gateway, a tenant that asks, and a clock that is moved by hand."""

    client: TestClient[Any, Any]
    access: Access
    store: Database
    now: datetime = field(default=NOW)

    async def ask(self, query: Json = BADGE, access: Access | None = None, **wish: Any) -> Json:
        answer = await self.client.post(
            PATH, json={"query": query, **wish}, headers=(access or self.access).headers
        )
        assert answer.status == 201, await answer.text()
        return dict(await answer.json())

    async def request_of(self, asked: Json) -> Json:
        """What a wallet reads in the request object."""
        answer = await self.client.get(urlsplit(asked["requestUri"]).path)
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/oauth-authz-req+jwt"
        return read_jwt_or_unsigned(await answer.read())[1]

    async def post(self, request: Json, form: Json) -> tuple[int, Json]:
        answer = await self.client.post(urlsplit(request["response_uri"]).path, data=form)
        assert answer.content_type == "application/json"
        return answer.status, await answer.json()

    async def answer(
        self, request: Json, *presentations: Any, query: str = "badge", **more: Any
    ) -> tuple[int, Json]:
        token = json.dumps({query: list(presentations)})
        return await self.post(request, {"vp_token": token, "state": request["state"], **more})

    async def state(self, asked: Json) -> str:
        answer = await self.client.get(f"{PATH}/{asked['id']}", headers=self.access.headers)
        return str((await answer.json())["state"])

    async def result(self, asked: Json, **query: str) -> tuple[int, Json]:
        answer = await self.client.get(
            f"{PATH}/{asked['id']}/result", params=query, headers=self.access.headers
        )
        return answer.status, await answer.json()


def read_jwt_or_unsigned(token: bytes) -> tuple[Json, Json]:
    jwt = read_jwt(token)
    return jwt.header, jwt.payload


def shown(request: Json, *credentials: Any, holder: Holder = LEARNER, **options: Any) -> Json:
    """A presentation that answers a request."""
    given = {"challenge": request["nonce"], "domain": request["client_id"], **options}
    return holder.present(*credentials, **given)


async def in_feed(scene: Scene) -> list[Json]:
    answer = await scene.client.get("/v1/feed", headers=scene.access.headers)
    assert answer.status == 200
    return [
        json.loads(line)
        for line in (await answer.text()).splitlines()
        if '"credential"' in line or '"id"' in line
    ]
