"""A queue in which whoever waits has turns: one piece of each, then the next of each, however many one has."""

from __future__ import annotations

from collections import OrderedDict, deque
from contextvars import ContextVar
from typing import Generic, TypeVar

__all__ = ["FOR", "Turns"]

FOR: ContextVar[str] = ContextVar("FOR", default="")
"""For whom work is done that is asked for from here on: a tenant, or nobody in particular."""

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Items by whom they are for. Those of one keep their order; those of several are taken in turn."""

    def __init__(self) -> None:
        self._again: deque[Item] = deque()
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, whose: str, item: Item) -> None:
        """Let an item wait behind the others of the same."""
        self._waiting.setdefault(whose, deque()).append(item)
        self._count += 1

    def appendleft(self, item: Item) -> None:
        """Let an item that was taken once be the next, whosever turn it is."""
        self._again.appendleft(item)
        self._count += 1

    def first(self) -> Item:
        """The next item, which stays. Raises ``IndexError`` where none waits."""
        if self._again:
            return self._again[0]
        if not self._waiting:
            raise IndexError("nothing waits")
        return next(iter(self._waiting.values()))[0]

    def popleft(self) -> Item:
        """Take the next item; whose it was has the next turn after all others. Raises ``IndexError``."""
        if self._again:
            self._count -= 1
            return self._again.popleft()
        if not self._waiting:
            raise IndexError("nothing waits")
        whose, items = next(iter(self._waiting.items()))
        item = items.popleft()
        self._count -= 1
        if items:
            self._waiting.move_to_end(whose)
        else:
            del self._waiting[whose]
        return item
