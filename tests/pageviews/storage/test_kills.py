"""`kill -9` at any moment, or a full disk, loses no acknowledged page view and duplicates none."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.code import ROOT
from tests.pageviews.storage.views import numbered
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

pytestmark = pytest.mark.slow

OPEN = """
import asyncio, sys
from pathlib import Path
from utilities.model.clock import utc_now
from utilities.model.errors import SettingsError, StoreDown
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store
try:
    asyncio.run(open_duckdb_store(Path(sys.argv[1]), utc_now))
except (SettingsError, StoreDown) as error:
    print(error)
"""

FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.pageviews.storage.views import numbered
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

async def main():
    views = await open_duckdb_store(Path(sys.argv[1]), utc_now)
    await views.add_views([numbered(n) for n in range(10)])
    await views.query("SELECT count(*) FROM page_views", {})
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, usual[1]))
    for start in (10, 20):
        try:
            await views.add_views([numbered(n) for n in range(start, start + 10)])
        except StoreDown as error:
            print(error)
    print(views.health()["answers"])
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    await views.add_views([numbered(n) for n in range(30, 40)])
    print(await views.query("SELECT count(*) FROM page_views", {}), views.health()["answers"])
    await views.close()

asyncio.run(main())
"""

TABLE_FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from tests.pageviews.storage.views import numbered
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

async def counted(views):
    return await views.query("SELECT count(*) FROM page_views", {})

async def main():
    views = await open_duckdb_store(Path(sys.argv[1]), utc_now)
    await views.add_views([numbered(n) for n in range(300)])
    print(await counted(views))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, usual[1]))  # less than the table's own journal has already
    await views.add_views([numbered(n) for n in range(300, 310)])
    await wait_until(lambda: not views.health()["answers"])
    print(views.health()["waiting"])
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    await wait_until(lambda: views.health()["answers"])
    print(await counted(views))
    await views.close()

asyncio.run(main())
"""

KILLS = int(os.environ.get("FOYER_KILLS", "5"))  # `make soak` kills fifty times


def killed_while_writing(file: Path, first: int, count: int) -> set[int]:
    """Returns the numbers that a writer acknowledged before it was killed, which is once it has `count` of them."""
    command = [sys.executable, "-m", "tests.pageviews.storage.writer", str(file), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout
        output = b""
        while output.count(b"\n") < count:
            part = os.read(writer.stdout.fileno(), 65536)
            assert part, "the writer ended by itself"
            output += part
        writer.kill()
        output += writer.stdout.read()
    complete = output[: output.rfind(b"\n")]
    return set(map(int, complete.split()))


@pytest.mark.timeout(30 + 10 * KILLS)
async def test_no_acknowledged_page_view_is_lost_and_none_doubled(tmp_path: Path):
    file = tmp_path / "pageviews.duckdb"
    chance = random.Random(KILLS)
    acknowledged: set[int] = set()
    for _ in range(KILLS):
        first = max(acknowledged, default=-1) + 1
        acknowledged |= killed_while_writing(file, first, chance.randint(300, 1500))
    views = await open_duckdb_store(file, utc_now)
    rows, ids = (await views.query("SELECT count(*), count(DISTINCT id) FROM page_views", {}))[0]
    stored = {int(path[1:]) for (path,) in await views.query("SELECT path FROM page_views", {})}
    await views.close()
    assert len(acknowledged) > 20 * KILLS
    assert acknowledged <= stored
    assert rows == ids == len(stored)


async def test_incomplete_line_is_skipped(tmp_path: Path):
    file = tmp_path / "pageviews.duckdb"
    acknowledged = killed_while_writing(file, 0, 100)
    journals = [tmp_path / "pageviews.journal", tmp_path / "pageviews.journal2"]
    for journal in journals:
        journal.write_bytes(journal.read_bytes().rstrip(b"\n") + b"\n0badc0de\x1f" + b"\0" * 100)
    views = await open_duckdb_store(file, utc_now)
    (rows,) = await views.query("SELECT count(*) FROM page_views", {})
    await views.close()
    assert rows[0] >= len(acknowledged)
    assert [journal.read_bytes().strip(b"\n") for journal in journals] == [b"", b""]


async def test_second_process_is_told_which_process_has_the_file(tmp_path: Path):
    file = tmp_path / "pageviews.duckdb"
    views = await open_duckdb_store(file, utc_now)
    command = [sys.executable, "-c", OPEN, str(file)]
    second = await run_output(command)
    await views.add_views([numbered(1)])
    await views.close()
    assert second.startswith(
        f"{file.name} in DATA_DIR belongs to process {os.getpid()}, and only one process can have it"
    )
    assert "CLICKHOUSE_URL" in second


async def test_file_of_another_format_is_a_store_that_is_down(tmp_path: Path):
    file = tmp_path / "pageviews.duckdb"
    file.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(StoreDown, match="cannot be opened"):
        await open_duckdb_store(file, utc_now)


async def test_full_disk_is_an_error_and_writing_resumes_later(tmp_path: Path):
    output = await run_output(
        [sys.executable, "-c", FULL, str(tmp_path / "pageviews.duckdb")], "Page views are refused"
    )
    first, second, answers, after = output.splitlines()
    assert first == second == "The page views cannot be written: File too large."
    assert (answers, after) == ("False", "[(20,)] True")


async def test_rows_stay_in_the_journal_while_the_table_cannot_be_written(tmp_path: Path):
    command = [sys.executable, "-c", TABLE_FULL, str(tmp_path / "pageviews.duckdb")]
    output = await run_output(command, "Page views stay in the journal")
    assert output.splitlines() == ["[(300,)]", "10", "[(310,)]"]


async def run_output(command: list[str], logged: str = "") -> str:
    """Returns what the command prints; each line of its log begins with `logged`, and without it there is none."""
    ran = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert all(logged and line.startswith(logged) for line in ran.stderr.splitlines()), ran.stderr
    assert bool(logged) == bool(ran.stderr)
    return ran.stdout
