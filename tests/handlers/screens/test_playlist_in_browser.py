"""A playlist and a takeover on a television in Chromium: the glass is never blank."""

import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from handlers.serving.server import run_server
from tests.handlers.accounts.conftest import BOARDS
from utilities.config.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

PLAYLISTS = "playlists: {hall: {items: [{board: office, seconds: 5}, {board: second, seconds: 5}]}}"

WATCH = """() => { window.blanks = 0; window.samples = 0; setInterval(() => {
  const frames = document.querySelectorAll('.stage iframe'), top = frames[frames.length - 1];
  let painted = false;
  try { painted = !!top.contentDocument.querySelector('.tile, .message'); } catch (error) { /* blank */ }
  window.samples += 1; if (!painted) { window.blanks += 1; } }, 20); }"""


@pytest_asyncio.fixture(loop_scope="session")
async def site(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[str]:
    """Runs Foyer for this machine, with two boards in turn."""
    boards = tmp_path / "boards"
    boards.mkdir()
    for name in ("office", "second"):
        shutil.copy(Path(BOARDS) / "office.yaml", boards / f"{name}.yaml")
    (boards / "playlists.yaml").write_text(PLAYLISTS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = settings(port=port, bind="127.0.0.1", boards_dir=boards)
    async with run_server(own):
        yield f"http://localhost:{port}"


async def pair(chromium: Chromium, site: str, shows: str) -> tuple[Page, Page]:
    television = await (await chromium.new_context(viewport={"width": 1920, "height": 1080})).new_page()
    await television.goto(f"{site}/tv")
    code = await television.locator(".code").inner_text()
    desk = await (await chromium.new_context()).new_page()
    await desk.goto(f"{site}/pair?code={code}")
    await desk.fill("#name", "Hall")
    await desk.select_option("#board", shows)
    await desk.click("text=Approve this screen")
    return television, desk


async def start_takeover(desk: Page, site: str) -> None:
    await desk.goto(f"{site}/takeover")
    await desk.fill("#message", "Cake in the kitchen")
    await desk.click("text=Show it now")


async def test_switches_and_takeovers_of_a_playlist_never_blank_the_glass(chromium: Chromium, site: str):
    television, desk = await pair(chromium, site, "playlist:hall")
    faults: list[str] = []
    television.on("pageerror", lambda error: faults.append(str(error)))
    shows = television.locator("html")
    await expect(shows).to_have_attribute("data-shows", "/tv/boards/office", timeout=30_000)
    await television.frame_locator("iframe").last.locator(".tile").first.wait_for()  # the next board is below
    await television.evaluate(WATCH)
    for board in ("second", "office"):
        await expect(shows).to_have_attribute("data-shows", f"/tv/boards/{board}", timeout=30_000)
    await start_takeover(desk, site)
    await expect(television.frame_locator("iframe[data-path*=takeover]").locator("h1")).to_contain_text("Cake")
    await expect(shows).to_have_attribute("data-shows", "/tv/takeover/1")
    await desk.click("text=End it now")
    await television.locator("html[data-shows*=boards]").wait_for(state="attached")
    await television.keyboard.press("ArrowRight")
    await expect(television.locator("body")).to_have_attribute("data-held", "")
    await television.keyboard.press("Escape")
    await expect(television.locator("body")).not_to_have_attribute("data-held", "")
    await television.keyboard.press("?")
    await expect(television.locator(".help")).to_be_visible()
    assert await television.evaluate("window.blanks") == 0
    assert await television.evaluate("window.samples") > 50
    assert not faults
    await desk.goto(f"{site}/screens")
    await desk.locator("button:has-text('Unpair')").click()
    await expect(television.locator(".code")).to_be_visible(timeout=30_000)
    for page in (television, desk):
        await page.context.close()


async def check_keys_and_brightness(television: Page, desk: Page, site: str) -> None:
    """Shows the keys and hides them, dims the board, switches it off, and lets it go on."""
    shade = television.locator(".shade")
    for key in ("?", "Escape"):
        await television.keyboard.press(key)
        await expect(television.locator(".help")).to_be_visible(visible=key == "?")
    await desk.goto(f"{site}/screens/1")
    await desk.locator("#brightness").fill("40")
    await desk.locator("form[action$='/brightness'] button").click()
    await expect(shade).to_have_css("opacity", "0.6")
    await desk.click("text=Switch it off until tomorrow")
    await expect(shade).to_have_css("opacity", "1")
    await expect(television.locator(".tile").first).to_be_hidden()
    await desk.click("text=Go on with the programme")
    await expect(shade).to_be_hidden()
    await expect(television.locator(".tile").first).to_be_visible()


async def test_takeover_covers_a_screen_with_one_board_and_leaves_it_as_it_was(chromium: Chromium, site: str):
    television, desk = await pair(chromium, site, "office")
    await expect(television.locator(".tile").first).to_be_visible()
    await start_takeover(desk, site)
    await expect(television.frame_locator("iframe").locator("h1")).to_contain_text("Cake")
    box = await television.locator("iframe").bounding_box()
    assert box and (box["width"], box["height"]) == (1920, 1080)
    await desk.click("text=End it now")
    await expect(television.locator("iframe")).to_have_count(0)
    await expect(television.locator(".tile").first).to_be_visible()
    await check_keys_and_brightness(television, desk, site)
    for page in (television, desk):
        await page.context.close()
