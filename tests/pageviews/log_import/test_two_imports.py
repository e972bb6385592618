"""Two imports at once, an import next to a server, and an interrupted one: each page view is stored exactly once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.pageviews.log_import.conftest import line
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.pageviews.storage.open import open_page_view_store

pytestmark = pytest.mark.slow

HOME = Path(__file__).parents[3]
Write = Callable[..., Path]
StartImport = Callable[..., "subprocess.Popen[str]"]


def many(number: int) -> str:
    return line(f"/p{number % 97}", at=f"17/May/2015:{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02} +0000")


@pytest.fixture
def start_import(conf: Settings, tmp_path: Path) -> Iterator[StartImport]:
    """Returns `start_import(file, …)`, which starts `run.py import-log` in a process."""
    (tmp_path / "sites.yaml").write_text(
        "sites:\n  - {name: shop, domains: [shop.example.com], retention_months: 1200}\n"
    )
    started: list[subprocess.Popen[str]] = []
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(conf.data_dir), "BOARDS_DIR": str(tmp_path)}

    def start(*files: Path | str, stdin: Path | None = None) -> "subprocess.Popen[str]":
        command = [sys.executable, "run.py", "import-log", "--site", "shop", *map(str, files)]
        with (stdin or Path(os.devnull)).open() as source:
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                command, cwd=HOME, env=variables, stdin=source, stdout=pipe, stderr=pipe, text=True
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def stored_counts(conf: Settings) -> tuple[int, int, int]:
    """Returns how many rows, ids and visitors are stored, after every process has ended."""
    with duckdb.connect(conf.data_dir / "pageviews.duckdb", read_only=True) as connection:
        sql = "SELECT count(*), count(DISTINCT id), count(DISTINCT visitor) FROM page_views"
        return connection.execute(sql).fetchall()[0]  # type: ignore[return-value]


def test_one_log_twice_at_once_is_stored_once(start_import: StartImport, write: Write, conf: Settings):
    log = write([many(number) for number in range(20_000)])
    processes = [start_import(log) for _ in range(3)]
    outputs = [process.communicate() for process in processes]
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert process.returncode == 0 or "is reading this log" in errors, errors
    assert 0 in [process.returncode for process in processes]
    assert stored_counts(conf) == (20_000, 20_000, 1)


def test_two_logs_at_once_are_both_stored(start_import: StartImport, write: Write, conf: Settings):
    logs = [write([many(number) for number in range(part, 6_000, 2)], f"{part}.log") for part in (0, 1)]
    processes = [start_import(log) for log in logs]
    errors = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert stored_counts(conf)[:2] == (6_000, 6_000)


async def test_imports_next_to_a_server_store_each_page_view_once(
    start_import: StartImport, write: Write, conf: Settings
):
    log = write([many(number) for number in range(6_000)])
    store = await open_page_view_store(conf, utc_now)
    processes = [start_import(log) for _ in range(2)]
    await wait_until(lambda: all(process.poll() is not None for process in processes), within=120)
    assert 0 in [process.returncode for process in processes]
    assert await store.query("SELECT count(*), count(DISTINCT id) FROM page_views", {}) == [(6_000, 6_000)]
    await store.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_interrupted_import_is_completed_by_the_next(
    start_import: StartImport, write: Write, conf: Settings, how: signal.Signals
):
    log = write([many(number) for number in range(20_000)])
    first = start_import(log)
    await wait_until(lambda: first.poll() is not None or list(conf.data_dir.glob("imports/*.rows")), within=120)
    assert first.poll() is None, "it had ended before it could be interrupted"
    first.send_signal(how)
    first.communicate()
    again = start_import(log)
    output, errors = again.communicate()
    assert again.returncode == 0, errors
    assert "20,000 page views" in output
    assert stored_counts(conf) == (20_000, 20_000, 1)
    assert [file.name for file in conf.data_dir.glob("imports/*")] == ["lock"]  # the key is deleted


def test_standard_input_is_a_log(start_import: StartImport, write: Write, conf: Settings):
    log = write([many(number) for number in range(10)])
    for name in ("-", "/dev/stdin"):
        output, errors = start_import(name, stdin=log).communicate()
        assert "10 page views" in output, errors
    assert stored_counts(conf)[:2] == (10, 10)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("nowhere.log", "cannot be read: No such file or directory."), (".", "cannot be read: Is a directory.")],
)
def test_failed_import_is_one_sentence(start_import: StartImport, tmp_path: Path, name: str, sentence: str):
    process = start_import(tmp_path / name)
    output, errors = process.communicate()
    assert (process.returncode, output, errors.count("\n")) == (1, "", 1)
    assert errors.endswith(f" {sentence}\n")


def test_unknown_format_ends_with_an_error(start_import: StartImport, write: Write):
    process = start_import(write(["this is no log"]))
    output, _ = process.communicate()
    assert process.returncode == 1
    assert "These formats can: common" in output
