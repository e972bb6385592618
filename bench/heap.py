"""What thousands of updates leave behind in Chromium: its heap, and the nodes of its documents."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from bench.processes import chromium, foyer, get, internet
from bench.results import Result
from bench.wire import BOARD, complete

CHANGING = ("users-by-day", "visits-by-day", "google-countries", "top-pages")  # a trend, charts, a table
FIRST, LAST = 100, 5000
LOST = 0.05  # of either, at most

COUNTED = """(() => {
  const listen = EventSource.prototype.addEventListener;
  window.updates = 0;
  EventSource.prototype.addEventListener = function (name, heard) {
    listen.call(this, name, (event) => { if (name === 'tile') { window.updates += 1; } heard(event); });
  };
})()"""
NUMBERS = "for (let i = 0, n = 0; i < 2000; i += 1) { n += String(i * 7.3).length + String(i).length; }"
"""V8 enlarges its table of numbers as text once, by 80 kB: before the first look, or it is taken for ours."""


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        complete(address + BOARD)
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.add_init_script(COUNTED)
            page.goto(address + BOARD)
            page.evaluate(f"() => {{ {NUMBERS} }}")
            devtools = page.context.new_cdp_session(page)
            devtools.send("Performance.enable")
            update(page, address, FIRST)
            before = weight(page, devtools)
            seen = update(page, address, LAST)
            after = weight(page, devtools)
    for what, name, unit in (("heap (MB)", "JSHeapUsedSize", 1e6), ("DOM nodes", "Nodes", 1)):
        yield Result(
            f"Chromium's {what} after {LAST:,} updates of tiles, compared with those after {FIRST}",
            after[name] / before[name],
            "<=",
            1 + LOST,
            f"{after[name] / unit:,.2f} and {before[name] / unit:,.2f}; the wall has swapped {seen:,}",
        )


def update(page: Page, address: str, enough: int) -> int:
    """Gives reports new figures in turn until the wall has swapped so many tiles; how many it has."""
    while (seen := page.evaluate("window.updates")) < enough:
        for report in CHANGING * 5:
            get(f"{address}/__bench/change/{report}", method="POST", body=b"")
    page.wait_for_timeout(1500)
    return seen


def weight(page: Page, devtools: CDPSession) -> dict[str, float]:
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(100)
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
