"""What the service does by itself, and what it does once more when it stops."""

from __future__ import annotations

from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.pipeline.auditing import Heads, verify_audit
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.parts import gateway
from tests.tenants import access_to


async def test_what_was_done_last_has_a_signed_head_when_the_service_has_stopped(
    store: Database, tmp_path: Path
) -> None:
    made, access = gateway(), await access_to(store, "academy")
    async with TestClient(TestServer(make_app(Settings(data=tmp_path), made, store))) as client:
        document = example_bytes("micro-credential.elm3.json")
        assert (await client.post("/v1/credentials", data=document, headers=access.headers)).status == 201
        assert Heads(tmp_path).read() == []
    signed = Heads(tmp_path).read()
    assert access.tenant in [head.tenant for head in signed if head is not None]
    _, problems = await store.read(lambda c: verify_audit(c, signed, made.signer.history()))
    assert problems == []
