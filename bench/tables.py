"""Tables of the page, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["table"]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a table."""
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    yield from (f"| {' | '.join(row)} |" for row in rows)
