"""A week of two sites on a clock that jumps: what stands on a wall is compared with what was sent, at every mark.

From a Saturday in October to the Sunday eight days later: weekends, days of 25 hours in Berlin (25 October) and in New
York and Los Angeles (1 November), a month's end, an outage of Google over a midnight of the property, a clean restart,
a kill, and a restart during the month's last midnight.
"""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bench.processes import internet
from bench.results import Result
from bench.week_ledger import SITES, Ledger
from bench.week_marks import Comparison
from bench.week_office import STOP_SECONDS, Office, elapsed
from bench.week_wall import OpenWall
from demo.clock import VirtualClock
from demo.world.days import World

BEGIN = datetime(2026, 10, 24, 18, 0, tzinfo=UTC)
HOURS = int(os.environ.get("WEEK_HOURS", "186"))
BEAT = timedelta(minutes=20)
MARK_EVERY = timedelta(hours=6)
OUTAGE = datetime(2026, 10, 28, 6, 20, tzinfo=UTC), datetime(2026, 10, 30, 12, 0, tzinfo=UTC)
"""From 23:20 of Tuesday on the property's clock to Friday."""

CLEAN_STOP, KILL, MONTH_STOP = (
    datetime(2026, 10, 26, 14, 5, tzinfo=UTC),
    datetime(2026, 10, 28, 23, 5, tzinfo=UTC),
    datetime(2026, 10, 31, 22, 50, tzinfo=UTC),
)
RESTARTS = {
    CLEAN_STOP: (signal.SIGTERM, timedelta(minutes=1)),
    KILL: (signal.SIGKILL, timedelta(minutes=2)),
    MONTH_STOP: (signal.SIGTERM, timedelta(minutes=11)),  # Berlin's November begins while nothing runs
}
AWAKE_READER, NIGHT_READER = 1, 2
READERS, PAGES = 400, 12
LINES_OF_OUTAGE = ("Google Analytics has failed", "figures are up to date again")


class Week:
    """The week as it goes on."""

    def __init__(self, office: Office) -> None:
        self.office, self.ledger, self.random = office, Ledger(), Random(1)
        self.now = BEGIN
        self.refused = 0
        self.stops: list[tuple[int, float]] = []

    def go_on(self) -> Iterator[datetime]:
        """Yields the moments at which the figures are compared, some of them just after a midnight or a restart."""
        end = BEGIN + timedelta(hours=HOURS)
        for moment in moments(end):
            if moment in RESTARTS:
                self.restart(*RESTARTS[moment])
                yield self.now
                continue
            if moment in OUTAGE:
                self.office.fail_google(fails=moment == OUTAGE[0])
            if moment < self.now:
                continue  # while nothing ran
            self.now = self.office.jump(max(elapsed(moment, self.now), 0))
            if (moment - BEGIN) % BEAT == timedelta():
                self.send_views()
            if is_mark(moment):
                yield self.now

    def send_views(self) -> None:
        """Some page views on each site; one reader never sleeps, and one reads around midnight."""
        for site, zone in SITES.items():
            hour = self.now.astimezone(zone).hour
            readers = [AWAKE_READER, *[NIGHT_READER] * (hour >= 22 or hour < 2)]
            readers += [self.random.randrange(3, READERS) for _ in range(self.random.randrange(4) * (hour >= 7))]
            for reader in readers:
                self.send_view(site, reader, f"/page-{self.random.randrange(PAGES)}")

    def send_view(self, site: str, reader: int, path: str) -> None:
        if self.office.send_view(site, reader, path):
            self.ledger.add(site, reader, path, self.office.now())
        else:
            self.refused += 1

    def restart(self, number: signal.Signals, pause: timedelta) -> None:
        self.stops.append(self.office.stop(number))
        self.office.start(self.now + pause)
        self.now = self.office.now()


def moments(end: datetime) -> list[datetime]:
    """Returns every moment at which something happens, in order."""
    beats = {BEGIN + number * BEAT for number in range(int((end - BEGIN) / BEAT) + 1)}
    return sorted(each for each in {*beats, *midnights(end), *RESTARTS, *OUTAGE} if BEGIN <= each <= end)


def midnights(end: datetime) -> set[datetime]:
    """Returns a minute before and two minutes after each full hour at which a day ends on a site's clock."""
    hours = [BEGIN + timedelta(hours=number) for number in range(int((end - BEGIN) / timedelta(hours=1)) + 1)]
    found = [hour for hour in hours if any(hour.astimezone(zone).hour == 0 for zone in SITES.values())]
    return {hour + timedelta(minutes=minutes) for hour in found for minutes in (-1, 2)}


def is_mark(moment: datetime) -> bool:
    return moment.minute in (2, 59) or (moment - BEGIN) % MARK_EVERY == timedelta()


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder / "internet", BEGIN) as environment:
        office = Office(folder, environment)
        office.start(BEGIN)
        wall = OpenWall(office.address, "week")
        week = Week(office)
        comparison = Comparison(office, week.ledger, World(VirtualClock(BEGIN)), wall)
        try:
            for now in week.go_on():
                week.now = comparison.compare(fails=OUTAGE[0] <= now < OUTAGE[1])
            rows = office.health()["page_views"]["rows"]
            week.stops.append(office.stop(signal.SIGTERM))
        finally:
            wall.close()
            office.kill()
    yield from results(week, comparison, rows)


def results(week: Week, comparison: Comparison, rows: int) -> Iterator[Result]:
    for fault in comparison.faults:
        print(f"  {fault}", file=sys.stderr)
    sent = len(week.ledger.views)
    yield Result(
        "wrong figures in a week on a clock that jumps",
        len(comparison.faults),
        "<=",
        0,
        f"{comparison.figures:,} figures of {comparison.marks} marks in {HOURS} hours, on the wall and in its reports; "
        f"{sent:,} page views; the wall was loaded {comparison.wall.loads} times",
    )
    yield Result(
        "page views that were acknowledged and are not stored, or stored twice",
        abs(sent - rows),
        "<=",
        0,
        f"{rows:,} of {sent:,}; {week.refused} refused",
    )
    clean = [seconds for code, seconds in week.stops if code == 0]
    yield Result(
        "slowest clean stop in s",
        max(clean),
        "<=",
        STOP_SECONDS,
        f"{len(clean)} clean stops and {len(week.stops) - len(clean)} kill",
    )
    lines = [[line for line in week.office.log_lines(text) if "google-" in line] for text in LINES_OF_OUTAGE]
    outages = 3 * (BEGIN + timedelta(hours=HOURS) > OUTAGE[1])
    yield Result(
        "log lines too many or too few at the begin of an outage, and reports of Google without one at its end",
        abs(len(lines[0]) - outages) + max(outages - len(lines[1]), 0),
        "<=",
        0,
        f"{len(lines[0])} and {len(lines[1])} for 3 reports in 54 hours; "
        f"other errors: {len(week.office.log_lines(' ERROR '))}",
    )
