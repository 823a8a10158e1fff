"""Jobs of many rows: what was handed in, what became of each row, and how far a job is.

A row that is settled is never settled again, so that work which is done twice counts once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from gateway.errors import NotFound, StateConflict
from gateway.store.job_tables import job_inputs, job_rows, jobs
from gateway.store.moments import moment, new_id, stamp
from gateway.store.rows import Rows
from gateway.store.tables import tenants

__all__ = [
    "KEPT",
    "NewRow",
    "Job",
    "JobRow",
    "JobWork",
    "add_rows",
    "begin",
    "count_attempts",
    "job",
    "job_row",
    "jobs_of",
    "move",
    "new_job",
    "outdated_jobs",
    "remove_job",
    "replace_input",
    "rows_of",
    "running_jobs",
    "settle",
    "tally",
    "try_again",
    "waiting_chunks",
    "waiting_rows",
]

KEPT = timedelta(days=30)
"""How long a job that ended is kept, with the bytes of the rows that failed."""
RECEIVING = timedelta(hours=6)
"""How long a job may be received; what was not whole by then never will be."""
LONGEST_NAME = 255
MOVES = {
    # what is asked -> the states it may be asked in, and the state it leads to
    "pause": (("running",), "paused"),
    "resume": (("paused",), "running"),
    "cancel": (("running", "paused"), "cancelled"),
}
ENDED = ("cancelled", "done")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. ``wish`` says what is to become of each row."""

    id: str
    kind: str
    state: str
    actor: str
    wish: Mapping[str, Any]
    total: int
    done: int
    failed: int
    settled: int
    resumed: str
    created: str
    updated: str

    @property
    def waiting(self) -> int:
        """How many rows are neither done nor failed."""
        return self.total - self.done - self.failed

    def rate(self, now: datetime) -> float | None:
        """Rows a second since it last went on; None before there is anything to tell."""
        until = now if self.state == "running" else moment(self.updated)
        seconds = (until - moment(self.resumed)).total_seconds()
        settled = self.done + self.failed - self.settled
        return settled / seconds if seconds > 0 and settled > 0 else None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row as it is handed in: its bytes, the credential it is about, or the problem it has already."""

    number: int
    name: str
    digest: str | None = None
    data: bytes | None = field(repr=False, default=None)
    credential: str | None = None
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A row as it stands; ``problem`` is a problem document of one that failed."""

    number: int
    name: str
    digest: str | None
    state: str
    credential: str | None
    problem: Mapping[str, Any] | None
    attempts: int


@dataclass(frozen=True, slots=True)
class JobWork:
    """A row that waits, with its bytes where it was handed in with some."""

    row: JobRow
    data: bytes | None = field(repr=False)


# --- jobs ------------------------------------------------------------------------------------------


def new_job(rows: Rows, kind: str, actor: str, wish: Mapping[str, Any], now: datetime) -> Job:
    """A job that is being received; nobody works on it before it ``begin``s."""
    identifier, at = new_id(now), stamp(now)
    rows.add(
        jobs, id=identifier, kind=kind, state="receiving", actor=actor, wish=json.dumps(dict(wish)), total=0,
        done=0, failed=0, settled=0, resumed=at, created=at, updated=at,
    )  # fmt: skip
    return job(rows, identifier)


def add_rows(rows: Rows, identifier: str, added: Sequence[NewRow]) -> None:
    """More rows of a job that is being received."""
    rows.add_many(
        job_rows,
        [
            {
                "job_id": identifier, "number": row.number, "name": row.name[:LONGEST_NAME],
                "digest": row.digest, "state": "waiting" if row.problem is None else "failed",
                "credential_id": row.credential,
                "problem": json.dumps(dict(row.problem)) if row.problem is not None else None, "attempts": 0,
            }
            for row in added
        ],
    )  # fmt: skip
    data = [{"job_id": identifier, "number": r.number, "data": r.data} for r in added if r.data is not None]
    rows.add_many(job_inputs, data)


def begin(rows: Rows, identifier: str, now: datetime) -> Job:
    """Everything is received: the rows are counted, and the job is worked on."""
    of_it = job_rows.c.job_id == identifier
    total = rows.count(job_rows, of_it)
    failed = rows.count(job_rows, of_it, job_rows.c.state == "failed")
    state = "done" if failed == total else "running"
    values = {"total": total, "failed": failed, "settled": failed, "state": state}
    return _changed(rows, identifier, values | {"resumed": stamp(now)}, now)


