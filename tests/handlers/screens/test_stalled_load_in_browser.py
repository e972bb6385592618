"""What a stalled load leaves on the glass of a paired screen is repaired without a hand."""

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PageError
from playwright.async_api import Route, expect

from tests.handlers.screens.test_playlist_in_browser import pair, site
from tests.waiting import wait_until

__all__ = ["site"]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

IS_WHOLE = """() => document.readyState === 'complete' && !document.querySelector('script[src]:not([data-ran])') &&
  [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)"""


@pytest.mark.parametrize("name", ["wall.css", "wall.js"])
async def test_file_that_never_comes_or_fails_is_loaded_again(chromium: Chromium, site: str, name: str):
    television, desk = await pair(chromium, site, "office")
    await expect(television.locator(".tile").first).to_be_visible()
    requests, released = 0, asyncio.Event()

    async def break_first(route: Route) -> None:
        nonlocal requests
        requests += 1
        if requests > 1:
            await route.continue_()
        elif name.endswith(".js"):
            await route.abort()
        else:
            await released.wait()

    await television.clock.install()
    await television.route(f"**/static/{name}*", break_first)
    await television.reload(wait_until="commit")
    await wait_until(lambda: requests == 1)

    async def is_repaired() -> bool:
        with suppress(PageError):  # the page is being loaded just now
            await television.clock.run_for(5_000)
            return requests > 1 and await television.evaluate(IS_WHOLE) is True
        return False

    await wait_until(is_repaired)
    await expect(television.locator(".tile").first).to_be_visible()
    released.set()
    for page in (television, desk):
        await page.context.close()
