"""Times and ratios: rounds in which everybody has a turn, medians of the rounds, their range."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Cell", "Ratio", "run_for"]


@dataclass(slots=True)
class Cell:
    """One job by one party: the median of each round, and processor time of one run, in microseconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def note(self, times: list[float], cpu: float) -> None:
        """Take in one round."""
        self.wall.append(statistics.median(times))
        self.cpu.append(cpu)

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.wall)

    @property
    def processor(self) -> float:
        """The median processor time of one run."""
        return statistics.median(self.cpu)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer a peer takes: the median over the rounds, the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, peer: Cell, ours: Cell) -> Ratio:
        """The ratio of two cells that had their turns in the same rounds."""
        ratios = [theirs / mine for theirs, mine in zip(peer.wall, ours.wall, strict=True)]
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.low:.1f}–{self.high:.1f})"


def run_for(job: Callable[[], object], seconds: float) -> tuple[list[float], float]:
    """Microseconds of each run within some seconds, and processor time of one; at least one run."""
    times = []
    cpu, end = time.process_time(), time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        job()
        now = time.perf_counter()
        times.append((now - start) * 1e6)
        if now >= end:
            return times, (time.process_time() - cpu) * 1e6 / len(times)
