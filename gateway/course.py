"""How work went: how long its steps took, and which way documents went to their statements.

Those who work tell it, at no cost; it is heard only where somebody watches, who brings the clock. What is
told has no bearing on any result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Canonicalized", "Course", "Read", "Watch", "canonicalized", "lap", "read", "watched", "went"]


@dataclass(frozen=True, slots=True)
class Read:
    """A document was read as linked data: ``expanded`` says why in general, empty where compiled contexts sufficed."""

    expanded: str


@dataclass(frozen=True, slots=True)
class Canonicalized:
    """A dataset of ``quads`` was canonicalized, with so many permutations ``tried`` of a budget."""

    quads: int
    tried: int
    budget: int


@dataclass(frozen=True, slots=True)
class Course:
    """What was told: the ``steps`` with their seconds, each as often as it was done, and the documents on the way."""

    steps: tuple[tuple[str, float], ...] = ()
    reads: tuple[Read, ...] = ()
    canonicalized: tuple[Canonicalized, ...] = ()

    @property
    def expanded(self) -> bool | None:
        """Whether any document had to be expanded; None where none was linked data."""
        return any(one.expanded for one in self.reads) if self.reads else None


class Watch:
    """Hears how one piece of work goes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._last = clock, clock()
        self._steps: list[tuple[str, float]] = []
        self._reads: list[Read] = []
        self._canonicalized: list[Canonicalized] = []

    def lap(self, step: str) -> None:
        """What was done since the last lap is this step; with no name, it is nobody's."""
        now = self._clock()
        if step:
            self._steps.append((step, now - self._last))
        self._last = now

    def heard(self, told: Read | Canonicalized | Course) -> None:
        """Add what became of a document, or all of a course."""
        if isinstance(told, Course):
            self._steps += told.steps
            self._reads += told.reads
            self._canonicalized += told.canonicalized
        elif isinstance(told, Read):
            self._reads.append(told)
        else:
            self._canonicalized.append(told)

    @property
    def course(self) -> Course:
        """What was heard so far."""
        return Course(tuple(self._steps), tuple(self._reads), tuple(self._canonicalized))


_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(clock: Callable[[], float]) -> Iterator[Watch]:
    """Watch what the block does. Where somebody watches already, they hear nothing of it meanwhile."""
    watch = Watch(clock)
    token = _WATCH.set(watch)
    try:
        yield watch
    finally:
        _WATCH.reset(token)


def lap(step: str = "") -> None:
    """A step is done; with no name, what was done since the last one is nobody's."""
    if (watch := _WATCH.get()) is not None:
        watch.lap(step)


def read(expanded: str = "") -> None:
    """A document was read as linked data."""
    if (watch := _WATCH.get()) is not None:
        watch.heard(Read(expanded))


def canonicalized(quads: int, tried: int, budget: int) -> None:
    """A dataset was canonicalized."""
    if (watch := _WATCH.get()) is not None:
        watch.heard(Canonicalized(quads, tried, budget))


def went(course: Course) -> None:
    """Work went so elsewhere."""
    if (watch := _WATCH.get()) is not None:
        watch.heard(course)
