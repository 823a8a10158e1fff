"""Where a format has the place of a hub field, from its table alone: no document is needed."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.mapping.table import Row, Section, Table

__all__ = ["place_of"]

ROOT = "Credential"
MAX_DEPTH = 24
"""Most rows that lead to a place: tables refer to themselves, paths are shorter."""


def place_of(table: Table, path: tuple[str, ...], root: str = ROOT) -> str | None:
    """The pointer at which a document of the format states the hub ``path`` (names of fields, no numbers).

    Where several may stand, the first is meant. None where the format has no place of its own for it.
    """
    return next(_places(table, table.sections[root], path, "", 0), None)


def _places(table: Table, section: Section, path: tuple[str, ...], above: str, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    for row in section.rows:
        hub = tuple(name for name in row.hub if not name.isdigit())
        if not hub or path[: len(hub)] != hub[: len(path)]:
            continue
        here, rest = above + _here(table, row), path[len(hub) :]
        if not rest:
            yield here  # or the place of what is below, where a row leads past the path
        for name in row.each if rest else ():
            below = table.sections[name]
            start = _pool(below) if row.by_reference and below.pool else here
            yield from _places(table, below, rest, start, depth + 1)


def _here(table: Table, row: Row) -> str:
    """The end of a row's pointer: every element of XML stands in an array, else one of several may."""
    names = [name for name in row.here if name != "."]
    if table.element:
        return "".join(f"/{name}" if name.startswith(("@", "#")) else f"/{name}/0" for name in names)
    several = row.spec is not None and row.spec.many and "0" not in row.hub
    many = row.listed or (table.repeat == "array" and several)
    return "".join(f"/{name}" for name in names) + ("/0" if many else "")


def _pool(section: Section) -> str:
    """Where nodes stand that are referred to."""
    return "".join(f"/{name}/0" for name in section.pool)
