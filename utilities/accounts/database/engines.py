"""Makes the SQLAlchemy engines for SQLite and PostgreSQL, with limits on the client's side."""

import contextlib
import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from utilities.config.settings import Settings
from utilities.runtime.watched_file import read_file_inode

DATABASE_THREADS = 4
DATABASE_TIMEOUT_SECONDS = 3.0  # for one transaction, including its time in the queue
SQLITE_LOCK_SECONDS = 1.0  # shorter than the deadline, so that a lock is reported as a lock, and reading goes on
POSTGRESQL_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
"""PostgreSQL's own limits of a transaction. The last one frees the locks of a client that the network has cut off."""
TCP_LIMITS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5_000,  # milliseconds in which sent data must arrive
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
"""Limits of the PostgreSQL client. A proxy that stays connected and forwards nothing passes all of them: only the
deadline of a transaction ends such a connection."""


def create_database_engine(settings: Settings) -> Engine:
    """Returns the engine of DATABASE_URL, or of the SQLite file in DATA_DIR; connects to nothing."""
    configured_url = settings.database_url.get_secret_value()
    url = (
        make_url(configured_url)
        if configured_url
        else URL.create("sqlite", database=str(settings.data_dir / "state.sqlite"))
    )
    return _create_sqlite_engine(url) if url.get_backend_name() == "sqlite" else _create_postgresql_engine(url)


def _create_postgresql_engine(url: URL) -> Engine:
    timeout = f"{1000 * DATABASE_TIMEOUT_SECONDS:.0f}"
    options = " ".join(["-c timezone=UTC", *(f"-c {name}={timeout}" for name in POSTGRESQL_LIMITS)])
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=DATABASE_THREADS,
        max_overflow=0,
        pool_timeout=DATABASE_TIMEOUT_SECONDS,
        connect_args={
            **TCP_LIMITS,
            "options": f"{url.query.get('options', '')} {options}".strip(),
            "application_name": url.query.get("application_name", "foyer"),
        },
    )

    @event.listens_for(engine, "checkout")
    def check_connection(connection: Any, record: Any, proxy: object) -> None:
        """Asks a connection that was used before whether it still works; a new one replaces it otherwise."""
        is_new = "used" not in record.info
        record.info["used"] = True
        if is_new:
            return
        try:
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, DBAPIError) as error:
            raise InvalidatePoolError from error

    return engine


def _create_sqlite_engine(url: URL) -> Engine:
    # IMMEDIATE takes the write lock when a write begins, so two processes wait for each other and never fail half-way.
    engine = create_engine(url, connect_args={"isolation_level": "IMMEDIATE", "timeout": SQLITE_LOCK_SECONDS})
    file = Path(url.database) if url.database else None

    @event.listens_for(engine, "do_connect")
    def create_file(*_: object) -> None:
        if file is not None and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")
        record.info["inode"] = read_file_inode(file) if file else None

    @event.listens_for(engine, "checkout")
    def check_file(connection: object, record: Any, proxy: object) -> None:
        """Opens the file again when another one is in its place: what is written to a deleted file is lost."""
        if file is not None and record.info.get("inode") != read_file_inode(file):
            raise InvalidatePoolError

    return engine


def make_interrupt(connection: Any) -> Callable[[], None]:
    """Returns a function that ends what a connection is waiting for; it may be called from any thread."""
    return connection.interrupt if isinstance(connection, sqlite3.Connection) else lambda: _cut_connection(connection)


def _cut_connection(connection: Any) -> None:
    """Shuts down the socket, so that a thread that waits for an answer gets an error at once."""
    with (
        contextlib.suppress(OSError, connection.OperationalError),
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)
