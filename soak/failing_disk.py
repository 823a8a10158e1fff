"""The disk fails at the n-th write, for each n: nothing is acknowledged that is not there, and nothing is damaged.

``strace`` makes a system call of the writer fail; who writes only knows what the store said.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from gateway.errors import GatewayFailed
from gateway.store import Connection, Database, Rows, bring_up_to_date
from gateway.store.audit import append, check_chain
from gateway.store.tables import SYSTEM
from soak.result import Progress, Result

__all__ = ["CALLS", "Trial", "available", "run", "trials"]

CALLS = {"ENOSPC": "pwrite64", "EIO": "fdatasync"}
"""Which system call fails with what: a full disk when writing, a broken one when making sure."""
ENTRIES = 210
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: the call that failed, how many writes were acknowledged, and how many of those are not there."""

    error: str
    at: int
    acknowledged: int
    missing: int
    whole: bool

    @property
    def good(self) -> bool:
        """Whether nothing that was acknowledged is missing, and the database is whole."""
        return self.whole and self.missing == 0


def available() -> str:
    """Why this cannot be run here; empty when it can."""
    return "" if shutil.which("strace") else "strace is not here: it makes system calls fail"


def trials(error: str, positions: Iterable[int]) -> Iterator[Trial]:
    """One trial for each position at which a call fails, and goes on failing for five more."""
    with tempfile.TemporaryDirectory(prefix="gateway-disk-") as folder:
        empty, path = Path(folder) / "empty.db", Path(folder) / "gateway.db"
        asyncio.run(_make(empty))
        for at in positions:
            for left in path.parent.glob(f"{path.name}*"):
                left.unlink()
            shutil.copy(empty, path)
            yield _trial(error, at, path)


def _trial(error: str, at: int, path: Path) -> Trial:
    call = CALLS[error]
    inject = f"inject={call}:error={error}:when={at}..{at + 5}"
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    done = subprocess.run(
        [*command, sys.executable, "-m", "soak.failing_disk", str(path)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    said = {int(number) for number in done.stdout.split()}
    return Trial(error, at, len(said), len(said - _there(path)), _is_whole(path))


async def _make(path: Path) -> None:
    database = await Database.open(f"sqlite:///{path}")
    await database.write(SYSTEM, bring_up_to_date)
    await database.close()


async def write_to(path: Path) -> None:
    """Write entries one after the other, and say on standard output which the store took."""
    try:
        database = await Database.open(f"sqlite:///{path}")
    except GatewayFailed:
        return
    for number in range(ENTRIES):
        try:
            await database.write(SYSTEM, partial(_entry, number))
        except GatewayFailed:
            continue
        print(number, flush=True)
    await database.close()


def _entry(number: int, connection: Connection) -> None:
    append(Rows(connection, SYSTEM), "soak", "written", str(number), NOW)


def _there(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as opened:
        return {int(row[0]) for row in opened.execute("SELECT subject FROM audit WHERE action = 'written'")}


def _is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong, and the audit log is one chain."""
    with closing(sqlite3.connect(path)) as opened:
        if opened.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return False

    async def chained() -> bool:
        database = await Database.open(f"sqlite:///{path}")
        try:
            return await database.read(_holds)
        finally:
            await database.close()

    return asyncio.run(chained())


def _holds(connection: Connection) -> bool:
    return check_chain(Rows(connection, SYSTEM))[1] is None


def run(folder: Path, database: str, *, writes: int = 200, begin: int = 1, minutes: float = 0.0) -> Result:
    """A trial for each write from ``begin`` on, with each error; what came of them."""
    if why := available():
        return Result("nothing", (why,))
    progress, told, wrong = Progress(len(CALLS) * (writes - begin + 1), minutes, "trials"), [], list[str]()
    done: dict[str, list[Trial]] = {error: [] for error in CALLS}
    positions = range(begin, writes + 1)
    for pair in zip(*(trials(error, positions) for error in CALLS), strict=True):
        for trial in pair:
            done[trial.error].append(trial)
        progress.at(sum(map(len, done.values())))
        if progress.over:
            break
    for error, found in done.items():
        refused = sum(trial.acknowledged < ENTRIES for trial in found)
        missing = sum(trial.missing for trial in found)
        told.append(f"{error} at each of {len(found)} writes: writes refused in {refused}, {missing} lost")
        wrong += [f"{error} at write {trial.at}: {trial}" for trial in found if not trial.good]
    return Result("; ".join(told), tuple(wrong))


if __name__ == "__main__":
    asyncio.run(write_to(Path(sys.argv[1])))
