"""Fixtures for all tests: no name but loopback, own settings, a real Redis, a real browser, and HTTP requests.

only_loopback   (always on) a test that resolves any other name fails
settings        makes Settings that read neither `.env` nor the environment; DATA_DIR is a temporary folder
redis_server    a Redis of this test's own, which can be frozen, killed and started again
fetch           one HTTP request, any status is an answer
clickhouse      the URL of an empty ClickHouse inside this process
chromium        a real browser, for tests and fixtures of the session's own event loop; open a context of your own
"""

import atexit
import gc
import ipaddress
import logging
import os
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import clickhouse_connect
import hypothesis
import pytest
import pytest_asyncio
from clickhouse_connect.driver.client import Client
from playwright.async_api import Browser, async_playwright
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from utilities.config.settings import Settings
from utilities.logs import StderrHandler

SECRET = "Kx7Wq9Zt4Jv2Hp5Gm8Fs3Dr6Lb1Nc0"  # has no word of a message, because every piece of a secret is masked


def is_loopback(host: object, flags: int) -> bool:
    """Whether resolving `host` stays on this machine; no host at all is the one a server binds to."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost" or flags & socket.AI_NUMERICHOST:
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or (address.is_unspecified and bool(flags & socket.AI_PASSIVE))


IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if IS_XDIST_WORKER:  # the controller has its results; to free them one by one would take 3 s of the processor
    atexit.register(os._exit, 0)
gc.disable()  # while tests are collected: nothing is garbage yet
hypothesis.settings.register_profile("foyer", deadline=None)  # a busy machine proves nothing
hypothesis.settings.load_profile("foyer")


def pytest_collection_finish() -> None:
    """Exempts modules and collected tests from garbage collection, which takes a seventh of the processor otherwise."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Undoes it: libraries in C++ report what is not collected at the exit as leaks."""
    if not IS_XDIST_WORKER:
        gc.unfreeze()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails the test when anything in this process resolves a name that is not loopback, even if it hides the error."""
    resolve = socket.getaddrinfo
    resolved_names = []

    def guard(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        if not is_loopback(host, flags):
            resolved_names.append(host)
            raise socket.gaierror(socket.EAI_FAIL, f"tests do not leave this machine: {host!r}")
        return resolve(host, port, family, type, proto, flags)

    monkeypatch.setattr(socket, "getaddrinfo", guard)
    yield
    if resolved_names:
        pytest.fail(f"resolved a name that is not loopback: {resolved_names}")


@pytest.fixture(autouse=True)
def log_handlers() -> Iterator[None]:
    """Puts back what a command run in this process changed: its handler would write to this test's stderr for ever."""
    root, format_warning = logging.getLogger(), warnings.formatwarning
    before = [handler for handler in root.handlers if not isinstance(handler, StderrHandler)]
    yield
    if any(isinstance(handler, StderrHandler) for handler in root.handlers):
        logging.captureWarnings(False)
        root.handlers[:], warnings.formatwarning = before, format_warning


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """`settings(redis_url=…, website=…)`: those values, the defaults for the rest."""

    def make(**values: Any) -> Settings:
        return Settings(**{"data_dir": tmp_path / "var", "secret_key": SECRET, **values})

    return make


@pytest.fixture
def fetch() -> Iterator[Callable[..., Awaitable[HTTPResponse]]]:
    """`await fetch(url, method=…, headers=…)`: an HTTPResponse whatever the status; redirects are not followed."""
    client: list[AsyncHTTPClient] = []  # of the event loop of the first caller

    async def ask(url: str, **options: Any) -> HTTPResponse:
        if not client:
            client.append(AsyncHTTPClient(force_instance=True))
        return await client[0].fetch(url, **{"raise_error": False, "follow_redirects": False, **options})

    yield ask
    for each in client:
        each.close()


@pytest.fixture(scope="session")
def clickhouse_engine() -> Iterator[Client]:
    """It lives as long as anybody holds it; it stands in New York, so that nothing is right by chance."""
    with pytest.MonkeyPatch.context() as machine:
        machine.setenv("TZ", "America/New_York")
        time.tzset()
        pytest.importorskip("chdb", reason="needs chdb, ClickHouse's engine as a library")
        held = clickhouse_connect.get_client(dsn="chdb://memory")
        assert held.command("SELECT timezone()") == "America/New_York"
    time.tzset()
    yield held
    held.close()


@pytest.fixture
def clickhouse(clickhouse_engine: Client) -> Iterator[str]:
    yield "chdb://memory"
    for [table] in clickhouse_engine.query("SHOW TABLES").result_rows:
        clickhouse_engine.command(f"DROP TABLE {table}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One for all tests: a start costs a second. It does not say that a program drives it, and finds *.test here."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs a browser: install chromium (Debian: apt-get install chromium)")
    hidden = ["--no-sandbox", "--disable-gpu", "--disable-blink-features=AutomationControlled"]
    named = ["--host-resolver-rules=MAP *.test 127.0.0.2"]
    async with async_playwright() as driver:
        opened = await driver.chromium.launch(
            executable_path=program, args=[*hidden, *named], ignore_default_args=["--disable-back-forward-cache"]
        )
        yield opened
        await opened.close()


class RedisServer:
    """A Redis on a free loopback port, without anything on disk."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self, *options: str) -> None:
        """Starts it, empty, on the same port; returns when it answers."""
        places = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command = [self.program, *places, "--save", "", "--appendonly", "no", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self.answers():
            assert self.process.poll() is None, f"{self.program} ended with {self.process.returncode}"
            assert time.monotonic() < deadline, f"{self.program} does not answer"
            time.sleep(0.01)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(5) in (b"+PONG", b"-NOAU")
        except OSError:
            return False

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs a Redis server: install redis-server (Debian: apt-get install redis-server)")
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(program, folder)
    yield server
    server.kill()
