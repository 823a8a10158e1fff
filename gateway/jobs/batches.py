"""Jobs from outside: handed in, asked about, paused, gone on with, tried again.

Everything that is handed in is on the disk before the answer leaves; nobody works on what is not whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from gateway.envelopes import read_json, write_json
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import InputRefused, RequestRefused, TooLarge
from gateway.formats import format_named
from gateway.jobs.reading import Item, items
from gateway.jobs.tables import Issuer
from gateway.jobs.work import wanted_of
from gateway.pipeline.archive import Archive
from gateway.store import Caller, Job, Rows
from gateway.store.answers import Answer, Request
from gateway.store.audit import append
from gateway.store.credentials import ids_after
from gateway.store.jobs import (
    JobRow,
    NewRow,
    add_rows,
    begin,
    job,
    jobs_of,
    move,
    new_job,
    remove_job,
    replace_input,
    rows_of,
    try_again,
)

__all__ = ["Batches", "as_json", "row_json"]

PAGE_ROWS, PAGE_BYTES = 500, 4 * 1024 * 1024
"""Most rows and bytes that are kept together while a job is received."""
PATH = "/v1/batches"
MOVED = {"pause": "job_paused", "resume": "job_resumed", "cancel": "job_cancelled"}
"""What is asked of a job, as the audit log has it."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The jobs of every tenant. Every question names who asks."""

    archive: Archive

    async def hand_in(
        self, caller: Caller, file: BinaryIO, media_type: str, request: Request | None = None
    ) -> Answer:
        """Take in many credentials; the answer to give, 202. The same request gets the same answer.

        Raises an ``InputRefused`` for what is not accepted as a whole: nothing is kept of it then.
        """
        caller.demand("push")
        if request is not None and (before := await self.archive.answered(caller, request)) is not None:
            return before
        found = items(file, media_type, self._issuer())
        received = await self._received(caller, "import", {}, found)

        def work(rows: Rows) -> Answer:
            whole = self._begun(rows, caller, received)
            told = write_json(as_json(whole, self._now()))
            return Answer(202, told, {"Location": f"{PATH}/{whole.id}"})

        try:
            answer = await self.archive.once(caller, request, work)
        except InputRefused:
            await self._forget(caller, received)
            raise
        if not answer.headers["Location"].endswith(received):  # the same request was quicker elsewhere
            await self._forget(caller, received)
        return answer

    async def take_in(self, caller: Caller, found: Iterator[Item]) -> Job:
        """The same without a request, of rows that somebody here has read."""
        caller.demand("push")
        identifier = await self._received(caller, "import", {}, found)
        return await self.archive.write(caller, lambda rows: self._begun(rows, caller, identifier))

    async def over_credentials(
        self, caller: Caller, kind: str, wish: Mapping[str, Any], only: Sequence[str] | None = None
    ) -> Job:
        """A job over every credential of the tenant, or some: its form made, or all of its forms made anew."""
        caller.demand("read")
        if kind == "convert":
            format_named(wanted_of(wish).format, to_write=True)
        identifier = (await self.archive.write(caller, lambda rows: self._new(rows, caller, kind, wish))).id
        count = 0
        async for page in self._pages(caller, only):
            added = [NewRow(number, name, credential=name) for number, name in enumerate(page, count + 1)]
            await self.archive.write(caller, partial(add_rows, identifier=identifier, added=added))
            count += len(page)
        return await self.archive.write(caller, lambda rows: self._begun(rows, caller, identifier))

    async def _pages(self, caller: Caller, only: Sequence[str] | None) -> AsyncIterator[Sequence[str]]:
        """Credentials, some at a time: those that are named, or all that hold."""
        if only is not None:
            for first in range(0, len(only), PAGE_ROWS):
                yield only[first : first + PAGE_ROWS]
            return
        after = ""
        while page := await self.archive.read(caller, partial(ids_after, identifier=after, limit=PAGE_ROWS)):
            yield page
            after = page[-1]

    async def _received(
        self, caller: Caller, kind: str, wish: Mapping[str, Any], found: Iterator[Item]
    ) -> str:
        """The id of a job whose rows are all kept. What is not whole is taken out again."""
        number = 0
        first = await asyncio.to_thread(_page, found, number)  # what is refused at once makes no job
        made = await self.archive.write(caller, lambda rows: self._new(rows, caller, kind, wish))
        try:
            page = first
            while page:
                await self.archive.write(caller, partial(add_rows, identifier=made.id, added=page))
                number += len(page)
                page = await asyncio.to_thread(_page, found, number)
        except BaseException:
            await self._forget(caller, made.id)
            raise
        return made.id

    def _new(self, rows: Rows, caller: Caller, kind: str, wish: Mapping[str, Any]) -> Job:
        return new_job(rows, kind, caller.actor, wish, self._now())

    def _begun(self, rows: Rows, caller: Caller, identifier: str) -> Job:
        now = self._now()
        begun = begin(rows, identifier, now)
        append(rows, caller.actor, "job_created", identifier, now, kind=begun.kind, total=begun.total)
        return begun

    async def _forget(self, caller: Caller, identifier: str) -> None:
        await self.archive.write(caller, lambda rows: remove_job(rows, identifier))

    async def one(self, caller: Caller, identifier: str) -> Job:
        """A job as it stands. Raises ``NotFound``."""
        return await self.archive.read(caller, lambda rows: job(rows, identifier))

    async def some(self, caller: Caller, before: str | None, limit: int) -> list[Job]:
        """The tenant's jobs, newest first."""
        return await self.archive.read(caller, lambda rows: jobs_of(rows, before=before, limit=limit))

    async def rows(
        self, caller: Caller, identifier: str, *, state: str | None, after: int, limit: int
    ) -> list[JobRow]:
        """Rows of a job in turn. Raises ``NotFound``."""

        def work(rows: Rows) -> list[JobRow]:
            return rows_of(rows, job(rows, identifier).id, state=state, after=after, limit=limit)

        return await self.archive.read(caller, work)

    async def move(self, caller: Caller, identifier: str, asked: str) -> Job:
        """Pause, resume or cancel a job. Raises ``NotFound``, ``StateConflict``."""

        def work(rows: Rows) -> Job:
            moved = move(rows, identifier, asked, self._now())
            append(rows, caller.actor, MOVED[asked], identifier, self._now())
            return moved

        return await self.archive.write(caller, work)

    async def retry(self, caller: Caller, identifier: str, corrected: bytes = b"") -> Job:
        """Try rows that failed again: all of them, or those that ``corrected`` names, with its bytes.

        ``corrected`` has a line of JSON for each: ``row``, its number, and ``credential``, the document
        itself or, byte for byte, as a text. Raises ``NotFound``, ``StateConflict``, ``RequestRefused``.
        """
        given = dict(_corrections(corrected))

        def work(rows: Rows) -> Job:
            for number, data in given.items():
                if data is not None:
                    replace_input(rows, identifier, number, data, hashlib.sha256(data).hexdigest())
            again = try_again(rows, identifier, given or None, self._now())
            append(rows, caller.actor, "job_retried", identifier, self._now(), corrected=len(given))
            return again

        return await self.archive.write(caller, work)

    def _issuer(self) -> Issuer:
        gateway = self.archive.gateway
        return Issuer(gateway.signer.did, gateway.settings.issuer_name)

    def _now(self) -> datetime:
        return self.archive.gateway.clock()


