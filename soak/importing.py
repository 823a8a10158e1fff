"""Many files are imported while workers are killed again and again: every row ends once, done or failed."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway.formats.vocabulary import OWN_CONTEXT
from gateway.jobs import Batches
from gateway.jobs.reading import Item
from gateway.pipeline.archive import Archive
from gateway.resources import example_bytes
from gateway.store import Caller, Job, Rows, open_store
from gateway.store.audit import check_chain, entries
from gateway.store.jobs import JobRow
from gateway.store.tables import SYSTEM, changes, credentials
from gateway.store.tenants import SCOPES, add_tenant
from soak.forking import Forks
from soak.result import Progress, Result
from tests.parts import gateway

__all__ = ["Imported", "import_and_kill", "mixed", "run"]

EXAMPLES = (
    "badge.ob3.json",
    "badge.ob2.json",
    "micro-credential.elm3.json",
    "badge.vc.json",
    "badge.edci-xml.xml",
)
BROKEN = (b"{}", b"{", b"<a/>", b"\x00\x01", b'{"type": ["VerifiableCredential"]}')
EVERY_BROKEN, EVERY_AGAIN = 10, 25
"""One row in so many is no credential, one is the same as an earlier one."""
ENDED = {True: "done", False: "failed"}
"""How a row ends, by whether it is a credential."""
LOOK = 0.05
PARTS = 4
"""In how many parts the pace is told."""


@dataclass(slots=True)
class Imported:
    """What came of a run; ``wrong`` names what does not hold. ``pace`` is rows a second, part by part."""

    rows: int = 0
    kills: int = 0
    seconds: float = 0.0
    done: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    pace: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    broken_off: bool = False

    def __str__(self) -> str:
        pace = ", ".join(f"{rate:.1f}" for rate in self.pace)
        rows = f"{self.rows:,} rows{', broken off after its time,' if self.broken_off else ''}"
        return (
            f"{rows} with {self.kills} workers killed in {self.seconds:.0f} s: {self.done:,} done as {self.kept:,} "
            f"credentials, {self.failed.total():,} failed {dict(self.failed)}; rows a second, part by part: {pace}"
        )


def mixed(count: int) -> Iterator[Item]:
    """Files of every format, each of its own, some broken, some the same as an earlier one."""
    for number in range(count):
        if number % EVERY_BROKEN == EVERY_BROKEN - 1:
            yield Item(f"{number}.broken", BROKEN[number // EVERY_BROKEN % len(BROKEN)])
        else:
            which = number - EVERY_AGAIN + 1 if number % EVERY_AGAIN == EVERY_AGAIN - 1 else number
            yield Item(f"{number}.file", _file(which))


def _file(number: int) -> bytes:
    name = EXAMPLES[number % len(EXAMPLES)]
    data = example_bytes(name)
    if name.endswith(".xml"):
        return data.rstrip() + f"\n<!-- {number} -->\n".encode()
    return json.dumps(json.loads(data) | {"id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}"}).encode()


async def import_and_kill(
    folder: Path, rows: int, *, every: float = 10.0, kills: int | None = None, workers: int = 1, database: str = "",
    seed: int = 1, minutes: float = 0.0,
) -> Imported:  # fmt: skip
    """Import files with some workers of which one is killed every so many seconds, and compare.

    With ``kills`` it is so many, each when as much of the job is done as of them. A job that is in the folder
    from before is gone on with; one that has had its ``minutes`` is cancelled.
    """
    here = gateway()
    settings = here.settings.__class__(data=folder / "data", database=database or None)
    store = await open_store(settings, here.clock())
    batches = Batches(Archive(here, store))
    caller, job = await _handed_in(folder / "job", batches, rows)
    given = {"GATEWAY_DATA": str(settings.data), "GATEWAY_DATABASE": settings.database_url}
    outcome, progress = Imported(rows=rows), Progress(rows, minutes, "rows")
    own = f"http://{settings.host}:{settings.port}/contexts/{OWN_CONTEXT}"
    log, command = folder / "workers.log", ("work", "--processes", "1")
    running = [Forks(log, given, own, *command) for _ in range(workers)]
    try:
        for worker in running:
            await worker.start()
        await _through(batches, caller, job, outcome, running, (every, kills, seed), progress)
    finally:
        for worker in running:
            await worker.end(signal.SIGKILL)
            await worker.close()
    await _compare(batches, caller, job, outcome)
    await store.close()
    return outcome


async def _handed_in(known: Path, batches: Batches, rows: int) -> tuple[Caller, str]:
    """Who imports, and the job: the one that a file names, or a new one, which it then names."""
    if not known.exists():
        now, name = batches.archive.gateway.clock(), f"academy-{uuid.uuid4().hex}"
        tenant = await batches.archive.database.write(SYSTEM, lambda c: add_tenant(c, name, now))
        caller = Caller(tenant.id, "soak", frozenset(SCOPES))
        job = (await batches.take_in(caller, mixed(rows))).id
        known.write_text(f"{tenant.id} {job}")
    tenant_id, job = known.read_text().split()
    return Caller(tenant_id, "soak", frozenset(SCOPES)), job


async def _through(
    batches: Batches, caller: Caller, job: str, outcome: Imported, running: list[Forks],
    plan: tuple[float, int | None, int], progress: Progress,
) -> None:  # fmt: skip
    """See the job through to its end, killing meanwhile."""
    (every, kills, seed), begun = plan, time.monotonic()
    chance, due, pace = random.Random(seed), begun + every, _Pace(PARTS)
    while (known := await batches.one(caller, job)).state != "done":
        if _is_due(known, time.monotonic() >= due, kills, outcome.kills):
            worker = chance.choice(running)
            await worker.end(signal.SIGKILL)
            await worker.start()
            outcome.kills, due = outcome.kills + 1, time.monotonic() + every
        pace.at(known)
        progress.at(known.done + known.failed, f"({outcome.kills} workers killed)")
        if progress.over:
            await batches.move(caller, job, "cancel")
            outcome.broken_off = True
            break
        await asyncio.sleep(LOOK)
    pace.at(known)
    outcome.pace, outcome.seconds = pace.rates, time.monotonic() - begun


@dataclass(slots=True)
class _Pace:
    """How many rows a second there were in each part of a job."""

    parts: int
    rates: list[float] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    settled: int = 0

    def at(self, known: Job) -> None:
        """So far it is."""
        now, settled = time.monotonic(), known.done + known.failed
        if settled >= (len(self.rates) + 1) * known.total / self.parts:
            self.rates.append((settled - self.settled) / max(now - self.since, LOOK))
            self.since, self.settled = now, settled


def _is_due(known: Job, time_is_over: bool, kills: int | None, killed: int) -> bool:
    """Whether it is time to kill: every so often, or so many times over the length of the job."""
    if kills is None:
        return time_is_over
    return killed < kills and known.done + known.failed >= known.total * (killed + 1) / (kills + 1)


async def _compare(batches: Batches, caller: Caller, job: str, outcome: Imported) -> None:
    """Hold what there is against what was handed in."""
    told = await _rows(batches, caller, job)
    outcome.done = sum(row.state == "done" for row in told)
    outcome.failed = Counter(str((row.problem or {}).get("code")) for row in told if row.state == "failed")
    given = list(mixed(outcome.rows))
    distinct = {given[row.number - 1].data for row in told if row.state == "done"}
    known = await batches.one(caller, job)

    def count(rows: Rows) -> tuple[int, int, int, bool]:
        created = sum(entry.action == "credential_created" for entry in entries(rows))
        return rows.count(credentials), rows.count(changes), created, check_chain(rows)[1] is None

    outcome.kept, changed, noted, whole = await batches.archive.read(caller, count)
    held = {
        "every row has its number": [row.number for row in told] == list(range(1, outcome.rows + 1)),
        "every row ended": outcome.broken_off or all(row.state in ENDED.values() for row in told),
        "rows are done that are credentials, and no others": all(
            row.state == ENDED[item.name.endswith(".file")]
            for row, item in zip(told, given, strict=True)
            if row.state in ENDED.values()
        ),
        "every failure says why": "None" not in outcome.failed,
        "the job counts its rows": (known.done, known.failed) == (outcome.done, outcome.failed.total()),
        "each credential is kept once": outcome.kept == len(distinct),
        "each is told of once": changed == noted == outcome.kept,
        "the audit log is whole": whole,
    }
    outcome.wrong = [f"not so: {what}" for what, holds in held.items() if not holds]


async def _rows(batches: Batches, caller: Caller, job: str) -> list[JobRow]:
    found: list[JobRow] = []
    while page := await batches.rows(caller, job, state=None, after=len(found), limit=1000):
        found += page
    return found


def run(
    folder: Path, database: str, *, rows: int = 20_000, every: float = 10.0, workers: int = 1, minutes: float = 0.0
) -> Result:  # fmt: skip
    """Import and kill; what came of it."""
    outcome = asyncio.run(
        import_and_kill(folder, rows, every=every, workers=workers, database=database, minutes=minutes)
    )
    return Result(str(outcome), tuple(outcome.wrong))
