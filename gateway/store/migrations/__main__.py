"""Write the next step from what differs between ``tables.py`` and the steps so far.

python -m gateway.store.migrations the_subject_in_a_few_words
"""

from __future__ import annotations

import sys

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from gateway.store.schema import MIGRATIONS, bring_up_to_date, configuration

__all__ = ["main"]


def main(subject: str) -> None:
    """Compare an empty database that has taken every step with the tables, and write the difference down."""
    with create_engine("sqlite://").connect() as connection:
        bring_up_to_date(connection)
        config = configuration(connection)
        count = len(list(ScriptDirectory.from_config(config).walk_revisions()))
        config.set_main_option("file_template", "%%(rev)s")
        name = f"{count + 1:04}_{subject}"
        command.revision(config, subject.replace("_", " ").capitalize(), rev_id=name, autogenerate=True)
    path = MIGRATIONS / "versions" / f"{name}.py"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "###" not in line))


if __name__ == "__main__":
    main(sys.argv[1])
