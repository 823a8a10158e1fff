"""The command ``diff``: two credentials side by side, whatever their formats."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from gateway.cli.parts import json_bytes, read_file, write_file
from gateway.cli.text import Paint, paint_for
from gateway.core import understand
from gateway.core.comparing import Compared, Side, compare
from gateway.report import Verdict

__all__ = ["add_diff", "comparison_text"]

SAME, DIFFERENT = 0, 1
MARKS = {Side.SAME: "=", Side.CHANGED: "≠", Side.ONLY_FIRST: "-", Side.ONLY_SECOND: "+"}
COLOURS = {
    Side.SAME: Verdict.VALID, Side.CHANGED: Verdict.UNDETERMINED,
    Side.ONLY_FIRST: Verdict.INVALID, Side.ONLY_SECOND: Verdict.VALID,
}  # fmt: skip
WIDEST = 70
"""Most characters of a place or value in a column; longer ones are cut in the middle or at the end."""


def add_diff(command: argparse.ArgumentParser) -> None:
    """Add the options of ``diff``."""
    command.add_argument("first", metavar="A", help="a credential; - is standard input")
    command.add_argument("second", metavar="B", help="another, of any format")
    command.add_argument("--all", action="store_true", help="also what both say alike")
    command.add_argument("--values", action="store_true", help="with what each says")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(run=_diff)


def _diff(parsed: argparse.Namespace) -> int:
    found = compare(understand(read_file(parsed.first)), understand(read_file(parsed.second)))
    shown = [line for line in found if parsed.all or line.side is not Side.SAME]
    if parsed.json:
        write_file("-", json_bytes([line.to_json(values=parsed.values) for line in shown]))
    else:
        print(comparison_text(found, shown, paint_for(sys.stdout, os.environ), values=parsed.values))
    return SAME if all(line.side is Side.SAME for line in found) else DIFFERENT


def comparison_text(found: Iterable[Compared], shown: list[Compared], paint: Paint, *, values: bool) -> str:
    """How many values both have and one has, then a line for each that is shown: its two places and rules."""
    counts = Counter(line.side for line in found)
    head = (
        f"{counts[Side.SAME]} values alike, {counts[Side.CHANGED]} different, "
        f"{counts[Side.ONLY_FIRST]} only in A (-), {counts[Side.ONLY_SECOND]} only in B (+)"
    )
    width = max((len(_cut(line.first)) for line in shown), default=0)
    return "\n".join((head, *(text for line in shown for text in _line(line, width, paint, values=values))))


def _line(line: Compared, width: int, paint: Paint, *, values: bool) -> Iterator[str]:
    mark = paint(COLOURS[line.side], MARKS[line.side])
    rules = " | ".join(rule for rule in (line.first_rule, line.second_rule) if rule)
    yield f"  {mark} {_cut(line.first) or '·':<{width}}  {_cut(line.second) or '·'}  [{rules or line.hub}]"
    if values and line.side is not Side.SAME:
        yield from (f"      {name}: {_value(said)}" for name, said in _values(line))
    elif values:
        yield f"      {_value(line.first_value)}"


def _values(line: Compared) -> Iterator[tuple[str, Any]]:
    if line.first_value is not None:
        yield "A", line.first_value
    if line.second_value is not None:
        yield "B", line.second_value


def _cut(pointer: str) -> str:
    """A place with its middle left out where it is long: both ends tell more."""
    half = WIDEST // 2
    return pointer if len(pointer) <= WIDEST else f"{pointer[: half - 1]}…{pointer[-half:]}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
