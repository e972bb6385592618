"""The view `number`: as large as its room, never too small to read, and its change in shape and words."""

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


def build_number(
    value: Value, before: Value = None, *, kind: ValueKind = ValueKind.INTEGER, box: Box = BOX, **options: Any
) -> Number:
    columns = (Column("totalUsers", "Users", kind), Column("totalUsers:previous", "Users before", kind))
    number = VIEW.build_content(Frame(columns, ((value, before),), date_range=WEEK), box, options)
    assert isinstance(number, Number)
    return number


def describe_change(number: Number) -> str:
    change = number.change
    return f"{change.direction} {change.amount} {change.words} {change.than}".strip() if change else ""


@pytest.mark.parametrize(
    ("value", "before", "text"),
    [
        (21480, 19852, "up 8.2% more than the week before"),
        (63902, 65946, "down 3.1% fewer than the week before"),
        (100, 100, "level  about as many as the week before"),
        (100000, 100001, "level  about as many as the week before"),
        (47, 0, "up 47 more than the week before"),
        (0, 0, "level  about as many as the week before"),
        (0, 12, "down 12 fewer than the week before"),
        (1, 2, "down 1 fewer than the week before"),
        (0, 5200, "down 100% fewer than the week before"),
        (10**12, 3, "up over 1,000% more than 6–12 Nov"),
        (1_000_400, 1_000_000, "level  about as many as the week before"),
        (50, -100, "up 150 more than the week before"),
        (12, None, ""),
        (None, 12, ""),
    ],
)
def test_change_is_described_in_words(value: Value, before: Value, text: str):
    assert describe_change(build_number(value, before)) == text


def test_figure_without_a_previous_period_shows_its_days():
    assert build_number(12).caption == ("13–19 November",)
    assert build_number(12, box=replace(BOX, width=220)).caption == ("13–19 Nov",)
    assert build_number(12, caption="posts").caption == ("posts",)
    tall = replace(BOX, width=290, height=213)
    assert build_number(12, caption="people in the last 30 minutes", box=tall).caption == (
        "people in the last",
        "30 minutes",
    )
    assert VIEW.build_content(Frame((Column("n", "N", ValueKind.INTEGER),), ((1,),)), BOX, {}).caption == ()  # type: ignore[attr-defined]


def test_change_of_a_rate_is_written_in_points():
    assert describe_change(build_number(0.41, 0.38, kind=ValueKind.FRACTION)) == "up 3.0 points more than 6–12 Nov"


def test_change_is_worded_as_fully_as_it_fits():
    change = build_number(108, 100, box=replace(BOX, width=430, height=213)).change
    assert change and (change.words, change.than) == ("more", "than the week before")


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (540, 100, "more than the week before"),
        (430, 100, "more than 6–12 Nov"),  # one line
        (260, 130, "more|than 6–12 Nov"),  # below a smaller figure
        (260, 80, "more"),
    ],
)
def test_change_in_a_narrow_tile_says_than_what_where_two_lines_fit(width: float, height: float, words: str):
    change = build_number(108, 100, box=Box(width, height, text=31, figure=39)).change
    assert change and f"{change.words}|{change.than}".strip("|") == words


def test_change_of_today_is_worded_for_a_narrow_tile():
    today = DateRange(date(2026, 11, 19), date(2026, 11, 19), "Europe/Berlin", has_ended=False)
    before = DateRange(date(2026, 11, 18), date(2026, 11, 18), "Europe/Berlin", until="12:00")
    columns = (Column("users", "Users", ValueKind.INTEGER), Column("users:previous", "Users before", ValueKind.INTEGER))
    frame = Frame(columns, ((80, 100),), date_range=today, previous_range=before, read_on=date(2026, 11, 19))
    for width, than in ((500, "than yesterday by the same time"), (430, "than this time yesterday")):
        change = VIEW.build_content(frame, replace(BOX, width=width, height=213), {}).change  # type: ignore[attr-defined]
        assert (change.amount, change.words, change.than) == ("20%", "fewer", than)


@pytest.mark.parametrize(("good", "welcome"), [("up", True), ("down", False)])
def test_board_sets_which_direction_is_good(good: str, welcome: bool):
    change = build_number(108, 100, good=good).change
    assert change and change.welcome is welcome


@pytest.mark.parametrize("value", [7, 21480, 1_234_567, 1_234_567_890, 123_456_789_012_345])
def test_number_fits_its_box_and_is_never_below_the_smallest_size(value: int):
    number = build_number(value, value)
    size = hero_sizes(BOX.figure)[number.step]
    assert size >= BOX.figure
    assert text_width(number.text, size, weight=FIGURE_WEIGHT) <= BOX.width


def test_number_is_shortened_only_when_it_does_not_fit():
    assert build_number(1_234_567).text == "1,234,567"
    assert build_number(1_234_567, box=replace(BOX, width=150)).text == "1.23 M"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (999_600_000, ValueKind.INTEGER, "1 B"),
        (44_444_257, ValueKind.SECONDS, "12,345 h"),
        (12.345678, ValueKind.FRACTION, "1,235%"),
    ],
)
def test_short_figure_is_rounded_into_the_next_unit_and_keeps_its_kind(value: float, kind: ValueKind, text: str):
    width = text_width(text, BOX.figure, weight=FIGURE_WEIGHT) + 1
    assert build_number(value, kind=kind, box=replace(BOX, width=width)).text == text


def test_longer_number_is_smaller():
    assert build_number(7).step > build_number(1_234_567_890).step


def test_unknown_number_is_a_dash():
    assert build_number(None).text == "–"


@pytest.mark.parametrize(
    ("kind", "text"), [(ValueKind.INTEGER, "0"), (ValueKind.FRACTION, "–"), (ValueKind.SECONDS, "–")]
)
def test_frame_without_rows_is_zero_for_a_count_and_unknown_for_a_rate(kind: ValueKind, text: str):
    columns = (Column("users", "Users", kind), Column("users:previous", "Users before", kind))
    number = VIEW.build_content(Frame(columns, ()), BOX, {})
    assert isinstance(number, Number)
    assert (number.text, number.change) == (text, None)


def test_board_selects_the_column():
    columns = (
        Column("page", "Page", ValueKind.TEXT),
        Column("views", "Views", ValueKind.INTEGER),
        Column("t", "T", ValueKind.SECONDS),
    )
    frame = Frame(columns, (("/", 3, 154.2),))
    assert VIEW.build_content(frame, BOX, {}).text == "3"  # type: ignore[attr-defined]
    assert VIEW.build_content(frame, BOX, {"key": "t"}).text == "2:34"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="no column 'nowhere'"):
        VIEW.build_content(frame, BOX, {"key": "nowhere"})


def test_only_a_live_figure_is_marked_as_now():
    assert not build_number(1).now
    assert build_number(1, now=True).now


def test_zero_of_a_site_without_page_views_shows_the_setup_hint():
    frame = Frame(
        (Column("views", "Views", ValueKind.INTEGER),), ((0,),), setup_hint=("Waiting for the first page view", "How")
    )
    number = VIEW.build_content(frame, BOX, {"caption": "page views"})
    assert isinstance(number, Number)
    assert (number.text, number.caption) == ("0", ("Waiting for the first page view",))
