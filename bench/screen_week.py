"""A compressed week of a paired screen in Chromium: switches, updates, restarts, hours offline, a clock change.

`SCREEN_WEEK_PART=0.1` does a tenth of it. In its middle Berlin's clock goes back.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from bench.processes import chromium, get, internet
from bench.results import Result
from bench.screen_glass import ScreenGlass
from bench.soak import private_mb
from bench.week_office import Office

PART = float(os.environ.get("SCREEN_WEEK_PART", "1"))
CLOCK_CHANGE = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # in Berlin, in the middle of the run
STEP = timedelta(minutes=20)
UPDATES, SWITCHES, RESTARTS = 10_000, 500, 50
OFFLINE_HOURS = 10
DAY_STEPS = 72
WARM_UP = 0.1  # of the steps
FLAT = 0.05
SETTLE_SECONDS = 120.0
BERLIN = ZoneInfo("Europe/Berlin")
CHANGING = ("users-by-day", "google-by-day", "google-countries", "google-pages", "active-now")
BOARD = """title: {title}
zone: Europe/Berlin
grid: {{columns: 24, rows: 16}}
tiles:
  - {{report: active-now, view: number, place: [1, 1, 8, 5]}}
  - {{report: users-by-day, view: line, place: [9, 1, 16, 8]}}
  - {{report: google-by-day, view: bar, place: [9, 9, 16, 8]}}
  - {{report: google-pages, view: table, place: [1, 6, 8, 6]}}
  - {{report: google-countries, view: table, place: [1, 12, 8, 5]}}
"""


class ScreenOffice(Office):
    """Foyer with a playlist of two boards, which change with each step of the week."""

    def __init__(self, folder: Path, internet_variables: dict[str, str]) -> None:
        seconds = int(STEP.total_seconds())
        items = ", ".join(f"{{board: {board}, seconds: {seconds}}}" for board in ("left", "right"))
        self.board_files = {
            "left.yaml": BOARD.format(title="Left"),
            "right.yaml": BOARD.format(title="Right"),
            "playlists.yaml": f"playlists: {{hall: {{items: [{items}]}}}}",
        }
        super().__init__(folder, internet_variables)
        self.memory: list[float] = []  # of the server, before each stop

    @property
    def site(self) -> str:
        return self.address.replace("127.0.0.1", "localhost")

    def restart(self, *, cleanly: bool) -> None:
        self.memory.append(private_mb(self.process.pid))
        at = self.now()
        self.stop(signal.SIGTERM if cleanly else signal.SIGKILL)
        self.start(max(at, self.now()))

    def berlin_now(self) -> datetime:
        return self.now().astimezone(BERLIN)


class ScreenWeek:
    """The week as it goes on: a step is one switch, its share of the updates, and two looks at the glass."""

    def __init__(self, office: ScreenOffice, glass: ScreenGlass, steps: int) -> None:
        self.office, self.glass, self.steps = office, glass, steps
        self.updates = self.switches = self.restarts = 0
        self.switched_at = time.monotonic()
        self.before: dict[str, float] = {}
        self.after: dict[str, float] = {}

    def run(self) -> None:
        offline_at = self.steps // 2 + (DAY_STEPS if self.steps > 3 * DAY_STEPS else 1)  # in the morning
        restart_every = max(2, round(SWITCHES / RESTARTS))
        warm_at = max(1, round(self.steps * WARM_UP))
        for number in range(self.steps):
            self.switch(number)
            self.update(number)
            if number == offline_at:
                self.lose_network()
            if number % restart_every == 1:
                self.restart(cleanly=self.restarts % 5 != 4)
            if number == warm_at:
                self.before = self.weigh()
            if (number + 1) % 10 == 0:
                print(f"  {number + 1} of {self.steps} steps", file=sys.stderr)
        self.after = self.weigh()

    def weigh(self) -> dict[str, float]:
        self.show("left")
        return self.glass.weigh()

    def show(self, board: str) -> None:
        if self.glass.look().get("board") != board:
            self.switch(0)

    def switch(self, number: int) -> None:
        """Lets the time of a board end, and looks at the glass while the next one is loaded."""
        shown = self.glass.look().get("board")
        elapsed = time.monotonic() - self.switched_at  # else one jump in some hundred would pass two boards
        self.office.jump(STEP.total_seconds() - elapsed)
        self.switched_at += elapsed
        self.glass.sample(f"step {number}, while it switches")
        if self.glass.wait_for("next board", lambda look: look.get("board") not in (shown, None)):
            self.switches += 1
        self.glass.wait_for_clock(self.office.berlin_now)

    def update(self, number: int) -> None:
        """Changes figures until the glass has had its share of updates; then it shows the server's."""
        began = self.glass.count("updates")
        enough = UPDATES // SWITCHES
        for turn in range(enough * 10):
            if self.glass.count("updates") - began >= enough:
                break
            get(f"{self.office.address}/__bench/change/{CHANGING[turn % len(CHANGING)]}", method="POST", body=b"")
        self.updates += self.glass.count("updates") - began
        self.wait_for_figures()
        self.glass.sample(f"step {number}, after its updates")

    def wait_for_figures(self) -> None:
        figure = str(self.office.report("active-now")["rows"][0][0])
        self.glass.wait_for(
            f"active-now of {figure}",
            lambda look: "".join(filter(str.isdigit, str(look.get("figures", {}).get("active-now", "")))) == figure,
        )

    def lose_network(self) -> None:
        """Ten hours in which only the television's clock goes on; the last figures stay, with a sentence."""
        context = self.glass.page.context
        context.set_offline(True)
        self.glass.jump(OFFLINE_HOURS * 3600)
        self.glass.wait_for("banner", lambda look: bool(look.get("banner")))
        self.glass.sample("without network")
        self.office.jump(OFFLINE_HOURS * 3600)
        context.set_offline(False)
        self.glass.wait_for("end of the banner", lambda look: look.get("banner") == "")
        self.glass.wait_for_clock(self.office.berlin_now)

    def restart(self, *, cleanly: bool) -> None:
        beats = self.glass.count("beats")
        self.office.restart(cleanly=cleanly)
        self.restarts += 1
        self.glass.sample("after a restart")
        self.glass.wait_for("word of the new server", lambda _: self.glass.count("beats") > beats + 1)


