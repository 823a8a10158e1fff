"""The commands ``gateway bulk`` and ``gateway work``: many credentials, in jobs that go on after any interruption.

A job belongs to the database, not to the command that began it: whoever works on the database does it, the
service, ``gateway work``, or the command itself where nobody else does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.cli.bulk_files import rows_of_paths, write_forms
from gateway.cli.following import follow, job_line
from gateway.cli.parts import add_data, read_file, settings_of, with_gateway
from gateway.core import DEFAULT_SECURING, ORIGINALS
from gateway.errors import RequestRefused
from gateway.hardening import keep_files_to_itself
from gateway.jobs import Batches, as_json, row_json
from gateway.jobs.tables import Issuer
from gateway.jobs.work import wanted_of
from gateway.jobs.worker import Worker
from gateway.logs import log_to_standard_error
from gateway.pipeline import Gateway
from gateway.pipeline.archive import Archive
from gateway.store import SCOPES, Caller, Database, Job, open_store
from gateway.store.jobs import JobRow
from gateway.store.slots import take_slot
from gateway.store.tables import SYSTEM
from gateway.store.tenants import all_tenants, tenant_named

__all__ = ["add_bulk", "add_work"]

Options = argparse.Namespace
Action = Callable[[Options, Batches, Caller], Awaitable[int]]

log = logging.getLogger("gateway.jobs")

ACTOR = "command line"
ALL_DONE, SOME_FAILED = 0, 1
PAGE = 1000
MOVES = (
    ("pause", "pause a job"), ("resume", "go on with a job"), ("cancel", "cancel a job; what is done stays"),
)  # fmt: skip


def add_bulk(command: argparse.ArgumentParser) -> None:
    """Add the actions of ``bulk``, each with its options."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, job: Action, words: str, *, signs: bool = False) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=words)
        add_data(action)
        action.add_argument("--tenant", metavar="NAME", help="whose credentials; needless where there is one")
        action.add_argument("--json", action="store_true", help="as JSON")
        action.set_defaults(run=lambda parsed: _run(job, parsed, signs=signs), at_once=None)
        return action

    taking = add("import", _import, "take in files of any format, folders, .zip, .ndjson, .csv", signs=True)
    convert = add("convert", _convert, "make a form of every credential, or of files", signs=True)
    export = add("export", _export, "write every credential into a folder", signs=True)
    reissue = add("reissue", _reissue, "make forms anew that are out of date", signs=True)
    show = add("show", _show, "show a job", signs=True)
    for action in (taking, convert, export, reissue, show):
        _add_processes(action)
    taking.add_argument("files", nargs="+", metavar="FILE|DIR")
    convert.add_argument("files", nargs="*", metavar="FILE|DIR", help="every credential without any")
    _add_form(convert, to=True, out=False)
    _add_form(export, to=False, out=True)
    show.add_argument("--follow", action="store_true", help="work on it until it ends")
    add("list", _list, "list the jobs, newest first")
    rows = add("rows", _rows, "list what became of each row, a line of JSON for each")
    rows.add_argument("--state", choices=("waiting", "done", "failed"), help="only rows of this state")
    retry = add("retry", _retry, "let rows that failed be tried again")
    retry.add_argument(
        "--rows", metavar="FILE", help='only these, corrected: lines of {"row": N, "credential": …}'
    )
    moves = [add(name, _move, words) for name, words in MOVES]
    for action in (show, rows, retry, *moves):
        action.add_argument("job", metavar="JOB", help="the id of the job")


def _add_form(action: argparse.ArgumentParser, *, to: bool, out: bool) -> None:
    """Options that say which form is made, and where it is written."""
    action.add_argument("--to", required=to, metavar="FORMAT", help="see `gateway formats`")
    action.add_argument("--out", required=out, metavar="DIR", help="where to write them")
    action.add_argument("--original", choices=ORIGINALS, default="digest", help="how the source goes along")
    action.add_argument("--securing", default=DEFAULT_SECURING, metavar="NAME", help="how it is secured")
    action.add_argument("--unsigned", action="store_true", help="do not sign")
    action.add_argument("--language", action="append", default=[], metavar="TAG", help="preferred")


