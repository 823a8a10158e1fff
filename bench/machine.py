"""What was measured on: versions, cores, load, and how much of the machine others had meanwhile."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["Machine", "Moment", "versions"]

BUSY_LOAD = 0.5
"""A load at the beginning, for each core, above which the machine was not quiet."""
BUSY_SHARE = 0.05
"""The part of the machine's time taken by others above which it was not quiet."""
STAT = Path("/proc/stat")
IDLE = (3, 4)
"""Idle, and waiting for the disk, among the times of ``/proc/stat``."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The load, the clock, and the processor seconds used by everybody and by us with our processes."""

    load: float
    clock: float
    everybody: float | None
    ours: float

    @classmethod
    def now(cls) -> Moment:
        """This moment; what everybody used is known where the kernel tells it."""
        times = os.times()
        ours = times.user + times.system + times.children_user + times.children_system
        return cls(os.getloadavg()[0], time.perf_counter(), _everybody(), ours)


def _everybody() -> float | None:
    try:
        counts = [int(count) for count in STAT.read_text().splitlines()[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    busy = sum(count for place, count in enumerate(counts) if place not in IDLE)
    return float(busy / os.sysconf("SC_CLK_TCK"))


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine between two moments."""

    begin: Moment
    end: Moment
    cores: int

    @property
    def others(self) -> float | None:
        """The part of the machine's time that processes of others took."""
        if self.begin.everybody is None or self.end.everybody is None:
            return None
        used = self.end.everybody - self.begin.everybody - (self.end.ours - self.begin.ours)
        return max(0.0, used / ((self.end.clock - self.begin.clock) * self.cores))

    @property
    def warning(self) -> str:
        """Why the machine was not quiet; empty where it was."""
        said = []
        if self.begin.load > BUSY_LOAD * self.cores:
            said.append(f"the load was {self.begin.load:.1f} before anything was measured")
        if self.others is not None and self.others > BUSY_SHARE:
            said.append(f"other processes took {self.others:.0%} of its time")
        return " and ".join(said)

    def __str__(self) -> str:
        others = "" if self.others is None else f", {self.others:.0%} of its time taken by others"
        return (
            f"{platform.machine()}, {self.cores} cores; load {self.begin.load:.1f} at the beginning, "
            f"{self.end.load:.1f} at the end{others}"
        )


def versions(names: Iterable[str]) -> str:
    """Python and libraries with their versions; one that is not there is left out."""
    said = [f"Python {platform.python_version()}"]
    for name in names:
        try:
            said.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(said)
