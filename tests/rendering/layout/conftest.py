"""Boards rendered with any frames in any state, served on loopback, and opened in a browser."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from markupsafe import Markup
from playwright.async_api import Browser, Page
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, StaticFileHandler

from utilities.config.boards import Board, Tile
from utilities.config.discovery import discover_units
from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, DateRange, Frame, LastError, Note, Reading, ReadingState, Value, ValueKind
from utilities.rendering import views
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.drawing import DrawingProcesses
from utilities.rendering.layout import Box, ScreenShape
from utilities.rendering.layout.placement import content_box
from utilities.rendering.layout.portrait import tile_boxes
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.rendering.templating import template_environment
from utilities.rendering.views import ChartSvg, TileContent, TileFace, View, merge_faces
from utilities.rendering.walls.tile_context import TileState, build_context

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 20, 9, 42, tzinfo=UTC)
AGES = {ReadingState.LIVE: 4, ReadingState.AGEING: 12, ReadingState.STALE: 400}
VIEWS = {view.name: view for view in discover_units(views, "VIEW", View)}
DRAWING = DrawingProcesses()
DRAWING_THREAD, DRAWING_LOOP = ThreadPoolExecutor(1), asyncio.Runner()  # tests have event loops of their own
STRICT = "default-src 'none'; style-src 'self'; font-src 'self'"

Paint = Callable[..., str]


def columns(**kinds: ValueKind) -> tuple[Column, ...]:
    return tuple(Column(key, key.capitalize(), kind) for key, kind in kinds.items())


def frame(*rows: tuple[Value, ...], notes: Sequence[Note] = (), **kinds: ValueKind) -> Frame:
    covers = DateRange(date(2026, 11, 13), date(2026, 11, 19), "Europe/Berlin")
    return Frame(columns(**kinds), rows, tuple(notes), covers)


def tile(board: Board, place: int, filled: Frame, state: ReadingState) -> Markup:
    """One tile of a board as it is sent to walls."""
    its = board.tiles[place]
    trouble = LastError(
        "Google Analytics does not answer." + " Why is a long story." * 20, ErrorKind.UNAVAILABLE, NOW, 3, NOW
    )
    taken = NOW - timedelta(minutes=AGES[state]) if state in AGES else None
    reading = Reading(its.report, filled if taken else None, taken, trouble if state is ReadingState.FAILED else None)
    expected = NOW + timedelta(minutes=4) if state is ReadingState.WAITING else None
    shown = TileState(reading, state, expected_at=expected)
    seen = build_context(
        its, its.report, within(board, its, reading.frame), content_box(board, its.place), shown, NOW, UTC
    )
    return Markup(template_environment(ROOT / "templates").get_template("tile.html").render(tile=seen))


def draw_chart(spec: ChartSpec) -> str:
    """Returns the SVG from the product's chart process; V8 in the tests' own process would crash it now and then."""
    return DRAWING_THREAD.submit(lambda: DRAWING_LOOP.run(DRAWING.draw_svg(spec))).result()


def within(board: Board, its: Tile, filled: Frame | None) -> TileContent:
    """What is inside a tile on each shape of screen, drawn on the spot where its view draws."""
    rooms = tile_boxes(board, its, VIEWS, its.title or its.report).items() if filled else ()
    faces = (drawn_face(its.view, filled, shape, room, its.options) for shape, room in rooms if filled)
    return TileContent(VIEWS[its.view], merge_faces(faces))


def drawn_face(view: str, filled: Frame, shape: ScreenShape, room: Box, options: Mapping[str, Any]) -> TileFace:
    it = VIEWS[view].build_content(filled, room, options)
    if it is None:
        return drawn_face("table", filled, shape, room, {})
    drawn = ChartSvg(Markup(draw_chart(it))) if isinstance(it, ChartSpec) else it
    return TileFace((shape,), VIEWS[view].template, drawn)


def painted(board: Board, frames: Mapping[str, Frame], states: Sequence[ReadingState] = (ReadingState.LIVE,)) -> str:
    """Returns the page; the first frame and state are used where none is passed."""
    spare = next(iter(frames.values()))
    tiles = [
        tile(board, at, frames.get(its.report, spare), states[at % len(states)]) for at, its in enumerate(board.tiles)
    ]
    context: dict[str, Any] = {"board": board, "tiles": tiles, "website": "https://example.com", "demo": True}
    template = template_environment(ROOT / "templates").get_template("wall.html")
    html = template.render(clock="Fri 20 Nov 10:42", build="b", stream="/s", sheet=board.hash, **context)
    return html.replace("</head>", '<link rel="stylesheet" href="/board.css"></head>')


@pytest.fixture
def paint() -> Paint:
    return painted


class Served(RequestHandler):
    """A text of this test's own."""

    def initialize(self, text: str, kind: str) -> None:
        self.text, self.kind = text, kind

    def get(self) -> None:
        self.set_header("Content-Type", self.kind)
        self.set_header("Content-Security-Policy", STRICT)
        self.write(self.text)


@asynccontextmanager
async def served() -> AsyncIterator[Callable[[Board, str], str]]:
    """`serve(board, html)` returns the address of a page with its board's style sheet."""
    servers = []

    def make(board: Board, html: str) -> str:
        css = {"text": board_stylesheet(board, VIEWS), "kind": "text/css; charset=UTF-8"}
        routes = [
            ("/", Served, {"text": html, "kind": "text/html; charset=UTF-8"}),
            ("/board.css", Served, css),
            ("/static/(.*)", StaticFileHandler, {"path": str(ROOT / "static")}),
        ]
        server = HTTPServer(Application(routes))
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        servers.append(server)
        return f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"

    yield make
    for server in servers:
        server.stop()
        await server.close_all_connections()


@pytest_asyncio.fixture(loop_scope="session")
async def serve() -> AsyncIterator[Callable[[Board, str], str]]:
    async with served() as make:
        yield make


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium: Browser, serve: Callable[[Board, str], str]) -> AsyncIterator[Callable[..., Any]]:
    """`await open_page(board, html, 1920, 1080)` returns the page in a window of that size, its fonts loaded."""
    pages: list[Page] = []

    async def open_(board: Board, html: str, wide: int = 1920, high: int = 1080) -> Page:
        page = await chromium.new_page(viewport={"width": wide, "height": high})
        pages.append(page)
        messages: list[str] = []
        page.on("console", lambda message: messages.append(message.text))
        await page.goto(serve(board, html))
        await page.evaluate("document.fonts.ready")
        assert not [text for text in messages if "Content Security Policy" in text], messages
        return page

    yield open_
    for page in pages:
        await page.close()


@pytest.fixture(scope="session", autouse=True)
def close_drawing() -> Iterator[None]:
    """Ends the chart process."""
    yield
    with DRAWING_THREAD as thread:
        thread.submit(lambda: DRAWING_LOOP.run(DRAWING.close())).result()
        thread.submit(DRAWING_LOOP.close).result()
