"""A copy of a SQLite database as of one moment, and putting one back; PostgreSQL has its own tools for both."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gateway.errors import InputRefused, RequestRefused, StoreFailed
from gateway.store.database import parsed

__all__ = ["copy_out", "put_back"]

PAGES = 256
"""Pages of a step: writers go on in between."""
Progress = Callable[[int, int], None]


def copy_out(url: str, target: Path, progress: Progress) -> None:
    """Copy a database that may be in use to a file that must not be there.

    ``progress`` is told how many pages are left, and of how many. Raises ``RequestRefused`` for a database that
    is not SQLite or a file that is there, ``StoreFailed``.
    """
    source = _file(url, "pg_dump --format=custom")
    if target.exists():
        raise RequestRefused("the file is there already", hint="Name a new file.")
    part = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(part)) as new,
        ):
            old.backup(new, pages=PAGES, progress=lambda _, left, whole: progress(left, whole))
            _check(new)
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreFailed(
            f"the copy was not made ({type(error).__name__})", hint="Check the folder and its room."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def put_back(url: str, source: Path, progress: Progress) -> None:
    """Make a database from a copy.

    Raises ``RequestRefused`` where there is one already, ``InputRefused`` for a file that is no copy.
    """
    target = _file(url, "pg_restore")
    if target.exists():
        raise RequestRefused(
            "there is a database already",
            hint="Stop the gateway and move the old file and its -wal away first.",
        )
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old:
            _check(old)
            if not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                raise InputRefused("the file is no copy of a gateway's database")
    except sqlite3.Error:
        raise InputRefused("the file is no whole database", hint="Take an older copy.") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_out(f"sqlite:///{source}", target, progress)


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise sqlite3.DatabaseError


def _file(url: str, instead: str) -> Path:
    address = parsed(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise RequestRefused("this copies SQLite databases only", hint=f"For PostgreSQL use `{instead}`.")
    return Path(address.database)
