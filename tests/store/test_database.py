"""The one way into the database: groups, savepoints, answers after the commit, errors that say nothing personal."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gateway.errors import NotFound, Overloaded, SettingInvalid, StoreFailed
from gateway.store import Database
from gateway.store.database import WAITING


async def _counter(database: Database) -> None:
    await database.write("t", lambda c: c.execute(text("CREATE TABLE seen (number INTEGER PRIMARY KEY)")))


def _add(number: int):  # type: ignore[no-untyped-def]
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO seen VALUES (:n)"), {"n": number})
        return number

    return work


def _numbers(connection: Connection) -> list[int]:
    return list(connection.execute(text("SELECT number FROM seen ORDER BY number")).scalars())


async def test_what_is_written_together_is_kept_and_each_has_his_own_answer(database: Database) -> None:
    await _counter(database)
    assert await asyncio.gather(*(database.write("t", _add(n)) for n in range(200))) == list(range(200))
    assert await database.read(_numbers) == list(range(200))


async def test_what_raises_undoes_its_own_writes_and_nobody_elses(database: Database) -> None:
    await _counter(database)

    def refused(connection: Connection) -> None:
        _add(1)(connection)
        raise NotFound("no such thing")

    outcomes = await asyncio.gather(
        database.write("t", _add(0)), database.write("t", refused), database.write("t", _add(2)),
        return_exceptions=True,
    )  # fmt: skip
    assert outcomes[0] == 0
    assert isinstance(outcomes[1], NotFound)
    assert outcomes[2] == 2
    assert await database.read(_numbers) == [0, 2]


async def test_a_failing_statement_is_a_store_failure_without_its_values(database: Database) -> None:
    await _counter(database)
    await database.write("t", _add(7))
    with pytest.raises(StoreFailed) as failed:
        await database.write("t", _add(7))
    assert "7" not in failed.value.detail
    assert await database.write("t", _add(8)) == 8


async def test_who_breaks_a_rule_of_the_tables_fails_alone(database: Database) -> None:
    await _counter(database)
    outcomes = await asyncio.gather(
        database.write("t", _add(1)), database.write("t", _add(1)), database.write("t", _add(2)),
        return_exceptions=True,
    )  # fmt: skip
    assert [type(outcome) for outcome in outcomes] == [int, StoreFailed, int]
    assert await database.read(_numbers) == [1, 2]


async def test_a_caller_who_goes_away_does_not_undo_what_was_begun(database: Database) -> None:
    await _counter(database)
    task = asyncio.create_task(database.write("t", _add(1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.write("t", _add(2))
    assert await database.read(_numbers) == [1, 2]


async def test_who_takes_long_in_the_database_holds_up_nobody_else(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: Connection) -> bool:
        begun.set()
        return go_on.wait(30)

    for way in (database.read(slow), database.write("t", slow)):
        task = asyncio.ensure_future(way)
        while not begun.is_set():
            await asyncio.sleep(0.001)  # only a loop that is free comes back here
        go_on.set()
        assert await task
        begun.clear()
        go_on.clear()


async def test_too_much_waiting_is_refused_at_once(database: Database) -> None:
    await _counter(database)
    pieces = [asyncio.create_task(database.write("t", _add(n))) for n in range(WAITING + 10)]
    outcomes = await asyncio.gather(*pieces, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Overloaded)]
    assert len(refused) == 10
    assert len(await database.read(_numbers)) == WAITING


async def test_two_processes_worth_of_writers_share_one_database(url: str) -> None:
    first, second = await Database.open(url), await Database.open(url)
    await _counter(first)
    await asyncio.gather(*((first, second)[n % 2].write("t", _add(n)) for n in range(60)))
    assert await second.read(_numbers) == list(range(60))
    await first.close()
    await second.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "://"])
async def test_a_url_of_another_kind_is_a_setting_that_is_malformed(url: str) -> None:
    with pytest.raises(SettingInvalid):
        await Database.open(url)


async def test_a_database_that_cannot_be_opened_is_a_store_failure(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        await Database.open(f"sqlite:///{tmp_path / 'no' / 'folder' / 'gateway.db'}")
