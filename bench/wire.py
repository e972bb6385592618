"""The office board in Chromium: what comes over the wire until its tiles are painted, by kind of file."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from bench.processes import chromium, foyer, get, internet
from bench.results import Result

BOARD = "/boards/office"
CHARTS = 4  # of that board
WHOLE = 80.0  # kB
SCRIPT = 6.0


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        complete(address + BOARD)
        with chromium() as browser:
            loaded = listened(browser.new_page(viewport={"width": 1920, "height": 1080}), address + BOARD)
    whole = sum(loaded.values()) / 1000
    raw = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in loaded.most_common())
    yield Result(
        "office board over the wire until it is painted, in kB", whole, "<=", WHOLE, f"{raw}; headers included"
    )
    yield Result("the script's part of it, in kB", loaded["Script"] / 1000, "<=", SCRIPT, "headers included")


def listened(page: Page, url: str) -> Counter[str]:
    """Bytes by kind of everything that is fetched for a first visit, headers included; the stream has no end."""
    kinds: dict[str, str] = {}
    loaded: Counter[str] = Counter()
    devtools = page.context.new_cdp_session(page)
    devtools.on("Network.requestWillBeSent", lambda told: kinds.update({told["requestId"]: told["type"]}))
    devtools.on("Network.loadingFinished", lambda told: loaded.update({kinds[told["requestId"]]: size(told)}))
    devtools.send("Network.enable")
    page.goto(url)
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    page.wait_for_timeout(500)  # for the icon, which nothing waits for
    return loaded


def size(told: dict[str, float]) -> int:
    return int(told["encodedDataLength"])


def complete(url: str, seconds: float = 20.0) -> None:
    """Waits until no tile of the board is without its figures and its drawing."""
    deadline = time.monotonic() + seconds
    while (page := get(url)).count(b'data-state="waiting"') or page.count(b'class="chart"') < CHARTS:
        if time.monotonic() > deadline:
            raise SystemExit("the board does not fill")
        time.sleep(0.2)
