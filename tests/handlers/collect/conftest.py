"""A collector-only server on a loopback port, with the sites of the test.

counted_website  a browser, and a website whose pages carry the script
open_collector   opens one: `await open_collector(SITES)`; without sites every host is a site
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from handlers.serving.collector_server import serve_collector
from tests.handlers.collect.website import NAME, Website, website
from tests.noon import start_noon_clock
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.pageviews.collection import Collection

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
SITES = """
sites:
  - name: blog
    domains: [example.co.uk, bücher.example]
    zone: Europe/Berlin
    excluded_paths: [/admin/*]
    kept_parameters: [q]
  - name: shop
    domains: [shop.example.com]
"""


class StoredView(NamedTuple):
    """The columns that tests check."""

    site: str
    host: str
    path: str
    title: str
    referrer: str
    name: str
    props: str
    language: str
    screen: int


@dataclass
class CollectorServer:
    """A running collector-only server."""

    address: str
    own: Collection
    sites: Path  # its sites.yaml

    async def views(self) -> list[StoredView]:
        """Returns the stored page views, oldest first."""
        rows = await self.own.views.query(
            f"SELECT {', '.join(StoredView._fields)} FROM page_views ORDER BY moment, id", {}
        )
        return [StoredView(*row) for row in rows]


OpenCollector = Callable[..., Awaitable[CollectorServer]]


@pytest.fixture
async def open_collector(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[OpenCollector]:
    async with collector_opener(settings, tmp_path) as start:
        yield start


@asynccontextmanager
async def collector_opener(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[OpenCollector]:
    """Yields what the fixture `open_collector` does, in the event loop of the caller."""
    async with AsyncExitStack() as closing:

        async def start(sites: str = "", **values: Any) -> CollectorServer:
            folder = tmp_path / "boards"
            folder.mkdir()
            if sites:
                (folder / "sites.yaml").write_text(sites, encoding="utf-8")
            settings_ = settings(**{"port": 0, "boards_dir": folder, **values})
            own, port = await closing.enter_async_context(serve_collector(settings_, start_noon_clock()))
            return CollectorServer(f"http://127.0.0.1:{port}", own, folder / "sites.yaml")

        yield start


WEBSITE_SITES = """
sites:
  - {name: shop, domains: [shop.test, 127.0.0.2]}
  - {name: blog, domains: [blog.test]}
"""
LAST_PATH = "/last"


@dataclass
class CountedWebsite:
    """A browser and a website whose pages carry the script."""

    server: CollectorServer
    context: BrowserContext
    website: Website
    last_pages: int = 0

    def url(self, path: str, host: str = NAME) -> str:
        return f"http://{host}:{self.website.port}/{path}"

    async def open_page(self, path: str, host: str = NAME) -> Page:
        page = await self.context.new_page()
        await page.goto(self.url(path, host))
        return page

    async def views(self) -> list[StoredView]:
        return [view for view in await self.server.views() if view.path != LAST_PATH]

    async def reach_views(self, count: int) -> None:
        """Waits until at least `count` page views are stored."""

        async def has_views() -> bool:
            return len(await self.views()) >= count

        await wait_until(has_views)

    async def wait_for_views(self, count: int) -> list[StoredView]:
        """Waits for `count` page views, and for that of one more page, before which any other would have come."""
        await self.reach_views(count)
        self.last_pages += 1
        page = await self.open_page(LAST_PATH.strip("/"))

        async def has_last_view() -> bool:
            return len(await self.server.views()) - len(await self.views()) == self.last_pages

        await wait_until(has_last_view)
        await page.close()
        return await self.views()


@pytest_asyncio.fixture(loop_scope="session")
async def counted_website(
    settings: Callable[..., Settings], tmp_path: Path, chromium: Browser
) -> AsyncIterator[CountedWebsite]:
    async with (
        collector_opener(settings, tmp_path) as open_collector,
        website((server := await open_collector(WEBSITE_SITES)).address) as running_website,
    ):
        context = await chromium.new_context(user_agent=AGENT, locale="de-DE", viewport={"width": 800, "height": 600})
        yield CountedWebsite(server, context, running_website)
        await context.close()


def paths(views: list[StoredView]) -> list[str]:
    return [view.path for view in views]
