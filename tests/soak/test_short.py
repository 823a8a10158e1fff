"""The long runs, short: what must hold while the server is killed and the disk fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak import learners
from soak.failing_disk import CALLS, ENTRIES, available, trials
from soak.growing import MEASURED, filled, opened, turns
from soak.importing import import_and_kill
from soak.mixed import mix
from soak.overload import accepted_and_refused, side_by_side
from soak.pushing import push_and_kill
from soak.result import Progress
from soak.stopping import push_and_stop


async def test_what_was_acknowledged_is_there_once_however_often_the_server_is_killed(tmp_path: Path) -> None:
    outcome = await push_and_kill(tmp_path, 2, crowd=8)
    assert outcome.wrong == (), outcome
    assert outcome.repeated


async def test_on_postgresql_too(tmp_path: Path, server_url: str) -> None:
    outcome = await push_and_kill(tmp_path, 1, crowd=8, database=server_url)
    assert outcome.wrong == (), outcome


async def test_what_was_taken_in_is_answered_when_the_server_is_stopped(tmp_path: Path) -> None:
    outcome = await push_and_stop(tmp_path, 2, crowd=8, seconds=0.4)
    assert outcome.wrong == (), outcome
    assert outcome.pushed.cycles == 2


@pytest.mark.skipif(bool(available()), reason=available())
@pytest.mark.parametrize("error", CALLS)
def test_a_disk_that_fails_makes_no_answer_a_lie(error: str) -> None:
    done = list(trials(error, (1, 31)))
    assert [trial for trial in done if not trial.good] == []
    assert all(trial.acknowledged < ENTRIES for trial in done)


async def test_every_row_of_an_import_ends_once_however_often_the_worker_is_killed(tmp_path: Path) -> None:
    outcome = await import_and_kill(tmp_path, 80, kills=1)
    assert outcome.wrong == [], outcome
    assert outcome.kills >= 1
    assert (outcome.done, outcome.failed.total()) == (72, 8)


async def test_on_postgresql_with_two_workers_too(tmp_path: Path, server_url: str) -> None:
    outcome = await import_and_kill(tmp_path, 60, kills=1, workers=2, database=server_url)
    assert outcome.wrong == [], outcome
    assert outcome.kills >= 1


def test_learners_who_come_at_once_get_their_own_credential_each(tmp_path: Path) -> None:
    result = learners.run(tmp_path, learners=50, workers=1)
    assert result.held, result


async def test_clients_that_do_everything_at_once_never_meet_a_failure_of_the_gateway(tmp_path: Path) -> None:
    outcome = await mix(tmp_path, 2.5, crowd=16)
    assert [one for one in outcome.wrong if "never done" not in one] == []
    assert min(size for _, size in outcome.memory) > 0


async def test_what_is_too_much_is_refused_with_the_time_to_come_again(tmp_path: Path) -> None:
    full, over, _ = await accepted_and_refused(tmp_path, 1.5)
    assert full.accepted
    assert not full.other + over.other
    assert over.mute == 0


async def test_who_asks_now_and_then_is_not_refused_for_another_s_flood(tmp_path: Path) -> None:
    alone, beside, flood = await side_by_side(tmp_path, 2.0, turns=1)
    assert alone.accepted
    assert beside.accepted
    assert flood.refused
    assert not alone.refused + beside.refused
    assert not alone.other + beside.other


async def test_two_stores_are_filled_and_used_in_turns(tmp_path: Path) -> None:
    small, large = await opened(tmp_path / "small"), await opened(tmp_path / "large")
    for side, size in ((small, 10), (large, 30)):
        await filled(side, size, Progress(size, tell=lambda line: None))
    found = await turns(small, large, 5, 1)
    assert set(found) == set(MEASURED)
    assert all(taken.ratio > 0 for taken in found.values())
    assert (small.held, large.held) == (10 + 2 * 15, 30 + 2 * 15)
    for side in (small, large):
        await side.archive.database.close()
