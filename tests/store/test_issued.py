"""Status of what was issued and not kept: on the lists of what is kept, known by a digest, once for a name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gateway.store import PURPOSES, Database, Rows
from gateway.store.issued import issued_position, issued_positions, mark_issued
from gateway.store.issued_tables import issued_entries
from gateway.store.statuses import marked_on
from gateway.store.tables import status_lists
from tests.parts import NOW
from tests.tenants import access_to

NAME = "urn:uuid:2f1c0d3e-0000-4000-8000-0000000000a1"


async def test_a_name_has_one_position_for_each_purpose(database: Database) -> None:
    tenant = (await access_to(database, "school")).tenant

    def work(connection: Connection) -> None:
        rows = Rows(connection, tenant)
        first = issued_positions(rows, NAME, PURPOSES, NOW)
        assert issued_positions(rows, NAME, PURPOSES, NOW) == first
        assert [place.purpose for place in first] == [*PURPOSES]
        lists = {row.id: row for row in rows.all(status_lists)}
        assert {lists[place.list_id].used for place in first} == {1}
        assert all(NAME not in str(row) for row in connection.execute(select(issued_entries)))

    await database.write(tenant, work)


async def test_a_bit_that_is_set_is_on_the_list_of_its_tenant(database: Database) -> None:
    tenant, other = [(await access_to(database, name)).tenant for name in ("school", "other")]

    def work(connection: Connection) -> None:
        rows = Rows(connection, tenant)
        place = issued_positions(rows, NAME, PURPOSES[:1], NOW)[0]
        assert issued_position(Rows(connection, other), NAME, PURPOSES[0]) is None
        mark_issued(Rows(connection, other), NAME, place, marked=True)
        assert marked_on(rows, place.list_id) == []
        mark_issued(rows, NAME, place, marked=True)
        assert marked_on(rows, place.list_id) == [place.index]
        assert issued_position(rows, NAME, PURPOSES[1]) is None

    await database.write(tenant, work)
