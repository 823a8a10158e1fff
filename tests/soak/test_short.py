"""The long runs, short: what must hold while the server is killed and the disk fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak.failing_disk import CALLS, ENTRIES, available, trials
from soak.pushing import push_and_kill


async def test_what_was_acknowledged_is_there_once_however_often_the_server_is_killed(tmp_path: Path) -> None:
    outcome = await push_and_kill(tmp_path, 2, clients=8, seconds=0.4)
    assert outcome.good, outcome
    assert outcome.repeated


async def test_on_postgresql_too(tmp_path: Path, server_url: str) -> None:
    outcome = await push_and_kill(tmp_path, 1, clients=8, seconds=0.4, database=server_url)
    assert outcome.good, outcome


@pytest.mark.skipif(bool(available()), reason=available())
@pytest.mark.parametrize("error", CALLS)
def test_a_disk_that_fails_makes_no_answer_a_lie(error: str) -> None:
    done = list(trials(error, (1, 7, 31)))
    assert [trial for trial in done if not trial.good] == []
    assert all(trial.acknowledged < ENTRIES for trial in done)
