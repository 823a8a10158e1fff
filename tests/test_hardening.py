"""Processes that hold keys or documents leave no core behind and are read by no other of the same user."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.compute import PoolCompute
from tests.api.test_processes import server, serving, until_ready

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what is asked is Linux's")

PR_GET_DUMPABLE = 3
ASK = (
    "import ctypes, os, resource; from gateway.hardening import harden, keep_files_to_itself\n"
    "harden(); keep_files_to_itself(); os.close(os.open('made', os.O_CREAT | os.O_WRONLY, 0o666))\n"
    "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))"
)


def state() -> tuple[int, tuple[int, int]]:
    return ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)


def test_a_process_makes_itself_undumpable_and_its_files_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.split() == ["0", "0", "0"]
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


async def test_worker_processes_do() -> None:
    assert state()[0] == 1
    pool = PoolCompute(1, 4)
    await pool.start()
    try:
        assert await pool.run(state) == (0, (0, 0))
    finally:
        await pool.close()


async def test_serving_processes_do(tmp_path: Path) -> None:
    import aiohttp

    async with server(tmp_path, 2) as (process, address), aiohttp.ClientSession() as session:
        await until_ready(session, address)
        for pid in (process.pid, *serving(process.pid)):
            limits = Path(f"/proc/{pid}/limits").read_text()
            (core,) = [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")]
            assert core == ["0", "0"]
            if os.geteuid() != 0:
                assert Path(f"/proc/{pid}/environ").stat().st_uid == 0  # what is not dumpable is root's there
