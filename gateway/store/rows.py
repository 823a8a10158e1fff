"""The rows of one tenant: every statement made here is bound to it, so that none can forget (R10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["Rows"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a connection shows of one tenant. ``where`` are further conditions, all of which must hold."""

    connection: Connection
    tenant: str

    def one(self, table: Table, *where: ColumnElement[bool]) -> Row[Any] | None:
        """The first row, or None."""
        return self.connection.execute(select(table).where(self._own(table), *where).limit(1)).first()

    def all(
        self, table: Table, *where: ColumnElement[bool], order: ColumnElement[Any] | None = None,
        limit: int | None = None,
    ) -> list[Row[Any]]:  # fmt: skip
        """Every row, in an order, at most ``limit``."""
        statement = select(table).where(self._own(table), *where)
        if order is not None:
            statement = statement.order_by(order)
        return list(self.connection.execute(statement.limit(limit)).all())

    def joined(self, statement: Select[Any], *tables: Table) -> list[Row[Any]]:
        """What a statement over several tables finds, each of which is bound to the tenant."""
        return list(self.connection.execute(statement.where(*(self._own(table) for table in tables))).all())

    def count(self, table: Table, *where: ColumnElement[bool]) -> int:
        """How many rows there are."""
        statement = select(func.count()).select_from(table).where(self._own(table), *where)
        return int(self.connection.execute(statement).scalar_one())

    def last(self, table: Table, column: ColumnElement[Any], *where: ColumnElement[bool]) -> Any:
        """The greatest value of a column, None where there is no row."""
        return self.connection.execute(select(func.max(column)).where(self._own(table), *where)).scalar()

    def add(self, table: Table, **values: Any) -> None:
        """One more row."""
        self.connection.execute(insert(table).values(tenant_id=self.tenant, **values))

    def add_many(self, table: Table, many: Sequence[Mapping[str, Any]]) -> None:
        """Several rows at once, each with the same columns."""
        if many:
            own = [{"tenant_id": self.tenant, **values} for values in many]
            self.connection.execute(insert(table), own)

    def add_unless_there(self, table: Table, **values: Any) -> bool:
        """One more row unless its key is taken; whether it was added."""
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(tenant_id=self.tenant, **values).on_conflict_do_nothing()
        return self.connection.execute(statement).rowcount == 1

    def change(self, table: Table, values: Mapping[str, Any], *where: ColumnElement[bool]) -> int:
        """Set columns; how many rows were changed."""
        statement = update(table).where(self._own(table), *where).values(**values)
        return self.connection.execute(statement).rowcount

    def remove(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Take rows out; how many."""
        return self.connection.execute(delete(table).where(self._own(table), *where)).rowcount

    def _own(self, table: Table) -> ColumnElement[bool]:
        return table.c.tenant_id == self.tenant
