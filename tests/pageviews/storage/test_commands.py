"""The commands on stored page views: what they refuse, and the documented restore."""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pageviews.storage.views import numbered
from utilities.commands.page_view_data import run_export, run_forget
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import SettingsError
from utilities.pageviews.storage.interface import ExportFormat
from utilities.pageviews.storage.open import DUCKDB_FILE, open_page_view_store

OPERATING = (Path(__file__).resolve().parents[3] / "docs" / "operating.md").read_text()


@pytest.fixture
async def filled(settings: Callable[..., Settings]) -> Settings:
    """Settings of a store with three page views of the site `main`."""
    made = settings()
    views = await open_page_view_store(made, utc_now)
    await views.add_views([numbered(number) for number in range(3)])
    await views.close()
    return made


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def count_lines(file: Path) -> int:
    return len(file.read_text().splitlines())


@pytest.mark.parametrize(
    ("file", "site", "sentence"),
    [
        ("missing/x.csv", "", r"x\.csv cannot be written: there is no folder .*missing\."),
        (".", "", r"is a folder: name a file\."),
        ("x.csv", "shop", r"There is no site shop\. There are: main\."),
    ],
)
async def test_export_that_cannot_work_is_refused_in_words_and_leaves_no_file(
    filled: Settings, tmp_path: Path, file: str, site: str, sentence: str
):
    before = list_files(tmp_path)
    with pytest.raises(SettingsError, match=sentence):
        await run_export(filled, tmp_path / file, None, site)
    assert list_files(tmp_path) == before


async def test_deleting_from_an_unknown_site_is_refused(filled: Settings):
    with pytest.raises(SettingsError, match="There is no site shop"):
        await run_forget(filled, "shop", None, "/", None)


async def test_failed_export_leaves_the_earlier_file(filled: Settings, tmp_path: Path):
    file = tmp_path / "x.csv"
    assert await run_export(filled, file, None, "main") == 0
    assert count_lines(file) == 4
    with pytest.raises(SettingsError):
        await run_export(filled, file, None, "shop")
    assert count_lines(file) == 4
    assert not [name for name in list_files(tmp_path) if name.endswith(".draft")]


@pytest.mark.slow
async def test_documented_restore_doubles_nothing(filled: Settings, settings: Callable[..., Settings], tmp_path: Path):
    file = tmp_path / "backup.parquet"
    assert await run_export(filled, None, file, "") == 0
    restored = settings(data_dir=tmp_path / "restored")
    await (await open_page_view_store(restored, utc_now)).close()
    line = re.search(r"^ +\.venv/bin/python (-c .*read_parquet.*)$", OPERATING, re.MULTILINE)
    assert line is not None
    command = line[1].replace("var/pageviews.duckdb", str(restored.data_dir / DUCKDB_FILE)).replace("FILE", str(file))
    for _ in range(2):
        process = await asyncio.create_subprocess_shell(f"{sys.executable} {command}")
        assert await process.wait() == 0
    views = await open_page_view_store(restored, utc_now)
    assert await views.export_rows(tmp_path / "again.csv", ExportFormat.CSV) == 3
    await views.close()
