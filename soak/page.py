"""docs/soak.md: a section for each run, in it a line for each time that it was run, the newest first.

Lines are written by the command and never by hand. A run that did not hold is written down too.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from soak.result import Result

__all__ = ["Entry", "machine", "page", "recorded", "versions"]

HEAD = """# Long runs

What must hold for hours, while processes are killed and disks fail, and what came of it. `make soak` runs all of
it, `make soak RUNS="pushing stopping"` some, `make soak RUNS=pushing SET="cycles=50"` less; each writes its line
here. `SOAK=--no-write` leaves the page as it is. Short forms of the runs are tests (`tests/soak`).
"""
COLUMNS = "| when (UTC) | held | what was done | with | machine |\n|---|---|---|---|---|"
ROW = re.compile(r"\| \d{4}-")


@dataclass(frozen=True, slots=True)
class Entry:
    """One time that a run was run."""

    when: datetime
    result: Result
    options: Mapping[str, object]
    versions: str
    machine: str

    def __str__(self) -> str:
        held = "yes" if self.result.held else f"**no**: {'; '.join(self.result.wrong)}"
        given = ", ".join(
            f"{name} {value}" for name, value in self.options.items() if value not in ("", False)
        )
        told = f"{self.result.done} ({given})" if given else self.result.done
        cells = (f"{self.when:%Y-%m-%d %H:%M}", held, told, self.versions, self.machine)
        return "| " + " | ".join(cell.replace("|", "¦").replace("\n", " ") for cell in cells) + " |"


def recorded(path: Path, runs: Mapping[str, str], name: str, entry: Entry) -> None:
    """Write a page with one entry more; ``runs`` are all runs with what must hold in each."""
    before = path.read_text() if path.exists() else ""
    rows = dict(_rows(before.splitlines()))
    rows[name] = [str(entry), *rows.get(name, [])]
    path.write_text(page(runs, rows))


def page(runs: Mapping[str, str], rows: Mapping[str, list[str]]) -> str:
    """The page with these lines."""
    parts = [HEAD]
    for name, promise in runs.items():
        found = "\n".join((COLUMNS, *rows[name])) if rows.get(name) else "Not run yet."
        parts.append(f"## {name}\n\n{promise}\n\n{found}\n")
    return "\n".join(parts)


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """What was written down before, by run."""
    name, found = "", list[str]()
    for line in (*lines, "## "):
        if line.startswith("## "):
            if name:
                yield name, found
            name, found = line.removeprefix("## "), []
        elif ROW.match(line):
            found.append(line)


def versions(of_the_database: str = "") -> str:
    """What was run: the gateway and its commit, Python, the database."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parent,
    )  # fmt: skip
    commit = told.stdout.strip() or "no commit"
    database = of_the_database or f"SQLite {sqlite3.sqlite_version}"
    return f"{version('microcredential-gateway')} at {commit}, Python {platform.python_version()}, {database}"


def machine() -> str:
    """Where: cores, kind, how much else was going on, and how nice this was."""
    model = re.search(r"^model name\s*: (.*)$", _read("/proc/cpuinfo"), re.MULTILINE)
    kind = model[1].strip() if model else platform.machine()
    load, nice = os.getloadavg()[0], os.nice(0)
    return f"{os.cpu_count()} cores ({kind}), load {load:.1f}" + (f", nice {nice}" if nice else "")


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