def job(rows: Rows, identifier: str) -> Job:
    """A job. Raises ``NotFound``."""
    row = rows.one(jobs, jobs.c.id == identifier)
    if row is None:
        raise NotFound("there is no such job")
    return _job(row)


def jobs_of(rows: Rows, *, before: str | None = None, limit: int = 50) -> list[Job]:
    """The jobs of a tenant, newest first, from those before one on."""
    where = () if before is None else (jobs.c.id < before,)
    return [_job(row) for row in rows.all(jobs, *where, order=jobs.c.id.desc(), limit=limit)]


def move(rows: Rows, identifier: str, asked: str, now: datetime) -> Job:
    """Pause a job, resume or cancel it. Raises ``NotFound``, ``StateConflict``."""
    known = job(rows, identifier)
    allowed, state = MOVES[asked]
    if known.state not in allowed:
        raise StateConflict(f"the job is {known.state}", hint=f"{asked} is for one that is {allowed[0]}.")
    values: dict[str, Any] = {"state": state}
    if state == "running":
        values |= {"resumed": stamp(now), "settled": known.done + known.failed}
    if state == "cancelled":
        rows.remove(job_inputs, job_inputs.c.job_id == identifier)
    return _changed(rows, identifier, values, now)


def try_again(rows: Rows, identifier: str, numbers: Iterable[int] | None, now: datetime) -> Job:
    """Let rows that failed wait again, all of them or those ``numbers``. Raises ``NotFound``, ``StateConflict``."""
    known = job(rows, identifier)
    if known.state not in ("running", "paused", "done"):
        raise StateConflict(f"the job is {known.state}", hint="Only rows of a job that was not cancelled.")
    where = [job_rows.c.job_id == identifier, job_rows.c.state == "failed"]
    if known.kind == "import":  # a row without bytes was never one: there is nothing to try
        where.append(job_rows.c.digest.is_not(None))
    if numbers is not None:
        where.append(job_rows.c.number.in_(list(numbers)))
    again = rows.change(job_rows, {"state": "waiting", "problem": None, "attempts": 0}, *where)
    if again == 0:
        return known
    failed = known.failed - again
    values = {"failed": failed, "settled": known.done + failed, "resumed": stamp(now)}
    return _changed(
        rows, identifier, values | {"state": "running" if known.state == "done" else known.state}, now
    )


def remove_job(rows: Rows, identifier: str) -> None:
    """Take a job out with everything that is kept of it; the credentials it brought stay."""
    for table in (job_inputs, job_rows):
        rows.remove(table, table.c.job_id == identifier)
    rows.remove(jobs, jobs.c.id == identifier)


# --- rows ------------------------------------------------------------------------------------------


def rows_of(
    rows: Rows, identifier: str, *, state: str | None = None, after: int = 0, limit: int = 1000
) -> list[JobRow]:
    """The rows of a job in turn, those of one state, from after a number on."""
    where = [job_rows.c.job_id == identifier, job_rows.c.number > after]
    if state is not None:
        where.append(job_rows.c.state == state)
    return [_row(row) for row in rows.all(job_rows, *where, order=job_rows.c.number, limit=limit)]


def job_row(rows: Rows, identifier: str, number: int) -> JobRow:
    """A row of a job. Raises ``NotFound``."""
    row = rows.one(job_rows, job_rows.c.job_id == identifier, job_rows.c.number == number)
    if row is None:
        raise NotFound(f"the job has no row {number}")
    return _row(row)


def replace_input(rows: Rows, identifier: str, number: int, data: bytes, digest: str) -> None:
    """Other bytes for a row that failed. Raises ``NotFound``, ``StateConflict`` for one that did not."""
    if job_row(rows, identifier, number).state != "failed":
        raise StateConflict(f"row {number} did not fail", hint="Only rows that failed are corrected.")
    rows.remove(job_inputs, job_inputs.c.job_id == identifier, job_inputs.c.number == number)
    rows.add(job_inputs, job_id=identifier, number=number, data=data)
    where = (job_rows.c.job_id == identifier, job_rows.c.number == number)
    rows.change(job_rows, {"digest": digest}, *where)


