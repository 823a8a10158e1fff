"""Pieces of work for the tests, which worker processes import."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import NoReturn

from gateway.errors import NotFound
from gateway.jsonld.quick import is_quick, uninterrupted

PROGRAM = """
import asyncio, os
from gateway.compute import PoolCompute

async def main():
    pool = PoolCompute(2, 4)
    await pool.start()
    print(*{await pool.run(os.getpid) for _ in range(20)} | {w.process.pid for w in pool._workers}, flush=True)
    %s

if __name__ == "__main__":
    asyncio.run(main())
"""


def refuse(detail: str) -> NoReturn:
    raise NotFound(detail, pointer="/here")


def die() -> NoReturn:
    os._exit(3)


def hang() -> NoReturn:
    while True:
        time.sleep(1)


def wait(seconds: float) -> int:
    time.sleep(seconds)
    return company()


def company() -> int:
    """How many pieces of work came in the message with this one."""
    frame = sys._getframe()
    while frame.f_code.co_name != "_do":
        assert frame.f_back is not None
        frame = frame.f_back
    return len(frame.f_locals["batch"])


def untransportable() -> object:
    return threading.Lock()


def stubborn() -> str:
    """Takes for ever, unless it need not be quick."""
    while is_quick():
        pass
    return "had time"


def kept_whole(done: list[str]) -> NoReturn:
    """Something that must not be interrupted, for longer than there is, and then something that may."""
    with uninterrupted():
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        done.append("whole")
    while True:
        pass


def signalled() -> int:
    """Goes on though it is told to end."""
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()
