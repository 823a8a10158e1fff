"""Rows come to their end once: done twice, killed in between, paused, cancelled, tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.errors import FetchFailed, NotFound, StateConflict
from gateway.jobs import Batches, chunks, work
from gateway.jobs.chunks import ATTEMPTS, GROUP, run_chunk
from gateway.pipeline.archive import Archive
from gateway.store import Caller, Database, Job, Rows
from gateway.store.audit import check_chain, entries
from gateway.store.credentials import forms_of
from gateway.store.job_tables import job_inputs
from gateway.store.jobs import JobWork, count_attempts
from gateway.store.tables import changes, credentials, forms, originals
from tests.jobs.parts import badges, batches_over, handed_in
from tests.tenants import Access, access_to


async def run(batches: Batches, access: Access, identifier: str) -> None:
    await run_chunk(
        batches.archive, access.tenant, identifier, 1, stopping=asyncio.Event(),
        at_work=asyncio.Semaphore(4),
    )  # fmt: skip


async def kept(batches: Batches, access: Access) -> list[int]:
    """How many credentials, originals and changes there are."""
    tables = (credentials, originals, changes)
    return await batches.archive.read(access.caller, lambda rows: [rows.count(table) for table in tables])


async def test_every_row_ends_in_a_credential_or_a_problem(database: Database) -> None:
    batches, access = await batches_over(database)
    identifier = await handed_in(batches, access, [*badges(20), b"{}", b"{", *badges(3)])
    await run(batches, access, identifier)
    told = await batches.one(access.caller, identifier)
    assert (told.state, told.total, told.done, told.failed) == ("done", 25, 23, 2)
    assert await kept(batches, access) == [20, 20, 20]
    found = await batches.rows(access.caller, identifier, state=None, after=0, limit=100)
    assert [row.number for row in found] == list(range(1, 26))
    assert found[0].credential == found[22].credential  # the same bytes are one credential
    assert [(row.number, row.problem["code"]) for row in found if row.problem] == [
        (21, "format_unknown"), (22, "malformed_json"),
    ]  # fmt: skip


async def test_a_chunk_that_is_done_twice_at_once_counts_once(database: Database) -> None:
    batches, access = await batches_over(database)
    identifier = await handed_in(batches, access, [*badges(40), b"{}"])
    await asyncio.gather(*(run(batches, access, identifier) for _ in range(3)))
    told = await batches.one(access.caller, identifier)
    assert (told.state, told.done, told.failed) == ("done", 40, 1)
    assert await kept(batches, access) == [40, 40, 40]
    audit = await batches.archive.read(access.caller, lambda rows: [entry.action for entry in entries(rows)])
    assert audit.count("job_done") == 1
    assert await batches.archive.read(access.caller, lambda rows: check_chain(rows)[1]) is None


async def test_who_is_stopped_in_between_goes_on_where_it_was(store: Database) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(3 * GROUP))
    task = asyncio.create_task(run(batches, access, identifier))
    while (await batches.one(access.caller, identifier)).done < GROUP:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert GROUP <= (await batches.one(access.caller, identifier)).done < 3 * GROUP
    await run(batches, access, identifier)
    after = await batches.one(access.caller, identifier)
    assert (after.state, after.done) == ("done", 3 * GROUP)
    assert await kept(batches, access) == [48, 48, 48]


async def test_the_bytes_of_a_row_are_kept_until_it_is_done(store: Database) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, [*badges(3), b"{}"])
    await run(batches, access, identifier)
    left = await batches.archive.read(access.caller, lambda rows: rows.all(job_inputs))
    assert [(row.number, row.data) for row in left] == [(4, b"{}")]
    await batches.retry(access.caller, identifier)
    await batches.move(access.caller, identifier, "cancel")
    assert await batches.archive.read(access.caller, lambda rows: rows.count(job_inputs)) == 0


Making = Callable[[Archive, Caller, Job, JobWork], Awaitable[work.Keep]]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int) -> list[int]:
    """Let rows fail so many times; the numbers of the rows that were tried."""
    tried: list[int] = []
    real: Making = work.KINDS["import"]

    async def take_in(archive: Archive, caller: Caller, job: Job, row: JobWork) -> work.Keep:
        tried.append(row.row.number)
        if tried.count(row.row.number) <= times:
            raise error
        return await real(archive, caller, job, row)

    monkeypatch.setattr(chunks, "KINDS", {"import": take_in})
    return tried


async def test_what_others_are_at_fault_for_is_tried_again(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(2))
    tried = failing(monkeypatch, FetchFailed("it did not answer"), 2)
    await run(batches, access, identifier)
    assert (await batches.one(access.caller, identifier)).done == 2
    assert tried.count(1) == 3


async def test_what_fails_for_ever_ends_in_its_problem(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(1))
    tried = failing(monkeypatch, FetchFailed("it did not answer"), 99)
    await run(batches, access, identifier)
    (row,) = await batches.rows(access.caller, identifier, state="failed", after=0, limit=9)
    assert row.problem is not None
    assert (row.problem["code"], len(tried)) == ("fetch_failed", ATTEMPTS)


async def test_an_unexpected_error_is_the_problem_of_its_row_and_quotes_nothing(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(1))
    failing(monkeypatch, ValueError("learner@mail.example"), 1)
    await run(batches, access, identifier)
    (row,) = await batches.rows(access.caller, identifier, state="failed", after=0, limit=9)
    assert "learner@mail" not in str(row.problem)


async def test_a_row_that_brings_workers_down_ends_and_its_neighbours_are_done(store: Database) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(4))

    def tried(numbers: list[int]) -> Callable[[Rows], None]:  # and whoever tried them was killed
        return lambda rows: count_attempts(rows, identifier, numbers)

    for _ in range(2):
        await batches.archive.write(access.caller, tried([1, 2, 3, 4]))
    for _ in range(ATTEMPTS):
        await batches.archive.write(access.caller, tried([1]))
    await run(batches, access, identifier)
    told = await batches.one(access.caller, identifier)
    assert (told.state, told.done, told.failed) == ("done", 3, 1)


async def test_nothing_is_done_for_a_job_that_is_paused_or_cancelled(store: Database) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, badges(2))
    await batches.move(access.caller, identifier, "pause")
    await run(batches, access, identifier)
    assert (await batches.one(access.caller, identifier)).done == 0
    await batches.move(access.caller, identifier, "resume")
    await batches.move(access.caller, identifier, "cancel")
    await run(batches, access, identifier)
    assert (await batches.one(access.caller, identifier)).done == 0
    for asked in ("pause", "resume", "cancel"):
        with pytest.raises(StateConflict):
            await batches.move(access.caller, identifier, asked)
    with pytest.raises(StateConflict):
        await batches.retry(access.caller, identifier)


async def test_rows_that_failed_are_tried_again_with_other_bytes(database: Database) -> None:
    batches, access = await batches_over(database)
    identifier = await handed_in(batches, access, [b"{}", b"[]", *badges(1)])
    await run(batches, access, identifier)
    (corrected,) = badges(1, begin=7)
    again = await batches.retry(access.caller, identifier, b'{"row": 1, "credential": %b}' % corrected)
    assert (again.state, again.waiting, again.failed) == ("running", 1, 1)
    await run(batches, access, identifier)
    told = await batches.one(access.caller, identifier)
    assert (told.state, told.done, told.failed) == ("done", 2, 1)
    assert (await batches.retry(access.caller, identifier)).waiting == 1
    await run(batches, access, identifier)
    assert (await batches.one(access.caller, identifier)).failed == 1


@pytest.mark.parametrize(
    ("line", "error"),
    [(b'{"row": 9, "credential": "x"}', NotFound), (b'{"row": 2, "credential": "x"}', StateConflict)],
)
async def test_only_rows_that_failed_are_corrected(
    store: Database, line: bytes, error: type[Exception]
) -> None:
    batches, access = await batches_over(store)
    identifier = await handed_in(batches, access, [b"{}", *badges(1)])
    await run(batches, access, identifier)
    with pytest.raises(error):
        await batches.retry(access.caller, identifier, line)
    assert (await batches.one(access.caller, identifier)).state == "done"


async def test_forms_are_made_for_every_credential_and_made_anew(store: Database) -> None:
    batches, access = await batches_over(store)
    await run(batches, access, await handed_in(batches, access, badges(5)))
    made = await batches.over_credentials(access.caller, "convert", {"to": "elm3"})
    await run(batches, access, made.id)
    told = await batches.one(access.caller, made.id)
    assert (told.state, told.done, told.wish) == ("done", 5, {"to": "elm3"})
    first, *_ = await batches.rows(access.caller, made.id, state="done", after=0, limit=9)
    names = await batches.archive.read(access.caller, lambda rows: forms_of(rows, first.credential or ""))
    assert names == ["elm3;digest;eddsa-rdfc-2022"]
    await batches.archive.write(access.caller, lambda rows: rows.change(forms, {"made": "long ago"}))
    anew = await batches.over_credentials(access.caller, "reissue", {})
    await run(batches, access, anew.id)
    old = await batches.archive.read(
        access.caller, lambda rows: rows.count(forms, forms.c.made == "long ago")
    )
    assert ((await batches.one(access.caller, anew.id)).done, old) == (5, 0)


async def test_a_job_is_its_tenant_s_alone(store: Database) -> None:
    batches, access = await batches_over(store)
    other = await access_to(store, "elsewhere")
    identifier = await handed_in(batches, access, badges(1))
    assert await batches.some(other.caller, None, 9) == []
    for asked in (
        batches.one(other.caller, identifier), batches.move(other.caller, identifier, "cancel"),
        batches.retry(other.caller, identifier),
        batches.rows(other.caller, identifier, state=None, after=0, limit=9),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await asked
