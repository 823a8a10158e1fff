"""Where CPU work runs: never on the event loop (D9), in a pool of processes or, for one command, here."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar, TypeVarTuple

from gateway.errors import GatewayFailed, Overloaded, TooComplex
from gateway.jsonld import bundled
from gateway.metrics import Metrics

__all__ = ["Compute", "HereCompute", "PoolCompute"]

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

DEADLINE = 60.0
"""Seconds one piece of work may take, waiting for a process included."""


class Compute(Protocol):
    """Runs a pure function of the core somewhere and waits for it."""

    async def run(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """The function's result; raises what it raises, or ``Overloaded``."""
        ...

    async def close(self) -> None:
        """Wait for work under way and let the processes go."""
        ...


class HereCompute:
    """Runs everything at once in this process: for the command line, which has nothing else to do."""

    async def run(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """The function's result."""
        return function(*arguments)

    async def close(self) -> None:
        """Nothing to wait for."""


class PoolCompute:
    """A pool of ``workers`` processes with the contexts loaded; at most ``queue`` pieces of work wait.

    What goes on is counted in ``metrics``.
    """

    def __init__(self, workers: int, queue: int, metrics: Metrics | None = None) -> None:
        self._metrics = metrics
        self._workers = workers
        self._limit = workers + queue
        self._running = 0
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, mp_context=context, initializer=_warm)

    async def run(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """The function's result; raises ``Overloaded`` at once when too much waits already."""
        if self._running >= self._limit:
            if self._metrics is not None:
                self._metrics.refused()
            raise Overloaded("too much work is waiting")
        self._running += 1
        pool = self._pool
        try:
            with self._working():
                future = asyncio.get_running_loop().run_in_executor(pool, function, *arguments)
                return await asyncio.wait_for(future, DEADLINE)
        except TimeoutError:
            raise TooComplex(f"the work took longer than {DEADLINE:.0f} seconds") from None
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._started()
            raise GatewayFailed("a worker process ended", hint="Try again.") from None
        finally:
            self._running -= 1

    def _working(self) -> AbstractContextManager[None]:
        return nullcontext() if self._metrics is None else self._metrics.working("pool")

    async def close(self) -> None:
        """Let the processes end when their work is done."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def _warm() -> None:
    """Load what every piece of work needs, once for each process."""
    bundled()
