"""Sentences made for people: what a wall says of a trouble, and of which days figures are."""

from datetime import date

import pytest

from utilities.model.formats import format_date_range, wall_error_text
from utilities.model.frames import DateRange

FRIDAY, THURSDAY = date(2026, 11, 13), date(2026, 11, 19)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("wall@x.iam.gserviceaccount.com may not read this; give it a role", "The account may not read this."),
        ("Google Analytics does not answer.", "Google Analytics does not answer."),
        ("the quota (core, tokensPerDay) is used up; it comes back", "The quota is used up."),
        ("it is out of order (503: see (there); and there)", "It is out of order."),
    ],
)
def test_trouble_is_told_as_a_sentence_without_addresses_and_advice(message: str, said: str):
    assert wall_error_text(message) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [("America/Los_Angeles", "Los Angeles time"), ("Europe/Berlin", "Berlin time"), ("UTC", "UTC")],
)
def test_days_are_told_with_the_place_whose_days_they_are(zone: str, said: str):
    assert format_date_range(DateRange(FRIDAY, THURSDAY, zone)) == f"Fri 13 Nov to Thu 19 Nov 2026, {said}"
    assert format_date_range(DateRange(FRIDAY, FRIDAY, zone)) == f"Fri 13 Nov 2026, {said}"
