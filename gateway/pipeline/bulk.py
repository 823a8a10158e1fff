"""Many credentials signed as they stand: prepared in chunks where work is done, signed here, in their order.

However many there are, no more than a few chunks are in memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway import core
from gateway.compute import Compute
from gateway.core import Order, Outcome, Unsigned, Way
from gateway.errors import InputRefused
from gateway.pipeline.work import contexts_of
from gateway.signer import Ledger, Signer

__all__ = ["CHUNK_BYTES", "CHUNK_ROWS", "Bulk", "BulkJob", "Row", "prepare_bulk", "secured"]

CHUNK_ROWS = 200
"""Most rows that are prepared, signed and noted together."""
CHUNK_BYTES = 2_097_152
"""What ends a chunk earlier: rows that are long."""

Numbered = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row: its ``content``, secured, in one line; or why there is none.

    ``templated`` tells that it was read by a template, ``simple`` that all implementations agree on what is signed.
    """

    number: int
    content: bytes = b""
    refusal: InputRefused | None = None
    templated: bool = False
    simple: bool = True


@dataclass(frozen=True, slots=True)
class BulkJob:
    """Rows to prepare. ``own`` is the address of the gateway's own context, ``issuer`` who must issue them."""

    rows: tuple[bytes, ...]
    ways: tuple[Way, ...]
    now: datetime
    own: str
    issuer: str


def prepare_bulk(job: BulkJob) -> tuple[Outcome, ...]:
    """Each row ready to be signed, or why it is not."""
    return core.prepare_rows(job.rows, Order(job.ways, job.now, contexts_of(job.own), job.issuer))


@dataclass(frozen=True, slots=True)
class Bulk:
    """How rows are secured: where work is done, who signs each of the ``ways``, what notes it. ``ahead`` is how many
    chunks are prepared at a time.
    """

    compute: Compute
    signers: tuple[Signer, ...]
    ways: tuple[Way, ...]
    issuer: str
    own: str
    clock: Callable[[], datetime]
    ledger: Ledger | None
    ahead: int


async def secured(rows: Iterable[Numbered], bulk: Bulk) -> AsyncGenerator[tuple[Row, ...], None]:
    """The rows with their proofs, chunk by chunk; what was signed is noted before it comes out.

    Raises ``RequestRefused`` for tokens, ``SignerFailed``, ``GatewayFailed``.
    """
    chunks = _chunks(rows)
    waiting: deque[tuple[list[Numbered], datetime, asyncio.Task[tuple[Outcome, ...]]]] = deque()
    try:
        while True:
            while len(waiting) < max(bulk.ahead, 1) and (chunk := next(chunks, None)):
                now = bulk.clock()
                waiting.append((chunk, now, asyncio.create_task(_prepared(chunk, now, bulk))))
            if not waiting:
                return
            chunk, now, task = waiting.popleft()
            yield await _signed(chunk, await task, now, bulk)
    finally:
        for _, _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, _, task in waiting), return_exceptions=True)


def _chunks(rows: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    chunk: list[Numbered] = []
    length = 0
    for number, row in rows:
        chunk.append((number, row))
        length += len(row)
        if len(chunk) == CHUNK_ROWS or length >= CHUNK_BYTES:
            yield chunk
            chunk, length = [], 0
    if chunk:
        yield chunk


async def _prepared(chunk: list[Numbered], now: datetime, bulk: Bulk) -> tuple[Outcome, ...]:
    job = BulkJob(tuple(row for _, row in chunk), bulk.ways, now, bulk.own, bulk.issuer)
    return await bulk.compute.run(prepare_bulk, job)


async def _signed(
    chunk: list[Numbered], outcomes: Sequence[Outcome], now: datetime, bulk: Bulk
) -> tuple[Row, ...]:
    """The rows of a chunk, signed and noted."""
    ready = [outcome for outcome in outcomes if isinstance(outcome, Unsigned)]
    signatures = [
        await signer.sign_many([row.to_sign[position] for row in ready])
        for position, signer in enumerate(bulk.signers)
    ]
    contents = [
        core.attach_signatures(row, made) for row, *made in zip(ready, *signatures, strict=True)
    ]  # fmt: skip
    if bulk.ledger is not None and ready:
        named = [(content, row.identifier) for content, row in zip(contents, ready, strict=True)]
        for signer in bulk.signers:
            await bulk.ledger.append_many(named, signer=signer, format="vc", created=now)
    left = iter(contents)
    return tuple(
        Row(number, refusal=outcome)
        if isinstance(outcome, InputRefused)
        else Row(number, next(left), None, outcome.templated, outcome.simple)
        for (number, _), outcome in zip(chunk, outcomes, strict=True)
    )
