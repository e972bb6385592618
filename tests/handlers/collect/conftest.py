"""A collector-only server on a loopback port, with the sites of the test.

open_collector   opens one: `await open_collector(SITES)`; without sites every host is a site
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handlers.serving.collector_server import serve_collector
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
            own, port = await closing.enter_async_context(serve_collector(settings_))
            return CollectorServer(f"http://127.0.0.1:{port}", own, folder / "sites.yaml")

        yield start
