"""What a stalled load leaves on the glass of a paired screen is repaired without a hand."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as PageError
from playwright.async_api import Route

from tests.handlers.screens.test_playlist_in_browser import pair, site
from tests.waiting import wait_until

__all__ = ["site"]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

IS_WHOLE = """() => document.querySelector('[data-end]') &&
  document.readyState === 'complete' && !document.querySelector('script[src]:not([data-ran])') &&
  [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)"""


@pytest.mark.parametrize(
    ("broken", "shows"),
    [("/static/wall.css", "office"), (".js", "playlist:hall"), ("/tv", "office"), ("/tv", "playlist:hall")],
)
async def test_load_that_stalls_fails_or_is_cut_is_repaired(chromium: Chromium, site: str, broken: str, shows: str):
    television, desk = await pair(chromium, site, shows)
    is_painted = television.locator(".tile, iframe[data-painted]").first
    await is_painted.wait_for()
    requests, released, is_broken = 0, asyncio.Event(), True

    async def break_first(route: Route) -> None:
        nonlocal requests
        requests += 1
        if not is_broken or (broken == "/tv" and requests > 1):
            await route.continue_()
        elif broken == ".js":  # every script
            await route.abort()
        elif broken == "/tv":  # its first half
            text = await (await route.fetch()).text()
            await route.fulfill(content_type="text/html", body=text[: (text.index("<body") + len(text)) // 2])
        else:
            await released.wait()

    await television.clock.install()
    await television.route(lambda url: urlsplit(url).path.endswith(broken), break_first)
    await television.reload(wait_until="commit")
    await wait_until(lambda: requests)
    is_broken = broken == "/tv"

    async def is_repaired() -> bool:
        with suppress(PageError):  # the page is being loaded just now
            await television.clock.run_for(5_000)
            return requests > 1 and await television.evaluate(IS_WHOLE) is True
        return False

    await wait_until(is_repaired)
    await is_painted.wait_for()
    released.set()
    for page in (television, desk):
        await page.context.close()
