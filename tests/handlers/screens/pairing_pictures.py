"""`make pictures` walks from /tv to a playlist in a running demo, and photographs each step for docs/screens.md.

It says how long the steps took, and removes the screen.
"""

import asyncio
import re
import shutil
import sys
import time
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.handlers.screens.conftest import OLD_TELEVISION

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "screens"
NAME = "Reception"
LIVE = ".status .word[data-state=live]"
LIVE_TIMEOUT_MS = 300_000
MAX_PICTURE_WIDTH = 1280


async def photograph_step(page: Page, name: str, *, full_page: bool = False) -> float:
    """Writes a picture, and returns how many seconds that took."""
    began = time.monotonic()
    await page.evaluate("document.fonts.ready")
    height = "document.documentElement.scrollHeight" if full_page else "innerHeight"
    width, tall = await page.evaluate(f"[innerWidth, {height}]")
    clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": min(1.0, MAX_PICTURE_WIDTH / width)}
    options = {"format": "webp", "quality": 80, "captureBeyondViewport": full_page, "clip": clip}
    devtools = await page.context.new_cdp_session(page)
    picture = await devtools.send("Page.captureScreenshot", options)
    (PICTURES / f"{name}.webp").write_bytes(b64decode(picture["data"]))
    return time.monotonic() - began


async def photograph_pairing(browser: Browser, address: str) -> None:
    """Pairs a television with a telephone, gives it a playlist from a laptop, and unpairs it."""
    began, pictures = time.monotonic(), 0.0
    television = {"width": 1920, "height": 1080}
    glass = await (await browser.new_context(viewport=television, user_agent=OLD_TELEVISION)).new_page()
    await glass.goto(f"{address}/tv")
    await expect(glass.locator(".code")).to_have_text(re.compile("-"))
    pictures += await photograph_step(glass, "1-tv")
    code = await glass.locator(".code").inner_text()
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    telephone = await context.new_page()
    await telephone.goto(f"{address}/pair?code={code}")
    await telephone.fill("#name", NAME)
    await telephone.fill("#place", "Ground floor")
    await telephone.select_option("#board", "office")
    pictures += await photograph_step(telephone, "2-pair", full_page=True)
    await telephone.tap("text=Approve this screen")
    await glass.wait_for_selector(LIVE, timeout=LIVE_TIMEOUT_MS)
    pictures += await photograph_step(glass, "3-wall")
    laptop = await (await browser.new_context(viewport={"width": 1366, "height": 640})).new_page()
    await laptop.goto(f"{address}/screens")
    pictures += await photograph_step(laptop, "4-screens")
    await laptop.locator("tr", has_text=NAME).first.locator("a[href$=shows]").click()
    await laptop.select_option("#shows", "playlist:weekdays")
    pictures += await photograph_step(laptop, "5-playlist")
    await laptop.fill(
        "#zone", f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    )  # where it is noon: no quiet hours dim the picture
    await laptop.locator("form:has(#shows) button").click()
    await glass.frame_locator("iframe").last.locator(LIVE).wait_for(timeout=LIVE_TIMEOUT_MS)
    seconds = time.monotonic() - began - pictures
    await photograph_step(glass, "6-running")
    sys.stdout.write(f"from /tv to a running playlist in {seconds:.0f} s, without the typing of a person\n")
    await laptop.goto(f"{address}/screens")
    row = laptop.locator("tr", has_text=NAME).first
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
