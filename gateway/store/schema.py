"""The schema of a database, brought to what this version of the gateway needs (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gateway.errors import StoreFailed

__all__ = ["bring_up_to_date", "configuration", "ready", "touch", "version_of"]

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 4_703_115_921
"""A number nobody else locks on PostgreSQL: only one process takes the steps."""


def configuration(connection: Connection) -> Config:
    """What Alembic works with."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def bring_up_to_date(connection: Connection) -> None:
    """Take the steps that are missing, all or none. Raises ``StoreFailed`` for a newer gateway's database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
    config = configuration(connection)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    version = version_of(connection)
    if version is not None and version not in known:
        raise StoreFailed("the database is that of a newer gateway", hint="Start the newer version again.")
    command.upgrade(config, "head")


def version_of(connection: Connection) -> str | None:
    """The last step a database has taken; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def touch(connection: Connection) -> None:
    """Write something that changes nothing: only a database that can be written to lets it."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def ready(connection: Connection) -> bool:
    """Whether a database has taken every step there is."""
    return version_of(connection) == ScriptDirectory.from_config(configuration(connection)).get_current_head()
