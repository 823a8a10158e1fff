"""Jobs for tests: many badges that differ by their identifiers, and a worker to do them."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from gateway.jobs import Batches
from gateway.jobs.worker import Worker
from gateway.pipeline.archive import Archive
from gateway.resources import example_bytes
from gateway.store import Database, Job
from tests.parts import gateway
from tests.tenants import Access, access_to

__all__ = ["NDJSON", "ZIP", "badges", "batches_over", "ended", "handed_in", "lines", "working", "zipped"]

NDJSON, ZIP = "application/x-ndjson", "application/zip"
BADGE = json.loads(example_bytes("badge.ob3.json"))
SECONDS = 60.0
"""A bound for tests that hang; nothing waits so long that works."""


def badges(count: int, begin: int = 0) -> list[bytes]:
    """Badges, each one of its own."""
    made = (BADGE | {"id": f"urn:uuid:00000000-0000-4000-8000-{begin + n:012d}"} for n in range(count))
    return [json.dumps(badge).encode() for badge in made]


def lines(rows: Iterable[bytes]) -> io.BytesIO:
    """Rows as NDJSON."""
    return io.BytesIO(b"\n".join(rows))


def zipped(entries: dict[str, bytes]) -> io.BytesIO:
    """Entries as a zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    file.seek(0)
    return file


async def batches_over(database: Database) -> tuple[Batches, Access]:
    """The jobs of a gateway, and a tenant."""
    return Batches(Archive(gateway(), database)), await access_to(database, "academy")


async def handed_in(batches: Batches, access: Access, rows: Iterable[bytes]) -> str:
    """The id of a job of rows."""
    answer = await batches.hand_in(access.caller, lines(rows), NDJSON)
    return str(json.loads(answer.body)["id"])


async def ended(batches: Batches, access: Access, identifier: str, state: str = "done") -> Job:
    """The job once it has come to a state."""
    async with asyncio.timeout(SECONDS):
        while (job := await batches.one(access.caller, identifier)).state != state:
            await asyncio.sleep(0.05)
    return job


@asynccontextmanager
async def working(batches: Batches, url: str) -> AsyncIterator[Worker]:
    """A worker that does the jobs meanwhile."""
    worker = Worker(batches.archive, url, 2)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await task
