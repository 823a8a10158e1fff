"""The one way into the database: many writers, one transaction, an answer after the commit (D7).

Work is a plain function of a connection. What waits is committed together, each piece behind a savepoint
of its own: SQLite waits for the disk once for all of them, and on PostgreSQL the numbers of a tenant's
changes follow the order of commits, because whoever writes for a tenant holds its lock.

A group goes to a thread of its own as a whole, and so does what is read: to cross over for each statement
costs more than the statements do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.errors import GatewayFailed, Overloaded, SettingInvalid, StoreFailed

__all__ = ["Database", "Work", "parsed"]

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

GROUP = 64
"""Most pieces of work in one transaction: the first of them waits for the last."""
WAITING = 1024
"""Most pieces of work that wait; more are refused at once."""
BUSY_MILLISECONDS = 10_000
"""How long SQLite waits for another process to finish writing."""
READERS = 8
NO_TRANSACTION = "no_transaction"
"""An option of an engine whose connections begin no transaction."""
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was acknowledged survives the loss of power
    "foreign_keys=ON",
    "secure_delete=ON",  # what was erased is overwritten, not only unlinked
    f"busy_timeout={BUSY_MILLISECONDS}",
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A piece of work with the tenant it is for, and who waits for it."""

    tenant: str
    work: Work[Any]
    done: asyncio.Future[Any]


class Database:
    """A database that is open. Make it with ``Database.open``, let it go with ``close``."""

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading, self._writing = reading, writing
        self._readers = ThreadPoolExecutor(READERS, "store reader")
        self._hand = ThreadPoolExecutor(1, "store writer")
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(WAITING)
        self._writer = asyncio.create_task(self._write_on(), name="store writer")
        self._closed = False

    @classmethod
    async def open(cls, url: str) -> Database:
        """Open the database at a ``sqlite:`` or ``postgresql:`` URL. Raises ``SettingInvalid``, ``StoreFailed``."""
        reading, writing = _engine(url, "BEGIN"), _engine(url, "BEGIN IMMEDIATE")
        try:
            await asyncio.to_thread(_try, writing)
        except (SQLAlchemyError, OSError) as error:
            reading.dispose()
            writing.dispose()
            raise _failed(error) from None
        return cls(reading, writing)

    async def close(self) -> None:
        """Finish what waits and close the connections."""
        self._closed = True
        await self._queue.join()
        self._writer.cancel()
        with suppress(asyncio.CancelledError):
            await self._writer
        for threads, engine in ((self._readers, self._reading), (self._hand, self._writing)):
            await asyncio.to_thread(threads.shutdown)
            engine.dispose()

    async def read(self, work: Work[Result]) -> Result:
        """What ``work`` finds, all of it as of one moment. Raises what it raises, or ``StoreFailed``."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, _in_transaction, self._reading, work)
        except (SQLAlchemyError, OSError) as error:
            raise _failed(error) from None

    async def write(self, tenant: str, work: Work[Result]) -> Result:
        """What ``work`` gives back, after its writes are on the disk for good.

        Whatever it raises undoes its own writes and nobody else's. Raises ``StoreFailed`` when they could
        not be kept, ``Overloaded`` when too much waits. A caller who goes away does not undo it.
        """
        if self._closed:
            raise Overloaded("the gateway is stopping")
        waiting = _Waiting(tenant, work, asyncio.get_running_loop().create_future())
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            raise Overloaded("too much waits to be written") from None
        result: Result = await asyncio.shield(waiting.done)
        return result

    async def sweep(self) -> bool:
        """Leave no trace of what was erased in SQLite's log: write it back and cut it off; whether it was done.

        It is not while somebody reads on what was; then the next sweep does it.
        """
        if self._writing.dialect.name != "sqlite":
            return True
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._hand, _written_back, self._writing)
        except (SQLAlchemyError, OSError) as error:
            raise _failed(error) from None

    async def _write_on(self) -> None:
        """Commit what waits, group by group, for ever."""
        while True:
            group = [await self._queue.get()]
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            await self._commit(group)
            for _ in group:
                self._queue.task_done()

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        """Do a group in one transaction and answer everybody, each with what became of his own piece."""
        loop = asyncio.get_running_loop()
        try:
            outcomes = await loop.run_in_executor(
                self._hand, _in_transaction, self._writing, partial(_together, group)
            )
        except Exception as error:  # the transaction is undone: nobody's writes are kept
            outcomes = [_failed(error)] * len(group)
        for waiting, outcome in zip(group, outcomes, strict=True):
            if waiting.done.cancelled():
                continue
            if isinstance(outcome, _Raised):
                waiting.done.set_exception(outcome.error)
            elif isinstance(outcome, GatewayFailed):
                waiting.done.set_exception(outcome)
            else:
                waiting.done.set_result(outcome)


def _try(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _in_transaction(engine: Engine, work: Work[Result]) -> Result:
    """What ``work`` gives back, after the commit."""
    with engine.connect() as connection, connection.begin():
        return work(connection)


def _written_back(engine: Engine) -> bool:
    """Write SQLite's log back and cut it off; whether it was done."""
    with engine.execution_options(**{NO_TRANSACTION: True}).connect() as connection:
        return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0)


@dataclass(frozen=True, slots=True)
class _Raised:
    """What a piece of work raised itself: its own affair, the others are kept."""

    error: Exception


def _together(group: Sequence[_Waiting], connection: Connection) -> list[Any]:
    """The outcome of each piece of work, in turn."""
    if connection.dialect.name == "postgresql":
        for tenant in sorted({waiting.tenant for waiting in group}):
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))"), {"tenant": tenant}
            )
    return [_one(connection, waiting.work) for waiting in group]


def _one(connection: Connection, work: Work[Any]) -> Any:
    try:
        with connection.begin_nested():
            return work(connection)
    except IntegrityError as error:
        return _Raised(_failed(error))  # this piece broke a rule of the tables; the database is well
    except (SQLAlchemyError, OSError):
        raise  # the database is in trouble: nothing of this transaction is trusted
    except Exception as error:
        return _Raised(error)


def parsed(url: str) -> URL:
    """A database's URL with the driver that is used. Raises ``SettingInvalid``, without repeating it."""
    try:
        given = make_url(url)
        return given.set(drivername=DRIVERS[given.get_backend_name()])
    except (SQLAlchemyError, KeyError, ValueError):
        raise SettingInvalid(
            "GATEWAY_DATABASE is malformed", hint="sqlite:///path/of/a/file or postgresql://user@host/name."
        ) from None


def _engine(url: str, begin: str) -> Engine:
    """An engine for a URL; ``begin`` is how SQLite starts a transaction."""
    address = parsed(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_size=READERS, pool_pre_ping=True)
    engine = create_engine(address, pool_size=READERS)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", partial(_begin, begin))
    return engine


def _begin(how: str, connection: Connection) -> None:
    if NO_TRANSACTION not in connection.get_execution_options():
        connection.exec_driver_sql(how)


def _set_up(connection: Any, _: Any) -> None:
    """Settings of a SQLite connection; transactions begin where SQLAlchemy says, not where the driver guesses."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _failed(error: Exception) -> GatewayFailed:
    """The error to show: never the statement, whose values are people's."""
    if isinstance(error, GatewayFailed):
        return error
    return StoreFailed(f"the database failed ({type(error).__name__})")
