"""The page-view store fails as disks, files and servers do: nothing acknowledged is lost, and it heals by itself."""

import asyncio
import logging
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.pageviews.storage.views import numbered
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import Overloaded, StoreDown, Unavailable
from utilities.pageviews.collection import open_collection
from utilities.pageviews.storage.duckdb_open import connect_duckdb
from utilities.pageviews.storage.open import DUCKDB_FILE, open_page_view_store, open_reopening_store
from utilities.pageviews.storage.reopening_store import ReopeningPageViewStore

OpenStore = Callable[[Settings], Awaitable[ReopeningPageViewStore]]
PATHS_SQL = "SELECT path FROM page_views ORDER BY path"


@pytest.fixture
async def open_store() -> AsyncIterator[OpenStore]:
    opened: list[ReopeningPageViewStore] = []

    async def open_one(settings: Settings) -> ReopeningPageViewStore:
        opened.append(await open_reopening_store(settings, utc_now))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


async def accepts(store: ReopeningPageViewStore, number: int) -> bool:
    """Whether a page view is stored; it is refused otherwise, and nothing else happens."""
    try:
        await store.add_views([numbered(number)])
    except (StoreDown, Overloaded):
        return False
    return True


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(" (")[0] for record in caplog.records if record.levelno >= logging.INFO]


async def test_clickhouse_that_is_absent_at_the_start_does_not_stop_it(
    open_store: OpenStore, settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
):
    store = await open_store(settings(clickhouse_url="http://secret-user:secret-word@127.0.0.1:1/secret-name"))
    assert not await accepts(store, 1)
    with pytest.raises(Unavailable):
        await store.query(PATHS_SQL, {})
    assert (store.health()["engine"], store.health()["answers"]) == ("clickhouse", False)
    assert log_lines(caplog) == ["Page views cannot be stored"]
    assert "nothing listens there" in caplog.text
    assert "secret" not in caplog.text


async def test_absent_store_has_one_line_for_everything_that_needs_it(
    settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with open_collection(settings(clickhouse_url="http://127.0.0.1:1/secret-name"), utc_now) as collection:
        await asyncio.sleep(0)  # the loops begin
        assert not await accepts(collection.views, 1)
    assert log_lines(caplog) == ["Page views cannot be stored"]


async def test_store_that_is_absent_at_the_start_is_opened_as_soon_as_it_works(
    settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    tries = 0

    async def open_at_third_try():
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StoreDown("the machine is starting")
        return await open_page_view_store(settings(), utc_now)

    store = ReopeningPageViewStore("duckdb", open_at_third_try, sleep=lambda _: asyncio.sleep(0.05))
    await store.start()
    assert not await accepts(store, 1)
    await wait_until(lambda: store.health()["answers"])
    assert await accepts(store, 2)
    assert await store.query(PATHS_SQL, {}) == [("/2",)]
    assert log_lines(caplog) == ["Page views cannot be stored", "Page views are stored again"]
    await store.close()


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"Dear diary, " * 10_000, b"", b"\0" * 4096])
async def test_damaged_file_does_not_stop_the_start_and_nobody_is_told_to_lose_it(
    open_store: OpenStore, settings: Callable[..., Settings], damage: bytes, caplog: pytest.LogCaptureFixture
):
    made = settings()
    first = await open_store(made)
    assert await accepts(first, 1)
    await first.close()
    file = made.data_dir / DUCKDB_FILE
    shutil.copy(file, backup := file.with_name("backup"))
    file.write_bytes(damage)
    store = await open_store(made)
    if damage:
        assert not await accepts(store, 2)
        assert "Keep the file" in caplog.text
        assert "move the file away" not in caplog.text
        backup.replace(file)
    await wait_until(lambda: accepts(store, 3))
    assert ("/3",) in await store.query(PATHS_SQL, {})


