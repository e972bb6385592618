"""A Foyer with one fake source, served on a loopback port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

import utilities.rendering.views
from handlers.base.authenticator import open_authenticator
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS
from tests.handlers.accounts.migrated_database import prepare_database
from utilities.catalogue import Catalogue
from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.model.frames import Column, DateRange, Frame, Note, ValueKind
from utilities.rendering.views import View
from utilities.reports import Report
from utilities.services import Services, open_services
from utilities.sources import SourceType

BOARD = "title: Office\ntiles: [{report: pages, view: table, place: [1, 1, 12, 12]}]\n"
PAGES = Frame(
    (
        Column("pagePath", "Page", ValueKind.TEXT),
        Column("screenPageViews", "Views", ValueKind.INTEGER),
        Column("bounceRate", "Bounce", ValueKind.FRACTION),
        Column("stay", "Stay", ValueKind.SECONDS),
        Column("hacker-news", "HN", ValueKind.SHARE, description="points and comments on Hacker News"),
    ),
    (
        ("/pricing", 21480, 0.381, 171.4, 412),
        ("=HYPERLINK(1)<b>", 7, 0.5, 3, None),
    ),
    (Note("Google withheld rows"), Note("unavailable: answered 503", "hacker-news")),
    DateRange(date(2026, 11, 13), date(2026, 11, 19), "Europe/Berlin"),
)


@dataclass
class FakeSource:
    """Answers each query with its frame or error in `answers`, once `unblocked` is set."""

    answers: dict[str, Frame | Exception] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    unblocked: asyncio.Event = field(default_factory=asyncio.Event)
    facts: Mapping[str, object] = field(default_factory=dict)

    async def fetch_frame(self, ask: str) -> Frame:
        self.queries.append(ask)
        await self.unblocked.wait()
        answer = self.answers[ask]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def check(self) -> str:
        return "the source answers"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return self.facts

    async def close(self) -> None: ...


@dataclass
class ManualClock:
    """Friday, 20 November 2026, 09:00 UTC, until a test advances it."""

    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class RunningServer:
    """A running Foyer and its parts."""

    services: Services
    source: FakeSource
    clock: ManualClock
    boards: Path
    address: str = ""

    async def wait_for_reading(self, report: str) -> None:
        """Unblocks the source, and returns once the report has a reading."""
        self.source.unblocked.set()
        announcements = self.services.store.listen()
        self.services.refresher.keep_fresh(report)
        async with asyncio.timeout(30):
            while self.services.store.latest(report) is None:
                await anext(announcements)


def fake_report(name: str, title: str = "") -> Report:
    return Report(name, title or f"What about {name}?", ("fake",), query=name)


@pytest.fixture
async def server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[RunningServer]:
    """Reports `pages` (on the board `office`) and `words` (on none); the source is blocked."""
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "office.yaml").write_text(BOARD)
    clock, source = ManualClock(), FakeSource({"pages": PAGES, "words": PAGES})

    async def open_fake_source(*_: object) -> FakeSource:
        return source

    catalogue = Catalogue(
        (fake_report("pages", "Which pages are read?"), fake_report("words")),
        discover_units(utilities.rendering.views, "VIEW", View),
        [SourceType("fake", str, open_fake_source, title="the source")],
    )
    own_settings = settings(boards_dir=folder)
    prepare_database(own_settings)
    async with open_services(own_settings, clock, catalogue) as services:
        authenticator = await open_authenticator(own_settings, clock, services.fleet, services.http_client)
        await services.refresher.start()
        services.walls.start()
        http_server = HTTPServer(make_application(services, authenticator), **SERVER_LIMITS)
        sockets = bind_sockets(0, "127.0.0.1")
        http_server.add_sockets(sockets)
        yield RunningServer(services, source, clock, folder, f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
        http_server.stop()
        await services.walls.stop()
        await services.refresher.stop()
        await http_server.close_all_connections()
        await authenticator.close()
