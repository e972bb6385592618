"""Texts on walls: errors, and the days of a report."""

from datetime import date

import pytest

from utilities.model.formats import format_date_range, wall_error_text
from utilities.model.frames import DateRange

FRIDAY, THURSDAY = date(2026, 11, 13), date(2026, 11, 19)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("wall@x.iam.gserviceaccount.com may not read this; give it a role", "The account may not read this."),
        ("Google Analytics does not answer.", "Google Analytics does not answer."),
        ("the quota (core, tokensPerDay) is used up; it comes back", "The quota is used up."),
        ("it is out of order (503: see (there); and there)", "It is out of order."),
    ],
)
def test_error_on_a_wall_is_a_sentence_without_addresses_and_advice(message: str, text: str):
    assert wall_error_text(message) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [("America/Los_Angeles", "Los Angeles time"), ("Europe/Berlin", "Berlin time"), ("UTC", "UTC")],
)
def test_date_range_names_its_time_zone(zone: str, text: str):
    assert format_date_range(DateRange(FRIDAY, THURSDAY, zone)) == f"Fri 13 Nov to Thu 19 Nov 2026, {text}"
    assert format_date_range(DateRange(FRIDAY, FRIDAY, zone)) == f"Fri 13 Nov 2026, {text}"
