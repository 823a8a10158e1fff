"""The pool: results and errors come back to who asked, small work goes together, nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.compute import PoolCompute, Spare
from gateway.compute.pool import MAX_BATCH
from gateway.errors import GatewayFailed, NotFound, Overloaded, TooComplex
from gateway.metrics import Metrics
from tests.compute import parts


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[PoolCompute]:
    made = PoolCompute(1, 64)
    await made.start()
    yield made
    await made.close()


module = pytest.mark.asyncio(loop_scope="module")


@module
async def test_a_result_comes_back_and_so_does_an_error_with_all_it_says(pool: PoolCompute) -> None:
    assert await pool.run(pow, 2, 10) == 1024
    assert await pool.run(len, bytes(3_000_000)) == 3_000_000
    assert await pool.run(bytes, 3_000_000) == bytes(3_000_000)
    with pytest.raises(NotFound) as refusal:
        await pool.run(parts.refuse, "nothing is here")
    assert (refusal.value.detail, refusal.value.pointer) == ("nothing is here", "/here")
    with pytest.raises(GatewayFailed):
        await pool.run(parts.untransportable)


@module
async def test_small_work_that_waits_goes_together_and_large_work_alone(pool: PoolCompute) -> None:
    first = asyncio.create_task(pool.run(parts.wait, 0.2, small=True))
    await asyncio.sleep(0.05)
    small = [asyncio.create_task(pool.run(parts.company, small=True)) for _ in range(MAX_BATCH + 2)]
    large = asyncio.create_task(pool.run(parts.company))
    last = asyncio.create_task(pool.run(parts.company, small=True))
    assert await first == 1
    assert await asyncio.gather(*small) == [*[MAX_BATCH] * MAX_BATCH, 2, 2]
    assert (await large, await last) == (1, 1)


@module
async def test_in_a_batch_each_piece_has_its_own_result_or_error(pool: PoolCompute) -> None:
    first = asyncio.create_task(pool.run(parts.wait, 0.1))
    await asyncio.sleep(0.05)
    answers = await asyncio.gather(
        pool.run(pow, 2, 2, small=True),
        pool.run(parts.refuse, "no", small=True),
        pool.run(pow, 3, 2, small=True),
        return_exceptions=True,
    )
    await first
    assert (answers[0], type(answers[1]), answers[2]) == (4, NotFound, 9)


@module
async def test_a_process_that_ends_fails_its_piece_alone_and_is_replaced(pool: PoolCompute) -> None:
    before = await pool.run(os.getpid)
    first = asyncio.create_task(pool.run(parts.wait, 0.1))
    await asyncio.sleep(0.05)
    answers = await asyncio.gather(
        pool.run(pow, 2, 2, small=True),
        pool.run(parts.die, small=True),
        pool.run(parts.company, small=True),
        pool.run(pow, 3, 2, small=True),
        return_exceptions=True,
    )
    await first
    assert (answers[0], type(answers[1]), *answers[2:]) == (4, GatewayFailed, 1, 9)
    assert await pool.run(os.getpid) != before


@module
async def test_a_worker_outlives_the_signals_that_stop_the_service(pool: PoolCompute) -> None:
    assert await pool.run(parts.signalled) == await pool.run(os.getpid)


@module
async def test_work_that_takes_too_long_is_refused_and_its_process_ended() -> None:
    pool = PoolCompute(1, 4, deadline=0.5)
    await pool.start()
    with pytest.raises(TooComplex):
        await pool.run(parts.hang)
    pool._deadline = 30.0
    assert await pool.run(pow, 2, 2) == 4
    await pool.close()


async def test_what_is_too_much_is_refused_at_once() -> None:
    pool = PoolCompute(1, 1)
    first, second = (asyncio.create_task(pool.run(pow, 2, n)) for n in (1, 2))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await pool.run(pow, 2, 3)
    assert (await first, await second) == (2, 4)
    await pool.close()


async def test_small_work_is_done_here_and_what_is_not_small_after_all_elsewhere() -> None:
    metrics = Metrics()
    pool = PoolCompute(1, 4, metrics, spare=Spare())
    await pool.start()
    assert await pool.run(os.getpid, small=True) == os.getpid()
    assert await pool.run(os.getpid) != os.getpid()
    assert await pool.run(parts.stubborn, small=True) == "had time"
    text = metrics.text().decode()
    assert 'gateway_work_seconds_count{where="here"} 2.0' in text
    assert 'gateway_work_seconds_count{where="pool"} 2.0' in text
    await pool.close()


async def test_small_work_goes_elsewhere_when_there_is_no_time_to_spare() -> None:
    pool = PoolCompute(1, 4, spare=Spare(clock=lambda: 0.0))
    await pool.start()
    assert pool._spare is not None
    pool._spare._left = 0.0
    assert await pool.run(os.getpid, small=True) != os.getpid()
    await pool.close()


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "return", "await pool.close()"])
def test_no_worker_is_left_behind(end: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(parts.PROGRAM % end)
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert done.stderr == ""
    pids = {int(word) for word in done.stdout.split()}
    assert len(pids) == 2
    end_of_patience = time.monotonic() + 20
    while any(lives(pid) for pid in pids):
        assert time.monotonic() < end_of_patience
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
