"""The parts of `make week` (bench/week.py): its ledger, what it reads of a wall, and its calendar."""

from datetime import UTC, date, datetime, timedelta

from bench.week import BEGIN, HOURS, MONTH_STOP, OUTAGE, is_mark, moments
from bench.week_ledger import SITES, Ledger, google_sessions
from bench.week_office import PACES
from bench.week_wall import read_events, read_number, read_tiles
from demo.clock import VirtualClock
from demo.world.days import World

TILE = (
    '<section class="tile number live" data-tile="hall-views" data-state="live" data-taken="1793168427">'
    '<p class="hero step-10">2,588</p><p class="change">yesterday</p></section>'
)
EMPTY_TILE = '<section class="tile line failed" data-tile="hall-hours" data-state="failed"><p>no 7</p></section>'


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def test_visit_ends_after_a_break_of_half_an_hour_and_goes_on_over_midnight():
    ledger = Ledger()
    for moment in (utc(26, 22, 50), utc(26, 23, 10), utc(26, 23, 39), utc(27, 0, 9), utc(27, 0, 9)):
        ledger.add("hall", 1, "/a", moment)
    ledger.add("hall", 2, "/b", utc(27, 0, 20))
    assert ledger.on_day("hall", date(2026, 10, 26)) == (1, 1, 1)
    assert ledger.on_day("hall", date(2026, 10, 27)) == (5, 3, 3)
    assert ledger.in_month("hall", utc(27, 1)) == (6, 3)
    assert ledger.pages("hall", utc(27, 1)) == {"/a": 4, "/b": 1}


def test_day_on_which_the_clock_is_set_back_has_25_hours():
    ledger = Ledger()
    for hour in (0, 1):  # both are 02:00 to 03:00 in Berlin
        ledger.add("hall", 1, "/a", utc(25, hour, 30))
    hours = ledger.by_hour("hall", utc(25, 22, 59))
    assert len(hours) == 25
    assert hours[2:4] == [1, 1]
    assert len(ledger.by_hour("hall", utc(26, 22, 59))) == 24


def test_figure_may_be_that_of_any_moment_of_its_query():
    ledger = Ledger()
    for minute in range(5):
        ledger.add("desk", minute, "/a", utc(26, 12, minute))
    seen = ledger.as_of(utc(26, 12, 1), utc(26, 12, 3))
    assert [len(each.views) for each in seen] == [2, 3, 4]
    assert [len(each.views) for each in ledger.as_of(utc(26, 11), utc(26, 11, 30))] == [0]


def test_wall_is_read_from_its_page_and_from_whole_events():
    tiles = read_tiles(f"<main>{TILE}{EMPTY_TILE}</main>")
    assert {name: (state, read_number(html)) for name, (state, html) in tiles.items()} == {
        "hall-views": ("live", 2588),
        "hall-hours": ("failed", None),
    }
    lines = ["retry: 3", "", "id: a-1", "event: tile", 'data: {"html": "x"}', "", "event: bye"]
    assert read_events(lines) == [("tile", {"html": "x"})]
    assert lines == ["event: bye"]


def test_week_has_every_midnight_and_what_interrupts_it():
    all_moments = moments(BEGIN + timedelta(hours=HOURS))
    assert {MONTH_STOP, *OUTAGE} <= set(all_moments)
    marks = [moment for moment in all_moments if is_mark(moment)]
    for site, zone in SITES.items():
        days = {moment.astimezone(zone).date() for moment in marks if moment.astimezone(zone).hour == 0}
        assert {date(2026, 10, 25) + timedelta(days=number) for number in range(8)} <= days, site
    assert set(PACES) >= {"hall", "desk", "hall-month", "google-today"}


def test_google_counts_a_day_with_a_delay():
    world = World(VirtualClock(utc(28, 12)))
    day = date(2026, 10, 27)
    assert (
        google_sessions(world, day, utc(28, 7))
        < google_sessions(world, day, utc(28, 12))
        == len(set(world.day(day).columns["session"]))
    )
