"""The lowest tier: with all features switched off that Chromium 38 lacks, a wall shows the same figures."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.conventions.strip_css import strip_late_css
from tests.rendering.layout.conftest import Paint
from tests.rendering.layout.test_in_browser import BOXES, CUT, frames, office, ordinary
from tests.rendering.walls.conftest import WallServer, number, server_builder, table
from utilities.config.boards import Board
from utilities.config.settings import Settings
from utilities.rendering.walls.board_pages import count_page_seconds

__all__ = ["office"]

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]  # where the browser is

LATE_APIS = """
  var late = ['fetch', 'Request', 'Response', 'Headers', 'IntersectionObserver', 'ResizeObserver', 'AbortController',
    'URLSearchParams', 'BroadcastChannel', 'requestIdleCallback', 'queueMicrotask', 'structuredClone', 'customElements',
    'PerformanceObserver', 'visualViewport', 'CSSStyleSheet', 'trustedTypes', 'caches', 'scheduler'];
  var methods = [
    [Element, 'closest append prepend before after replaceWith replaceChildren toggleAttribute getAttributeNames'],
    [Node, 'getRootNode isConnected'], [NodeList, 'forEach entries values keys'], [DOMTokenList, 'replace forEach'],
    [Document, 'append prepend replaceChildren getAnimations'], [Navigator, 'sendBeacon wakeLock serviceWorker'],
    [String, 'includes startsWith endsWith repeat padStart padEnd trimStart trimEnd replaceAll matchAll codePointAt'],
    [Array, 'includes find findIndex findLast fill flat flatMap at copyWithin values toSorted'],
    [Storage, 'at']];
  late.forEach(function (name) { delete window[name]; });
  methods.forEach(function (pair) {
    pair[1].split(' ').forEach(function (name) { delete pair[0].prototype[name]; });
  });
  ['assign', 'entries', 'values', 'fromEntries', 'hasOwn'].forEach(function (name) { delete Object[name]; });
  CSS.supports = function () { return false; };
  document.addEventListener('DOMContentLoaded', function () {
    var left = [typeof fetch, typeof [].includes, typeof Object.assign, typeof document.body.closest];
    document.documentElement.setAttribute('data-late', left.join(' '));
  });
"""

TEXTS = """() => Array.from(document.querySelectorAll('.tile'), tile => {
  const walker = document.createTreeWalker(tile, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect(), text = walker.currentNode.nodeValue.trim();
    const inside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
    if (text && box.width && box.height && inside) texts.push(text);
  }
  return texts;
})"""


async def strip(route: Route) -> None:
    answer = await route.fetch()
    await route.fulfill(response=answer, body=strip_late_css(await answer.text()))


@pytest_asyncio.fixture(loop_scope="session")
async def old_page(chromium: Browser) -> AsyncIterator[Page]:
    """A browser of today without the features of style sheets that came after Chromium 38."""
    page = await chromium.new_page(viewport={"width": 1920, "height": 1080})
    await page.route("**/*.css*", strip)
    yield page
    await page.close()


@pytest.mark.parametrize(("wide", "high"), [(1920, 1080), (1080, 1920)])
async def test_all_texts_of_a_board_are_on_the_glass_of_the_lowest_tier(
    wide: int, high: int, office: Board, paint: Paint, open_page: Any, old_page: Page
) -> None:
    today = await open_page(office, paint(office, frames(office, ordinary())), wide, high)
    await old_page.set_viewport_size({"width": wide, "height": high})
    await old_page.goto(today.url)
    await old_page.evaluate("document.fonts.ready")
    texts = await today.evaluate(TEXTS)
    assert all(texts)
    assert await old_page.evaluate(TEXTS) == texts
    assert await old_page.evaluate(BOXES) == await today.evaluate(BOXES)
    assert await old_page.evaluate(CUT) == []


async def test_wall_of_the_lowest_tier_follows_its_stream(
    tmp_path: Path, settings: Callable[..., Settings], old_page: Page
) -> None:
    faults: list[str] = []
    old_page.on("pageerror", lambda error: faults.append(str(error)))
    async with server_builder(tmp_path, settings) as build:
        server: WallServer = await build()
        await server.show("visitors", number(21480))
        await old_page.add_init_script(LATE_APIS)
        await old_page.goto(server.url())
        await expect(old_page.locator("html")).to_have_attribute("data-late", " ".join(["undefined"] * 4))
        await server.show("visitors", number(21481))
        await expect(old_page.locator("[data-tile=visitors]")).to_contain_text("21,481")
        await server.kill()
        await expect(old_page.locator(".banner")).to_contain_text("No word from the server")
        await expect(old_page.locator("[data-tile=visitors]")).to_contain_text("21,481")
    assert not faults


PAGED = """
title: Pages
tiles:
  - {report: pages, view: table, place: [1, 1, 12, 12], options: {pages: true}}
"""


async def test_table_shows_its_pages_by_turns_on_the_lowest_tier(
    tmp_path: Path, settings: Callable[..., Settings], old_page: Page
) -> None:
    async with server_builder(tmp_path, settings) as build:
        server: WallServer = await build(PAGED)
        await server.show("pages", table(*((f"page {place}", 100.0 - place) for place in range(50))))
        await old_page.clock.install()
        await old_page.goto(server.url())
        visible = old_page.locator(".face.landscape tbody:visible tr")
        caption = old_page.locator(".face.landscape .extent")
        first = await caption.inner_text()
        assert re.fullmatch(r"rows 1–\d+ of 50", first)
        await old_page.clock.run_for(13_000)
        await expect(caption).not_to_have_text(first)
        await expect(visible.first).not_to_contain_text("page 0")
        await server.show("pages", table(*((f"site {place}", 100.0 - place) for place in range(50))))
        await expect(visible.first).to_contain_text("site ")
        await expect(old_page.locator(".face.landscape tbody:visible")).to_have_count(1)
        assert count_page_seconds(server.walls.list_variants(), "office") > 12
