"""A wall whose server is gone says so within ten seconds, keeps its figures, and comes back whatever lies between."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect
from playwright.async_api import Error as PageError

from tests.rendering.walls.conftest import WallServer, number, server_builder
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.rendering.walls import Intervals
from utilities.runtime.supervised_loop import stop_loops

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

NOTE_LOSSES = """() => { window.losses = 0; new MutationObserver(() => {
  if (document.body.classList.contains('offline')) window.losses += 1;
}).observe(document.body, {attributes: true, attributeFilter: ['class']}); }"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[WallServer]:
    """A server with the beats of the product."""
    async with server_builder(tmp_path, settings) as build:
        server = await build(intervals=Intervals(ageing=0.05, boards=0.1))
        await server.show("visitors", number(21480))
        yield server


async def open_wall(server: WallServer, page: Page) -> None:
    await page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    await page.wait_for_selector("body[data-beat]")
    await page.evaluate(NOTE_LOSSES)


async def refuse(route: Route) -> None:
    await route.abort()


@pytest.mark.parametrize("is_cut", [True, False], ids=["killed", "silent"])
async def test_banner_is_there_after_ten_seconds_and_figures_stay(
    server: WallServer, wall_page: Page, is_cut: bool
) -> None:
    await wall_page.clock.install()
    await open_wall(server, wall_page)
    if is_cut:
        await server.kill()
    else:  # a cable that is pulled: no connection ends, and no word comes
        await stop_loops(server.walls._loops)
        await wall_page.route(server.url(), refuse)
    await wall_page.clock.run_for(10_000)
    await expect(wall_page.locator(".banner")).to_have_text(re.compile(r"No word from the server since \d\d:\d\d\."))
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("21,480")


async def test_proxy_that_cuts_streams_is_not_seen_on_the_glass(server: WallServer, wall_page: Page) -> None:
    await open_wall(server, wall_page)
    for value in (21481, 21482, 21483):
        streams = set(server.walls._channels["office"].streams)
        for stream in streams:
            stream.pipe.close()
        await server.show("visitors", number(value))
        await wait_until(lambda before=streams: server.walls._channels["office"].streams - before)
        await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text(f"{value:,}")
    assert await wall_page.evaluate("window.losses") == 0


async def test_television_that_slept_comes_back_at_once_with_the_time_of_the_server(
    server: WallServer, wall_page: Page
) -> None:
    await wall_page.clock.install()
    await open_wall(server, wall_page)
    before = set(server.walls._channels["office"].streams)
    await wall_page.clock.fast_forward(8 * 3_600_000)
    await wait_until(lambda: server.walls._channels["office"].streams - before)
    berlin = server.clock().astimezone(server.boards.get("office").timezone)  # type: ignore[union-attr]
    await expect(wall_page.locator(".clock")).to_have_text(re.compile(f"{berlin:%a} {berlin.day} {berlin:%b} 1[23]:"))
    await expect(wall_page.locator(".banner")).to_be_hidden()
    await server.show("visitors", number(30000))
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("30,000")


async def test_wall_of_a_half_loaded_style_sheet_is_loaded_again_when_the_server_answers_well(
    server: WallServer, wall_page: Page
) -> None:
    await wall_page.clock.install()
    await wall_page.route("**/static/wall.css*", refuse)
    await open_wall(server, wall_page)
    await wall_page.route(server.url(), lambda route: route.fulfill(body="<h1>Sign in to this network</h1>"))
    await wall_page.unroute("**/static/wall.css*")
    await wall_page.clock.run_for(45_000)
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("21,480")
    await wall_page.unroute(server.url())

    async def is_whole() -> bool:
        await wall_page.clock.run_for(2_000)
        script = "() => [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)"
        with suppress(PageError):  # the page is being loaded just now
            return await wall_page.evaluate(script) is True
        return False

    await wait_until(is_whole)
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("21,480")


async def test_clock_and_ages_are_the_servers_from_the_first_paint(server: WallServer, chromium: Browser) -> None:
    context = await chromium.new_context(timezone_id="Pacific/Auckland", viewport={"width": 1920, "height": 1080})
    television = await context.new_page()
    await television.clock.install(time=server.clock() - timedelta(days=730))
    await television.route("**/stream*", refuse)
    await server.show("visitors", number(5), age=7 * 3600)
    await wait_until(lambda: 'data-state="stale"' in server.html("visitors"))
    await television.goto(server.url())
    berlin = server.clock().astimezone(server.boards.get("office").timezone)  # type: ignore[union-attr]
    await expect(television.locator(".clock")).to_have_text(re.compile(f"{berlin:%a} {berlin.day} {berlin:%b} 1[23]:"))
    await expect(television.locator("[data-tile=visitors] .age")).to_have_text("7 h")
    await television.clock.run_for(3_000)
    await expect(television.locator(".clock")).to_have_text(re.compile(f"{berlin:%a} {berlin.day} {berlin:%b} 1[23]:"))
    await expect(television.locator("[data-tile=visitors] .age")).to_have_text("7 h")
    await context.close()
