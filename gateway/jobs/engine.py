"""The one door to DBOS: chunks are queued, each is handed to one worker, and again when that one dies.

DBOS runs in threads of its own, beside our event loop, and knows chunks by their names only: what they
hold and what became of them is in our tables. https://docs.dbos.dev/python/tutorials/queue-tutorial
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowStatus

from gateway.errors import StoreFailed

__all__ = ["Chunk", "Engine"]

log = logging.getLogger("gateway.jobs")

Result = TypeVar("Result")

NAME = "gateway-jobs"
QUEUE = "gateway_chunks"
VERSION = "1"
"""What a chunk's name means; workers of one version take on each other's chunks."""
POLLING = 0.25
"""Seconds between two looks for a chunk to do."""
ACTIVE, PENDING = ("ENQUEUED", "PENDING"), "PENDING"
FORGOTTEN = 500
"""Most finished chunks that are forgotten at once."""
THREADS = 8
"""What DBOS needs for itself, beside one for each chunk under way."""
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a job: those from number ``first`` on."""

    tenant: str
    job: str
    first: int

    @property
    def name(self) -> str:
        """What tells it from every other."""
        return f"{self.job}:{self.first}"


Runner = Callable[[Chunk], Coroutine[Any, Any, None]]
_runners: dict[str, Callable[[Chunk], None]] = {}
"""How a chunk is run while an engine is: DBOS is one in a process, and finds workflows by their names."""


@DBOS.workflow(name="chunk")
def _chunk(tenant: str, job: str, first: int) -> None:
    _rows(tenant, job, first)


@DBOS.step(name="rows")
def _rows(tenant: str, job: str, first: int) -> None:
    if run := _runners.get(NAME):
        run(Chunk(tenant, job, first))


class Engine:
    """DBOS at one worker's place. Make it with ``start``, let it go with ``stop``."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")

    @classmethod
    async def start(cls, url: str, slot: int, at_once: int, run: Runner) -> Engine:
        """Begin to do chunks, ``at_once`` of them; what the last holder of the slot left is done first."""
        loop = asyncio.get_running_loop()

        def run_here(chunk: Chunk) -> None:
            try:
                asyncio.run_coroutine_threadsafe(run(chunk), loop).result()
            except (CancelledError, RuntimeError):
                log.info("a chunk was left off")  # it is queued again as long as rows of it wait

        _runners[NAME] = run_here
        engine = cls()
        await engine._do(lambda: _launch(url, slot, at_once))
        return engine

    async def stop(self) -> None:
        """Take no more chunks; those under way must have been told to end."""
        try:
            await self._do(lambda: DBOS.destroy(workflow_completion_timeout_sec=0))
        finally:
            _runners.pop(NAME, None)
            self._thread.shutdown(wait=False)

    async def queue(self, chunks: Sequence[Chunk]) -> None:
        """Have chunks done by whoever is free, in this order; one that is queued already is not queued twice."""

        def work() -> None:
            for chunk in chunks:
                with SetWorkflowID(chunk.name):
                    DBOS.enqueue_workflow(QUEUE, _chunk, chunk.tenant, chunk.job, chunk.first)

        await self._do(work)

    async def active(self) -> tuple[set[str], set[int]]:
        """The names of the chunks that are queued or under way, and the places where they are under way.

        What is finished is forgotten: the rows tell it all.
        """

        def work() -> tuple[set[str], set[int]]:
            found = _listed()
            finished = [status.workflow_id for status in found if status.status not in ACTIVE]
            if finished:
                DBOS.delete_workflows(finished[:FORGOTTEN])
            names = {status.workflow_id for status in found if status.status in ACTIVE}
            return names, {_place(s.executor_id) for s in found if s.status == PENDING and s.executor_id}

        return await self._do(work)

    async def take_over(self, slot: int) -> None:
        """Queue again what a worker that is gone has left."""

        def work() -> None:
            for status in _listed():
                if status.status == PENDING and status.executor_id == _executor(slot):
                    DBOS.resume_workflow(status.workflow_id, queue_name=QUEUE)

        await self._do(work)

    async def _do(self, work: Callable[[], Result]) -> Result:
        """Something of DBOS's, beside the event loop. Raises ``StoreFailed``, without what it says."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except Exception as error:  # whatever its database raises; nothing of it is shown
            raise StoreFailed(f"the queue of chunks failed ({type(error).__name__})") from None


def _launch(url: str, slot: int, at_once: int) -> None:
    logger = logging.getLogger("dbos")
    logger.handlers, logger.propagate = [logging.NullHandler()], False  # it would quote what failed
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": _executor(slot),
        "enable_otlp": False,  # it sends nothing anywhere, and without a key there is no conductor
        "log_level": "CRITICAL",
        "use_listen_notify": False,
        "sys_db_pool_size": CONNECTIONS,
        "max_executor_threads": at_once + THREADS,
    }
    DBOS(config=config)
    try:
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=at_once, polling_interval_sec=POLLING, on_conflict="always_update"
        )
    except BaseException:
        DBOS.destroy()
        raise


def _executor(slot: int) -> str:
    return f"worker-{slot}"


def _place(executor: str) -> int:
    return int(executor.rpartition("-")[2])


def _listed() -> list[WorkflowStatus]:
    """Every chunk that DBOS knows."""
    return DBOS.list_workflows(queue_name=QUEUE, load_input=False, load_output=False)
