"""A pool of worker processes, each at the end of a socket, and the queue before them.

What waits while all are busy goes to the next free one in batches of small pieces, so that under load one
message carries several; a piece that waits for nobody goes at once, alone. Those who wait have turns, so that
one with much work is not the only one that is worked for.
"""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import pickle
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar, TypeVarTuple

from gateway.compute.spare import Spare
from gateway.compute.turns import FOR, Turns
from gateway.compute.worker import HEADER, framed, work
from gateway.errors import GatewayFailed, Overloaded, TooComplex
from gateway.jsonld import TakesLong, bundled
from gateway.metrics import Metrics

__all__ = ["DEADLINE", "MAX_BATCH", "PoolCompute"]

DEADLINE = 60.0
"""Seconds one piece of work may take, waiting for a process included."""
MAX_BATCH = 16
"""Most pieces of small work in one message."""
MAX_BATCH_BYTES = 131_072
RESTART = 1.0
"""Seconds until a process is started anew that ended before it was ready."""
STOP = 10.0
"""Seconds that workers have to end in, when nothing is left to do."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
Warm = Callable[[], object]


@dataclass(eq=False, slots=True)
class _Piece:
    """One piece of work: packed, whether it is small, and who waits for it. ``alone`` after a worker ended on it."""

    packed: bytes
    small: bool
    future: asyncio.Future[Any]
    alone: bool = False


@dataclass(eq=False, slots=True)
class _Worker(asyncio.Protocol):
    """One process and what it has been given, in the order in which it answers."""

    pool: PoolCompute
    process: Any
    channel: socket.socket
    given: deque[_Piece] = field(default_factory=deque)
    ready: bool = False
    transport: Any = None
    buffer: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        start, end = 0, len(self.buffer)
        while end - start >= HEADER:
            length = int.from_bytes(self.buffer[start : start + HEADER], "big")
            if end - start < HEADER + length:
                break
            start += HEADER + length
            self._answered(bytes(self.buffer[start - length : start]))
        del self.buffer[:start]
        if not self.given:
            self.pool.feed()

    def _answered(self, content: bytes) -> None:
        """The answer to the first piece that was given; the very first message says that it is ready."""
        if not content:
            self.ready = True
            self.pool.hello()
            return
        piece = self.given.popleft()
        succeeded, result = pickle.loads(content)
        if piece.future.done():
            return
        if succeeded:
            piece.future.set_result(result)
        else:
            piece.future.set_exception(result)

    def connection_lost(self, _: Exception | None) -> None:
        self.pool.lost(self)

    def give(self, batch: list[_Piece]) -> None:
        """Send pieces of work to a worker that has none."""
        self.given.extend(batch)
        self.transport.write(framed(pickle.dumps([piece.packed for piece in batch])))

    def kill(self) -> None:
        """End a process that does not come to an end."""
        self.process.kill()


class PoolCompute:
    """A pool of ``workers`` processes that have done ``warm``; at most ``queue`` pieces of work wait.

    Small work is done at once where it is asked for, as long as there is time to ``spare``. What goes on
    is counted in ``metrics``.
    """

    def __init__(
        self, workers: int, queue: int, metrics: Metrics | None = None, *, warm: Warm = bundled,
        spare: Spare | None = None, deadline: float = DEADLINE,
    ) -> None:  # fmt: skip
        self._metrics, self._warm, self._spare, self._deadline = metrics, warm, spare, deadline
        self._limit = workers + queue
        self._running = 0
        self._waiting: Turns[_Piece] = Turns()
        self._workers: list[_Worker] = []
        self._size = workers
        self._started = [self._spawned() for _ in range(workers)]
        self._connecting: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closing = False
        atexit.register(self._let_go)

    def _spawned(self) -> _Worker:
        """A new process at the other end of a socket."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=work, args=(theirs, self._warm), daemon=True)
        process.start()
        theirs.close()
        return _Worker(self, process, ours)

    async def start(self) -> None:
        """Wait until every process is warm."""
        await self._connected()
        await self._ready.wait()

    async def _connected(self) -> None:
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._connect())
        await asyncio.shield(self._connecting)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        while self._started:
            worker = self._started.pop()
            self._workers.append(worker)
            await loop.create_connection(lambda made=worker: made, sock=worker.channel)  # type: ignore[misc]

    async def run(
        self, function: Callable[[*Arguments], Result], *arguments: *Arguments, small: bool = False
    ) -> Result:
        """The function's result; raises ``Overloaded`` at once when too much waits already."""
        if small and self._spare is not None and self._spare.any:
            with suppress(TakesLong), self._counted("here"):
                return self._spare.run(function, *arguments)
        if self._running >= self._limit:
            if self._metrics is not None:
                self._metrics.refused()
            raise Overloaded("too much work is waiting")
        self._running += 1
        try:
            with self._counted("pool"):
                result: Result = await self._elsewhere(pickle.dumps((function, arguments)), small)
                return result
        finally:
            self._running -= 1

    async def _elsewhere(self, packed: bytes, small: bool) -> Any:
        """The result of a piece of work that a worker does. Raises what it raises, or ``TooComplex``."""
        if self._connecting is None or not self._connecting.done():
            await self._connected()
        piece = _Piece(packed, small, asyncio.get_running_loop().create_future())
        self._waiting.append(FOR.get(), piece)
        self.feed()
        try:
            return await asyncio.wait_for(piece.future, self._deadline)
        except TimeoutError:
            for worker in self._workers:
                if worker.given and worker.given[0] is piece:
                    worker.kill()
            raise TooComplex(f"the work took longer than {self._deadline:g} seconds") from None

    def feed(self) -> None:
        """Give what waits to the workers that are free, each its share."""
        free = [worker for worker in self._workers if worker.ready and not worker.given]
        while free and self._waiting:
            batch = list(self._batch(len(free)))
            if batch:
                free.pop().give(batch)

    def _batch(self, free: int) -> Iterator[_Piece]:
        """The pieces whose turn it is: a large one alone, small ones up to the share of one worker."""
        share, size, count = -(-len(self._waiting) // free), 0, 0
        while self._waiting and count < min(share, MAX_BATCH) and size < MAX_BATCH_BYTES:
            piece = self._waiting.first()
            together = piece.small and not piece.alone
            if count and not together:
                return
            self._waiting.popleft()
            if piece.future.done():  # nobody waits for it any more
                continue
            yield piece
            if not together:
                return
            count, size = count + 1, size + len(piece.packed)

    def hello(self) -> None:
        """A worker is warm."""
        if sum(worker.ready for worker in self._workers) == self._size:
            self._ready.set()

    def lost(self, worker: _Worker) -> None:
        """A worker ended, and another is started. The piece it was at has failed, if it is known which; of
        several it may have been any, and each is begun again, alone."""
        self._workers.remove(worker)
        if self._closing:
            return
        if len(worker.given) == 1 and not worker.given[0].future.done():
            worker.given[0].future.set_exception(GatewayFailed("a worker process ended", hint="Try again."))
        for piece in reversed(worker.given):
            if not piece.future.done():
                piece.alone = True
                self._waiting.appendleft(piece)
        asyncio.get_running_loop().call_later(0 if worker.ready else RESTART, self._restart)

    def _restart(self) -> None:
        if not self._closing:
            self._started.append(self._spawned())
            self._connecting = asyncio.create_task(self._connect())

    @contextmanager
    def _counted(self, where: str) -> Iterator[None]:
        if self._metrics is None:
            yield
            return
        with self._metrics.working(where):
            yield

    async def close(self) -> None:
        """Let the processes end when their work is done."""
        if self._connecting is not None:
            await asyncio.wait([self._connecting])
        while self._running:
            await asyncio.sleep(0.01)
        self._closing = True
        processes = [worker.process for worker in (*self._workers, *self._started)]
        self._let_go()
        await asyncio.to_thread(_joined, processes)

    def _let_go(self) -> None:
        """Close every channel: the processes end by that."""
        self._closing = True
        for worker in (*self._workers, *self._started):
            with suppress(OSError):
                worker.channel.shutdown(socket.SHUT_RDWR)
        atexit.unregister(self._let_go)


def _joined(processes: list[Any]) -> None:
    for process in processes:
        process.join(STOP)
        if process.is_alive():
            process.kill()
            process.join()
