"""The steps of the schema lead to the tables, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from gateway.errors import StoreFailed
from gateway.store import Database, bring_up_to_date, ready
from gateway.store.tables import SCHEMA


async def test_the_steps_lead_to_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), SCHEMA)
        )

    assert await database.read(differences) == []
    assert await database.read(ready)


async def test_steps_that_were_taken_are_not_taken_again(database: Database) -> None:
    await database.write("system", bring_up_to_date)
    assert await database.read(ready)


async def test_the_database_of_a_newer_gateway_is_left_alone(database: Database) -> None:
    await database.write(
        "system", lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    )
    with pytest.raises(StoreFailed, match="newer gateway"):
        await database.write("system", bring_up_to_date)
