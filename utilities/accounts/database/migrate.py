"""Migrates the state database, once, however many processes start together."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from utilities.accounts.database.engines import POSTGRESQL_LIMITS
from utilities.model.errors import StateDown

MIGRATIONS_FOLDER = Path(__file__).with_name("migrations")
LATEST_MIGRATION = max(path.name.partition("_")[0] for path in MIGRATIONS_FOLDER.glob("versions/*_*.py"))
"""The migration that nothing follows: they are numbered."""
MIGRATION_SECONDS = 600.0  # for all missing migrations, waiting for another process included
ADVISORY_LOCK_NUMBER = 0x666F796572  # "foyer": names our advisory lock in PostgreSQL


class NewerDatabase(StateDown):
    """The database was written by a newer Foyer, and this one must not touch it."""


def run_migrations(engine: Engine) -> None:
    """Runs the migrations that are missing; raises NewerDatabase, and what SQLAlchemy raises."""
    if not needs_migration(engine):
        return
    # Imported late: Alembic is a tenth of a start, and most starts find nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # it greets at every start
    with engine.connect() as connection, hold_migration_lock(connection):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS_FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewerDatabase("The state database was written by a newer Foyer; start that one.") from error
        connection.commit()


def needs_migration(engine: Engine) -> bool:
    with engine.connect() as connection:
        return current_migration(connection) != LATEST_MIGRATION


def current_migration(connection: Connection) -> str | None:
    """Returns the last migration of this database; None for an empty database."""
    has_versions = inspect(connection).has_table("alembic_version")
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if has_versions else None


@contextmanager
def hold_migration_lock(connection: Connection) -> Iterator[None]:
    """Holds a lock against other processes: PostgreSQL's own, or a file next to the SQLite database."""
    if connection.dialect.name == "postgresql":
        for name in POSTGRESQL_LIMITS:  # a large table may take longer than a request may, and so may a busy machine
            connection.execute(text(f"SET {name} = '{MIGRATION_SECONDS:.0f}s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": ADVISORY_LOCK_NUMBER})
        connection.commit()
        yield
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": ADVISORY_LOCK_NUMBER})
        for name in POSTGRESQL_LIMITS:
            connection.execute(text(f"RESET {name}"))  # to the limits that each connection begins with
        connection.commit()
        return
    place = connection.engine.url.database
    if not place or place == ":memory:":
        yield
        return
    with Path(f"{place}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
