"""A day of 23 or 25 hours is not compared as if it were whole: a note says so."""

from datetime import date

import pytest

from utilities.model.clock_changes import note_clock_changes
from utilities.model.frames import Column, DateRange, Frame, ValueKind

VISITS = (Column("visits", "Visits", ValueKind.INTEGER),)


@pytest.mark.parametrize(
    ("zone", "first", "last", "notes"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-29", ["Sun 29 Mar has 23 hours, because the clock changes"]),
        ("Europe/Berlin", "2026-10-25", "2026-10-25", ["Sun 25 Oct has 25 hours, because the clock changes"]),
        ("Europe/Berlin", "2026-10-26", "2026-10-26", ["Sun 25 Oct has 25 hours, because the clock changes"]),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-05", ["Sun 5 Apr has 24.5 hours, because the clock changes"]),
        ("America/Santiago", "2026-09-06", "2026-09-06", ["Sun 6 Sep has 23 hours, because the clock changes"]),
        ("Europe/Berlin", "2026-03-30", "2026-04-05", ["Sun 29 Mar has 23 hours, because the clock changes"]),
        ("Asia/Kolkata", "2026-03-29", "2026-03-29", []),
        ("Europe/Berlin", "2026-03-02", "2026-03-29", []),  # of four weeks an hour is nothing
    ],
)
def test_compared_days_on_which_the_clock_changes_are_named(zone: str, first: str, last: str, notes: list[str]):
    days = DateRange(date.fromisoformat(first), date.fromisoformat(last), zone)
    frame = Frame(VISITS, ((1,),), date_range=days, previous_range=days.preceding_range())
    assert [note.text for note in note_clock_changes(frame).notes] == notes
    alone = Frame(VISITS, ((1,),), date_range=days)
    assert note_clock_changes(alone) is alone