def waiting_chunks(rows: Rows, identifier: str, size: int, limit: int) -> list[int]:
    """The numbers that chunks of a size begin with in which a row waits, the first of them."""
    of_it = (job_rows.c.job_id == identifier, job_rows.c.state == "waiting")
    found: list[int] = []
    start = 1
    while len(found) < limit:
        row = rows.all(job_rows, *of_it, job_rows.c.number >= start, order=job_rows.c.number, limit=1)
        if not row:
            break
        first = (row[0].number - 1) // size * size + 1
        found.append(first)
        start = first + size
    return found


def waiting_rows(rows: Rows, identifier: str, first: int, end: int, limit: int) -> list[JobWork]:
    """The first rows that wait among those from ``first`` to before ``end``, with their bytes."""
    between = (job_rows.c.number >= first, job_rows.c.number < end)
    where = (job_rows.c.job_id == identifier, job_rows.c.state == "waiting", *between)
    found = [_row(row) for row in rows.all(job_rows, *where, order=job_rows.c.number, limit=limit)]
    numbers = [row.number for row in found]
    bytes_of = (job_inputs.c.job_id == identifier, job_inputs.c.number.in_(numbers))
    data = {row.number: row.data for row in rows.all(job_inputs, *bytes_of)}
    return [JobWork(row, data.get(row.number)) for row in found]


def count_attempts(rows: Rows, identifier: str, numbers: Sequence[int]) -> None:
    """Note that rows are tried once more, before they are."""
    where = (job_rows.c.job_id == identifier, job_rows.c.number.in_(numbers), job_rows.c.state == "waiting")
    rows.change(job_rows, {"attempts": job_rows.c.attempts + 1}, *where)


def settle(
    rows: Rows, identifier: str, number: int, *, credential: str | None = None,
    problem: Mapping[str, Any] | None = None,
) -> bool:  # fmt: skip
    """Say what became of a row that waits: its credential, or its problem; False when it was said before.

    The bytes of one that is done are kept no longer: its original is.
    """
    values: dict[str, Any] = {"state": "done", "problem": None, "credential_id": credential}
    if problem is not None:
        values = {"state": "failed", "problem": json.dumps(dict(problem))}
    row = (job_rows.c.job_id == identifier, job_rows.c.number == number)
    if rows.change(job_rows, values, *row, job_rows.c.state == "waiting") == 0:
        return False
    if problem is None:
        rows.remove(job_inputs, job_inputs.c.job_id == identifier, job_inputs.c.number == number)
    return True


def tally(rows: Rows, identifier: str, done: int, failed: int, now: datetime) -> Job:
    """Count rows that were settled in this transaction; the job ends with its last row."""
    values = {"done": jobs.c.done + done, "failed": jobs.c.failed + failed}
    known = _changed(rows, identifier, values, now)
    if known.waiting == 0 and known.state in ("running", "paused"):
        return _changed(rows, identifier, {"state": "done"}, now)
    return known


# --- across tenants: for those who do the work -----------------------------------------------------


def running_jobs(connection: Connection) -> list[tuple[str, str]]:
    """Every job that is worked on, of every tenant that is active: tenant and id, oldest first."""
    statement = (
        select(jobs.c.tenant_id, jobs.c.id)
        .join(tenants, tenants.c.id == jobs.c.tenant_id)
        .where(jobs.c.state == "running", tenants.c.state == "active")
        .order_by(jobs.c.id)
    )
    return [(row.tenant_id, row.id) for row in connection.execute(statement)]


def outdated_jobs(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Every job of any tenant that ended long ago, or was never received whole: tenant and id."""
    ended = jobs.c.state.in_(ENDED) & (jobs.c.updated < stamp(now - KEPT))
    never = (jobs.c.state == "receiving") & (jobs.c.updated < stamp(now - RECEIVING))
    found = connection.execute(select(jobs.c.tenant_id, jobs.c.id).where(ended | never))
    return [(row.tenant_id, row.id) for row in found]


def _changed(rows: Rows, identifier: str, values: Mapping[str, Any], now: datetime) -> Job:
    rows.change(jobs, {**values, "updated": stamp(now)}, jobs.c.id == identifier)
    return job(rows, identifier)


def _job(row: Any) -> Job:
    return Job(
        row.id, row.kind, row.state, row.actor, json.loads(row.wish), row.total, row.done, row.failed,
        row.settled, row.resumed, row.created, row.updated,
    )  # fmt: skip


def _row(row: Any) -> JobRow:
    problem = json.loads(row.problem) if row.problem is not None else None
    return JobRow(row.number, row.name, row.digest, row.state, row.credential_id, problem, row.attempts)
