"""The port to computing, and the form of it that has nothing else to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, TypeVarTuple

__all__ = ["Compute", "HereCompute"]

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Compute(Protocol):
    """Runs a pure function of the core somewhere and waits for it."""

    async def run(
        self, function: Callable[[*Arguments], Result], *arguments: *Arguments, small: bool = False
    ) -> Result:
        """The function's result; raises what it raises, or ``Overloaded``.

        ``small`` work is known to take a millisecond or so, unless a document is made to take longer.
        """
        ...

    async def close(self) -> None:
        """Wait for work under way and let the processes go."""
        ...


class HereCompute:
    """Runs everything at once in this process: for the command line, which has nothing else to do."""

    async def run(
        self, function: Callable[[*Arguments], Result], *arguments: *Arguments, small: bool = False
    ) -> Result:
        """The function's result."""
        return function(*arguments)

    async def close(self) -> None:
        """Nothing to wait for."""
