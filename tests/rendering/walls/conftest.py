"""A Foyer with a board of its own on a loopback port, and a browser to look at it with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

import utilities.rendering.views
from demo.clock import VirtualClock
from handlers.base.authenticator import open_authenticator
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS
from tests.handlers.accounts.migrated_database import prepare_database
from tests.noon import FRIDAY_NOON
from utilities.catalogue import Catalogue
from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, Frame, LastError, Reading, ValueKind
from utilities.rendering.views import View
from utilities.rendering.walls import Intervals, TileRenderer, WallHub
from utilities.reports import Report
from utilities.services import open_services
from utilities.sources import pageviews
from utilities.store import Store, unfenced_lease

ROOT = Path(__file__).resolve().parents[3]
BOARD = """
title: Office
zone: Europe/Berlin
grid: {columns: 12, rows: 12}
tiles:
  - {report: visitors, view: number, place: [1, 1, 6, 6]}
  - {report: pages, view: table, place: [7, 1, 6, 12]}
  - {report: sources, view: table, place: [1, 7, 6, 6]}
"""
QUICK = Intervals(beat=0.4, ageing=0.05, boards=0.1, stalled=1.0, farewell=1.0)


class MovableClock(VirtualClock):
    """A clock that goes on from FRIDAY_NOON, and is moved by `ahead`."""

    def __init__(self) -> None:
        super().__init__(FRIDAY_NOON)


class IdleRefresher:
    """Takes the place of the refresher: these tests write the readings themselves."""

    def __init__(self) -> None:
        self.active: set[str] = set()

    is_running = False

    def set_active(self, names: Any) -> None:
        self.active = set(names)

    def keep_fresh(self, report: str) -> None: ...


def number(value: float | None) -> Frame:
    return Frame((Column("visitors", "Visitors", ValueKind.INTEGER),), ((value,),))


def table(*rows: tuple[str, float | None]) -> Frame:
    return Frame((Column("page", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)), rows)


class WallServer:
    """One process of Foyer: start it, write readings, kill it, start it again on the same port."""

    def __init__(self, settings: Settings, intervals: Intervals) -> None:
        self.settings = settings
        self.intervals = intervals
        self.clock = MovableClock()
        self.version = "built-once"
        self.port = 0
        self.refresher = IdleRefresher()
        self.server: HTTPServer | None = None
        names = ("visitors", "pages", "sources")
        self.reports = {name: Report(name, f"What about {name}?", ("pageviews",)) for name in names}

    async def start(self) -> None:
        self.stack = AsyncExitStack()
        views = discover_units(utilities.rendering.views, "VIEW", View)
        catalogue = Catalogue(tuple(self.reports.values()), views, (pageviews.SOURCE,))
        prepare_database(self.settings)
        services = await self.stack.enter_async_context(open_services(self.settings, self.clock, catalogue))
        self.store: Store = services.store
        self.boards = services.boards
        self.fleet = services.fleet
        renderer = TileRenderer(
            templates=services.templates,
            views=services.views,
            reports=services.reports,
            zone=UTC,
            workers=services.workers,
        )
        self.walls = WallHub(
            boards=services.boards,
            reports=services.reports,
            store=services.store,
            refresher=self.refresher,
            renderer=renderer,
            clock=self.clock,
            version=self.version,
            intervals=self.intervals,
        )
        idle: Any = self.refresher
        services = replace(services, refresher=idle, walls=self.walls)
        authenticator = await open_authenticator(self.settings, self.clock, services.fleet, services.http_client)
        self.stack.push_async_callback(authenticator.close)
        self.walls.start()
        self.server = HTTPServer(make_application(services, authenticator), **SERVER_LIMITS)
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)

    def url(self, path: str = "/boards/office") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def show(self, report: str, frame: Frame, *, age: float = 0, error: str = "") -> None:
        now = self.clock() - timedelta(seconds=age)
        last_error = LastError(error, ErrorKind.UNAVAILABLE, now, 1, now) if error else None
        await self.store.write(Reading(report, frame, now, last_error), unfenced_lease(report))

    async def fail(self, report: str, message: str) -> None:
        now = self.clock()
        await self.store.write(
            Reading(report, last_error=LastError(message, ErrorKind.MISCONFIGURED, now, 1, now)), unfenced_lease(report)
        )

    def html(self, tile: str) -> str:
        """Returns a tile of the board `office` as it was last rendered."""
        return self.walls.tile_html("office", tile) or ""

    async def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            await self.walls.stop()
            await self.server.close_all_connections()
            await self.stack.aclose()
            self.server = None

    async def kill(self) -> None:
        """Stops as a killed process does: no last event, every connection cut."""
        self.walls._is_open = False
        for channel in self.walls._channels.values():
            for stream in tuple(channel.streams):
                stream.pipe.close()
        await self.stop()

    def edit(self, text: str, name: str = "office") -> None:
        """Replaces the board file, as editors do."""
        new_file = self.settings.boards_dir / f".{name}.new"
        new_file.write_text(text)
        new_file.replace(self.settings.boards_dir / f"{name}.yaml")


StartServer = Callable[..., Awaitable[WallServer]]


@asynccontextmanager
async def server_builder(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[StartServer]:
    """Returns `start_server`, in the event loop of the caller."""
    async with AsyncExitStack() as stack:

        async def build(board: str = BOARD, intervals: Intervals = QUICK) -> WallServer:
            folder = tmp_path / "boards"
            folder.mkdir()
            (folder / "office.yaml").write_text(board)
            server = WallServer(settings(boards_dir=folder), intervals)
            await server.start()
            stack.push_async_callback(server.stop)
            return server

        yield build


@pytest.fixture
async def start_server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[StartServer]:
    async with server_builder(tmp_path, settings) as build:
        yield build


@pytest.fixture
async def server(start_server: StartServer) -> WallServer:
    return await start_server()


@pytest_asyncio.fixture(loop_scope="session")
async def wall_page(chromium: Browser) -> AsyncIterator[Page]:
    """A television of 1920 × 1080 px; any error in its console fails the test."""
    page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
    console_errors: list[str] = []
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    page.on("dialog", lambda dialog: console_errors.append(f"dialog: {dialog.message}"))
    page.on("console", lambda entry: console_errors.append(entry.text) if entry.type == "error" else None)
    yield page
    await page.close()
    connection_errors = (
        "ERR_CONNECTION",
        "ERR_INCOMPLETE",
        "ERR_EMPTY",
        "ERR_FAILED",
        "502",
        "404",
    )  # of the stopped server
    assert not [text for text in console_errors if not any(word in text for word in connection_errors)]


__all__ = ["WallServer", "number", "replace", "table"]
