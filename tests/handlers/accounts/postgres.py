"""A PostgreSQL of the tests' own: found, started as somebody who is not root, thrown away."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

HOMES = "usr/lib/postgresql/*/bin", "usr/local/pgsql/bin", "usr/pgsql-*/bin"
MISSING = "needs a PostgreSQL server: install postgresql (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder with initdb and postgres in it, which Debian keeps off the PATH."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += [path for pattern in HOMES for path in sorted(Path("/").glob(pattern), reverse=True)]
    return next((path for path in found if (path / "postgres").exists() and (path / "initdb").exists()), None)


class Cluster:
    """One server for a whole run; each test takes a database of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.who: list[str] = []
        self.made = 0
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            known = {user.pw_name: user for user in pwd.getpwall()}
            user = known.get("postgres") or known["nobody"]
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.who = ["runuser", "-u", user.pw_name, "--"]
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        data = str(folder / "data")
        subprocess.run(
            [*self.who, str(home / "initdb"), "-D", data, "-U", "foyer", "-A", "trust", "-N"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        self.start()

    def start(self) -> None:
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder), "-p", str(self.port)]
        self.process = subprocess.Popen(
            [*self.who, str(self.home / "postgres"), "-D", str(self.folder / "data"), *options],
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

    def fresh(self) -> str:
        """The URL of an empty database."""
        self.made += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE test{self.made}")
        return self.url(f"test{self.made}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def cluster(home: Path) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="foyer-postgres-") as folder:
        started = Cluster(Path(folder), home)
        yield started
        started.stop()
