"""The flow page in a real browser: a day by the keyboard, a page by a click, the part that changes alone."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser

from demo.internet import Internet
from tests.end_to_end.conftest import OpenFoyer
from tests.noon import FRIDAY_NOON
from tests.pageviews.storage.views import view
from utilities.sources.pageviews import PageViewSource

AXE = Path(__file__).parents[1] / "handlers" / "reports" / "data" / "axe-core-4.14.1.min.js"
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is


async def test_day_by_the_keyboard_and_page_by_a_click_change_their_part_alone(
    internet: Internet, open_foyer: OpenFoyer, chromium: Browser
) -> None:
    foyer = await open_foyer(internet.environment)
    now = FRIDAY_NOON
    views = [
        view(site="blog", visit=visit, visitor=visit, at=now - timedelta(days=visit % 3, seconds=9 - step), path=path)
        for visit in range(1, 8)
        for step, path in enumerate(("/blog/one", "/pricing"))
    ]
    source = foyer.services.sources.configured["pageviews"]
    assert isinstance(source, PageViewSource)
    await source.views.add_views(views)
    context = await chromium.new_context()
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{foyer.address}/flow")
    await page.click("text=Show the flow")
    await page.wait_for_selector(".caption:has-text('7 visits')")
    await page.evaluate(
        "document.querySelector('h1').dataset.mine = document.querySelector('#slider').dataset.mine = 1"
    )
    await page.focus("#slider")
    await page.keyboard.press("End")
    await page.wait_for_selector(".caption:has-text('of 7 in the range')")
    shown = await page.inner_text(".caption")
    await page.keyboard.press("ArrowLeft")
    await page.wait_for_function("was => document.querySelector('.caption').innerText !== was", arg=shown)
    assert await page.evaluate("document.activeElement.id") == "slider"
    await page.click(".drawing .wide a text:has-text('/pricing')")
    await page.wait_for_selector("#node h2:has-text('Through /pricing')")
    assert "node=%2Fpricing" in page.url
    assert "day=" in page.url
    assert await page.evaluate(
        "[document.querySelector('h1').dataset.mine, document.querySelector('#slider').dataset.mine]"
    ) == ["1", "1"]
    await page.reload()
    await page.wait_for_selector("#node h2:has-text('Through /pricing')")
    async with asyncio.timeout(30):
        await page.goto(f"{foyer.address}/flow?source=ga4&days=7")
    assert "sessions" in await page.inner_text(".caption")
    assert "Entered at" in await page.inner_text(".drawing .wide")
    await page.goto(f"{foyer.address}/flow?days=7&country=DE&node=/pricing")
    await page.evaluate(AXE.read_text("utf-8"))
    violations = await page.evaluate("axe.run(document).then(result => result.violations.map(each => each.id))")
    assert (violations, faults) == ([], [])
    await context.close()
