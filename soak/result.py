"""What a long run says: how far it is while it goes on, and what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Progress", "Result"]

EVERY = 10.0
"""Seconds between two lines of progress."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run: ``done`` in a sentence of counts; ``wrong`` names what does not hold."""

    done: str
    wrong: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return not self.wrong


@dataclass(slots=True)
class Progress:
    """Tells how far a run is, and when it has had its time: ``minutes``, without end when 0."""

    total: int
    minutes: float = 0.0
    what: str = "cycles"
    tell: Callable[[str], object] = field(default=lambda line: print(line, file=sys.stderr, flush=True))
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _due: float = 0.0
    _first: int | None = None

    def __post_init__(self) -> None:
        self._begun = self.clock()

    @property
    def over(self) -> bool:
        """Whether the run has had its time."""
        return self.minutes > 0 and self.clock() - self._begun >= self.minutes * MINUTE

    def at(self, done: int, more: str = "") -> None:
        """So much is done; a line now and then, with the time that is left at this pace."""
        if self._first is None:
            self._first = done
        now = self.clock()
        if now < self._due and done < self.total:
            return
        self._due = now + EVERY
        passed, since = now - self._begun, done - self._first
        left = f", {(self.total - done) * passed / since / MINUTE:.0f} min left" if since else ""
        self.tell(
            f"  {done:,} of {self.total:,} {self.what} after {passed / MINUTE:.1f} min{left} {more}".rstrip()
        )
