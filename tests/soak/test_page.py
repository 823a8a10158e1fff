"""The page of the long runs: what was written down stays, the newest first, failures too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from soak.page import Entry, recorded
from soak.result import Progress, Result
from soak.run import PAGE, RUNS, Run, through

PROMISES = {name: run.promise for name, run in RUNS.items()}
FIRST = Entry(datetime(2026, 6, 1, 12, tzinfo=UTC), Result("3 kills"), {"cycles": 3}, "0.1.0", "2 cores")
SECOND = Entry(datetime(2026, 6, 2, 12, tzinfo=UTC), Result("9 kills", ("1 lost",)), {}, "0.1.0", "2 cores")


def test_what_was_written_down_stays_the_newest_first(tmp_path: Path) -> None:
    page = tmp_path / "soak.md"
    recorded(page, PROMISES, "pushing", FIRST)
    recorded(page, PROMISES, "stopping", FIRST)
    recorded(page, PROMISES, "pushing", SECOND)
    pushing = page.read_text().partition("## pushing\n")[2].partition("\n## ")[0]
    rows = [line for line in pushing.splitlines() if line.startswith("| 2026")]
    assert rows == [
        "| 2026-06-02 12:00 | **no**: 1 lost | 9 kills | 0.1.0 | 2 cores |",
        "| 2026-06-01 12:00 | yes | 3 kills (cycles 3) | 0.1.0 | 2 cores |",
    ]
    assert page.read_text().count("| 2026") == 3


def test_the_page_has_every_run_with_what_it_promises() -> None:
    text = PAGE.read_text()
    assert [name for name in RUNS if f"\n## {name}\n\n{RUNS[name].promise}\n" not in text] == []


def test_a_run_that_ends_in_an_error_did_not_hold() -> None:
    def breaks(folder: Path, database: str) -> Result:
        raise RuntimeError("it broke")

    assert through(Run("", breaks), {})[0] == Result("broken off", ("RuntimeError: it broke",))


def test_options_are_those_of_the_run_and_others_are_none_of_its_business() -> None:
    given = RUNS["pushing"].given({"cycles": "5", "minutes": "2", "stops": "7"})
    assert given == {"cycles": 5, "clients": 20, "minutes": 2.0}


@pytest.mark.parametrize(("passed", "over"), [(59.0, False), (60.0, True)])
def test_a_run_has_the_minutes_it_was_given(passed: float, over: bool) -> None:
    now = 0.0
    progress = Progress(10, 1.0, tell=lambda line: None, clock=lambda: now)
    now = passed
    assert progress.over is over
