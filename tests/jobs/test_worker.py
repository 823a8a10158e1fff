"""A worker does the jobs of all tenants, one place for each, takes over from who is gone, and stops in order."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest

from gateway.jobs.chunks import CHUNK
from gateway.jobs.engine import Chunk, Engine
from gateway.jobs.worker import Worker, in_turn
from gateway.store import Database
from gateway.store.slots import queue_url, take_slot
from tests.jobs.parts import badges, batches_over, ended, handed_in, working


async def test_jobs_are_done_from_beginning_to_end(database: Database, url: str) -> None:
    batches, access = await batches_over(database)
    first = await handed_in(batches, access, [*badges(CHUNK + 20), b"{}"])
    async with working(batches, url):
        told = await ended(batches, access, first)
        assert (told.done, told.failed) == (CHUNK + 20, 1)
        second = await handed_in(batches, access, badges(3, begin=500))
        assert (await ended(batches, access, second)).done == 3


async def test_a_job_that_is_paused_waits_and_goes_on(store: Database, tmp_path: Path) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(3 * CHUNK))
    async with working(batches, f"sqlite:///{tmp_path / 'gateway.db'}"):
        while (await batches.one(access.caller, identifier)).done == 0:
            await asyncio.sleep(0.02)
        await batches.move(access.caller, identifier, "pause")
        assert (await batches.one(access.caller, identifier)).waiting > 0
        await batches.move(access.caller, identifier, "resume")
        assert (await ended(batches, access, identifier)).done == 3 * CHUNK


async def test_who_is_stopped_leaves_nothing_half_done_and_the_next_goes_on(
    database: Database, url: str
) -> None:
    batches, access = await batches_over(database)
    identifier = await handed_in(batches, access, badges(2 * CHUNK))
    async with working(batches, url):
        while (await batches.one(access.caller, identifier)).done == 0:
            await asyncio.sleep(0.02)
    stopped = await batches.one(access.caller, identifier)
    rows = await batches.rows(access.caller, identifier, state="done", after=0, limit=1000)
    assert stopped.done == len(rows)
    async with working(batches, url):
        assert (await ended(batches, access, identifier)).done == 2 * CHUNK


async def test_what_a_worker_that_is_gone_has_left_is_taken_over(postgresql: str, url: str) -> None:
    """Only PostgreSQL has more places than one; on SQLite the next holder of the place does it at its start."""
    if url.startswith("sqlite"):
        pytest.skip("one place at a SQLite file")
    never = asyncio.Event()

    async def hang(_: Chunk) -> None:
        await never.wait()

    first, second = await take_slot(url), await take_slot(url)
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (0, 1)
    engine = await Engine.start(queue_url(url), second.number, 1, hang)
    await engine.queue([Chunk("t", "job", 1)])
    while not (await engine.active())[1]:
        await asyncio.sleep(0.05)
    assert await engine.active() == ({"job:1"}, {1})
    assert not await first.deserted(1)
    never.set()
    await second.give_back()
    assert await first.deserted(1)
    await engine.stop()
    await first.give_back()


async def test_a_queue_that_is_lost_is_made_again_from_the_rows(store: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(2 * CHUNK))
    async with working(batches, url):
        while (await batches.one(access.caller, identifier)).done == 0:
            await asyncio.sleep(0.02)
    for path in tmp_path.glob("gateway.db.queue*"):
        path.unlink()
    async with working(batches, url):
        assert (await ended(batches, access, identifier)).done == 2 * CHUNK


async def test_there_is_one_place_at_a_sqlite_file_and_it_goes_with_its_holder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    first = await take_slot(url)
    assert first is not None
    assert await take_slot(url) is None
    await first.give_back()
    again = await take_slot(url)
    assert again is not None
    await again.give_back()


async def test_who_finds_no_place_waits_for_one(store: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    batches, _ = await batches_over(store)
    holder = await take_slot(url)
    assert holder is not None
    async with working(batches, url) as worker:
        await asyncio.sleep(0.1)
        assert worker.place is None
    await holder.give_back()


async def test_the_queue_holds_no_personal_data_and_opens_no_port(store: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    batches, access = await batches_over(store)
    marked = [badge.replace(b"learner@mail.example", b"marked-person") for badge in [*badges(3), b"{}"]]
    identifier = await handed_in(batches, access, marked)
    before = _sockets()
    async with working(batches, url):
        await ended(batches, access, identifier)
        assert _sockets() == before
    path = tmp_path / "gateway.db.queue"
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as connection:
        assert b"marked-person" not in "\n".join(connection.iterdump()).encode()


def _sockets() -> int:
    """How many sockets of the network this process has open."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as opened:
                found += opened.family in (socket.AF_INET, socket.AF_INET6)
        except OSError:
            continue
    return found


def test_tenants_and_jobs_have_their_turns() -> None:
    def chunks(job: str, count: int) -> list[Chunk]:
        return [Chunk("t", job, n) for n in range(count)]

    found = in_turn([chunks("a", 3), chunks("b", 1), [], chunks("c", 2)])
    assert json.dumps([chunk.name for chunk in found]) == '["a:0", "b:0", "c:0", "a:1", "c:1", "a:2"]'


async def test_a_small_job_does_not_wait_for_all_of_a_large_one(store: Database, tmp_path: Path) -> None:
    batches, _ = await batches_over(store)
    worker = Worker(batches.archive, f"sqlite:///{tmp_path / 'gateway.db'}", 2)
    jobs = [("a", "large"), ("a", "larger"), ("b", "small")]

    async def waiting(tenant: str, job: str, limit: int) -> list[int]:
        return [1] if job == "small" else [1 + CHUNK * n for n in range(limit)]

    worker._waiting = waiting  # type: ignore[method-assign]
    found = await worker._next(jobs, {"large:1"}, 4)
    assert [chunk.name for chunk in found] == [
        f"large:{1 + CHUNK}",
        "small:1",
        "larger:1",
        f"large:{1 + 2 * CHUNK}",
    ]
