"""A Foyer that only collects, on a loopback port, with the sites a test gives it.

collect   opens one: `await collect(SITES)`; without sites every host is its own
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handlers.serving.collector_server import collecting
from utilities.config.settings import Settings
from utilities.pageviews.collection import OurOwn

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


class View(NamedTuple):
    """What a test looks at in a row."""

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
class Collecting:
    """One process that collects."""

    address: str
    own: OurOwn
    sites: Path  # its sites.yaml

    async def views(self) -> list[View]:
        """What is kept, oldest first."""
        rows = await self.own.views.query(f"SELECT {', '.join(View._fields)} FROM page_views ORDER BY moment, id", {})
        return [View(*row) for row in rows]


Open = Callable[..., Awaitable[Collecting]]


@pytest.fixture
async def collect(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[Open]:
    async with opening(settings, tmp_path) as start:
        yield start


@asynccontextmanager
async def opening(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[Open]:
    """What `collect` gives, in the event loop of whoever enters."""
    async with AsyncExitStack() as closing:

        async def start(sites: str = "", **values: Any) -> Collecting:
            folder = tmp_path / "boards"
            folder.mkdir()
            if sites:
                (folder / "sites.yaml").write_text(sites, encoding="utf-8")
            chosen = settings(**{"port": 0, "boards_dir": folder, **values})
            own, port = await closing.enter_async_context(collecting(chosen))
            return Collecting(f"http://127.0.0.1:{port}", own, folder / "sites.yaml")

        yield start
