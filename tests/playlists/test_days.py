"""Days of a playlist: zones, changes of the clock, and holidays."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.playlists.rooms import BERLIN, at, board, schedule

OFFICE = {"board": "office"}


@pytest.mark.parametrize(
    ("window", "moment", "fold", "hangs"),
    [
        (("02:00", "03:00"), "2026-03-29 01:59:59", 0, False),
        (("02:00", "03:00"), "2026-03-29 03:00", 0, False),  # one second later: the hour is not there
        (("02:30", "04:00"), "2026-03-29 03:00", 0, True),
        (("02:00", "03:00"), "2026-10-25 02:30", 0, True),
        (("02:00", "03:00"), "2026-10-25 02:30", 1, True),
        (("02:00", "02:30"), "2026-10-25 02:45", 0, False),
        (("02:00", "02:30"), "2026-10-25 02:15", 1, True),
    ],
)
def test_clock_on_the_wall_decides_when_it_is_changed(window, moment: str, fold: int, hangs: bool):
    plan = schedule({"board": "office", "from": window[0], "to": window[1]})
    assert board(plan, at(moment, fold=fold)) == ("office" if hangs else "")


@pytest.mark.parametrize(
    ("zone", "day", "window", "edges"),
    [
        ("Europe/Berlin", "2026-03-29", ("02:00", "03:00"), []),
        ("Europe/Berlin", "2026-03-29", ("02:30", "04:00"), ["03:00+0200", "04:00+0200"]),
        (
            "Europe/Berlin",
            "2026-10-25",
            ("02:00", "02:30"),
            ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"],
        ),
        ("America/Havana", "2026-03-08", ("00:30", "02:00"), ["01:00-0400", "02:00-0400"]),  # no midnight that day
        ("Australia/Lord_Howe", "2026-10-04", ("02:15", "03:00"), ["02:30+1100", "03:00+1100"]),  # half an hour
    ],
)
def test_changes_of_the_clock_are_boundaries(zone: str, day: str, window, edges: list[str]):
    room = ZoneInfo(zone)
    plan = schedule({"board": "office", "from": window[0], "to": window[1]}, zone=room)
    begin = at(f"{day} 12:00", room) - timedelta(hours=13)
    changes = [moment for moment, _ in plan.changes(begin, begin + timedelta(hours=13))][1:]
    assert [f"{moment.astimezone(room):%H:%M%z}" for moment in changes] == edges


def test_times_are_those_of_the_screens_zone():
    item = {"board": "office", "from": "07:30", "to": "18:00"}
    moment = at("2026-11-26 09:00", BERLIN)
    assert board(schedule(item), moment) == "office"
    assert board(schedule(item, zone=ZoneInfo("America/Los_Angeles")), moment) == ""


@pytest.mark.parametrize(
    ("country", "days", "moment", "hangs"),
    [
        ("DE", "Mon-Fri", "2026-12-25 12:00", False),  # a Friday, Christmas
        ("DE", "holiday", "2026-12-25 12:00", True),
        ("DE", "holiday", "2026-12-26 12:00", True),
        ("DE", "Sat", "2026-12-26 12:00", False),  # a holiday is no weekday
        ("US", "holiday", "2026-11-26 12:00", True),  # Thanksgiving
        ("DE", "Mon-Fri", "2026-11-26 12:00", True),
        ("DE-BE", "holiday", "2027-03-08 12:00", True),  # in Berlin only
        ("DE", "holiday", "2027-03-08 12:00", False),
    ],
)
def test_holiday_of_a_country_is_a_day_of_its_own(country: str, days: str, moment: str, hangs: bool):
    plan = schedule(OFFICE | {"days": days}, holidays=country)
    assert board(plan, at(moment)) == ("office" if hangs else "")


def test_window_without_days_holds_on_holidays_and_one_over_midnight_is_of_the_day_it_starts():
    assert board(schedule(OFFICE, holidays="DE"), at("2026-12-25 12:00")) == "office"
    night = schedule(OFFICE | {"days": "holiday", "from": "22:00", "to": "02:00"}, holidays="DE")
    assert [board(night, at(moment)) for moment in ("2026-12-27 01:00", "2026-12-25 01:00")] == ["office", ""]
