"""An edited board reaches a paired screen when the new page is painted unseen, and not before."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Route, expect

from handlers.serving.server import run_server
from tests.handlers.accounts.conftest import BOARDS
from tests.handlers.screens.test_playlist_in_browser import pair
from tests.rendering.walls.conftest import MovableClock
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.screens.rollout import CANARY_TIME, RolloutState

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_page_that_is_not_painted_leaves_the_old_one_on_the_glass(
    chromium: Chromium, settings: Callable[..., Settings], tmp_path: Path
):
    boards, clock = tmp_path / "boards", MovableClock()
    boards.mkdir()
    board = boards / "office.yaml"
    shutil.copy(Path(BOARDS) / "office.yaml", board)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site, tried = f"http://localhost:{port}", asyncio.Event()
    async with run_server(settings(port=port, bind="127.0.0.1", boards_dir=boards), clock) as (services, _):
        television, desk = await pair(chromium, site, "office")
        rollout = services.fleet.rollout
        await wait_until(services.fleet.beats.latest)

        async def break_trial(route: Route) -> None:
            tried.set()
            await route.fulfill(status=500)

        await television.route("**/tv/boards/office", break_trial)
        title = await television.title()
        board.write_text(board.read_text().replace("title: Office", "title: Edited"))
        await asyncio.wait_for(tried.wait(), 60)
        clock.ahead += CANARY_TIME + timedelta(seconds=1)

        await wait_until(lambda: rollout.current and rollout.current.state is RolloutState.HELD)
        await desk.goto(f"{site}/screens")
        await expect(desk.locator(".notice")).to_contain_text("Hall has not painted the new pages within a minute")
        assert await television.title() == title
        await expect(television.locator(".tile").first).to_be_visible()
        await television.unroute("**/tv/boards/office")
        await desk.locator("button:has-text('Try again')").click()
        await expect(television).to_have_title("Edited · Foyer", timeout=90_000)
        for page in (television, desk):
            await page.context.close()
