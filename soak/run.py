"""The long runs, one after the other; what came of each is written into docs/soak.md.

python -m soak.run [--only pushing …] [--set cycles=50 …] [--folder DIR] [--no-write]
"""

from __future__ import annotations

import argparse
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from gateway.store.database import parsed
from soak import (
    failing_disk,
    following,
    fuzzing,
    growing,
    importing,
    learners,
    mixed,
    overload,
    pushing,
    stopping,
)
from soak.page import Entry, machine, recorded, versions
from soak.result import Result
from tests.databases import cluster, postgresql_programs

__all__ = ["RUNS", "Run", "main", "through"]

PAGE = Path(__file__).parents[1] / "docs" / "soak.md"


@dataclass(frozen=True, slots=True)
class Run:
    """What must hold, what shows it, and with which options where they are not as the run has them."""

    promise: str
    go: Callable[..., Result]
    options: Mapping[str, Any] = field(default_factory=dict)
    postgresql: bool = False

    def given(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """All its options; ``asked`` wins. Options it does not have are none of its business."""
        known = {
            name: self.options.get(name, parameter.default)
            for name, parameter in inspect.signature(self.go).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        return known | {name: type(known[name])(value) for name, value in asked.items() if name in known}


RUNS = {
    "pushing": Run(
        "A server on SQLite is killed (SIGKILL, the whole process group) while clients push: nothing acknowledged is "
        "lost, nothing is there twice after clients sent again, no answer is a failure.",
        pushing.run,
    ),
    "pushing-postgresql": Run("The same on PostgreSQL.", pushing.run, {"cycles": 200}, postgresql=True),
    "failing-disk": Run(
        "ENOSPC at each write to the database, EIO at each time it is forced to the disk, six times in a row: nothing "
        "acknowledged is missing afterwards, the database and the audit chain are whole.",
        failing_disk.run,
    ),
    "stopping": Run(
        "A server is stopped gracefully (SIGTERM) while clients push, each request once: whatever is kept was "
        "answered, and nothing that was answered is lost.",
        stopping.run,
    ),
    "importing": Run(
        "A job of mixed files (OB 3.0, OB 2.0, ELM, VC, EDCI XML; one in ten broken, one in 25 a repetition) on "
        "SQLite, its one worker killed again and again: every row ends once, done or failed with its cause.",
        importing.run,
    ),
    "importing-postgresql": Run(
        "The same on PostgreSQL with three workers, one of which is killed each time.", importing.run,
        {"workers": 3}, postgresql=True,
    ),
    "fuzzing": Run(
        "schemathesis asks a server by its own description, in every way that covers it and at random: no answer is a "
        "failure, and each has a status, a type and a shape that the description names.",
        fuzzing.run,
    ),
    "learners": Run(
        "A thousand learners open their links of one campaign at once, each with a wallet of OpenID4VCI: each gets "
        "their own credential about their own key, none gets another's, no answer is a failure.",
        learners.run,
    ),
    "growing": Run(
        "A store of 10,000 credentials and one of 200,000 are used in turns: a credential that is handed in or "
        "imported costs at most a tenth more processor time in the large one, and so does reading the end of the feed.",
        growing.run,
    ),
    "mixed": Run(
        "64 clients convert, verify, push, read, follow, hand in batches and send what is wrong, for ten minutes: no "
        "answer is a 5xx, no connection breaks, and the memory of all processes is flat after the second minute.",
        mixed.run,
    ),
    "overload": Run(
        "Four times as much is asked as can be done: of what is accepted 99 of 100 take at most 1.5 times as long as "
        "with every place taken, the rest is refused in less than that, with Retry-After.",
        overload.run,
    ),
    "fairness": Run(
        "One tenant floods: another's p99 stays within 1.5 times what it is without the flood.", overload.run_fairness
    ),
    "following": Run(
        "A registry follows the feed of a gateway through 10,000 changes, falls and starts anew, and meets tombstones: "
        "it ends with exactly the gateway's state.",
        following.run,
    ),
}  # fmt: skip
"""Every run by its name."""


def through(run: Run, given: Mapping[str, Any], folder: Path | None = None) -> tuple[Result, str]:
    """What came of a run, and the database it was on; one that ends in an error did not hold."""
    with _folder(folder) as here, _database(run) as (url, which):
        try:
            return run.go(here, url, **given), which
        except Exception as error:
            return Result("broken off", (f"{type(error).__name__}: {error}",)), which


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="gateway-soak-") as made:
        yield Path(made)


@contextmanager
def _database(run: Run) -> Iterator[tuple[str, str]]:
    """The URL of a server of its own and what it is, where the run is on one."""
    if not run.postgresql:
        yield "", ""
        return
    with cluster(postgresql_programs()) as url:
        engine = create_engine(parsed(url))
        with engine.connect() as connection:
            which = f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
        engine.dispose()
        yield url, which


def _options(given: Sequence[str]) -> dict[str, str]:
    return dict(one.split("=", 1) for one in given)


def main() -> int:
    """Run what is asked for; the exit code, 1 if one did not hold."""
    parser = argparse.ArgumentParser(prog="soak.run", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=tuple(RUNS), default=tuple(RUNS))
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE", help="options, such as minutes=10"
    )
    parser.add_argument("--folder", type=Path, help="where a run that was broken off is gone on with")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="where it is written down")
    parser.add_argument("--no-write", action="store_true", help="leave the page as it is")
    asked = parser.parse_args()
    failed = []
    for name in asked.only:
        run, when = RUNS[name], datetime.now(UTC)
        print(f"— {name}", flush=True)
        given = run.given(_options(asked.set))
        result, database = through(run, given, asked.folder)
        print(result.done, *result.wrong, sep="\n  NOT SO: ", flush=True)
        if not asked.no_write:
            entry = Entry(when, result, given, versions(database), machine())
            recorded(asked.page, {one: run.promise for one, run in RUNS.items()}, name, entry)
        failed += [] if result.held else [name]
    print(f"did not hold: {', '.join(failed)}" if failed else "all held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
