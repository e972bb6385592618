"""The page-view source over a store of each engine, with sites from a real file and a fixed clock."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from tests.pageviews.queries.week import NOW
from utilities.config.settings import Settings
from utilities.pageviews import PageView
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_page_view_store
from utilities.sources.pageviews import PageViewSource

BLOG = "sites: [{name: blog, domains: [example.com], zone: Europe/Berlin}, {name: shop, domains: [example.org]}]\n"

MakeSource = Callable[..., Awaitable[PageViewSource]]


@pytest.fixture(params=["duckdb", pytest.param("clickhouse", marks=pytest.mark.slow)])
async def page_view_store(
    request: pytest.FixtureRequest, settings: Callable[..., Settings], tmp_path: Path
) -> AsyncIterator[PageViewStore]:
    """Opens an empty store of each engine."""
    url = request.getfixturevalue("clickhouse") if request.param == "clickhouse" else ""
    opened = await open_page_view_store(settings(clickhouse_url=url), lambda: NOW)
    yield opened
    await opened.close()
    shutil.rmtree(tmp_path / "var", ignore_errors=True)


@pytest.fixture
def make_source(page_view_store: PageViewStore, tmp_path: Path) -> MakeSource:
    """Returns `make_source(views, now=…, sites=…)`: a source over these page views."""

    async def make(views: Sequence[PageView] = (), *, now: datetime = NOW, sites: str = BLOG) -> PageViewSource:
        file = tmp_path / "sites.yaml"
        file.write_text(sites)
        registry = SiteRegistry(file, any_host=True, zone="Europe/Berlin")
        registry.load_file()
        await page_view_store.add_views(views)
        return PageViewSource(page_view_store, registry, lambda: now, days=7)

    return make
