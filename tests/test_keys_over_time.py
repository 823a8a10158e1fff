"""Keys over time, end to end: what the gateway signed is verified against its own DID document, year after year."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.cli import main
from gateway.core import ConvertOptions
from gateway.errors import DocumentMissing
from gateway.pipeline import Gateway
from gateway.report import Check, Report, Verdict
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.signer import KeyStore, Ledger, signer_for
from tests.parts import NOW, gateway

MICRO = example_bytes("micro-credential.elm3.json")
PUBLIC = "https://gateway.example.org/issuing"
DID = "did:web:gateway.example.org:issuing"
DAY = timedelta(days=1)

Served = Callable[[str], Awaitable[bytes]]


class OwnSite:
    """The network as seen from elsewhere: only the gateway's own public address answers."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    async def get(self, url: str, *, accept: str = "", max_bytes: int = 0) -> bytes:
        if not url.startswith(PUBLIC):
            raise DocumentMissing(f"nothing at {url}")
        answer = await self._client.get(url.removeprefix("https://gateway.example.org"))
        assert answer.status == 200
        return await answer.read()

    async def close(self) -> None:
        pass


def issuing(data: Path) -> Gateway:
    settings = Settings(data=data, public_url=PUBLIC)
    return gateway(signer=signer_for(settings, NOW), settings=settings, ledger=Ledger(data))


async def signed(made: Gateway, to: str = "ob3") -> bytes:
    return (await made.convert(MICRO, ConvertOptions(to=to))).content


async def verified(made: Gateway, document: bytes, policy: str = "strict", after: timedelta = DAY) -> Report:
    """What another gateway, with nothing but the network, says of a document later."""
    async with TestClient(TestServer(make_app(made.settings, made))) as client:
        other = gateway(fetch=OwnSite(client), clock=lambda: NOW + after)
        return await other.verify(document, policy=policy)


def issuer_of(report: Report) -> Check:
    return next(check for check in report.checks if check.name == "issuer")


async def test_what_a_rotated_and_a_retired_key_signed_stays_verified(tmp_path: Path) -> None:
    made = issuing(tmp_path)
    old = await signed(made)
    KeyStore(tmp_path).rotate(NOW + DAY)
    new = await signed(made)
    methods = [json.loads(text)["proof"][0]["verificationMethod"] for text in (old, new)]
    assert methods == [f"{DID}#key-1", f"{DID}#key-2"]
    KeyStore(tmp_path).retire(2, NOW + DAY)
    for document in (old, new):
        report = await verified(made, document)
        assert (report.verdict(), report.verified) == (Verdict.VALID, True), report.checks


@pytest.mark.parametrize("policy", ["strict", "1edtech", "archive"])
async def test_what_a_revoked_key_signed_is_invalid_and_says_so(tmp_path: Path, policy: str) -> None:
    made = issuing(tmp_path)
    old = await signed(made)
    KeyStore(tmp_path).rotate(NOW)
    new = await signed(made)
    KeyStore(tmp_path).revoke(1, NOW + DAY, reason="compromised")
    report = await verified(made, old, policy, after=2 * DAY)
    assert report.verified is False
    assert (report.verdict(), issuer_of(report).code) == (Verdict.INVALID, "key_revoked")
    assert (await verified(made, new, policy, after=2 * DAY)).verified is True


async def test_the_jobs_of_a_revoked_key_name_what_was_delivered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = issuing(tmp_path)
    old = [await signed(made), await signed(made, "elm3")]
    KeyStore(tmp_path).rotate(NOW)
    await signed(made)
    jobs = tmp_path / "jobs.jsonl"
    command = ["keys", "revoke", "1", "--reason", "compromised", "--data", str(tmp_path), "--jobs", str(jobs)]
    assert main(command) == 0
    listed = [json.loads(line) for line in jobs.read_text().splitlines()]
    assert {job["digest"] for job in listed} == {hashlib.sha256(document).hexdigest() for document in old}
    again = await signed(replace(made, clock=lambda: NOW + 2 * DAY))
    assert (await verified(made, again, after=3 * DAY)).verified is True


async def test_the_history_is_served_with_the_dates(tmp_path: Path) -> None:
    made = issuing(tmp_path)
    store = KeyStore(tmp_path)
    store.rotate(NOW + DAY)
    store.revoke(1, NOW + 2 * DAY, reason="superseded")
    async with TestClient(TestServer(make_app(made.settings, made))) as client:
        history = await (await client.get("/issuing/key-history.json")).json()
    assert history["id"] == DID
    dates = ("state", "created", "retired", "revoked", "reason")
    assert [tuple(key.get(name) for name in dates) for key in history["keys"]] == [
        ("revoked", "2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z", "2026-06-03T12:00:00Z", "superseded"),
        ("active", "2026-06-02T12:00:00Z", None, None, None),
    ]


async def test_a_key_of_the_gateway_that_nobody_published_proves_nothing(tmp_path: Path) -> None:
    """The same DID, another data folder: a key that the served document does not have."""
    forged = await signed(issuing(tmp_path / "elsewhere"))
    report = await verified(issuing(tmp_path / "own"), forged)
    assert report.verified is False
    assert report.verdict() is Verdict.INVALID
