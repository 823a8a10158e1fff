"""How far a batch is: a line on a terminal that is written over, and one at the end for everybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from gateway.pipeline import Row

__all__ = ["Progress"]

EVERY = 0.2
"""Seconds between two lines on a terminal."""


class Progress:
    """Counts rows as they are done; ``length`` is that of what is read in bytes, 0 where it is not known."""

    def __init__(self, stream: TextIO, length: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._length, self._clock = stream, length, clock
        self._terminal = stream.isatty()
        self._begin = self._shown = clock()
        self._start: int | None = None
        self.signed = self.refused = self.templated = self.odd = 0

    def note(self, chunk: tuple[Row, ...], position: int) -> None:
        """Take in rows; ``position`` is how far in what is read they were found."""
        refused = sum(row.refusal is not None for row in chunk)
        self.refused += refused
        self.signed += len(chunk) - refused
        self.templated += sum(row.templated for row in chunk)
        self.odd += sum(not row.simple for row in chunk)
        if self._start is None:
            self._start = position
        now = self._clock()
        if self._terminal and now - self._shown >= EVERY:
            self._shown = now
            self._stream.write(f"\r\x1b[K{self._line(now, position)}")
            self._stream.flush()

    def _line(self, now: float, position: int) -> str:
        done, took = self.signed + self.refused, max(now - self._begin, 1e-6)
        told = f"{self.signed:,} signed, {self.refused:,} refused · {done / took:,.0f}/s"
        read = position - (self._start or 0)
        if not self._length or read <= 0:
            return told
        left = took * (self._length - position) / read
        return f"{told} · {100 * position / self._length:.0f} % · {_clock(left)} left"

    def end(self, signed: int, refused: int, failures: str) -> None:
        """Say what became of all rows, those of earlier runs included."""
        if self._terminal:
            self._stream.write("\r\x1b[K")
        now = f" ({self.signed:,} now, {self.templated:,} of them by templates)"
        where = f": {failures}" if refused else ""
        self._stream.write(f"{signed:,} signed{now}, {refused:,} refused{where}\n")
        if self.odd:
            told = f"{self.odd:,} are not canonically simple: implementations differ on them"
            self._stream.write(f"warning: {told} [not_simple]\n")


def _clock(seconds: float) -> str:
    whole = int(seconds + 0.5)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
