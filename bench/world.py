"""What every part of the bench is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.javascript import JavaScript

__all__ = ["Difference", "World"]


class Difference(Exception):
    """Two parties make different bytes: nothing is timed."""


@dataclass(frozen=True, slots=True)
class World:
    """The JavaScript ``script``; a ``folder`` for what is made on the way, and one for what is ``kept`` from run to
    run; how to ``say`` what is being done; other people's samples, where there are any; whether the run is a ``quick``
    one. Parts put remarks for the page into ``notes``, and what has to be ended into ``closing``; ``equal`` are the
    documents of which everybody has made the same bytes.
    """

    script: JavaScript
    folder: Path
    kept: Path
    say: Callable[[str], None]
    corpora: Path | None = None
    quick: bool = False
    equal: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    closing: list[Callable[[], None]] = field(default_factory=list)
