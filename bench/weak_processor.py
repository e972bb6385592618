"""The office board on a weak processor: Chromium throttled six times, compared with a page with one animation."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.processes import chromium, chromium_seconds, foyer, get, internet
from bench.results import REPORTS, Result, settle

THROTTLED = 6
WATCHED_SECONDS = 60
ANIMATION = """<!DOCTYPE html><style>
@keyframes turn { to { transform: rotate(360deg); } }
div { width: 200px; height: 200px; background: teal; animation: turn 4s linear infinite; }
</style><div></div>"""


@dataclass(frozen=True)
class ProcessorUse:
    """Shares of one core: of all processes of Chromium, and of tasks of the page's main thread."""

    processes: float
    tasks: float


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        settle(address, 120.0)
        with chromium() as browser:
            board, changing = watch_board(browser, address, ""), watch_board(browser, address, address)
            page = open_throttled(browser)
            page.set_content(ANIMATION)
            animation = watch(page, "")
    yield Result(
        f"Chromium throttled {THROTTLED} times shows the office board for {WATCHED_SECONDS} s: processor time "
        "of all its processes compared with a page with one CSS animation",
        board.processes / animation.processes,
        "<=",
        1.0,
        f"{board.processes:.1%} and {animation.processes:.1%} of a core, without a graphics card; "
        f"{changing.processes:.1%} while a tile changes every 5 s",
    )
    yield Result(
        "the same of the page's main thread alone, which the animation hardly needs",
        board.tasks / animation.tasks,
        "",
        0.0,
        f"{board.tasks:.2%} and {animation.tasks:.2%} of a core; {changing.tasks:.2%} while a tile changes every 5 s",
    )


def watch_board(browser: Browser, address: str, changed: str) -> ProcessorUse:
    """Watches the office board; `changed` is the address where a tile is changed every five seconds, or ''."""
    page = open_throttled(browser)
    page.goto(f"{address}/boards/office")
    page.wait_for_selector("[data-state=live]", timeout=60_000)
    use = watch(page, changed)
    page.context.close()
    return use


def open_throttled(browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLED})
    return page


def watch(page: Page, address: str) -> ProcessorUse:
    """Returns what a page uses in a minute, after its first ten seconds."""
    page.wait_for_timeout(10_000)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})  # of the processor, not of the clock

    def task_seconds() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    processes, tasks = chromium_seconds(), task_seconds()
    for turn in range(WATCHED_SECONDS // 5):
        if address:
            get(f"{address}/__bench/change/{REPORTS[turn % len(REPORTS)]}", method="POST", body=b"")
        page.wait_for_timeout(5000)
    return ProcessorUse((chromium_seconds() - processes) / WATCHED_SECONDS, (task_seconds() - tasks) / WATCHED_SECONDS)
