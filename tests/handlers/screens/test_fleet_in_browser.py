"""A screen in a real browser reports itself, and does what its page says."""

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from tests.handlers.accounts.test_login_in_browser import OpenFoyer, foyer
from tests.handlers.screens.test_pairing_in_browser import open_telephone, open_television

__all__ = ["foyer"]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_identify_and_reload_reach_the_glass(foyer: OpenFoyer, chromium: Chromium):
    television = await open_television(foyer, chromium)
    faults: list[str] = []
    television.on("pageerror", lambda error: faults.append(str(error)))
    telephone = await open_telephone(foyer, chromium, await television.locator(".code").inner_text())
    await telephone.fill("#name", "East hall")
    async with television.expect_request("**/tv/beat") as beat:
        await telephone.tap("text=Approve this screen")
    sent = (await beat.value).post_data_json
    assert sent["board"]
    assert sent["painted"] is not None
    await telephone.locator(".fleet th a").last.tap()
    await expect(telephone.locator("h1")).to_have_text("East hall")
    await telephone.tap("text=Show its name on the glass")
    glass = television.frame_locator(".stage iframe").last
    await expect(glass.locator("h1")).to_have_text("East hall", timeout=15_000)
    await expect(glass.locator(".square svg")).to_be_visible()
    async with television.expect_event("load"):
        await telephone.tap("text=Reload the picture")
    await expect(telephone.locator("text=reloaded it").first).to_be_visible()
    assert not faults
    for page in (television, telephone):
        await page.context.close()
