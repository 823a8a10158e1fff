"""Parts of a JSON text as they stand in it: what was signed or hashed must not be written anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

__all__ = ["elements", "members"]

SPACE = re.compile(r"[ \t\n\r]*")
DECODER = json.JSONDecoder()


def members(text: str) -> dict[str, str]:
    """The members of an object, each as it stands. Raises ``ValueError`` for any other text, or a name twice."""
    found: dict[str, str] = {}
    at = _after(text, 0, "{")
    if at < 0:
        raise ValueError("the text is no object")
    while (end := _after(text, at, "}")) < 0:
        at = _separated(text, at, first=not found)
        name, at = _value(text, at)
        key = json.loads(name)
        colon = _after(text, at, ":")
        if not isinstance(key, str) or colon < 0 or key in found:
            raise ValueError("the text is no object")
        found[key], at = _value(text, colon)
    _ended(text, end)
    return found


def elements(text: str) -> list[str]:
    """The elements of an array, each as it stands. Raises ``ValueError`` for any other text."""
    return list(_elements(text))


def _elements(text: str) -> Iterator[str]:
    at, first = _after(text, 0, "["), True
    if at < 0:
        raise ValueError("the text is no array")
    while (end := _after(text, at, "]")) < 0:
        value, at = _value(text, _separated(text, at, first=first))
        first = False
        yield value
    _ended(text, end)


def _value(text: str, at: int) -> tuple[str, int]:
    """One value and where it ends."""
    start = _skipped(text, at)
    try:
        _, end = DECODER.raw_decode(text, start)
    except RecursionError:
        raise ValueError("the text nests too deep") from None
    return text[start:end], end


def _skipped(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, mark: str) -> int:
    """Where the text goes on after a mark, -1 where the mark does not stand."""
    start = _skipped(text, at)
    return start + 1 if text.startswith(mark, start) else -1


def _separated(text: str, at: int, *, first: bool) -> int:
    """Where the next part begins: after a comma, but for the first."""
    start = at if first else _after(text, at, ",")
    if start < 0:
        raise ValueError("a comma is missing")
    return start


def _ended(text: str, at: int) -> None:
    if _skipped(text, at) != len(text):
        raise ValueError("something stands after the end")
