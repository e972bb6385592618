"""A Foyer with a board of its own on a loopback port, and a browser to look at it with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

import utilities.rendering.views
from handlers.base.authenticator import open_authenticator
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS
from utilities.catalogue import Catalogue
from utilities.config.discovery import find
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, Frame, LastError, Reading, ValueKind
from utilities.rendering.views import View
from utilities.rendering.walls import Pace, Painter, Walls
from utilities.reports import Report
from utilities.services import open_services
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
QUICK = Pace(beat=0.4, look=0.05, poll=0.1, patience=1.0, farewell=1.0)


class Clock:
    """The machine's own, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


class Idle:
    """Stands where the refresher stands: these tests write the readings themselves."""

    def __init__(self) -> None:
        self.active: set[str] = set()

    def set_active(self, names: Any) -> None:
        self.active = set(names)


def number(value: float | None) -> Frame:
    return Frame((Column("visitors", "Visitors", ValueKind.INTEGER),), ((value,),))


def table(*rows: tuple[str, float | None]) -> Frame:
    return Frame((Column("page", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)), rows)


class House:
    """One process of Foyer: start it, write readings, kill it, start it again on the same port."""

    def __init__(self, settings: Settings, pace: Pace) -> None:
        self.settings = settings
        self.pace = pace
        self.clock = Clock()
        self.build = "built-once"
        self.port = 0
        self.refresher = Idle()
        self.server: HTTPServer | None = None
        names = ("visitors", "pages", "sources")
        self.reports = {name: Report(name, f"What about {name}?", ("none",)) for name in names}

    async def start(self) -> None:
        self.stack = AsyncExitStack()
        views = find(utilities.rendering.views, "VIEW", View)
        catalogue = Catalogue(tuple(self.reports.values()), views, ())
        services = await self.stack.enter_async_context(open_services(self.settings, self.clock, catalogue))
        self.store: Store = services.store
        self.boards = services.boards
        painter = Painter(templates=services.templates, views=services.views, reports=services.reports, zone=UTC)
        self.walls = Walls(
            boards=services.boards,
            reports=services.reports,
            store=services.store,
            refresher=self.refresher,
            painter=painter,
            clock=self.clock,
            build=self.build,
            pace=self.pace,
        )
        idle: Any = self.refresher
        services = replace(services, refresher=idle, walls=self.walls)
        authenticator = await open_authenticator(self.settings, self.clock, services.database, services.http_client)
        self.stack.push_async_callback(authenticator.close)
        self.walls.start()
        self.server = HTTPServer(make_application(services, authenticator), **SERVER_LIMITS)
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)

    def url(self, path: str = "/boards/office") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def show(self, report: str, frame: Frame, *, age: float = 0, trouble: str = "") -> None:
        now = self.clock() - timedelta(seconds=age)
        told = LastError(trouble, ErrorKind.UNAVAILABLE, now, 1, now) if trouble else None
        await self.store.write(Reading(report, frame, now, told), unfenced_lease(report))

    async def fail(self, report: str, message: str) -> None:
        now = self.clock()
        await self.store.write(
            Reading(report, last_error=LastError(message, ErrorKind.MISCONFIGURED, now, 1, now)), unfenced_lease(report)
        )

    async def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            await self.walls.stop()
            await self.server.close_all_connections()
            await self.stack.aclose()
            self.server = None

    async def kill(self) -> None:
        """Goes as a process goes that is killed: no good-bye, every connection cut."""
        self.walls._open = False
        for showing in self.walls._showings.values():
            for wall in tuple(showing.walls):
                wall.pipe.close()
        await self.stop()

    def edit(self, text: str, name: str = "office") -> None:
        """As editors do: another file takes the name."""
        fresh = self.settings.boards_dir / f".{name}.new"
        fresh.write_text(text)
        fresh.replace(self.settings.boards_dir / f"{name}.yaml")


BuildHouse = Callable[..., Awaitable[House]]


@asynccontextmanager
async def building(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[BuildHouse]:
    """What `build_house` gives, in the event loop of whoever enters."""
    async with AsyncExitStack() as stack:

        async def build(board: str = BOARD, pace: Pace = QUICK) -> House:
            folder = tmp_path / "boards"
            folder.mkdir()
            (folder / "office.yaml").write_text(board)
            house = House(settings(boards_dir=folder), pace)
            await house.start()
            stack.push_async_callback(house.stop)
            return house

        yield build


@pytest.fixture
async def build_house(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[BuildHouse]:
    async with building(tmp_path, settings) as build:
        yield build


@pytest.fixture
async def house(build_house: BuildHouse) -> House:
    return await build_house()


@pytest_asyncio.fixture(loop_scope="session")
async def glass(chromium: Browser) -> AsyncIterator[Page]:
    """A television: 1920 × 1080; anything its console has to complain about fails the test."""
    page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    await page.close()
    cut = ("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY", "ERR_FAILED", "502", "404")  # servers, not the page's fault
    assert not [told for told in complaints if not any(word in told for word in cut)]


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Waits until it is true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, "it does not come true"
        await asyncio.sleep(0.02)


__all__ = ["House", "number", "replace", "table", "until"]