def add_work(command: argparse.ArgumentParser) -> None:
    """Add the options of ``work``."""
    add_data(command)
    _add_processes(command)
    command.set_defaults(run=_work)


def _add_processes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--processes",
        dest="at_once",
        type=int,
        metavar="N",
        help="that work (default: as many as there are cores)",
    )


def _run(job: Action, parsed: Options, *, signs: bool) -> int:
    """Do one thing with the jobs of a tenant."""

    async def work(gateway: Gateway) -> int:
        async with _batches(parsed, gateway) as batches:
            return await job(parsed, batches, await _caller(parsed, batches.archive.database))

    return with_gateway(parsed, work, signs=signs, processes=_processes(parsed) if signs else 1)


def _processes(parsed: Options) -> int:
    return max(1, parsed.at_once or os.cpu_count() or 1)


@asynccontextmanager
async def _batches(parsed: Options, gateway: Gateway) -> AsyncIterator[Batches]:
    database = await open_store(settings_of(parsed), parsed.clock())
    try:
        yield Batches(Archive(gateway, database))
    finally:
        await database.close()


async def _caller(parsed: Options, database: Database) -> Caller:
    """The tenant that is named, or the only one there is. Raises ``RequestRefused``, ``NotFound``."""
    if parsed.tenant:
        found = await database.read(lambda connection: tenant_named(connection, parsed.tenant))
        return Caller(found.id, ACTOR, frozenset(SCOPES))
    known = [tenant for tenant in await database.read(all_tenants) if tenant.id != SYSTEM]
    if len(known) != 1:
        raise RequestRefused(
            "it is not said whose credentials" if known else "there is no tenant yet",
            hint="Name one with --tenant; `gateway tenants add NAME` makes one.",
        )
    return Caller(known[0].id, ACTOR, frozenset(SCOPES))


# --- actions that work -----------------------------------------------------------------------------


async def _import(parsed: Options, batches: Batches, caller: Caller) -> int:
    return _told(parsed, batches, await _taken_in(parsed, batches, caller))


async def _convert(parsed: Options, batches: Batches, caller: Caller) -> int:
    only, refused = None, 0
    if parsed.files:
        taken = await _taken_in(parsed, batches, caller)
        only = [row.credential async for row in _every(batches, caller, taken.id, "done") if row.credential]
        if refused := taken.failed:
            print(_failures(taken), file=sys.stderr)
    job = await batches.over_credentials(caller, "convert", _wish(parsed), only)
    job = await _worked(parsed, batches, caller, job)
    if parsed.out:
        await write_forms(batches, caller, job, Path(parsed.out))
    return _told(parsed, batches, job) or (SOME_FAILED if refused else ALL_DONE)


async def _export(parsed: Options, batches: Batches, caller: Caller) -> int:
    if parsed.to:
        return await _convert(argparse.Namespace(**{**vars(parsed), "files": []}), batches, caller)
    count = await write_forms(batches, caller, None, Path(parsed.out))
    print(json.dumps({"written": count}) if parsed.json else f"{count:,} originals written")
    return ALL_DONE


async def _reissue(parsed: Options, batches: Batches, caller: Caller) -> int:
    job = await batches.over_credentials(caller, "reissue", {})
    return _told(parsed, batches, await _worked(parsed, batches, caller, job))


async def _show(parsed: Options, batches: Batches, caller: Caller) -> int:
    job = await batches.one(caller, parsed.job)
    if parsed.follow:
        job = await _worked(parsed, batches, caller, job)
    return _told(parsed, batches, job)


