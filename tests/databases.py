"""A database for each test: SQLite in a folder of its own, PostgreSQL in a database of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gateway.store import Database, bring_up_to_date

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")


def postgresql_programs() -> Path | None:
    """The folder of PostgreSQL's own programs, the newest there is."""
    found = [path for place in PLACES for path in Path(place).glob("**/bin/initdb")]
    on_path = shutil.which("initdb")
    return max(found).parent if found else Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a private cluster on loopback, or a skip that says why there is none."""
    with cluster(postgresql_programs()) as url:
        yield url


@contextmanager
def cluster(programs: Path | None) -> Iterator[str]:
    """The URL of a cluster of one's own for as long as it is needed; a skip where there are no programs."""
    if programs is None:
        pytest.skip("no PostgreSQL server here: install the system's package `postgresql`")
    folder = Path(tempfile.mkdtemp(prefix="gateway-pg-"))
    user = _unprivileged(folder)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments], check=True, user=user, capture_output=True, timeout=60,
            cwd=folder, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://gateway@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> str | None:
    """Who runs the server: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        shutil.chown(folder, name)
        return name
    pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")


@pytest.fixture
def server_url(postgresql: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    name = f"gateway_{uuid.uuid4().hex}"
    address = postgresql.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgresql.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    found: str = request.getfixturevalue("server_url")
    return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    """An open SQLite database with every table, for what is not about databases."""
    opened = await Database.open(f"sqlite:///{tmp_path / 'gateway.db'}")
    await opened.write("system", bring_up_to_date)
    yield opened
    await opened.close()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database with every table."""
    opened = await Database.open(url)
    await opened.write("system", bring_up_to_date)
    yield opened
    await opened.close()