def _page(found: Iterator[Item], number: int) -> list[NewRow]:
    """The next rows, after a number, until they are as many as are kept together."""
    page: list[NewRow] = []
    size = 0
    for item in itertools.islice(found, PAGE_ROWS):
        number += 1
        page.append(_row(number, item))
        size += len(item.data)
        if size >= PAGE_BYTES:
            break
    return page


def _row(number: int, item: Item) -> NewRow:
    if item.problem is not None:
        return NewRow(number, item.name, problem=item.problem.problem())
    return NewRow(number, item.name, hashlib.sha256(item.data).hexdigest(), item.data)


def _corrections(lines: bytes) -> Iterator[tuple[int, bytes | None]]:
    for count, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        given = read_json(line)
        number = given.get("row") if isinstance(given, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise RequestRefused(
                "a line names no row", pointer=f"line {count}", hint='{"row": 3, "credential": …}'
            )
        data = given.get("credential")
        content = data.encode() if isinstance(data, str) else write_json(data) if data is not None else None
        if content is not None and len(content) > MAX_BYTES:
            raise TooLarge(f"more than the {MAX_BYTES} bytes that are read", pointer=f"line {count}")
        yield number, content


def as_json(known: Job, now: datetime) -> dict[str, Any]:
    """A job as JSON: its counts, rows a second, and the seconds that are left at that rate."""
    path, rate = f"{PATH}/{known.id}", known.rate(now)
    members = {
        "id": known.id,
        "kind": known.kind,
        "state": known.state,
        "total": known.total,
        "waiting": known.waiting,
        "done": known.done,
        "failed": known.failed,
        "rate": round(rate, 3) if rate is not None else None,
        "secondsLeft": round(known.waiting / rate) if rate is not None and known.state == "running" else None,
        "created": known.created,
        "updated": known.updated,
        **dict(known.wish),
        "rows": f"{path}/rows",
        "events": f"{path}/events",
    }
    return {name: value for name, value in members.items() if value is not None}


def row_json(row: JobRow) -> dict[str, Any]:
    """A row as JSON: where its credential is, or what is wrong with it."""
    members = {
        "row": row.number,
        "name": row.name,
        "state": row.state,
        "digest": row.digest,
        "credential": f"/v1/credentials/{row.credential}" if row.credential is not None else None,
        "problem": row.problem,
    }
    return {name: value for name, value in members.items() if value is not None}