async def _taken_in(parsed: Options, batches: Batches, caller: Caller) -> Job:
    gateway = batches.archive.gateway
    issuer = Issuer(gateway.signer.did, gateway.settings.issuer_name)
    job = await batches.take_in(caller, rows_of_paths(parsed.files, issuer))
    print(f"{job.total:,} rows taken in as job {job.id}", file=sys.stderr)
    return await _worked(parsed, batches, caller, job)


async def _worked(parsed: Options, batches: Batches, caller: Caller, job: Job) -> Job:
    """The job once it does not go on; worked on here as well, unless others hold every place."""
    worker = Worker(batches.archive, settings_of(parsed).database_url, 2 * _processes(parsed))
    task = asyncio.create_task(worker.run())
    try:
        return await follow(batches, caller, job, sys.stderr)
    finally:
        await worker.stop()
        await task


def _wish(parsed: Options) -> dict[str, object]:
    wish = {
        "to": parsed.to, "original": parsed.original, "securing": parsed.securing,
        "signed": not parsed.unsigned, "languages": parsed.language,
    }  # fmt: skip
    wanted_of(wish)
    return wish


# --- actions that ask and tell ---------------------------------------------------------------------


async def _list(parsed: Options, batches: Batches, caller: Caller) -> int:
    found = await batches.some(caller, None, PAGE)
    if parsed.json:
        print(json.dumps([as_json(job, parsed.clock()) for job in found], indent=2))
    for job in () if parsed.json else found:
        print(job_line(batches, job))
    return ALL_DONE


async def _rows(parsed: Options, batches: Batches, caller: Caller) -> int:
    async for row in _every(batches, caller, parsed.job, parsed.state):
        print(json.dumps(row_json(row), ensure_ascii=False))
    return ALL_DONE


async def _every(batches: Batches, caller: Caller, job: str, state: str | None) -> AsyncIterator[JobRow]:
    """The rows of a job, page by page."""
    after = 0
    while page := await batches.rows(caller, job, state=state, after=after, limit=PAGE):
        for row in page:
            yield row
        after = page[-1].number


async def _retry(parsed: Options, batches: Batches, caller: Caller) -> int:
    corrected = read_file(parsed.rows) if parsed.rows else b""
    return _shown(parsed, batches, await batches.retry(caller, parsed.job, corrected))


async def _move(parsed: Options, batches: Batches, caller: Caller) -> int:
    return _shown(parsed, batches, await batches.move(caller, parsed.job, parsed.action))


def _shown(parsed: Options, batches: Batches, job: Job) -> int:
    print(json.dumps(as_json(job, parsed.clock()), indent=2) if parsed.json else job_line(batches, job))
    return ALL_DONE


def _told(parsed: Options, batches: Batches, job: Job) -> int:
    """Say what became of a job; the exit code."""
    _shown(parsed, batches, job)
    if job.failed:
        print(_failures(job), file=sys.stderr)
    return ALL_DONE if job.failed == 0 and job.waiting == 0 else SOME_FAILED


def _failures(job: Job) -> str:
    return f"{job.failed:,} failed: see `gateway bulk rows {job.id} --state failed`"


# --- work ------------------------------------------------------------------------------------------


def _work(parsed: Options) -> int:
    """Do the jobs of every tenant until told to stop."""

    log_to_standard_error(settings_of(parsed).log)
    keep_files_to_itself()

    async def work(gateway: Gateway) -> int:
        url = settings_of(parsed).database_url
        async with _batches(parsed, gateway) as batches:
            place = await take_slot(url)
            if place is None:
                raise RequestRefused(
                    "another process does the jobs of this database already",
                    hint="A SQLite file has one; on PostgreSQL (GATEWAY_DATABASE) as many as there are hosts.",
                )
            await place.give_back()
            worker = Worker(batches.archive, url, 2 * _processes(parsed))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, worker.end)
            log.info("working; end it with Ctrl-C or SIGTERM")
            await worker.run()
            return ALL_DONE

    return with_gateway(parsed, work, signs=True, processes=_processes(parsed))
