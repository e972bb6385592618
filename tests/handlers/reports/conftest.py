"""A Foyer whose one source answers what the test says, served on a loopback port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

import utilities.rendering.views
from handlers.base.authenticator import open_authenticator
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS
from utilities.catalogue import Catalogue
from utilities.config.discovery import find
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
class Oracle:
    """Answers each ask with the frame, or error, that stands under it; while `held` it says nothing."""

    answers: dict[str, Frame | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    facts: Mapping[str, object] = field(default_factory=dict)

    async def fetch_frame(self, ask: str) -> Frame:
        self.asked.append(ask)
        await self.held.wait()
        answer = self.answers[ask]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def check(self) -> str:
        return "the oracle answers"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return self.facts

    async def close(self) -> None: ...


@dataclass
class Clock:
    """Friday, 20 November 2026, 09:00, moved by hand."""

    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Desk:
    """A running Foyer, and what it is made of."""

    services: Services
    oracle: Oracle
    clock: Clock
    boards: Path
    address: str = ""

    async def answered(self, report: str) -> None:
        """Lets the oracle speak, and waits until the report has its reading."""
        self.oracle.held.set()
        self.services.refresher.keep_fresh(report)
        async with asyncio.timeout(5):
            while self.services.store.latest(report) is None:  # noqa: ASYNC110 (the store has no event for tests)
                await asyncio.sleep(0.005)


def named(name: str, title: str = "", **more: Any) -> Report:
    return Report(name, title or f"What about {name}?", ("oracle",), ask=name, **more)


@pytest.fixture
async def desk(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[Desk]:
    """Reports `pages` (on the board `office`) and `words` (on none); the oracle is held until told to speak."""
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "office.yaml").write_text(BOARD)
    clock, oracle = Clock(), Oracle({"pages": PAGES, "words": PAGES})

    async def open_oracle(*_: object) -> Oracle:
        return oracle

    catalogue = Catalogue(
        (named("pages", "Which pages are read?"), named("words")),
        find(utilities.rendering.views, "VIEW", View),
        [SourceType("oracle", str, open_oracle, title="the oracle")],
    )
    chosen = settings(boards_dir=folder)
    async with open_services(chosen, clock, catalogue) as services:
        authenticator = await open_authenticator(chosen, clock, services.database, services.http_client)
        await services.refresher.start()
        services.walls.start()
        server = HTTPServer(make_application(services, authenticator), **SERVER_LIMITS)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        yield Desk(services, oracle, clock, folder, f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
        server.stop()
        await services.walls.stop()
        await services.refresher.stop()
        await server.close_all_connections()
        await authenticator.close()