def leave_as_after_a_kill(file: Path, to: Path) -> Path:
    """Copies a database with rows that are in its write-ahead log only; returns the copy's log."""
    connection = connect_duckdb(file)
    connection.execute("CHECKPOINT")
    connection.execute("CREATE TABLE many AS SELECT range AS number FROM range(3000)")
    to.mkdir()
    for name in (file.name, f"{file.name}.wal"):
        shutil.copy(file.with_name(name), to / name)
    connection.close()
    return to / f"{file.name}.wal"


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["none", "cut", "zeros", "no file"])
def test_write_ahead_log_that_cannot_be_read_is_kept_and_reported(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
):
    wal = leave_as_after_a_kill(tmp_path / DUCKDB_FILE, tmp_path / "copy")
    content = wal.read_bytes()
    if damage == "cut":
        wal.write_bytes(content[:-9])
    elif damage == "zeros":
        wal.write_bytes(bytes(len(content)))
    elif damage == "no file":
        wal.with_suffix("").unlink()
        with pytest.raises(StoreDown, match="put the file back"):
            connect_duckdb(wal.with_suffix(""))
        assert wal.read_bytes() == content
        return
    damaged = wal.read_bytes()
    connect_duckdb(wal.with_suffix("")).close()
    unread = [file.read_bytes() for file in wal.parent.glob("*.unread-*")]
    assert unread == ([] if damage == "none" else [damaged])
    assert ("could not be read" in caplog.text) is bool(unread)
    assert not list(wal.parent.glob("*.copy"))


@pytest.mark.slow
async def test_folder_that_is_deleted_while_running_is_noticed_before_a_page_view_is_lost(
    open_store: OpenStore, settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    made = settings()
    store = await open_store(made)
    assert await accepts(store, 1)
    await store.query(PATHS_SQL, {})
    shutil.rmtree(made.data_dir)
    accepted = [number for number in range(10, 20) if await accepts(store, number)]
    assert accepted == []
    await wait_until(lambda: accepts(store, 20))
    await store.close()
    again = await open_store(made)
    assert await again.query(PATHS_SQL, {}) == [("/20",)]
    assert log_lines(caplog).count("Page views are stored again") <= 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=24m", "tmpfs"]
    if shutil.which("mount") is None or subprocess.run(["mount", *options, folder], capture_output=True).returncode:
        pytest.skip("disks can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
async def test_full_disk_has_two_lines_in_the_log_and_loses_nothing(
    open_store: OpenStore, settings: Callable[..., Settings], small_disk: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    store = await open_store(settings(data_dir=small_disk))
    assert await accepts(store, 0)
    await store.query(PATHS_SQL, {})
    fill_disk(small_disk / "ballast")
    stored = {0}
    for number in range(1, 3000):
        if await accepts(store, number):
            stored.add(number)
    await wait_until(lambda: not store.health()["answers"])
    (small_disk / "ballast").unlink()
    await wait_until(lambda: accepts(store, 5000))
    await wait_until(lambda: store.health()["answers"])
    rows = await store.query("SELECT path FROM page_views", {})
    assert {path for (path,) in rows} >= {f"/{number}" for number in stored}
    assert len(rows) == len(set(rows))
    assert (
        2 <= len(log_lines(caplog)) <= 6
    )  # for the journal, the table and the engine: one when it fails, one when not
    assert all("space" in record.getMessage() or "again" in record.getMessage() for record in caplog.records)


def fill_disk(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        size = 1 << 20
        while size >= 1:
            try:
                out.write(b"x" * size)
            except OSError:
                size //= 2


@pytest.mark.slow
async def test_start_with_a_full_disk_says_so_and_heals(
    open_store: OpenStore, settings: Callable[..., Settings], small_disk: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    fill_disk(small_disk / "ballast")
    store = await open_store(settings(data_dir=small_disk))
    assert not await accepts(store, 1)
    assert "full" in caplog.text or "space" in caplog.text
    (small_disk / "ballast").unlink()
    await wait_until(lambda: accepts(store, 2))
    assert await store.query(PATHS_SQL, {}) == [("/2",)]
