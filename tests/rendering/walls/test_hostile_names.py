"""No address, token, e-mail or query of a referrer is ever on a wall: all that is served of every board is read."""

from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page

from demo.clock import VirtualClock
from handlers.base.watchdog import WATCHDOG_SCRIPT
from handlers.site.static_files import static_url
from tests.noon import start_noon_clock
from tests.rendering.walls.conftest import ROOT
from tests.waiting import wait_until
from utilities.config.boards import Tile
from utilities.config.settings import Settings
from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, Frame, LastError, Note, Reading, ValueKind
from utilities.services import Services, open_services
from utilities.store import unfenced_lease

NEEDLES = (
    *("hunter2", "lovelace", "192.0.2.17", "2001:db8", "eyJhbGci", "q=private", "9f8e7d6c5b4a39281706"),
    *("192.0.2.", "%40", "token=", "@example"),
)
HOSTILE = (
    "/reset?token=hunter2",
    "/u/ada.lovelace@example.com/edit",
    "/u/ada.lovelace%40example.com",
    "https://search.example/?q=private&u=hunter2",
    "/from/192.0.2.17",
    "[2001:db8::17]",
    "Mail to ada.lovelace@example.com",
    "/in/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln",
    "/join/9f8e7d6c5b4a39281706",
    "spring;token=hunter2",
)
MARKER = "/plain"
EVERY_TEXT = """() => {
  const texts = [document.title], walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    texts.push(node.nodeValue || '');
    for (const each of node.attributes || []) texts.push(each.name + '=' + each.value);
  }
  return texts;
}"""
TEXT_KEYS = ("pagePath", "path", "pageTitle", "title", "country", "channel", "sessionSource", "sessionMedium")
ROWS_OF_A_TILE = 3


class RecordedPipe:
    """The connection of a wall, which records what is sent."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> "Future[None]":
        self.sent += data
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def writing(self) -> bool:
        return False

    def closed(self) -> bool:
        return False

    def close(self) -> None: ...

    def set_close_callback(self, callback: Callable[[], None] | None) -> None: ...


def hostile_frame(tiles: Sequence[Tile], names: tuple[str, ...], figure: int) -> Frame:
    """Returns a frame that all these tiles can draw, with these names wherever it has texts."""
    keys: dict[str, None] = {}
    for tile in tiles:
        columns = tile.options.get("columns", ("date",) if tile.view == "area" else ())
        keys |= dict.fromkeys((*columns, *tile.options.get("series", ()), tile.options.get("key", "")))
    names_of = [key for key in keys if key in (*TEXT_KEYS, "date")]
    figures = [key for key in keys if key and key not in names_of] or ["sessions"]
    columns = tuple(
        Column(key, key, ValueKind.TEXT if key in TEXT_KEYS else ValueKind.DATE if key == "date" else ValueKind.INTEGER)
        for key in (*names_of, *figures)
    )
    shown = names if any(key in TEXT_KEYS for key in names_of) else names[:1]
    texts = {"date": "2026-11-27"}
    rows = (tuple(texts.get(key, name) for key in names_of) + (figure,) * len(figures) for name in shown)
    return Frame(columns, tuple(rows), (Note(f"Without {names[0]}."),))


async def show_names(services: Services, clock: VirtualClock, names: tuple[str, ...], figure: int) -> None:
    now = clock()
    error = LastError(f"cannot read {names[0]}", ErrorKind.UNAVAILABLE, now, 1, now + timedelta(hours=1))
    for board in services.boards:
        for place, tile in enumerate(board.tiles):
            same = [each for each in board.tiles if each.report == tile.report]
            reading = Reading(tile.report, hostile_frame(same, names, figure), now)
            if place == 0:
                reading = replace(reading, frame=None, taken_at=None, last_error=error)
            await services.store.write(reading, unfenced_lease(tile.report))


async def read_dom(page: Page, html: str) -> str:
    """Returns all that a browser has of a page: texts, attributes, and the names that screen readers say."""
    await page.set_content(html, wait_until="commit")
    await page.locator("[data-end]").wait_for(state="attached")
    texts = await page.evaluate(EVERY_TEXT)
    devtools = await page.context.new_cdp_session(page)
    nodes = (await devtools.send("Accessibility.getFullAXTree"))["nodes"]
    spoken = [str(node.get(key, {}).get("value", "")) for node in nodes for key in ("name", "description", "value")]
    await devtools.detach()
    return "\n".join([*texts, *spoken])


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_nothing_personal_is_on_any_board_that_is_shipped(settings: Callable[..., Settings], chromium: Browser):
    clock = start_noon_clock()
    async with open_services(settings(boards_dir=ROOT / "boards"), clock) as services:
        services.templates.globals |= {"static_url": static_url, "watchdog": WATCHDOG_SCRIPT}
        glass = await (await chromium.new_context(offline=True)).new_page()
        services.walls.start()
        names = [board.name for board in services.boards]
        pipes = {name: RecordedPipe() for name in names}
        for name, pipe in pipes.items():
            services.walls.add_wall(name, pipe, last="", chunked=False, sees_private=lambda: True)
        for at in range(0, len(HOSTILE), ROWS_OF_A_TILE):
            name_marker, figure = f"{MARKER}-{at}", 7_001 + at
            await show_names(services, clock, (*HOSTILE[at : at + ROWS_OF_A_TILE], name_marker), figure)
            for name in names:
                has_names = any(tile.view == "table" for tile in services.boards.get(name).tiles)
                marker = name_marker if has_names else f"{figure:,}"
                await wait_until(lambda name=name, marker=marker: marker.encode() in pipes[name].sent)
                page = services.walls.render_page(name, sees_private=True) or b""
                assert marker.encode() in page
                served = (page + pipes[name].sent).decode()
                dom = await read_dom(glass, page.decode())
                assert marker in dom
                assert [needle for needle in NEEDLES if needle in served + dom] == []
        await glass.context.close()
        await services.walls.stop()