def wait_until_live(office: ScreenOffice) -> None:
    """Waits until every report of the boards has figures."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while any(office.report(name)["state"] != "live" for name in CHANGING):
        if time.monotonic() > deadline:
            raise SystemExit("the boards do not come to life")
        time.sleep(0.2)


def measure(folder: Path) -> Iterator[Result]:
    steps = max(4, round(SWITCHES * PART))
    begin = CLOCK_CHANGE - STEP * (steps // 2)
    with internet(folder / "internet", begin) as environment, chromium() as browser:
        office = ScreenOffice(folder, environment)
        office.start(begin)
        try:
            wait_until_live(office)
            glass = ScreenGlass(browser, office.site, "playlist:hall")
            week = ScreenWeek(office, glass, steps)
            week.run()
            glass.close()
        finally:
            office.kill()
    yield from describe_week(week)


def describe_week(week: ScreenWeek) -> Iterator[Result]:
    yield Result(
        "wrong or blank moments on the glass of a screen in a compressed week",
        len(week.glass.faults),
        "<=",
        0,
        f"{week.glass.samples:,} moments; {week.updates:,} updates, {week.switches} switches, "
        f"{week.restarts} restarts, {OFFLINE_HOURS} h without network; the clock of the television is two years slow",
    )
    units = {"heap": 1e6}
    for name, value in week.after.items():
        unit, before, words = units.get(name, 1), week.before[name], f"{name} (MB)" if name in units else name
        yield Result(
            f"{words} of a screen at the end of a week, compared with its first tenth",
            value / before,
            "<=",
            1 + FLAT,
            f"{value / unit:,.2f} and {before / unit:,.2f}, after forced collections",
        )
    memory = week.office.memory[round(len(week.office.memory) * WARM_UP) :]  # the first process also fetches everything
    share = max(1, len(memory) // 5)
    first, last = median(memory[:share]), median(memory[-share:])
    yield Result(
        "private memory of the server before a restart after the first tenth, the last fifth compared with the first",
        last / first,
        "<=",
        1 + FLAT,
        f"{last:,.0f} MB and {first:,.0f} MB, {len(memory)} restarts; {week.office.memory[0]:,.0f} MB before the first",
    )
