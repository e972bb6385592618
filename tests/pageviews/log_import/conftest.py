"""Logs to import, and a page-view store to import them into."""

import gzip
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.pageviews.collection import open_sites
from utilities.pageviews.log_import.command import import_logs
from utilities.pageviews.log_import.summary import ImportSummary
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_page_view_store

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
RECORDED = Path(os.environ.get("ACCESS_LOG") or Path(__file__).resolve().parents[4] / "shared/data/access.log")

NOW = datetime(2015, 5, 21, tzinfo=UTC)
"""The day after the recorded log, so that no site deletes its lines."""

ImportFiles = Callable[..., Awaitable[list[ImportSummary]]]


def line(
    path: str = "/",
    *,
    at: str = "17/May/2015:10:05:03 +0000",
    address: str = "87.150.1.1",
    method: str = "GET",
    status: int = 200,
    referrer: str = "-",
    agent: str = CHROME,
) -> str:
    """Returns a line in the combined format."""
    return f'{address} - - [{at}] "{method} {path} HTTP/1.1" {status} 512 "{referrer}" "{agent}"'


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Returns `write(lines, name=…)`, which writes a log, compressed if its name ends with .gz."""

    def made(lines: Sequence[str], name: str = "access.log") -> Path:
        path, data = tmp_path / name, "".join(f"{each}\n" for each in lines).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return made


@pytest.fixture
def conf(settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    return settings(boards_dir=tmp_path)


@pytest.fixture
async def views(conf: Settings) -> AsyncIterator[PageViewStore]:
    store = await open_page_view_store(conf, utc_now)
    yield store
    await store.close()


@pytest.fixture
def import_files(conf: Settings, views: PageViewStore) -> ImportFiles:
    """Returns `import_files(path, …, site="example.com")`, which imports files and returns a summary of each."""

    async def run_import(
        *paths: Path, site: str = "example.com", clock: Clock = lambda: NOW, **options: Any
    ) -> list[ImportSummary]:
        return [
            each
            async for each in import_logs(
                paths, sites=open_sites(conf), keep=views, clock=clock, site=site, **{"settings": conf, **options}
            )
        ]

    return run_import


@pytest.fixture
def recorded() -> Path:
    if not RECORDED.exists():
        pytest.skip(
            "needs the recorded access log: neither ../shared/data/access.log is there nor what ACCESS_LOG names"
        )
    return RECORDED


@pytest.fixture
def two_sites(tmp_path: Path) -> None:
    (tmp_path / "sites.yaml").write_text(
        "sites:\n"
        "  - {name: shop, domains: [shop.example.com], zone: Europe/Berlin, excluded_addresses: [192.0.2.0/24]}\n"
        "  - {name: blog, domains: [blog.example.com]}\n"
    )
