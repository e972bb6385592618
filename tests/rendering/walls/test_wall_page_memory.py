"""The memory of the wall page after thousands of updates."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.rendering.walls.conftest import WallServer, server_builder, table
from tests.waiting import wait_until
from utilities.config.settings import Settings

WAIT_FOR_TEXT = """text => new Promise(resolve => {
    const isShown = () => document.querySelector("[data-tile=pages]").textContent.includes(text);
    const observer = new MutationObserver(() => { if (isShown()) { observer.disconnect(); resolve(); } });
    const everything = { childList: true, subtree: true, characterData: true };
    if (isShown()) resolve(); else observer.observe(document.body, everything);
})"""
"""Returns as soon as the tile `pages` contains the text."""

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[WallServer]:
    async with server_builder(tmp_path, settings) as build:
        yield await build()


@pytest.mark.slow
async def test_thousands_of_updates_leave_no_nodes_and_no_memory(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    devtools = await wall_page.context.new_cdp_session(wall_page)
    await devtools.send("Performance.enable")

    async def weight() -> dict[str, float]:
        for _ in range(3):
            await devtools.send("HeapProfiler.collectGarbage")
        measured = (await devtools.send("Performance.getMetrics"))["metrics"]
        return {each["name"]: each["value"] for each in measured}

    async def updates(first: int, count: int) -> None:
        for n in range(first, first + count):
            await server.show("pages", table(*((f"/page/{n}/{row}", n * row) for row in range(n % 7 + 1))))
            if n % 4 == 0 or n == first + count - 1:  # so that the wall has to draw most of them
                await wall_page.evaluate(WAIT_FOR_TEXT, f"/page/{n}/0")

    await updates(0, 300)
    before = await weight()
    await updates(301, 2_995)  # the last table has as many rows as the one before
    after = await weight()
    assert after["Nodes"] <= before["Nodes"] + 50
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 2  # those of requests that are under way
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.1 + 200_000
