"""The outline of a JSON text: all of it but its strings. Two texts of one outline differ in strings alone.

A text with the outline of one that was read in full, and with strings in the places of strings, is JSON of the
same structure: it need not be read again to know what stands where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gateway.envelopes.json_text import SURROGATE
from gateway.envelopes.limits import MAX_BYTES

__all__ = ["Outline", "outline_of", "string_of", "strings_in"]

_STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)', re.DOTALL)
"""A string, or what begins as one and has no end: it is met once, at the end, where no outline of JSON has one."""
_CONTROL = re.compile(r"[\x00-\x1f]")
_BLANK = "\ufeff \t\r\n"


class Outline(NamedTuple):
    """``marks`` is what stands between the strings, with a character that JSON does not have in place of each;
    ``strings`` are those as they are written, without quotes.
    """

    marks: str
    strings: list[str]


def outline_of(data: bytes) -> Outline | None:
    """The outline of the text of a JSON object; None for what is none, or is too large to be read."""
    if len(data) > MAX_BYTES:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    parts = _STRING.split(text) if "\\" in text else text.split('"')
    if not parts[0].lstrip(_BLANK).startswith("{") or len(parts) % 2 == 0:
        return None
    return Outline("\0".join(parts[0::2]), parts[1::2])


def string_of(written: str) -> str | None:
    """The string that is written so; None for what JSON does not write, or what is half of a pair."""
    if "\\" not in written:
        return None if _CONTROL.search(written) else written
    try:
        value: str = json.loads(f'"{written}"')
    except ValueError:
        return None
    return None if SURROGATE.search(value) else value


def strings_in(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...] | None]:
    """For each string of the text that a tree was read from, in order: its path, None for a member's name."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield None
            yield from strings_in(value, (*path, name))
    elif isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from strings_in(value, (*path, position))
    elif isinstance(tree, str):
        yield path
