"""Work that must be quick: where a document would take long, it ends with ``TakesLong``, to be done elsewhere.

What takes long is known before it is done: expansion by pyld, contexts that are not compiled yet, and
blank nodes that look alike. For whatever else does, quick work may be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, TypeVarTuple

__all__ = ["TakesLong", "interruptible", "is_quick", "need_time", "quickly", "uninterrupted"]

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

_QUICK: ContextVar[bool] = ContextVar("quick", default=False)
_UNINTERRUPTED: ContextVar[bool] = ContextVar("uninterrupted", default=False)


class TakesLong(BaseException):
    """Work that was to be quick is not. No refusal: nothing is known of the document, and no check may catch it."""


def quickly(function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """The function's result. Raises what it raises, or ``TakesLong`` before anything that takes long."""
    token = _QUICK.set(True)
    try:
        return function(*arguments)
    finally:
        _QUICK.reset(token)


def is_quick() -> bool:
    """Whether the work under way must be quick."""
    return _QUICK.get()


def need_time(what: str) -> None:
    """To be called before what takes long: ends work that must be quick with ``TakesLong``."""
    if _QUICK.get():
        raise TakesLong(what)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """For the block, quick work is not to be interrupted: what others keep for later must stay whole."""
    token = _UNINTERRUPTED.set(True)
    try:
        yield
    finally:
        _UNINTERRUPTED.reset(token)


def interruptible() -> bool:
    """Whether ``TakesLong`` may be raised here and now, in the middle of anything."""
    return _QUICK.get() and not _UNINTERRUPTED.get()
