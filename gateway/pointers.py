"""JSON pointers (RFC 6901): how every finding and error says where."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["escape", "join", "resolve", "split", "unescape"]

_MISSING = object()
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
"""An array index (section 4), of a length that no array outgrows."""


def escape(step: str) -> str:
    """One reference token, escaped (RFC 6901 section 3)."""
    if "~" in step or "/" in step:
        return step.replace("~", "~0").replace("/", "~1")
    return step


def unescape(token: str) -> str:
    """The step that a reference token is (RFC 6901 section 4)."""
    return token.replace("~1", "/").replace("~0", "~")


def join(*steps: str | int) -> str:
    """The pointer made of unescaped steps."""
    return "".join(f"/{escape(str(step))}" for step in steps)


def split(pointer: str) -> list[str]:
    """The unescaped steps of a pointer; none for the whole document."""
    steps = pointer.split("/")[1:]
    return [unescape(step) for step in steps] if "~" in pointer else steps


def resolve(tree: Any, pointer: str, default: Any = None) -> Any:
    """What stands at ``pointer`` in ``tree``, or ``default`` when nothing does (section 4)."""
    current = tree
    for step in split(pointer):
        if isinstance(current, dict):
            current = current.get(step, _MISSING)
        elif isinstance(current, list) and _INDEX.fullmatch(step) and int(step) < len(current):
            current = current[int(step)]
        else:
            return default
        if current is _MISSING:
            return default
    return current
