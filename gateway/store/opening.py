"""Opening the store of a gateway: the folder, the schema, and the first key."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from gateway.errors import StoreFailed
from gateway.settings import Settings
from gateway.store.database import Database, parsed
from gateway.store.schema import bring_up_to_date
from gateway.store.tables import SYSTEM
from gateway.store.tenants import SCOPES, ensure_system, new_key

__all__ = ["open_store"]


async def open_store(settings: Settings, now: datetime) -> Database:
    """The store of a gateway, made and brought up to date where needed.

    The first start makes a key that may do everything and prints it, once, to standard error. Raises
    ``SettingInvalid``, ``StoreFailed``.
    """
    _make_folder(settings.database_url)
    database = await Database.open(settings.database_url)
    try:
        await database.write(SYSTEM, bring_up_to_date)
        key = await database.write(SYSTEM, lambda connection: _first_key(connection, now))
    except BaseException:
        await database.close()
        raise
    if key:
        print(f"The admin key of this gateway, shown this once: {key}", file=sys.stderr, flush=True)
    return database


def _first_key(connection: Connection, now: datetime) -> str:
    """The first key, empty when there is one."""
    if not ensure_system(connection, now):
        return ""
    return new_key(connection, SYSTEM, SCOPES, now, label="first start")[1]


def _make_folder(url: str) -> None:
    """The folder of a SQLite file, and the file itself so that nobody else can read it."""
    address = parsed(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return
    path = Path(address.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreFailed(
            f"cannot open the database: {error.strerror}", hint="Check the folder and the rights."
        ) from None
