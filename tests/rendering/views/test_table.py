"""The view `table`: what it shows when not everything fits."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from utilities.model.frames import Column, DateRange, Frame, Note, Value, ValueKind
from utilities.rendering.layout import Box
from utilities.rendering.views.table import VIEW, TableContent

BOX = Box(width=900, height=600, text=31, figure=39)
WEEK = DateRange(date(2026, 11, 13), date(2026, 11, 19), "Europe/Berlin")
COLUMNS = (
    Column("sessionSource", "Source", ValueKind.TEXT),
    Column("sessionMedium", "Medium", ValueKind.TEXT),
    Column("sessions", "Sessions", ValueKind.INTEGER),
    Column("averageSessionDuration", "Stay", ValueKind.SECONDS, drop_priority=1),
    Column("bounceRate", "Bounce rate", ValueKind.FRACTION, drop_priority=2),
    Column("sessions:previous", "Sessions before", ValueKind.INTEGER),
)
ROW = ("googol", "organic", 9214, 171.0, 0.381, 8000)


def build_rows(*rows: tuple[Value, ...], box: Box = BOX, **options: Any) -> TableContent:
    return build_table(Frame(COLUMNS, rows, date_range=WEEK), box, **options)


def build_table(frame: Frame, box: Box = BOX, **options: Any) -> TableContent:
    table = VIEW.build_content(frame, box, options)
    assert isinstance(table, TableContent)
    return table


def headings(table: TableContent) -> list[str]:
    return [head.text for head in table.heads]


def test_values_are_formatted():
    table = build_rows(ROW)
    assert headings(table) == ["Sessions", "Stay", "Bounce rate"]
    assert list(table.rows[0].cells) == ["9,214", "2:51", "38.10%"]


def test_second_dimension_stands_behind_the_label():
    row = build_rows(ROW).rows[0]
    assert (row.label, row.quiet) == ("googol", "organic")


def test_unknown_values_of_ga4_are_left_out():
    assert build_rows(("(direct)", "(none)", 1, 1.0, 0.1, 1)).rows[0].quiet == ""


def test_second_text_that_does_not_fit_is_left_out():
    assert build_rows(("a" * 60, "organic", 1, 1.0, 0.1, 1)).rows[0].quiet == ""


def test_as_many_rows_as_fit_are_shown():
    assert len(build_rows(*[ROW] * 40).rows) == 11
    assert len(build_rows(*[ROW] * 40, box=replace(BOX, height=300)).rows) == 5
    assert build_rows(*[ROW] * 40).full
    assert not build_rows(ROW).full


def test_highest_rank_is_dropped_first_and_one_column_of_numbers_always_stays():
    assert headings(build_rows(ROW, box=replace(BOX, width=520))) == ["Sessions", "Stay"]
    assert headings(build_rows(ROW, box=replace(BOX, width=300))) == ["Sessions"]
    assert headings(build_rows(ROW, box=replace(BOX, width=10))) == ["Sessions"]


def test_board_may_rank_and_name_columns():
    narrow = replace(BOX, width=520)
    table = build_rows(ROW, box=narrow, ranks={"averageSessionDuration": 9}, headings={"bounceRate": "Left"})
    assert headings(table) == ["Sessions", "Left"]


def test_previous_period_is_not_a_column():
    assert "Sessions before" not in headings(build_rows(ROW, box=replace(BOX, width=4000)))


def test_only_the_columns_in_the_options_are_shown():
    assert headings(build_rows(ROW, columns=["sessionSource", "bounceRate", "not-yet-there"])) == ["Bounce rate"]
    with pytest.raises(ValueError, match="none of the columns"):
        build_rows(ROW, columns=["nowhere"])


def test_unknown_value_is_a_dash_and_never_zero():
    assert build_rows(("google", "organic", None, None, 0.0, 1)).rows[0].cells[0] == "–"


def test_note_on_a_column_stands_at_its_heading():
    frame = Frame(COLUMNS, (ROW,), (Note("Facebook is unavailable", "sessions"), Note("sampled")), WEEK)
    table = VIEW.build_content(frame, BOX, {})
    assert isinstance(table, TableContent)
    assert [head.note for head in table.heads] == ["Facebook is unavailable", "", ""]


def test_bars_are_relative_to_the_longest_and_the_rest_is_marked():
    rows = [("United Kingdom", "", 200), ("India", "", 50), ("France", "", None), ("(other)", "", 100)]
    table = build_rows(*((*row, 1.0, 0.1, 1) for row in rows), bars="sessions", columns=["sessionSource", "sessions"])
    assert [(row.bar, row.is_rest) for row in table.rows] == [(100, False), (25, False), (0, False), (50, True)]


def test_bars_without_values_have_no_length():
    assert build_rows(("x", "", 0, 0.0, 0.0, 0), bars="sessions").rows[0].bar == 0.0


def test_headline_is_as_good_a_reason_as_a_label_to_leave_columns_out():
    assert headings(build_rows(ROW, box=replace(BOX, width=520))) == ["Sessions", "Stay"]
    assert headings(build_rows(ROW, box=replace(BOX, width=520, title=250))) == ["Sessions"]


def test_table_without_rows_is_a_sentence():
    assert build_rows().empty == ("Nothing in 13–19 November",)
    assert build_table(Frame(COLUMNS, ())).empty == ("Nothing at the moment",)
    today = DateRange(WEEK.last, WEEK.last, WEEK.zone, has_ended=False)
    assert build_table(Frame(COLUMNS, (), date_range=today, read_on=WEEK.last)).empty == ("Nothing yet today",)


def test_setup_hint_is_shown_in_full_where_it_fits():
    frame = Frame(COLUMNS, (), setup_hint=("Waiting for the first page view", "Put this on each page"))
    assert build_table(frame).empty == frame.setup_hint
    assert build_table(frame, replace(BOX, width=100)).empty == frame.setup_hint[:1]


def test_urls_are_shown_without_scheme_and_www():
    assert build_rows(("https://www.github.com/", "", 1, 1.0, 0.1, 1)).rows[0].label == "github.com"
    assert build_rows(("/", "", 1, 1.0, 0.1, 1)).rows[0].label == "/"
    assert build_rows(("https://lobste.rs/s/abc/", "", 1, 1.0, 0.1, 1)).rows[0].label == "lobste.rs/s/abc"


def test_days_are_formatted():
    frame = Frame(
        (Column("date", "Day", ValueKind.DATE), Column("users", "Users", ValueKind.INTEGER)), (("2026-11-20", 7),)
    )
    table = VIEW.build_content(frame, BOX, {})
    assert isinstance(table, TableContent)
    assert table.rows[0].label == "Fri 20 Nov"


def test_last_days_or_first_ranked_rows_are_shown():
    days = [(f"2026-11-{day}", 100 - day) for day in range(10, 30)]
    columns = (Column("date", "Day", ValueKind.DATE), Column("users", "Users", ValueKind.INTEGER))
    narrow = replace(BOX, height=200)
    labels = {}
    for order, rows in (("in order", days), ("ranked", days[::-1])):
        table = VIEW.build_content(Frame(columns, tuple(rows)), narrow, {"rows": 2, "bars": "users"})
        assert isinstance(table, TableContent)
        labels[order] = [row.label for row in table.rows]
    assert labels == {"in order": ["Sat 28 Nov", "Sun 29 Nov"], "ranked": ["Sun 29 Nov", "Sat 28 Nov"]}


def test_misspelt_option_is_an_error():
    with pytest.raises(ValidationError, match="bar"):
        build_rows(ROW, bar="sessions")


COUNTRIES = tuple((f"Country {place}", 100 - place) for place in range(12))


@pytest.mark.parametrize(
    ("rows", "total", "title", "extent", "last"),
    [
        (COUNTRIES, None, 100.0, "first 4 of 12", "Country 3"),
        (COUNTRIES, 41, 100.0, "first 4 of 41", "Country 3"),
        (COUNTRIES, 41, 200.0, "4 of 41", "Country 3"),
        (COUNTRIES, 41, 270.0, "top 4", "Country 3"),  # where the numbers have no room, no row is lost either
        (COUNTRIES, 41, 380.0, "", "and 38 more"),  # no room beside the headline
        (COUNTRIES[:3], None, 200.0, "", "Country 2"),
        ((*COUNTRIES[:3], ("(other)", 900)), 41, 200.0, "", "Other"),
        (COUNTRIES[:2], 41, 380.0, "", "and 39 more"),  # the source itself has cut the list
    ],
)
def test_cut_list_on_a_wall_says_how_much_of_it_is_shown(
    rows: tuple[tuple[Value, ...], ...], total: int | None, title: float, extent: str, last: str
) -> None:
    columns = Column("country", "Country", ValueKind.TEXT), Column("users", "Readers", ValueKind.INTEGER)
    box = Box(width=548, height=220, text=32, figure=40, title=title)
    table = build_table(Frame(columns, rows, total_rows=total, date_range=WEEK), box, bars="users")
    assert (table.extent, table.rows[-1].label) == (extent, last)
    assert len(table.rows) <= 4


def test_days_on_a_wall_say_that_they_are_the_last_ones() -> None:
    columns = Column("date", "Day", ValueKind.DATE), Column("users", "Readers", ValueKind.INTEGER)
    rows = tuple((f"2026-11-{day}", day) for day in range(13, 20))
    assert build_table(Frame(columns, rows, date_range=WEEK), Box(548, 220, 32, 40, 100)).extent == "last 4 of 7"


@pytest.mark.parametrize(
    ("title", "word", "extent", "last"),
    [
        (40.0, "incomplete", "top 4", "Country 3"),
        (200.0, "", "4 of 12", "and 9 more · Readers incomplete"),
        (380.0, "", "", "and 9 more · Readers incomplete"),
    ],
)
def test_note_about_one_column_has_a_word_on_the_wall(title: float, word: str, extent: str, last: str) -> None:
    columns = Column("country", "Country", ValueKind.TEXT), Column("users", "Readers", ValueKind.INTEGER)
    frame = Frame(columns, COUNTRIES, (Note("Not all were counted", "users"),), WEEK)
    table = build_table(frame, Box(width=548, height=220, text=32, figure=40, title=title))
    assert (table.note_word, table.rows[-1].label) == (word, last)
    assert table.extent == (extent if word else "")


@pytest.mark.parametrize(
    ("width", "keeps", "extent"), [(1144, True, "first 4 of 12"), (470, False, "4 of 12"), (430, False, "top 4")]
)
def test_stale_list_keeps_its_headings_and_its_extent_where_they_have_room(
    width: float, keeps: bool, extent: str
) -> None:
    columns = Column("country", "Country", ValueKind.TEXT), Column("users", "Readers", ValueKind.INTEGER)
    table = build_table(Frame(columns, COUNTRIES, date_range=WEEK), Box(width, 220, 32, 40, 100))
    assert (table.keeps_headings, table.stale_extent) == (keeps, extent)


@pytest.mark.parametrize(
    ("rows", "width", "extents"),
    [
        (41, 900, ["rows 1–11 of 41", "rows 12–22 of 41", "rows 23–33 of 41", "rows 34–41 of 41"]),
        (12, 900, ["rows 1–11 of 12", "row 12 of 12"]),
        (41, 380, ["1–11 of 41", "12–22 of 41", "23–33 of 41", "34–41 of 41"]),
        (11, 900, []),  # all fit
        (500, 900, [*(f"rows {n}–{n + 10} of 500" for n in range(1, 99, 11)), "row 100 of 500"]),
    ],
)
def test_table_with_pages_shows_all_rows_by_turns(rows: int, width: int, extents: list[str]):
    names = (f"page {place}" for place in range(rows))
    frame = Frame((COLUMNS[0], COLUMNS[2]), tuple((name, 1000 - place) for place, name in enumerate(names)))
    table = build_table(frame, replace(BOX, width=width), pages=True)
    assert [page.extent for page in table.pages] == extents
    shown = [row.label for page in table.pages or [table] for row in page.rows]
    assert shown == [f"page {place}" for place in range(min(rows, 100))]
    assert table.rows == (table.pages[0].rows if table.pages else table.rows)


def test_pages_of_a_table_have_the_same_columns_and_bars_of_one_scale():
    rows = tuple(("a" * (place + 1), "", 10 ** (place // 2), 1.0, 0.1, 1) for place in range(24))
    table = build_rows(*rows, pages=True, bars="sessions")
    assert len(table.pages) == 3
    assert {len(row.cells) for page in table.pages for row in page.rows} == {len(table.heads)}
    assert [row.bar for page in table.pages for row in page.rows][-1] == 100
