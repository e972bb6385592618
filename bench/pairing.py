"""From the approval of a screen to its wall on the glass, in Chromium, by the clock and by processor time."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import Browser, Frame, Page

from bench.processes import HOME, chromium, chromium_seconds, foyer, internet, worked
from bench.results import Result, settle

ROUNDS = 7
FORM = {"name": "Reception", "place": "Ground floor", "diagonal": "55", "distance": "3"}
PLAYLISTS = "playlists: {hall: {items: [{board: office, seconds: 60}, {board: visits, seconds: 60}]}}"
SHOWN = {"a board": "office", "a playlist": "playlist:hall"}
WALL_SECONDS = 1.0
SETTLE_SECONDS = 120.0
CACHE_SECONDS = 1.5  # in which a television with a code has loaded the files of walls

PAINTED_AT = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return paint && document.querySelector('.tile') ? performance.timeOrigin + paint.startTime : null;
}"""
LOADED_FILES = "() => performance.getEntriesByType('resource').filter(each => each.transferSize > 0).length"


class SameAnswer(urllib.request.HTTPRedirectHandler):
    """Returns redirects as they are."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True)
class Approval:
    """One television, from the approval to its wall: seconds by the clock and of the processor."""

    paint: float
    again: float  # the same page loaded once more, by the clock
    server: float
    browser: float
    files: int  # that came over the wire


def approve_code(site: str, code: str, name: str, shown: str) -> None:
    form = urlencode(FORM | {"name": name, "board": shown, "code": code}).encode()
    request = urllib.request.Request(f"{site}/pair", data=form, headers={"Origin": site})
    try:
        urllib.request.build_opener(SameAnswer).open(request).close()
    except urllib.error.HTTPError as answer:
        if answer.code != 303:
            raise SystemExit(f"/pair answers {answer.code}") from answer


def open_television(browser: Browser, site: str, init_script: str = "", **options: str) -> tuple[Page, str]:
    """Opens /tv in a new profile and returns its page and its code."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, **options).new_page()
    if init_script:
        page.context.add_init_script(init_script)
    page.goto(f"{site}/tv")
    return page, page.locator("#glass").get_attribute("data-code")


def wait_for_paint(page: Page, shown: str) -> tuple[Frame, float]:
    """Returns the frame of the wall, and when it was painted, in seconds of the machine's clock."""
    if shown.startswith("playlist"):
        page.wait_for_selector(".stage iframe", timeout=60_000)
    while True:
        frame = page.frames[-1]
        frame.wait_for_selector(".tile", timeout=60_000)
        if painted := frame.evaluate(PAINTED_AT):
            return frame, painted / 1000
        page.wait_for_timeout(50)


def measure_approval(browser: Browser, site: str, server: int, name: str, shown: str) -> Approval:
    page, code = open_television(browser, site)
    page.wait_for_timeout(CACHE_SECONDS * 1000)
    began, of_server, of_browser = time.time(), worked(server), chromium_seconds()
    approve_code(site, code, name, shown)
    frame, painted = wait_for_paint(page, shown)
    spent = worked(server) - of_server, chromium_seconds() - of_browser
    files = frame.evaluate(LOADED_FILES)
    reloaded = time.time()
    page.reload()
    again = wait_for_paint(page, shown)[1] - reloaded
    page.context.close()
    return Approval(painted - began, again, *spent, files)


def copy_boards(folder: Path, playlists: str) -> dict[str, str]:
    """Copies the shipped boards, adds playlists, and returns the setting that names the folder."""
    boards = folder / "boards"
    boards.mkdir()
    for board in (HOME / "boards").glob("*.yaml"):
        (boards / board.name).write_text(board.read_text())
    (boards / "playlists.yaml").write_text(playlists)
    return {"BOARDS_DIR": str(boards)}


def measure(folder: Path) -> Iterator[Result]:
    own = copy_boards(folder, PLAYLISTS)
    with internet(folder) as environment, foyer(folder / "var", environment | own) as (server, address):
        settle(address, SETTLE_SECONDS)
        site = address.replace("127.0.0.1", "localhost")  # where Chromium stores secure cookies
        with chromium() as browser:
            approvals = {
                words: [measure_approval(browser, site, server, f"{words} {each}", shown) for each in range(ROUNDS)]
                for words, shown in SHOWN.items()
            }
    for words, each in approvals.items():
        paints = sorted(approval.paint for approval in each)
        raw = {
            "the same page loaded again in s": round(median(approval.again for approval in each), 2),
            "median and slowest in s": [round(median(paints), 2), round(paints[-1], 2)],
            "load of the machine": round(os.getloadavg()[0]),
            "processor time of the server and of Chromium in s": [
                round(median(getattr(approval, name) for approval in each), 2) for name in ("server", "browser")
            ],
            "files over the wire": median(approval.files for approval in each),
        }
        yield Result(
            f"from the approval of a screen with {words} to its painted wall, the quickest of {ROUNDS}, in s",
            paints[0],
            "<=",
            WALL_SECONDS,
            "; ".join(f"{name} {json.dumps(value).strip('[]')}" for name, value in raw.items()),
        )
