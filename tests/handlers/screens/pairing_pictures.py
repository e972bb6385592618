"""`make pictures` photographs the steps of pairing in a running demo for docs/screens.md, and removes the screen."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "screens"
NAME = "Reception"


async def photograph_pairing(browser: Browser, address: str) -> None:
    """Pairs a television with a telephone, writes a picture of each step, and unpairs it."""
    glass = await (await browser.new_context(viewport={"width": 1280, "height": 720})).new_page()
    await glass.goto(f"{address}/tv")
    await expect(glass.locator(".code")).to_have_text(re.compile("-"))
    await glass.evaluate("document.fonts.ready")
    await glass.screenshot(path=PICTURES / "1-tv.png")
    code = await glass.locator(".code").inner_text()
    telephone = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
    await telephone.goto(f"{address}/pair?code={code}")
    await telephone.fill("#name", NAME)
    await telephone.fill("#place", "Ground floor")
    await telephone.select_option("#board", "office")
    await telephone.screenshot(path=PICTURES / "2-pair.png", full_page=True)
    await telephone.click("text=Approve this screen")
    await glass.wait_for_selector(".status .word[data-state=live]", timeout=300_000)
    await glass.screenshot(path=PICTURES / "3-wall.png")
    desk = await (await browser.new_context(viewport={"width": 1280, "height": 420})).new_page()
    await desk.goto(f"{address}/screens")
    await desk.evaluate("document.fonts.ready")
    await desk.screenshot(path=PICTURES / "4-screens.png")
    row = desk.locator("tr", has_text=NAME).first
    await row.get_by_role("button", name="Unpair").click()
    await row.get_by_role("button", name="Remove").click()


async def photograph_with_chromium(address: str) -> None:
    """Starts Chromium and photographs the steps."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    PICTURES.mkdir(exist_ok=True)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        await photograph_pairing(browser, address)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(photograph_with_chromium(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8888"))
