"""The table: what it keeps when there is not room for everything."""

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
ROW = ("google", "organic", 9214, 171.0, 0.381, 8000)


def drawn(*rows: tuple[Value, ...], box: Box = BOX, **options: Any) -> TableContent:
    return prepared(Frame(COLUMNS, rows, date_range=WEEK), box, **options)


def prepared(frame: Frame, box: Box = BOX, **options: Any) -> TableContent:
    table = VIEW.build_content(frame, box, options)
    assert isinstance(table, TableContent)
    return table


def headings(table: TableContent) -> list[str]:
    return [head.text for head in table.heads]


def test_figures_are_written_for_people():
    table = drawn(ROW)
    assert headings(table) == ["Sessions", "Stay", "Bounce rate"]
    assert [cell.text for cell in table.rows[0].cells] == ["9,214", "0:02:51", "38.10%"]


def test_second_dimension_is_said_quietly_behind_the_label():
    row = drawn(ROW).rows[0]
    assert (row.label, row.quiet) == ("google", "organic")


def test_what_ga4_does_not_know_is_no_aside():
    assert drawn(("(direct)", "(none)", 1, 1.0, 0.1, 1)).rows[0].quiet == ""


def test_aside_without_room_is_not_made():
    assert drawn(("a" * 60, "organic", 1, 1.0, 0.1, 1)).rows[0].quiet == ""


def test_as_many_rows_as_the_height_holds():
    assert len(drawn(*[ROW] * 40).rows) == 10
    assert len(drawn(*[ROW] * 40, box=replace(BOX, height=300)).rows) == 4
    assert drawn(*[ROW] * 40).full
    assert not drawn(ROW).full


def test_highest_rank_is_dropped_first_and_a_figure_always_stays():
    assert headings(drawn(ROW, box=replace(BOX, width=520))) == ["Sessions", "Stay"]
    assert headings(drawn(ROW, box=replace(BOX, width=300))) == ["Sessions"]
    assert headings(drawn(ROW, box=replace(BOX, width=10))) == ["Sessions"]


def test_board_may_rank_and_name_columns_otherwise():
    narrow = replace(BOX, width=520)
    table = drawn(ROW, box=narrow, ranks={"averageSessionDuration": 9}, headings={"bounceRate": "Left"})
    assert headings(table) == ["Sessions", "Left"]


def test_period_before_is_not_a_column():
    assert "Sessions before" not in headings(drawn(ROW, box=replace(BOX, width=4000)))


def test_only_the_columns_a_board_asks_for_are_drawn():
    assert headings(drawn(ROW, columns=["sessionSource", "bounceRate", "not-yet-there"])) == ["Bounce rate"]
    with pytest.raises(ValueError, match="none of the columns"):
        drawn(ROW, columns=["nowhere"])


def test_figure_nobody_knows_is_a_dash_never_a_zero():
    assert drawn(("google", "organic", None, None, 0.0, 1)).rows[0].cells[0].text == "–"


def test_note_on_a_column_stands_at_its_heading():
    frame = Frame(COLUMNS, (ROW,), (Note("Facebook is unavailable", "sessions"), Note("sampled")), WEEK)
    table = VIEW.build_content(frame, BOX, {})
    assert isinstance(table, TableContent)
    assert [head.note for head in table.heads] == ["Facebook is unavailable", "", ""]


def test_bars_are_parts_of_the_longest_and_take_the_room_the_others_leave():
    rows = [("United Kingdom", "", 200, 1.0, 0.1, 1), ("India", "", 50, 1.0, 0.1, 1), ("France", "", None, 1.0, 0.1, 1)]
    table = drawn(*rows, bars="sessions", columns=["sessionSource", "sessions"])
    assert [row.cells[0].bar for row in table.rows] == [100.0, 25.0, 0.0]
    assert sum(table.parts) == pytest.approx(100, abs=0.1)
    assert table.parts[1] >= 22


def test_bars_without_a_figure_are_no_division_by_zero():
    assert drawn(("x", "", 0, 0.0, 0.0, 0), bars="sessions").rows[0].cells[0].bar == 0.0


def test_empty_answer_is_a_sentence():
    assert drawn().empty == ("Nothing in the last 7 days",)
    assert prepared(Frame(COLUMNS, ())).empty == ("Nothing at the moment",)
    today = DateRange(WEEK.last, WEEK.last, WEEK.zone, has_ended=False)
    assert prepared(Frame(COLUMNS, (), date_range=today)).empty == ("Nothing yet today",)


def test_site_never_counted_says_how_to_begin_where_there_is_room():
    frame = Frame(COLUMNS, (), setup_hint=("Waiting for the first page view", "Put this on each page"))
    assert prepared(frame).empty == frame.setup_hint
    assert prepared(frame, replace(BOX, width=100)).empty == frame.setup_hint[:1]


def test_addresses_are_shown_without_what_nobody_can_click():
    assert drawn(("https://www.github.com/", "", 1, 1.0, 0.1, 1)).rows[0].label == "github.com"
    assert drawn(("/", "", 1, 1.0, 0.1, 1)).rows[0].label == "/"
    assert drawn(("https://lobste.rs/s/abc/", "", 1, 1.0, 0.1, 1)).rows[0].label == "lobste.rs/s/abc"


def test_columns_too_many_for_a_telephone_are_marked():
    table = drawn(ROW)
    assert [head.wide for head in table.heads] == [False, False, True]


def test_days_are_written_for_people():
    frame = Frame(
        (Column("date", "Day", ValueKind.DATE), Column("users", "Users", ValueKind.INTEGER)), (("2026-11-20", 7),)
    )
    table = VIEW.build_content(frame, BOX, {})
    assert isinstance(table, TableContent)
    assert table.rows[0].label == "Fri 20 Nov"


def test_of_days_in_their_order_the_latest_are_kept_and_of_ranked_ones_the_first():
    days = [(f"2026-11-{day}", 100 - day) for day in range(10, 30)]
    columns = (Column("date", "Day", ValueKind.DATE), Column("users", "Users", ValueKind.INTEGER))
    narrow = replace(BOX, height=200)
    kept = {}
    for order, rows in (("in order", days), ("ranked", days[::-1])):
        table = VIEW.build_content(Frame(columns, tuple(rows)), narrow, {"rows": 2, "bars": "users"})
        assert isinstance(table, TableContent)
        kept[order] = [row.label for row in table.rows]
    assert kept == {"in order": ["Sat 28 Nov", "Sun 29 Nov"], "ranked": ["Sun 29 Nov", "Sat 28 Nov"]}


def test_misspelt_option_is_a_fault():
    with pytest.raises(ValidationError, match="bar"):
        drawn(ROW, bar="sessions")
