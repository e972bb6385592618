"""The number: as large as its room, never too small to be read, and its change in shape and words."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from utilities.model.frames import Column, DateRange, Frame, Value, ValueKind
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.layout.type_scale import hero_sizes
from utilities.rendering.views.number import FIGURE_WEIGHT, VIEW, Number

BOX = Box(width=540, height=152, text=31, figure=39)
WEEK = DateRange(date(2026, 11, 13), date(2026, 11, 19), "Europe/Berlin")


def drawn(
    value: Value, before: Value = None, *, kind: ValueKind = ValueKind.INTEGER, box: Box = BOX, **options: Any
) -> Number:
    columns = (Column("totalUsers", "Users", kind), Column("totalUsers:previous", "Users before", kind))
    number = VIEW.build_content(Frame(columns, ((value, before),), date_range=WEEK), box, options)
    assert isinstance(number, Number)
    return number


def told(number: Number) -> str:
    change = number.change
    return f"{change.direction} {change.amount} {change.words}" if change else ""


@pytest.mark.parametrize(
    ("value", "before", "said"),
    [
        (21480, 19852, "up 8.2% more than the 7 days before"),
        (63902, 65946, "down 3.1% less than the 7 days before"),
        (100, 100, "level  no change on the 7 days before"),
        (100000, 100001, "level  no change on the 7 days before"),
        (47, 0, "up 47 more than the 7 days before"),
        (0, 0, "level  no change on the 7 days before"),
        (0, 12, "down 100.0% on the 7 days before"),
        (10**12, 3, "up over 1,000% on the 7 days before"),
        (12, None, ""),
        (None, 12, ""),
    ],
)
def test_change_is_told_in_words(value: Value, before: Value, said: str):
    assert told(drawn(value, before)) == said


def test_figure_with_nothing_to_compare_says_of_which_days_it_is():
    assert drawn(12).caption == "in the last 7 days"
    assert drawn(12, caption="posts").caption == "posts"
    assert VIEW.build_content(Frame((Column("n", "N", ValueKind.INTEGER),), ((1,),)), BOX, {}).caption == ""  # type: ignore[attr-defined]


def test_change_of_a_rate_is_told_in_points():
    assert told(drawn(0.41, 0.38, kind=ValueKind.FRACTION)) == "up 3.0 points on the 7 days before"


def test_words_are_as_full_as_there_is_room_for():
    assert told(drawn(108, 100, box=replace(BOX, width=430))) == "up 8.0% on the 7 days before"
    assert told(drawn(108, 100, box=replace(BOX, width=200))) == "up 8.0% more"


@pytest.mark.parametrize(("good", "welcome"), [("up", True), ("down", False)])
def test_board_says_which_direction_is_welcome(good: str, welcome: bool):
    change = drawn(108, 100, good=good).change
    assert change and change.welcome is welcome


@pytest.mark.parametrize("value", [7, 21480, 1_234_567, 1_234_567_890, 123_456_789_012_345])
def test_number_fits_its_box_and_is_never_below_the_least_figure(value: int):
    number = drawn(value, value)
    size = hero_sizes(BOX.figure)[number.step]
    assert size >= BOX.figure
    assert text_width(number.text, size, weight=FIGURE_WEIGHT) <= BOX.width


def test_number_is_written_out_until_it_must_be_shortened():
    assert drawn(1_234_567).text == "1,234,567"
    assert drawn(1_234_567, box=replace(BOX, width=150)).text == "1.23 M"


def test_longer_number_is_smaller():
    assert drawn(7).step > drawn(1_234_567_890).step


def test_unknown_number_is_a_dash():
    assert drawn(None).text == "–"


@pytest.mark.parametrize(
    ("kind", "text"), [(ValueKind.INTEGER, "0"), (ValueKind.FRACTION, "–"), (ValueKind.SECONDS, "–")]
)
def test_answer_without_rows_has_counted_nothing(kind: ValueKind, text: str):
    columns = (Column("users", "Users", kind), Column("users:previous", "Users before", kind))
    number = VIEW.build_content(Frame(columns, ()), BOX, {})
    assert isinstance(number, Number)
    assert (number.text, number.change) == (text, None)


def test_board_chooses_the_column():
    columns = (
        Column("page", "Page", ValueKind.TEXT),
        Column("views", "Views", ValueKind.INTEGER),
        Column("t", "T", ValueKind.SECONDS),
    )
    frame = Frame(columns, (("/", 3, 154.2),))
    assert VIEW.build_content(frame, BOX, {}).text == "3"  # type: ignore[attr-defined]
    assert VIEW.build_content(frame, BOX, {"key": "t"}).text == "0:02:34"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="no column 'nowhere'"):
        VIEW.build_content(frame, BOX, {"key": "nowhere"})


def test_green_is_only_for_now():
    assert not drawn(1).now
    assert drawn(1, now=True).now


def test_nought_of_a_site_never_counted_is_explained():
    frame = Frame(
        (Column("views", "Views", ValueKind.INTEGER),), ((0,),), setup_hint=("Waiting for the first page view", "How")
    )
    number = VIEW.build_content(frame, BOX, {"caption": "page views"})
    assert isinstance(number, Number)
    assert (number.text, number.caption) == ("0", "Waiting for the first page view")
