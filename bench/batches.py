"""Bulk signing (``bench.bulk``) as part of the page: how fast, whether linear in their number, with how much memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bench import bulk
from bench.world import World

__all__ = ["Batches", "curves", "grown", "measure", "section"]

QUICK_COUNTS = (1_000, 5_000)
SECONDS = 2.0
"""Of each party that signs one by one."""
QUICK_SECONDS = 0.3
TWO = 2


class Batches(NamedTuple):
    """Every run, and processor microseconds of one signature by others and one by one."""

    lines: tuple[bulk.Line, ...]
    others: dict[str, float]


def measure(world: World) -> Batches:
    """Every count, on one process and on two."""
    counts = QUICK_COUNTS if world.quick else bulk.COUNTS
    world.say(f"bulk: {', '.join(f'{count:,}' for count in counts)} credentials")
    others = bulk.per_signature(QUICK_SECONDS if world.quick else SECONDS, world.script)
    return Batches(tuple(bulk.measure(world.folder, counts=counts)), others)


def _one_shape(batches: Batches, processes: int) -> list[bulk.Line]:
    """The runs over credentials of one shape, by count."""
    found = [line for line in batches.lines if line.shapes == 1 and line.processes == processes]
    return sorted(found, key=lambda line: line.rows)


def grown(batches: Batches) -> tuple[bulk.Line, bulk.Line] | None:
    """The runs of the two largest counts on two processes, the larger last; None where they were not run."""
    found = {line.rows: line for line in _one_shape(batches, TWO)}
    few, many = sorted(bulk.COUNTS)[-2:]
    return (found[few], found[many]) if found.keys() >= {few, many} else None


def curves(batches: Batches) -> dict[str, dict[float, float]]:
    """Microseconds for all credentials by their number."""
    return {
        f"{processes} process{'es' if processes > 1 else ''}": {
            float(line.rows): line.rows / line.rate * 1e6 for line in _one_shape(batches, processes)
        }
        for processes in bulk.PROCESSES
    }


def section(batches: Batches) -> Iterator[str]:
    """The part of the page."""
    yield from ("", "## Bulk", "")
    yield (
        f"As `gateway sign --batch` signs: rows from a file, the ledger written, every check made; {bulk.SHAPES[0]} "
        f"documents that differ as those of a course do, or {len(bulk.SHAPES)} shapes in turns. Processor time of all "
        "processes for one credential; ratios are how many times as much others take for one, signing one by one: "
        "the gateway too."
    )
    yield from ("", *bulk.table(batches.lines, batches.others))
