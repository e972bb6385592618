"""Charts of days and hours: where lines end, what has only begun, which days an axis names, and dated comparisons."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.rendering.charts.gallery import VIEWS, picture
from tests.rendering.charts.states import BY_VIEW
from utilities.model.frames import Column, DateRange, Frame, Value, ValueKind
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.embedded_fonts import embed_fonts, style_hash
from utilities.rendering.charts.series import build_rows
from utilities.rendering.charts.time_labels import Ruler, axis_label_choices
from utilities.rendering.layout import Box

TODAY = date(2026, 11, 27)  # a Friday
WALL, NARROW, DESK, PHONE = Box(1128, 248, 32, 40), Box(544, 248, 32, 40), Box(1072, 360, 14, 16), Box(358, 300, 13, 15)
BOXES = (WALL, NARROW, DESK, PHONE)
VISITS = Column("visits", "Visits", ValueKind.INTEGER)
BEFORE = replace(VISITS, key="visits:previous")


def frame_of_days(count: int, *, has_ended: bool = False, previous: bool = False, missing_today: bool = False) -> Frame:
    first = TODAY - timedelta(days=count - 1)
    days = [first + timedelta(days=at) for at in range(count - missing_today)]
    rows = tuple((day.isoformat(), 900 + at, 500 + at)[: 2 + previous] for at, day in enumerate(days))
    columns = (Column("day", "Day", ValueKind.DATE), VISITS, *([BEFORE] if previous else []))
    return Frame(columns, rows, (), DateRange(first, TODAY, "UTC", has_ended))


def frame_of_hours(shown: int, days: int = 1, counted: int = 0, until: str = "") -> Frame:
    """Hours of days to today; those from `counted` on have not come."""
    first = TODAY - timedelta(days=days - 1)
    columns = (Column("day", "Day", ValueKind.DATE), Column("hour", "Hour", ValueKind.TEXT), VISITS)
    rows = tuple(
        (
            (first + timedelta(days=at // 24)).isoformat(),
            f"{at % 24:02d}:00",
            100 + at if at < (counted or shown) else None,
        )
        for at in range(shown)
    )
    return Frame(columns, rows, (), DateRange(first, TODAY, "UTC", has_ended=False, until=until))


def draw(view: str, frame: Frame, box: Box = WALL) -> tuple[dict[str, Any], ChartSpec]:
    spec = VIEWS[view].build_content(frame, box, {})
    assert isinstance(spec, ChartSpec)
    return json.loads(spec.option), spec


def texts(option: dict[str, Any]) -> list[str]:
    return [mark["style"]["text"] for mark in option["graphic"] if mark["type"] == "text"]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize(
    ("frame", "whole", "so_far", "words"),
    [
        (frame_of_days(28), 926, 927, "Thu"),
        (frame_of_hours(20), 118, 119, "last hour"),
        (frame_of_hours(24, counted=9), 107, 108, "last hour"),
        (frame_of_days(90), 988, 989, "26 Nov"),
    ],
)
def test_line_ends_at_the_last_whole_day_or_hour_and_what_has_begun_is_a_ring_of_its_own(
    frame: Frame, whole: int, so_far: int, words: str, box: Box
):
    option, spec = draw("area", frame, box)
    line, ring = option["series"]
    values = [value for value in line["data"] if value is not None]
    assert values[-1] == line["markPoint"]["data"][0]["coord"][1] == whole
    assert ring["data"] == [[len(values), so_far]]
    assert {f"{whole:,}", f"{so_far:,}", words, "so far"} == set(texts(option))
    assert f"so far {so_far:,}." in spec.description


@pytest.mark.parametrize(
    "frame",
    [
        frame_of_days(28, has_ended=True),
        frame_of_days(28, missing_today=True),
        frame_of_hours(13, until="13:00"),
    ],
)
@pytest.mark.parametrize("view", ["line", "bar"])
def test_nothing_is_so_far_where_every_row_is_whole(view: str, frame: Frame):
    option, spec = draw(view, frame)
    assert len(option["series"]) == 1
    assert "so far" not in spec.option + spec.description


def test_bar_of_an_hour_that_has_begun_is_hollow_and_named_below():
    option, _ = draw("bar", frame_of_hours(24, counted=20))
    bars = option["series"][0]["data"]
    assert [place for place, bar in enumerate(bars) if "itemStyle" in bar] == [19]
    assert option["xAxis"]["axisLabel"]["formatter"]["labels"][-1] == ["19:00", "so far"]


@pytest.mark.parametrize(
    ("frame", "box", "labels"),
    [
        (frame_of_days(28), WALL, ["2 Nov", "9 Nov", "16 Nov", "23 Nov"]),
        (frame_of_days(7), DESK, ["Sat 21", "Sun 22", "Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27"]),
        (frame_of_days(90), WALL, ["Sep", "Oct", "Nov"]),
        (frame_of_days(800), PHONE, ["2025", "2026"]),
        (frame_of_hours(24), WALL, ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]),
        (frame_of_hours(24), DESK, [f"{hour:02d}:00" for hour in range(0, 24, 3)]),
        (frame_of_hours(72, days=3), PHONE, ["Wed 25", "Thu 26", "Fri 27"]),
        (frame_of_hours(168, days=7), DESK, ["Sat 21", "Sun 22", "Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27"]),
    ],
)
def test_axis_names_the_beginnings_of_hours_days_weeks_months_and_years(frame: Frame, box: Box, labels: list[str]):
    option, _ = draw("line", frame, box)
    assert [text for _, text in option["xAxis"]["axisLabel"]["formatter"]["labels"]] == labels


@pytest.mark.parametrize("points", [True, False])
@pytest.mark.parametrize("room", [90, 300, 900])
@pytest.mark.parametrize("count", [2, 9, 31, 59, 400, 5000])
def test_names_at_an_axis_are_few_and_never_touch(count: int, room: float, points: bool):
    rows = build_rows(frame_of_days(count))
    assert rows is not None
    ruler = Ruler(count, 40, room, 60, 16, points)
    labels = next((each for each in axis_label_choices(rows) if ruler.has_room_for(each)), None)
    assert labels is None or len(labels) <= 8
    assert labels or room < 300


def test_axis_ends_near_the_largest_value_of_both_lines():
    option, _ = draw("area", frame_of_days(28, previous=True))
    assert option["yAxis"]["max"] == pytest.approx(1.05 * 927)
    assert option["yAxis"]["axisLabel"]["customValues"] == [0, 400, 800]


@pytest.mark.parametrize(
    ("previous_range", "words"),
    [
        (None, "the week before, 14–20 Nov"),
        (
            DateRange(TODAY - timedelta(days=370), TODAY - timedelta(days=364), "UTC"),
            "the same weekdays last year, 22–28 Nov 2025",
        ),
        (DateRange(TODAY - timedelta(days=30), TODAY - timedelta(days=24), "UTC"), "28 Oct – 3 Nov"),
    ],
)
@pytest.mark.parametrize("view", ["line", "bar"])
def test_dashed_line_has_its_days(view: str, previous_range: DateRange | None, words: str):
    option, spec = draw(view, replace(frame_of_days(7, previous=True), previous_range=previous_range), DESK)
    assert spec.dashed == words
    assert any(text and words.endswith(text) for text in texts(option))
    assert "before" not in texts(option)


@pytest.mark.parametrize(("title", "key"), [(400, "the week before, 14–20 Nov"), (800, "the week before"), (1000, "")])
@pytest.mark.parametrize("view", ["area", "bar"])
def test_key_of_the_dashed_line_stands_on_the_headlines_line_where_it_fits(view: str, title: float, key: str):
    option, spec = draw(view, frame_of_days(7, previous=True), replace(WALL, title=title))
    assert spec.headline_key == key
    assert any("14–20 Nov" in text for text in texts(option)) == (not key)


def test_one_day_last_week_is_named_by_its_weekday():
    frame = replace(frame_of_hours(20), previous_range=DateRange(TODAY - timedelta(7), TODAY - timedelta(7), "UTC"))
    rows: list[tuple[Value, ...]] = [(*row, 70) for row in frame.rows]
    _, spec = draw("area", replace(frame, columns=(*frame.columns, BEFORE), rows=tuple(rows)))
    assert spec.dashed == "last Friday, Fri 20 Nov"


@pytest.mark.parametrize("view", ["line", "area", "bar"])
def test_single_day_is_its_figure_and_no_lonely_mark(view: str):
    option, _ = draw(view, frame_of_days(1, previous=True))
    assert not option.get("series")
    assert texts(option) == ["900", "Visits", "27 Nov, so far; before: 500"]


@pytest.mark.parametrize("width", [150, 300, 800])
def test_days_without_room_in_a_calendar_are_counted_at_every_width(width: int):
    option, _ = draw("calendar", frame_of_days(900, has_ended=True), Box(width, 300, 16, 20))
    shown = len(option["series"][0]["data"])
    assert re.search(rf"(^|; |\+){900 - shown}( more have no room)?$", texts(option)[-1])


@pytest.mark.parametrize("count", [2, 5, 20])
def test_axis_of_today_goes_to_midnight(count: int):
    option, _ = draw("area", frame_of_hours(count))
    assert option["xAxis"]["data"] == [f"{hour:02d}:00" for hour in range(24)]


@pytest.mark.parametrize("view", ["line", "bar", "stacked", "meter"])
@pytest.mark.parametrize("height", [1.0, 1.1, 1.25])
def test_no_words_are_cut_in_the_smallest_room(view: str, height: float):
    width, least = VIEWS[view].min_size(Box(1000, 1000, 32, 40))
    box = Box(width, height * least, 32, 40)
    for name, frame in BY_VIEW[view].items():
        spec = picture(view, frame, box)
        for mark in json.loads(spec.option).get("graphic", ()) if spec else ():
            if mark["type"] == "text":
                size, down = mark["style"]["fontSize"], mark["style"]["verticalAlign"]
                middle = mark["y"] + {"top": 0.5, "middle": 0.0}[down] * size
                assert 0.3 * size <= middle <= box.height - 0.3 * size, (name, mark["style"]["text"])


def test_svg_file_holds_the_weights_and_alphabets_that_it_uses():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9"><text font-weight="bold">12</text><text>Привет</text></svg>'
    )
    embedded = embed_fonts(svg)
    rules = re.findall(r"font-weight:(\d+);src:url\(data:font/woff2;base64,d09G", embedded)
    assert sorted(rules) == ["400", "700"]
    assert embedded.replace(embedded[embedded.index("<style>") : embedded.index("</style>") + 8], "") == svg
    assert style_hash(embedded).startswith("'sha256-")


def test_days_in_falling_order_are_drawn_from_left_to_right():
    frame = frame_of_hours(72, days=3)
    turned = replace(frame, rows=frame.rows[::-1])
    assert draw("line", turned)[1].option == draw("line", frame)[1].option


def test_axis_of_bars_holds_the_dashed_line_of_a_period_with_more():
    frame = frame_of_days(7, previous=True)
    busy = replace(frame, rows=tuple((day, value, 5 * int(value or 0)) for day, value, _ in frame.rows))
    option, _ = draw("bar", replace(busy, previous_range=busy.date_range and busy.date_range.preceding_range()), DESK)
    assert option["yAxis"]["max"] >= 5 * 906


def test_dashed_line_of_hours_does_not_fall_in_the_hour_that_has_begun():
    frame = frame_of_hours(20)
    rows: list[tuple[Value, ...]] = [(*row, 30 if place == 19 else 70) for place, row in enumerate(frame.rows)]
    later = [(frame.rows[0][0], f"{hour}:00", None, 70) for hour in range(20, 24)]
    option, _ = draw("area", replace(frame, columns=(*frame.columns, BEFORE), rows=(*rows, *later)))
    assert next(each["data"] for each in option["series"] if each["name"].endswith(", before")) == [70] * 24
