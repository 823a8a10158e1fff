"""The audit log: every single alteration is found, in the chain or against its signed heads."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from gateway.pipeline.auditing import Heads, verify_audit
from gateway.store import Database, Rows
from gateway.store.audit import append, check_chain, entries
from gateway.store.tables import audit
from tests.parts import NOW, gateway

LENGTH = 60
COLUMNS = ("at", "actor", "action", "subject", "detail", "previous", "hash")


async def chain(store: Database, tenant: str = "t", length: int = LENGTH) -> None:
    def work(connection: Connection) -> None:
        for number in range(length):
            append(Rows(connection, tenant), "key:a", "credential_created", f"c{number}", NOW, format="ob3")

    await store.write(tenant, work)


async def test_a_chain_that_nobody_touched_holds(database: Database) -> None:
    await chain(database)
    await chain(database, "u", 3)
    assert await database.read(lambda c: check_chain(Rows(c, "t"))) == (LENGTH, None)
    assert [e.number for e in await database.read(lambda c: list(entries(Rows(c, "u"), after=1)))] == [2, 3]


async def test_writers_at_once_make_one_chain(database: Database) -> None:
    def one(number: int) -> Any:
        return lambda c: append(Rows(c, "t"), "key:a", "credential_created", str(number), NOW)

    await asyncio.gather(*(database.write("t", one(number)) for number in range(80)))
    assert await database.read(lambda c: check_chain(Rows(c, "t"))) == (80, None)


def _alterations(seed: int) -> Any:
    """One change of one entry, of any kind."""
    chance = random.Random(seed)
    number = chance.randint(1, LENGTH)
    kind = chance.choice(("change", "delete", "swap", "copy", "cut"))
    other = chance.choice([n for n in range(1, LENGTH + 1) if n != number])

    def here(n: int) -> Any:
        return (audit.c.tenant_id == "t") & (audit.c.number == n)

    def change(connection: Connection) -> None:
        column = audit.c[chance.choice(COLUMNS)]
        value = connection.execute(select(column).where(here(number))).scalar_one()
        at = chance.randrange(len(value))
        altered = value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
        connection.execute(update(audit).where(here(number)).values({column.name: altered}))

    def swap(connection: Connection) -> None:
        for old, new in ((number, 0), (other, number), (0, other)):
            connection.execute(update(audit).where(here(old)).values(number=new))

    def copy(connection: Connection) -> None:
        row = connection.execute(select(audit).where(here(number))).one()._asdict()
        connection.execute(insert(audit).values({**row, "number": LENGTH + 1}))

    return {
        "change": change,
        "swap": swap,
        "copy": copy,
        "delete": lambda connection: connection.execute(delete(audit).where(here(number))),
        "cut": lambda connection: connection.execute(
            delete(audit).where((audit.c.tenant_id == "t") & (audit.c.number >= number))
        ),
    }[kind]


async def test_each_of_a_thousand_single_alterations_is_found(store: Database, tmp_path: Path) -> None:
    await chain(store)
    made, heads = gateway(), Heads(tmp_path)
    assert await heads.sign(store, made.signer, NOW) == 1
    signed, keys = heads.read(), made.signer.history()
    missed = []

    class Undo(Exception):
        pass

    for seed in range(1000):

        def work(connection: Connection, seed: int = seed) -> None:
            _alterations(seed)(connection)
            if not verify_audit(connection, signed, keys)[1]:
                missed.append(seed)
            raise Undo

        with pytest.raises(Undo):
            await store.write("t", work)
    assert missed == []
    assert await store.read(lambda c: verify_audit(c, signed, keys)) == ({"t": LENGTH}, [])


async def test_a_chain_written_anew_does_not_meet_its_heads(store: Database, tmp_path: Path) -> None:
    await chain(store)
    made, heads = gateway(), Heads(tmp_path)
    await heads.sign(store, made.signer, NOW)

    def forge(connection: Connection) -> None:
        connection.execute(delete(audit))
        for number in range(LENGTH):
            append(Rows(connection, "t"), "key:b", "credential_created", f"c{number}", NOW, format="ob3")

    await store.write("t", forge)
    _, problems = await store.read(lambda c: verify_audit(c, heads.read(), made.signer.history()))
    assert [problem.how for problem in problems] == ["not what its signed head says"]


async def test_a_head_that_was_made_up_or_damaged_is_noticed(store: Database, tmp_path: Path) -> None:
    await chain(store)
    made, heads = gateway(), Heads(tmp_path)
    await heads.sign(store, made.signer, NOW)
    path = tmp_path / "audit-heads.jsonl"
    path.write_text(path.read_text().replace('"number": 60', '"number": 59') + "{}\n")
    _, problems = await store.read(lambda c: verify_audit(c, heads.read(), made.signer.history()))
    assert {problem.how for problem in problems} == {
        "a head that no key of the gateway signed", "a head that cannot be read",
    }  # fmt: skip


async def test_a_chain_gets_a_head_when_it_has_grown_and_only_then(store: Database, tmp_path: Path) -> None:
    made, heads, others = gateway(), Heads(tmp_path), Heads(tmp_path)
    assert await heads.sign(store, made.signer, NOW) == 0
    await chain(store, length=2)
    assert await heads.sign(store, made.signer, NOW) == 1
    assert await others.sign(store, made.signer, NOW) == 0  # another process sees what this one wrote
    await chain(store, length=1)
    assert await others.sign(store, made.signer, NOW + timedelta(minutes=1)) == 1
    assert [head.number for head in heads.read() if head] == [2, 3]
