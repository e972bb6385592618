"""The comparison of a mark: every figure of the board with the ledger and with the simulated Google."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bench.week_ledger import SITES, Ledger, google_sessions
from bench.week_office import PACES, Office
from bench.week_wall import OpenWall, read_number
from demo.world.days import ZONE, World

STEP_SECONDS, MAX_STEPS = 20, 6
"""A figure may be two minutes late, in steps of the simulated clock; Google's after an outage as late as a retry."""

MAX_GOOGLE_STEPS = 30
QUERY_SECONDS = 60  # of the machine's own time, which a query may take when it is busy
MOMENT_ENDS = timedelta(minutes=30)  # the figure of the last 30 minutes
DAYS = 5
FRESH = ("live", "ageing")
TAKEN = re.compile(r'data-taken="(\d+)"')


@dataclass(frozen=True)
class Fault:
    """What is wrong, what is right, and what is shown."""

    name: str
    right: object
    shown: object

    def __str__(self) -> str:
        return f"{self.name} is {self.shown}, not {self.right}"


class Comparison:
    """Counts the figures that were compared; `faults` has a line for each that stayed wrong."""

    def __init__(self, office: Office, ledger: Ledger, world: World, wall: OpenWall) -> None:
        self.office, self.ledger, self.world, self.wall = office, ledger, world, wall
        self.marks = self.figures = 0
        self.faults: list[str] = []

    def compare(self, fails: bool) -> datetime:
        """Waits until everything is right, at most two minutes of the simulated clock; returns its time."""
        self.marks += 1
        begun = now = self.office.now()
        wrong: list[Fault] = []
        for step in range(MAX_GOOGLE_STEPS):
            self.compared = 0
            wrong = list(self.find_faults(now, fails))
            if not wrong or (step >= MAX_STEPS and not all(fault.name.startswith("google") for fault in wrong)):
                break
            now = self.office.jump(STEP_SECONDS)
        self.figures += self.compared
        self.faults += [f"{begun:%a %d %b %H:%M} UTC (until {now:%H:%M}): {fault}" for fault in wrong]
        return now

    def find_faults(self, now: datetime, fails: bool) -> Iterator[Fault]:
        yield from self.wall_faults(now)
        yield from self.report_faults(now)
        if fails:
            yield from self.outage_faults(now)
            return
        yield from self.google_faults(now)
        health = self.office.health()
        late = {name: each for name, each in health["readings"].items() if each["state"] not in FRESH}
        yield from self.check(f"status ({late})", "ok", health["status"])

    def check(self, name: str, right: object, shown: object) -> Iterator[Fault]:
        self.compared += 1
        if right != shown:
            yield Fault(name, right, shown)

    def check_own(
        self, name: str, now: datetime, taken: datetime | None, right: Callable[[Ledger], object], shown: object
    ) -> Iterator[Fault]:
        """Checks a figure of our own: it is not too old, of the period that runs now, and right for its time."""
        self.compared += 1
        pace = PACES[name.split(" ")[0].removesuffix("-views").removesuffix("-visitors")]
        if taken is None or now - taken > pace + timedelta(seconds=STEP_SECONDS):
            yield Fault(name, f"at most {pace} old at {now:%H:%M:%S}", taken and f"of {taken:%H:%M:%S}")
            return
        ledgers = self.ledger.as_of(taken - timedelta(seconds=QUERY_SECONDS), taken + timedelta(seconds=2))
        if shown not in [right(ledger) for ledger in ledgers]:
            yield Fault(name, right(ledgers[-1]), shown)

    def wall_faults(self, now: datetime) -> Iterator[Fault]:
        days = {site: now.astimezone(zone).date() for site, zone in SITES.items()}
        expected: dict[str, Callable[[Ledger], object]] = {
            "hall-views": lambda ledger: ledger.on_day("hall", days["hall"])[0],
            "hall-visitors": lambda ledger: ledger.on_day("hall", days["hall"])[1],
            "hall-month": lambda ledger: ledger.in_month("hall", now)[0],
            "desk-views": lambda ledger: ledger.on_day("desk", days["desk"])[0],
        }
        for name, right in expected.items():
            _, html = self.wall.tile(name)
            taken = TAKEN.search(html)
            at = datetime.fromtimestamp(int(taken[1]) + 1, UTC) if taken else None
            yield from self.check_own(f"{name} on the wall", now, at, right, read_number(html))

    def report_faults(self, now: datetime) -> Iterator[Fault]:
        for site, zone in SITES.items():
            day = now.astimezone(zone).date()
            yield from self.check_report(site, now, lambda ledger: list(ledger.on_day(site, day)), totals)  # noqa: B023
        yield from self.check_report(
            "hall-month", now, lambda ledger: list(ledger.in_month("hall", now)), lambda rows: totals(rows)[::2]
        )
        yield from self.check_report("hall-days", now, lambda ledger: day_rows(ledger, now), lambda rows: rows)
        yield from self.check_report(
            "hall-pages", now, lambda ledger: ledger.pages("hall", now), lambda rows: {row[0]: row[1] for row in rows}
        )
        report = self.office.report("hall-hours")
        taken = taken_at(report)
        yield from self.check_own(
            "hall-hours",
            now,
            taken,
            lambda ledger: ledger.by_hour("hall", taken or now),
            [row[3] or 0 for row in report["rows"]],
        )

    def check_report(
        self, name: str, now: datetime, right: Callable[[Ledger], object], read: Callable[[list], object]
    ) -> Iterator[Fault]:
        report = self.office.report(name)
        yield from self.check_own(name, now, taken_at(report), right, read(report["rows"]))

    def google_faults(self, now: datetime) -> Iterator[Fault]:
        today = now.astimezone(ZONE).date()
        for name, day in (("google-yesterday", today - timedelta(days=1)), ("google-today", today)):
            _, html = self.wall.tile(name)
            taken = taken_at(self.office.report(name))
            is_current = taken is not None and now - taken <= PACES[name] + timedelta(seconds=STEP_SECONDS)
            numbers = self.numbers_of(day, taken) if taken else range(0)
            shown = read_number(html) in numbers, is_current
            yield from self.check(f"{name} on the wall ({numbers})", (True, True), shown)
        _, html = self.wall.tile("google-now")
        taken = taken_at(self.office.report("google-now"))
        is_current = taken is not None and now - taken <= PACES["google-now"] + timedelta(seconds=STEP_SECONDS)
        yield from self.check("google-now on the wall", (True, True), (read_number(html) is not None, is_current))

    def numbers_of(self, day: date, taken: datetime) -> range:
        """Returns what Google can have answered within a minute of the moment at which the answer came."""
        least, most = (google_sessions(self.world, day, taken + timedelta(minutes=each)) for each in (-1, 1))
        return range(least, most + 1)

    def outage_faults(self, now: datetime) -> Iterator[Fault]:
        """While Google fails, what was of today or of a moment is gone when that is over; yesterday's has its date."""
        ends: dict[str, Callable[[datetime], bool]] = {
            "google-yesterday": lambda taken: False,
            "google-today": lambda taken: taken.astimezone(ZONE).date() != now.astimezone(ZONE).date(),
            "google-now": lambda taken: now - taken > MOMENT_ENDS,
        }
        for name, has_ended in ends.items():
            state, html = self.wall.tile(name)
            number, taken = read_number(html), taken_at(self.office.report(name))
            is_old = taken is None or now - taken > PACES[name]
            yield from self.check(f"{name} on the wall is live", False, state == "live" and is_old)
            if number is not None and taken is not None:
                yield from self.check(f"{name} on the wall has ended", False, has_ended(taken))


def taken_at(report: dict) -> datetime | None:
    return datetime.fromisoformat(report["taken_at"]) if report["taken_at"] else None


def totals(rows: list) -> list[object]:
    """Returns the views, visitors and visits of the only row."""
    return rows[0][:3] if rows else []


def day_rows(ledger: Ledger, now: datetime) -> list[list[object]]:
    """Returns the rows by day; days before the first page view have no figures."""
    today = now.astimezone(SITES["hall"]).date()
    days = [today - timedelta(days=number) for number in reversed(range(DAYS))]
    views = ledger.of("hall")
    return [
        [str(day), *(ledger.on_day("hall", day) if views and day >= views[0].day() else [None] * 3)] for day in days
    ]
