"""The VC-API face as the W3C suites see it: the running application, asked over HTTP.

A request that is in order is answered 201 (issue) or 200 (verify); anything else 400, since the suites look at the
status and never into the answer.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from ssl import SSLContext
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.compute import HereCompute
from gateway.fetch import NoFetch
from gateway.pipeline import Gateway
from gateway.settings import Settings
from gateway.signer import KeyStore, signer_for
from gateway.store import SCOPES, Connection, Database, bring_up_to_date
from gateway.store.tables import SYSTEM
from gateway.store.tenants import add_tenant, new_key

__all__ = ["RECORDED", "Answer", "Served", "serving"]

Json = dict[str, Any]

PUBLIC = "https://gateway.example"
INSTANCES = {"jwt": "vc+jwt"}
"""The name the recorded server had for an issuer, where it is not the gateway's."""
KEYS = {"ed": "ed25519", "p256": "p256"}
RECORDED = {
    "did:key:z6Mkma3owTf2SUu5qp6xan77DwAGYc7QwU9ZqJzAReB4b6jQ": "ed25519",
    "did:key:zDnaeTi1h9N8AM5dgYZkqxEHA7LoHohwTmxXg8tnWSZdk9LZe": "p256",
}
"""The identifiers of the issuers of the recorded server. A suite puts in those of the server it is told of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP status; ``sound`` unless something was issued that does not verify.

    A credential that came with a proof of somebody else's is as good as that.
    """

    status: int
    sound: bool = True
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Served:
    """A gateway that is served, and who asks it."""

    gateway: Gateway
    client: TestClient[Any, Any]
    headers: Mapping[str, str]

    async def answer(self, path: str, query: Mapping[str, str], body: Any) -> Answer:
        """The answer to a recorded request, which goes to the instance that does what was recorded."""
        where = path.split("/")
        if where[-1] == "issue":
            return await self._issue(where[1], query, body)
        return await self.post(f"/verifiers/proof/{where[-2]}/{where[-1]}", body)

    async def _issue(self, name: str, query: Mapping[str, str], body: Any) -> Answer:
        wanted = {
            "key": KEYS.get(query.get("key", ""), ""),
            "status": "revocation" if "status" in query else "",
        }
        asked = "&".join(f"{name}={value}" for name, value in wanted.items() if value)
        text = json.dumps(body)
        for did, kind in RECORDED.items():
            text = text.replace(did, self.gateway.signer.current(kind).did)
        answer = await self.post(f"/issuers/{INSTANCES.get(name, name)}/credentials/issue?{asked}", text)
        if answer.status != 201:
            return answer
        issued = json.loads(answer.body)["verifiableCredential"]
        checked = await self.post("/verifiers/proof/credentials/verify", {"verifiableCredential": issued})
        came_with_proof = "proof" in json.loads(text)["credential"]
        return Answer(answer.status, checked.status == 200 or came_with_proof, answer.body)

    async def post(self, path: str, body: Any) -> Answer:
        """The answer to any request."""
        data = body if isinstance(body, str) else json.dumps(body)
        headers = {**self.headers, "Content-Type": "application/json"}
        async with self.client.post(path, data=data, headers=headers) as answer:
            return Answer(answer.status, body=await answer.read())


@asynccontextmanager
async def serving(
    folder: Path, clock: Callable[[], datetime], public: str = PUBLIC, port: int | None = None,
    ssl: SSLContext | None = None,
) -> AsyncIterator[Served]:  # fmt: skip
    """A gateway with keys and a store of its own, an hour and nobody to ask, served on loopback."""
    now = clock()
    settings = Settings(data=folder, public_url=public, requests_per_minute=10**6, connections_each=512)
    signer = signer_for(Settings(data=folder), now)  # a DID for each key: suites are told one for each issuer
    KeyStore(folder).new(now, "p256")
    gateway = Gateway(signer, settings, NoFetch(), HereCompute(), clock=clock)
    store = await Database.open(f"sqlite:///{folder / 'gateway.db'}")
    await store.write(SYSTEM, bring_up_to_date)

    def work(connection: Connection) -> str:
        return new_key(connection, add_tenant(connection, "suites", now).id, SCOPES, now)[1]

    key = await store.write(SYSTEM, work)
    try:
        server = TestServer(make_app(settings, gateway, store), port=port, scheme="https" if ssl else "http")
        await server.start_server(ssl=ssl)
        async with TestClient(server) as client:
            yield Served(gateway, client, {"Authorization": f"Bearer {key}"})
    finally:
        await store.close()
