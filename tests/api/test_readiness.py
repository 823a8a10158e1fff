"""Readiness: each part of the work that cannot be done is named, and the answer is never better than that."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app, readiness
from gateway.api.readiness import READINESS, Readiness
from gateway.errors import Overloaded, StoreFailed
from gateway.settings import Settings
from gateway.signer import NoSigner
from gateway.store import Database
from tests.parts import gateway


async def asked(app: Any) -> tuple[int, dict[str, Any]]:
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/readyz")
        told = await answer.json(content_type=None)
        if answer.status == 503:
            assert answer.content_type == "application/problem+json"
            assert (told["code"], "Retry-After" in answer.headers) == ("not_ready", True)
        return answer.status, told["checks"]


async def test_all_is_well(store: Database, tmp_path: Path) -> None:
    status, checks = await asked(make_app(Settings(data=tmp_path), gateway(), store))
    assert (status, checks) == (200, dict.fromkeys(("compute", "signer", "store", "disk"), "ok"))


async def test_without_a_store_the_store_is_not_asked(tmp_path: Path) -> None:
    assert await asked(make_app(Settings(data=tmp_path), gateway())) == (
        200,
        {"compute": "ok", "signer": "ok"},
    )


async def test_a_pool_that_takes_nothing_is_named(store: Database, tmp_path: Path) -> None:
    class Busy:
        async def run(self, *_: object, **__: object) -> None:
            raise Overloaded("too much waits")

        async def close(self) -> None: ...

    status, checks = await asked(make_app(Settings(data=tmp_path), gateway(compute=Busy()), store))
    assert (status, checks["compute"], checks["store"]) == (503, "overloaded", "ok")


async def test_a_key_that_cannot_be_read_is_named(store: Database, tmp_path: Path) -> None:
    status, checks = await asked(make_app(Settings(data=tmp_path), gateway(signer=NoSigner()), store))
    assert (status, checks["signer"]) == (503, "signer_failed")


async def test_a_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path / 'gateway.db'}")  # without tables, it takes nothing
    try:
        status, checks = await asked(make_app(Settings(data=tmp_path), gateway(), database))
    finally:
        await database.close()
    assert (status, checks["store"], checks["disk"]) == (503, StoreFailed.code, "ok")


async def test_a_disk_that_is_nearly_full_is_named(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "ROOM", shutil.disk_usage(tmp_path).total + 1)
    status, checks = await asked(make_app(Settings(data=tmp_path), gateway(), store))
    assert (status, checks["disk"]) == (503, "gateway_failed")


async def test_a_check_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.01)
    assert await Readiness(lambda: {"slow": asyncio.Event().wait}).look() == {"slow": "timeout"}


async def test_many_who_ask_have_the_checks_made_once() -> None:
    made, now = [], 0.0

    async def check() -> None:
        made.append(1)

    found = Readiness(lambda: {"one": check}, lambda: now)
    await asyncio.gather(*(found.look() for _ in range(50)))
    assert len(made) == 1
    now = 3.0
    assert await found.look() == {"one": "ok"}
    assert len(made) == 2


def test_the_application_has_one(tmp_path: Path) -> None:
    assert isinstance(make_app(Settings(data=tmp_path))[READINESS], Readiness)
