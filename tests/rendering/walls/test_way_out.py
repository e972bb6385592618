"""The way out of a wall: a bar for people that covers no tile, and none on a kiosk."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.rendering.walls.conftest import WallServer, server_builder
from utilities.config.settings import Settings

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ROOM = """() => [document.querySelector('.way-out').getBoundingClientRect().bottom,
    Math.min(...Array.from(document.querySelectorAll('.tile'), tile => tile.getBoundingClientRect().top))]"""

HOLD_TIME = """const start = window.setTimeout;
    window.setTimeout = (call, delay) => delay === 4000 ? (window.fourSecondsPass = call, 0) : start(call, delay);"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[WallServer]:
    async with server_builder(tmp_path, settings) as build:
        yield await build()


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1080, 1920)])
async def test_bar_comes_with_pointer_and_keys_covers_no_tile_and_goes(
    server: WallServer, wall_page: Page, size: tuple[int, int]
) -> None:
    bar = wall_page.locator(".way-out")
    await wall_page.add_init_script(HOLD_TIME)
    await wall_page.set_viewport_size({"width": size[0], "height": size[1]})
    await wall_page.goto(server.url())
    await expect(bar).to_be_hidden()
    await wall_page.mouse.move(300, 400)
    await expect(bar).to_be_visible()
    bottom, tiles_top = await wall_page.evaluate(ROOM)
    assert 0 < bottom <= tiles_top
    await wall_page.evaluate("fourSecondsPass()")
    await expect(bar).to_be_hidden()
    await wall_page.keyboard.press("ArrowLeft")
    await expect(bar).to_be_visible()
    await wall_page.keyboard.press("Escape")
    await expect(bar).to_be_hidden()
    await wall_page.keyboard.press("Tab")
    await expect(bar.get_by_role("link", name="Boards")).to_be_focused()
    await wall_page.evaluate("fourSecondsPass()")
    await expect(bar).to_be_visible()  # the focus is in it
    await expect(bar.get_by_role("link", name="At a desk")).to_have_attribute("href", "/boards/office/desk")


async def test_keys_are_shown_and_the_bar_hidden_by_its_buttons(server: WallServer, wall_page: Page) -> None:
    bar = wall_page.locator(".way-out")
    await wall_page.goto(server.url())
    await wall_page.keyboard.press("?")
    await expect(bar.locator(".keys")).to_be_visible()
    await bar.get_by_role("button", name="Hide").click()
    await expect(bar).to_be_hidden()


async def test_a_kiosk_gets_no_bar(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url("/boards/office?theme=light&kiosk"))
    await wall_page.mouse.move(300, 400)
    await wall_page.keyboard.press("Tab")
    assert await wall_page.evaluate("getComputedStyle(document.querySelector('.way-out')).display") == "none"


async def test_without_script_a_link_in_the_foot_leads_to_the_boards(server: WallServer, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    try:
        page = await context.new_page()
        await page.goto(server.url())
        await expect(page.locator(".way-out")).to_be_hidden()
        await expect(page.locator(".footer").get_by_role("link", name="Boards")).to_be_visible()
    finally:
        await context.close()
