"""`make pictures` photographs the shipped boards in a running demo, for the README and docs/walls.md."""

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import async_playwright

DOCS = Path(__file__).resolve().parents[3] / "docs"
PICTURES = {
    "office.png": ("/boards/office", 1920, 1080),
    "office-upright.png": ("/boards/office", 1080, 1920),
    "visits.png": ("/boards/visits", 1920, 1080),
}
ALL_LIVE = ".status .word[data-state=live]"
ALL_LIVE_TIMEOUT_MS = 300_000


async def photograph_boards(address: str) -> None:
    """Waits on each board until all its tiles are live, and writes its picture."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, (path, width, height) in PICTURES.items():
            glass = await browser.new_page(viewport={"width": width, "height": height})
            await glass.goto(address + path)
            await glass.wait_for_selector(ALL_LIVE, timeout=ALL_LIVE_TIMEOUT_MS)
            await glass.evaluate("document.fonts.ready")
            await glass.screenshot(path=DOCS / name)
            await glass.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(photograph_boards(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8888"))
