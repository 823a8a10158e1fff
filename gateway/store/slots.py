"""Places of workers: who holds one is alive, and its lock goes with it, however it ends.

On PostgreSQL a place is an advisory lock of a session of its own; on SQLite there is one, a locked file
beside the database, because one process does all the work there.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from gateway.errors import StoreFailed
from gateway.store.database import parsed

__all__ = ["MOST", "Slot", "queue_url", "take_slot"]

MOST = 256
"""Most workers at one database."""
CLASS = 471_115
"""The first half of the locks' keys; nobody else locks it."""
KEEPALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""How soon the database notices that a host is gone: half a minute."""


class Slot:
    """A place that is held, by its ``number``; ``give_back`` it."""

    def __init__(self, number: int, held: AsyncConnection | int | None) -> None:
        self.number = number
        self._held = held

    async def holds(self) -> bool:
        """Whether the place is still held: a connection that broke has lost it."""
        if not isinstance(self._held, AsyncConnection):
            return True
        try:
            await self._held.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def deserted(self, number: int) -> bool:
        """Whether nobody holds another place: whoever had it is gone."""
        if number == self.number or not isinstance(self._held, AsyncConnection):
            return False
        try:
            if free := await _lock(self._held, number):
                await self._held.execute(text(f"SELECT pg_advisory_unlock({CLASS}, {number})"))
        except (SQLAlchemyError, OSError) as error:
            raise _failed(error) from None
        return free

    async def give_back(self) -> None:
        """Let the place go."""
        if isinstance(self._held, AsyncConnection):
            engine = self._held.engine
            await self._held.close()
            await engine.dispose()
        elif self._held is not None:
            os.close(self._held)
        self._held = None


async def take_slot(url: str) -> Slot | None:
    """The first place that is free at a database, None when there is none. Raises ``StoreFailed``."""
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        return _file(address)
    connection = await _connected(address)
    try:
        for number in range(MOST):
            if await _lock(connection, number):
                return Slot(number, connection)
    except (SQLAlchemyError, OSError) as error:
        await connection.close()
        raise _failed(error) from None
    await connection.close()
    return None


async def _connected(address: URL) -> AsyncConnection:
    try:
        connection = await create_async_engine(
            address, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        ).connect()
        for setting in KEEPALIVE:
            await connection.execute(text(f"SET {setting}"))
    except (SQLAlchemyError, OSError) as error:
        raise _failed(error) from None
    return connection


async def _lock(connection: AsyncConnection, number: int) -> bool:
    found = await connection.execute(text(f"SELECT pg_try_advisory_lock({CLASS}, {number})"))
    return bool(found.scalar())


def _file(address: URL) -> Slot | None:
    """The one place at a SQLite file."""
    if address.database in (None, "", ":memory:"):
        return Slot(0, None)
    path = Path(f"{address.database}.worker")
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _failed(error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return Slot(0, descriptor)


def queue_url(url: str) -> str:
    """Where the queue of chunks is: in the database itself, or in a file beside one of SQLite.

    The file is made here, for its owner only; it holds names of chunks and can be made again from the rows.
    """
    address = parsed(url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return address.render_as_string(hide_password=False)
    path = f"{address.database}.queue"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    except (OSError, sqlite3.Error) as error:
        raise _failed(error) from None
    return f"sqlite:///{path}"


def _failed(error: Exception) -> StoreFailed:
    return StoreFailed(f"the places of workers failed ({type(error).__name__})")
