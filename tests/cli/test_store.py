"""What operators do with what is kept: check and list the audit log, copy the database and put a copy back."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from gateway.cli import main
from gateway.pipeline.auditing import Heads
from gateway.settings import Settings
from gateway.signer import open_signer
from gateway.store import Database, Rows, open_store
from gateway.store.audit import append
from gateway.store.tables import SYSTEM, audit
from tests.parts import NOW


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A gateway's folder with a key, and two entries in the log with a signed head."""
    folder = tmp_path / "data"
    settings = Settings(data=folder)

    async def make() -> None:
        signer, store = await open_signer(settings, NOW), await open_store(settings, NOW)
        for number in range(2):
            await store.write(
                SYSTEM, lambda c, n=number: append(Rows(c, SYSTEM), "key:a", "key_made", f"k{n}", NOW)
            )
        await Heads(folder).sign(store, signer, NOW)
        await store.close()

    asyncio.run(make())
    return folder


def write(data: Path, work: Callable[[Connection], object]) -> None:
    async def run() -> None:
        store = await Database.open(f"sqlite:///{data / 'gateway.db'}")
        await store.write(SYSTEM, work)
        await store.close()

    asyncio.run(run())


def test_a_log_that_holds_is_said_to_hold(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "system  2 entries hold\n"


def test_a_log_that_was_altered_is_exit_code_1(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(data, lambda c: c.execute(update(audit).where(audit.c.number == 2).values(subject="k9")))
    assert main(["audit", "verify", "--json", "--data", str(data)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == [{"tenant": "system", "number": 2, "problem": "altered"}]


def test_the_log_is_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "list", "system", "--json", "--after", "1", "--data", str(data)]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["number"], entry["action"], entry["subject"]) == (2, "key_made", "k1")
    assert main(["audit", "list", "nobody", "--data", str(data)]) == 2


def test_asking_makes_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--data", str(tmp_path / "none")]) == 2
    assert "there is no database" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_copy_is_put_back_and_is_what_it_was(data: Path, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy.db", tmp_path / "new"
    assert main(["backup", str(copy), "--data", str(data)]) == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    write(data, lambda c: append(Rows(c, SYSTEM), "key:a", "key_made", "later", NOW))
    assert main(["restore", str(copy), "--data", str(new)]) == 0
    with sqlite3.connect(new / "gateway.db") as opened:
        assert opened.execute("SELECT count(*) FROM audit").fetchone() == (2,)


def test_nothing_is_written_over(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"mine")
    assert main(["backup", str(copy), "--data", str(data)]) == 2
    assert copy.read_bytes() == b"mine"
    copy.unlink()
    assert main(["backup", str(copy), "--data", str(data)]) == 0
    assert main(["restore", str(copy), "--data", str(data)]) == 2
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"x" * 5000])
def test_what_is_no_copy_is_not_put_back(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy.db").write_bytes(content)
    assert main(["restore", str(tmp_path / "copy.db"), "--data", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new" / "gateway.db").exists()


def test_a_copy_that_fails_leaves_nothing(data: Path, tmp_path: Path) -> None:
    assert main(["backup", str(tmp_path / "no" / "folder" / "copy.db"), "--data", str(data)]) == 3
    assert not (tmp_path / "no").exists()


def test_postgresql_is_copied_by_its_own_tools(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_DATABASE", "postgresql://gateway@localhost/gateway")
    assert main(["backup", str(tmp_path / "copy.db")]) == 2
    assert "pg_dump" in capsys.readouterr().err
