"""A temporary PostgreSQL server, started as a user who is not root."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

FOLDERS = "usr/lib/postgresql/*/bin", "usr/local/pgsql/bin", "usr/pgsql-*/bin"
SKIP_REASON = "needs a PostgreSQL server: install postgresql (Debian: apt-get install postgresql)"


def find_postgres_folder() -> Path | None:
    """Returns the folder with initdb and postgres, which Debian keeps off the PATH."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [path for pattern in FOLDERS for path in sorted(Path("/").glob(pattern), reverse=True)]
    return next((path for path in folders if (path / "postgres").exists() and (path / "initdb").exists()), None)


class PostgresCluster:
    """One server for the whole test run; each test creates its own database."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self.run_as: list[str] = []
        self.database_count = 0
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            users = {user.pw_name: user for user in pwd.getpwall()}
            user = users.get("postgres") or users["nobody"]
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.run_as = ["runuser", "-u", user.pw_name, "--"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = str(folder / "data")
        subprocess.run(
            [*self.run_as, str(programs / "initdb"), "-D", data, "-U", "foyer", "-A", "trust", "-N"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        self.start()

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder), "-p", str(self.port)]
        self.process = subprocess.Popen(
            [*self.run_as, str(self.programs / "postgres"), "-D", str(self.folder / "data"), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL does not answer"
                time.sleep(0.05)

    def url(self, database: str) -> str:
        return f"postgresql://foyer@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """Creates an empty database and returns its URL."""
        self.database_count += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE test{self.database_count}")
        return self.url(f"test{self.database_count}")

    def stop(self) -> None:
        """Stops the server although clients are connected."""
        server = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(server, signal.SIGINT)
        self.process.wait(20)


@contextlib.contextmanager
def run_cluster(programs: Path) -> Iterator[PostgresCluster]:
    with tempfile.TemporaryDirectory(prefix="foyer-postgres-") as folder:
        started = PostgresCluster(Path(folder), programs)
        yield started
        started.stop()
