"""Times and ratios: rounds in which everybody has a turn, medians of the rounds, their range."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

__all__ = ["Cell", "Cells", "Plan", "Progress", "Ratio", "Run", "Turn", "run_for", "take_turns"]

Run = Callable[[float], tuple[list[float], float]]
"""Does a job for about some seconds: microseconds of each run, and processor time of one."""
LEAST_ROUNDS = 3
"""Rounds that are run whatever the time: a median of less says nothing."""
LEAST_SHARE = 0.1
"""The smallest part of the wanted seconds that a turn is cut to when time is short."""


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


Cells = dict[tuple[str, str, str], Cell]
"""By document, job and party."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times longer a peer takes: the median over the rounds, the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, peer: Cell, ours: Cell) -> Ratio:
        """The ratio of two cells that had their turns in the same rounds."""
        return cls._of(peer.wall, ours.wall)

    @classmethod
    def of_processor(cls, peer: Cell, ours: Cell) -> Ratio:
        """The same of processor time, of which others on the machine take none away."""
        return cls._of(peer.cpu, ours.cpu)

    @classmethod
    def _of(cls, theirs: list[float], ours: list[float]) -> Ratio:
        ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.low:.1f}–{self.high:.1f})"


class Turn(NamedTuple):
    """One party's turn at one job on one document, in each round. ``fixed`` takes the time it takes."""

    part: str
    document: str
    job: str
    party: str
    run: Run
    fixed: bool = False


class Plan(NamedTuple):
    """How many ``rounds``, how many ``seconds`` a turn, and how many the whole may take."""

    rounds: int
    seconds: float
    budget: float


Progress = Callable[[str, int, float | None], None]
"""Told when a part begins: its name, the number of the round, and how many seconds are left, once known."""


def take_turns(turns: Iterable[Turn], plan: Plan, say: Progress) -> tuple[Cells, int]:
    """Every turn once a round, in order, and the number of rounds run.

    Where the first round shows that ``plan.rounds`` would take longer than the budget, turns get shorter;
    where that does not suffice, rounds are left out, down to ``LEAST_ROUNDS``.
    """
    cells: Cells = {}
    order = [(part, list(group)) for part, group in groupby(turns, key=lambda turn: turn.part)]
    begin, seconds, left, done = time.perf_counter(), plan.seconds, None, 0
    for done in range(1, plan.rounds + 1):
        took = {True: 0.0, False: 0.0}
        for part, group in order:
            say(part, done, left)
            for turn in group:
                start = time.perf_counter()
                cell = cells.setdefault((turn.document, turn.job, turn.party), Cell())
                cell.note(*turn.run(0.0 if turn.fixed else seconds))
                took[turn.fixed] += time.perf_counter() - start
        remaining = plan.budget - (time.perf_counter() - begin)
        share = _share(took[True], took[False], remaining / max(plan.rounds - done, 1))
        seconds *= share
        a_round = took[True] + share * took[False]
        if done >= LEAST_ROUNDS and remaining < a_round:
            break
        left = max(min(a_round * (plan.rounds - done), remaining), a_round * (LEAST_ROUNDS - done))
    return cells, done


def _share(fixed: float, elastic: float, available: float) -> float:
    """What part of its seconds a turn keeps, so that a round fits into what is available."""
    if fixed + elastic <= available or not elastic:
        return 1.0
    return max(LEAST_SHARE, (available - fixed) / elastic)


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
