"""Work that is watched wherever it is done: how it went comes back with its result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from gateway.compute.port import Compute
from gateway.course import Course, watched, went

__all__ = ["WatchedCompute"]

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class WatchedCompute:
    """What ``inner`` computes, told to whoever watches where it is asked for."""

    def __init__(self, inner: Compute) -> None:
        self._inner = inner

    async def run(
        self, function: Callable[[*Arguments], Result], *arguments: *Arguments, small: bool = False
    ) -> Result:
        """The function's result; raises what ``inner`` raises. Work that fails tells nothing."""
        result, course = await self._inner.run(_timed, function, *arguments, small=small)
        went(course)
        return result

    async def close(self) -> None:
        """Close ``inner``."""
        await self._inner.close()


def _timed(function: Callable[[*Arguments], Result], *arguments: *Arguments) -> tuple[Result, Course]:
    with watched(time.perf_counter) as watch:
        result = function(*arguments)
    return result, watch.course
