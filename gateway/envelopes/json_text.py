"""JSON text to a tree and back, strictly: RFC 8259 within the limits of I-JSON (RFC 7493)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.envelopes.limits import MAX_DEPTH, MAX_VALUES, check_size
from gateway.errors import (
    DuplicateKey,
    MalformedJson,
    NestingTooDeep,
    NotAnInteroperableNumber,
    TooManyElements,
    WrongEncoding,
)
from gateway.pointers import escape

__all__ = ["SURROGATE", "read_json", "write_json", "write_json_line"]

MAX_INTEGER = 2**53 - 1
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a pair of UTF-16, which UTF-8 does not write."""
BOM = b"\xef\xbb\xbf"
_NOT_SOUND = object()
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


class _Twice(dict[str, Any]):
    """An object that named a key twice; found again afterwards to tell its pointer."""

    key = ""


def read_json(data: bytes) -> Any:
    """The value of a JSON document.

    Raises ``WrongEncoding``, ``MalformedJson`` (with the line), ``DuplicateKey``,
    ``NotAnInteroperableNumber``, ``NestingTooDeep``, ``TooManyElements`` or ``TooLarge``.
    """
    check_size(data)
    tree = _at_once(data.removeprefix(BOM))
    return _by_and_by(data) if tree is _NOT_SOUND else tree


def _at_once(data: bytes) -> Any:
    """The value of a document that keeps all limits, as nearly every one does; ``_NOT_SOUND`` where that is not plain.

    Each text stands between two quotes; of an object that names a key twice, the tree holds fewer of them.
    """
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _NOT_SOUND
    quotes = data.count(b'"')
    if b"\\" in data:
        bare = data.replace(rb"\\", b"")
        quotes = bare.count(b'"') - bare.count(rb"\"")
    return tree if 2 * _sound_texts(tree) == quotes else _NOT_SOUND


def _by_and_by(data: bytes) -> Any:
    """The value of a document that may break a rule, with the place where it does."""
    try:
        tree = json.loads(
            _text(data), object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise MalformedJson(error.msg, pointer=f"line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NestingTooDeep(f"nesting deeper than {MAX_DEPTH}", pointer=_too_deep(data)) from None
    _check(tree)
    return tree


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongEncoding("JSON is UTF-8, this begins with the mark of UTF-16", pointer="byte 0")
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongEncoding(f"byte {error.start} is not UTF-8", pointer=f"byte {error.start}") from None


def _too_deep(data: bytes) -> str:
    """Where an object or array begins that lies too deep."""
    depth = 0
    for found in _BRACKETS.finditer(data):
        depth += (found[0] in b"[{") - (found[0] in b"]}")
        if depth > MAX_DEPTH:
            return f"byte {found.start()}"
    return ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    twice = _Twice(members)
    for key, _ in pairs:
        if key in seen:
            twice.key = key
        seen.add(key)
    return twice


def _integer(digits: str) -> int | float:
    # Longer texts cannot be interoperable, and converting them costs quadratic time.
    return int(digits) if len(digits) < 20 else math.inf


def _constant(_: str) -> float:
    return math.nan


def _sound_texts(tree: Any) -> int:
    """How many texts a tree holds, names of members too; -1 where one of its values, or all, break a limit."""
    count, texts, level, depth = 1, 0, [tree], 0
    while level:
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:
                texts += 1
            elif kind is dict:
                count += len(value)
                texts += len(value)
                below += value.values()
            elif kind is list:
                count += len(value)
                below += value
            elif (kind is int or kind is float) and not -MAX_INTEGER <= value <= MAX_INTEGER:
                return -1
        depth += 1
        if count > MAX_VALUES or (below and depth > MAX_DEPTH):
            return -1
        level = below
    return texts


def _check(tree: Any) -> None:
    """Depth, number of values, numbers and strings, in one iterative walk that knows where it is."""
    count = 0
    stack: list[tuple[Any, str, int]] = [(tree, "", 0)]
    while stack:
        value, pointer, depth = stack.pop()
        count += 1
        inside = len(value) if isinstance(value, (dict, list)) else 0
        if count + len(stack) + inside > MAX_VALUES:
            raise TooManyElements(f"more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise NestingTooDeep(f"nesting deeper than {MAX_DEPTH}", pointer=pointer)
        _check_value(value, pointer)
        stack.extend((child, f"{pointer}/{escape(str(name))}", depth + 1) for name, child in _children(value))


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _check_value(value: Any, pointer: str) -> None:
    if isinstance(value, _Twice):
        raise DuplicateKey(
            f"the key {value.key[:80]!r} stands twice", pointer=f"{pointer}/{escape(value.key)}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAnInteroperableNumber("a number is not finite or too large", pointer=pointer)
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise NotAnInteroperableNumber("an integer is beyond ±(2^53-1)", pointer=pointer)
    strings = (value,) if isinstance(value, str) else value if isinstance(value, dict) else ()
    for string in strings:
        if not string.isascii() and SURROGATE.search(string) is not None:
            raise WrongEncoding("a text holds half of a surrogate pair", pointer=pointer)


def write_json(tree: Any) -> bytes:
    """The tree as UTF-8 text, indented by two, members in the order they have."""
    try:
        return orjson.dumps(tree, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer of more than 64 bits
        return (json.dumps(tree, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def write_json_line(tree: Any) -> bytes:
    """The tree as UTF-8 text in one line, its end included."""
    try:
        return orjson.dumps(tree, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # an integer of more than 64 bits
        return (json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()
