"""A figure: how many of how many, what is counted, and what was lacking."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure", "all_of"]


@dataclass(frozen=True, slots=True)
class Figure:
    """``reached`` of ``total``; ``required`` is how many must be reached, ``lacking`` names the others.

    A figure with a total of 0 counts what must not be there at all.
    """

    title: str
    reached: int
    total: int
    required: int
    lacking: tuple[str, ...] = ()
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the figure is as required."""
        if self.total == 0 and self.required == 0:
            return self.reached == 0
        return self.reached >= self.required


def all_of(title: str, outcomes: dict[str, bool], note: str = "") -> Figure:
    """A figure of which every one is required."""
    lacking = tuple(name for name, reached in outcomes.items() if not reached)
    total = len(outcomes)
    return Figure(title, total - len(lacking), total, max(total, 1), lacking, note)
