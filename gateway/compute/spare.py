"""Small work on the event loop, in time that is to spare: bounded for each piece, and in all.

A piece that turns out to take long is given up after ``LIMIT`` seconds of processor time at the latest, most
that are made to take long at once (``gateway.jsonld.quick``). All together have ``SHARE`` of the time.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar, TypeVarTuple

from gateway.jsonld import TakesLong, interruptible, quickly

__all__ = ["BURST", "LIMIT", "SHARE", "Spare"]

LIMIT = 0.005
"""Seconds of processor time that one piece of small work may hold the event loop for."""
SHARE = 0.5
"""The part of the time that small work may have on the event loop; the rest answers and listens."""
BURST = 0.01
"""Seconds that small work may take at a stretch, when it took none before."""
AGAIN = 0.001
"""Seconds until the next try, where the work could not be interrupted."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Spare:
    """What time there is for small work: a bucket that fills with time and empties with work.

    To be made and used in the main thread, where signals arrive; elsewhere there is never time.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seen = clock()
        self._left = BURST
        self._armed = False
        self._able = threading.current_thread() is threading.main_thread()
        if self._able:  # and it stays: a signal that comes late would otherwise end the process
            signal.signal(signal.SIGVTALRM, self._interrupt)

    @property
    def any(self) -> bool:
        """Whether a piece of small work may be done now."""
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._seen) * SHARE)
        self._seen = now
        return self._able and self._left > 0

    def run(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """The function's result. Raises what it raises, or ``TakesLong``."""
        start = self._clock()
        try:
            self._armed = True
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
            return quickly(function, *arguments)
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self._left -= self._clock() - start

    def _interrupt(self, _: int, __: FrameType | None) -> None:
        if self._armed and interruptible():
            raise TakesLong("more time than there is")
        if self._armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, AGAIN)
