"""The parts of charts: numbers, ticks, days, names and labels at the ends of lines."""

import json

import pytest

from tests.rendering.charts.states import FIRST, LONG, days, names, of
from utilities.model.frames import DateRange, ValueKind
from utilities.model.text import cut_graphemes, split_graphemes
from utilities.rendering.charts.country_shapes import find_country_shape
from utilities.rendering.charts.end_labels import EndLabel, LabelText, spread_end_labels
from utilities.rendering.charts.labels import day_labels, one_line, shorten_middle
from utilities.rendering.charts.number_formats import format_brief, format_short
from utilities.rendering.charts.series import build_rows
from utilities.rendering.charts.value_scale import build_value_scale
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views.boxplot import five_number_summary
from utilities.rendering.views.heatmap import HeatmapOptions, calendar
from utilities.rendering.views.meter import elapsed_share
from utilities.rendering.views.pie import format_part, largest_parts


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (6334.5, ValueKind.INTEGER, "6,334"),
        (999_950, ValueKind.INTEGER, "1M"),
        (999_600_000, ValueKind.INTEGER, "1B"),
        (-999_999_999_999, ValueKind.INTEGER, "-1T"),
        (44_444_257, ValueKind.SECONDS, "12,345 h"),
        (359_999.6, ValueKind.SECONDS, "100 h"),
        (12_499, ValueKind.INTEGER, "12.5k"),
        (-9999.6, ValueKind.DECIMAL, "-10k"),
        (3.14159, ValueKind.DECIMAL, "3.14"),
        (0.000001234, ValueKind.DECIMAL, "0.000001"),
        (1e18, ValueKind.DECIMAL, "1,000,000T"),
        (0.98765, ValueKind.FRACTION, "98.8%"),
        (-0.0, ValueKind.DECIMAL, "0"),
        (30, ValueKind.SECONDS, "0:30"),
        (-171, ValueKind.SECONDS, "-2:51"),
        (3725, ValueKind.SECONDS, "1:02:05"),
        (None, ValueKind.INTEGER, "–"),
    ],
)
def test_numbers_are_short_and_without_exponent(value: float | None, kind: ValueKind, text: str):
    assert format_short(value, kind) == text


def test_brief_numbers_are_shorter_still():
    assert [format_brief(value, ValueKind.INTEGER) for value in (711, 3877, 999_600)] == ["711", "3.9k", "1M"]


@pytest.mark.parametrize(
    ("values", "kind", "most", "ticks"),
    [
        ([2519, 1800], ValueKind.INTEGER, 2, (0, 1000, 2000)),
        ([9], ValueKind.INTEGER, 2, (0, 4, 8)),
        ([1], ValueKind.INTEGER, 2, (0, 1)),
        ([0, 0], ValueKind.INTEGER, 3, (0, 1)),
        ([-30, 70], ValueKind.INTEGER, 3, (-25, 0, 25, 50)),
        ([-146, -3], ValueKind.INTEGER, 2, (-100, 0)),
        ([150], ValueKind.SECONDS, 3, (0, 60, 120)),
        ([44_444_257], ValueKind.SECONDS, 3, (0, 18_000_000, 36_000_000)),
        ([0.3], ValueKind.FRACTION, 3, (0, 0.1, 0.2, 0.3)),
        ([0.000_000_1], ValueKind.DECIMAL, 3, (0, 0.000_000_05, 0.000_000_1)),
        ([1e299, -1e299], ValueKind.DECIMAL, 3, (-1e299, 0, 1e299)),
    ],
)
def test_axes_end_near_the_values_with_round_numbers_inside(
    values: list[float], kind: ValueKind, most: int, ticks: tuple[float, ...]
):
    scale = build_value_scale(values, kind, most)
    assert scale.ticks == pytest.approx(ticks)
    assert scale.high <= 1.05 * max(*values, 0.0) or max(values) <= 0
    assert scale.low >= 1.05 * min(*values, 0.0)


def test_missing_days_are_zero_for_counts_and_unknown_for_rates():
    rows = [(FIRST.isoformat(), 3, 0.5), (FIRST.replace(day=27).isoformat(), 4, 0.25)]
    frame = of([("Day", ValueKind.DATE), ("Visits", ValueKind.INTEGER), ("Rate", ValueKind.FRACTION)], rows)
    find_country_shape = build_rows(frame, ("visits", "rate"))
    assert find_country_shape is not None
    assert [each.values for each in find_country_shape.series] == [(3, 0, 0, 4), (0.5, None, None, 0.25)]
    assert find_country_shape.labels == ("24 Oct", "25 Oct", "26 Oct", "27 Oct")


def test_numbers_too_large_for_an_axis_are_gaps():
    find_country_shape = build_rows(
        names(["a", "b", "c", "d"], lambda at: (1, float("nan"), 10**400, float("inf"))[at])
    )
    assert find_country_shape is not None
    assert find_country_shape.series[0].values == (1.0, None, None, None)


def test_days_of_more_than_a_year_are_named_by_month():
    rows = build_rows(days(800, lambda at: at))
    assert rows is not None
    assert rows.labels[-1] == "Nov 2026"
    assert rows.last_rows(20).labels[-1] == "20 Nov"
    assert day_labels(["2026-11-20", "(other)"]) == ("20 Nov", "(other)")


@pytest.mark.parametrize("width", [420, 700, 1190])
@pytest.mark.parametrize(("count", "label"), [(14, "19 Oct"), (70, "Nov"), (800, "Oct 2026")])
def test_calendar_labels_are_never_cut_and_have_years_over_a_year(width: int, count: int, label: str):
    spec = calendar(days(count, lambda at: at), Box(width, 380, 31 if count < 800 else 8, 39), HeatmapOptions())
    assert spec is not None
    labels = [str(mark["style"]["text"]) for mark in json.loads(spec.option)["graphic"][:-1]]
    assert not [text for text in labels if "…" in text]
    assert any(label in text for text in labels), labels


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a\r\nb\tc", "a b c"),
        ("\x00\x1b", "(none)"),
        (None, "(none)"),
        ("{a} {b|c}", "{a} {b|c}"),
        ("\ud800x", "x"),
        ("__proto__", "\N{WORD JOINER}__proto__"),
    ],
)
def test_names_become_one_line_and_are_otherwise_unchanged(name: str | None, text: str):
    assert one_line(name) == text


@pytest.mark.parametrize("last", ["👨‍👩‍👧‍👦", "🇺🇦", "e\N{COMBINING ACUTE ACCENT}", "नि"])
@pytest.mark.parametrize("room", range(40, 200, 16))
def test_names_are_never_cut_within_a_grapheme(last: str, room: int):
    text = shorten_middle(f"{last}nother name of a page {last * 3}", 16, room)
    assert set(split_graphemes(text)) <= {last, *"nother name of a page…"}
    cut = cut_graphemes(f"a{last}b", len(last))
    assert cut == "a" or len(last) == 1


def test_marks_on_a_letter_are_limited_and_those_of_real_words_stay():
    assert one_line("Z" + "\N{COMBINING TILDE}" * 30 + "a") == "Z" + "\N{COMBINING TILDE}" * 4 + "a"
    for word in ("Việt Nam".encode().decode(), "שָׁלוֹם", "ที่นี่", "हिन्दी"):
        assert one_line(word) == word
    assert text_width("a\N{COMBINING LONG STROKE OVERLAY}", 16) >= text_width("a", 16)


@pytest.mark.parametrize("room", [20, 90, 200])
def test_shortened_names_keep_both_ends_and_fit(room: float):
    text = shorten_middle(f"/blog/{LONG}7", 16, room)
    assert text_width(text, 16) <= room
    assert room < 90 or text.endswith("7")


def test_labels_at_line_ends_do_not_overlap_or_leave_the_chart():
    ends = [EndLabel(((LabelText("1,234", 20.0, "", 700),),), at, "") for at in (95.0, 96.0, 97.0)]
    placed = [end.center for end in spread_end_labels(ends, Box(100, 100, 16, 20))]
    assert placed == pytest.approx([40.5, 64.5, 88.5])


def test_quartiles_are_those_of_r_and_numpy():
    assert five_number_summary([1, 2, 3, 4]) == [1, 1.75, 2.5, 3.25, 4]
    assert five_number_summary([7]) == [7] * 5


@pytest.mark.parametrize(
    ("first", "last", "over", "of", "part"),
    [
        ("2026-11-01", "2026-11-15", True, "month", 0.5),
        ("2026-11-01", "2026-11-01", False, "month", None),
        ("2026-11-09", "2026-11-15", True, "month", 7 / 30),
        ("2026-10-01", "2026-12-31", True, "quarter", 1.0),
        ("2026-11-16", "2026-11-17", True, "week", 2 / 7),
        ("2026-01-01", "2026-12-31", True, "year", 1.0),
    ],
)
def test_expected_value_follows_the_part_of_the_period_that_is_over(
    first: str, last: str, over: bool, of: str, part: float | None
):
    covers = DateRange(FIRST.fromisoformat(first), FIRST.fromisoformat(last), "UTC", over)
    assert elapsed_share(covers, of) == (None if part is None else pytest.approx(part))


def test_small_parts_are_merged_with_what_the_source_calls_other():
    parts = list(largest_parts(("a", "(other)", "b", "c", "d"), (50, 5, 30, 10, 5), 3))
    assert parts == [("a", 50), ("b", 30), ("(other)", 20)]
    assert [format_part(value, 1000) for value in (3, 994, 998, 1000)] == ["<1%", "99%", ">99%", "100%"]


@pytest.mark.parametrize(
    "name",
    [
        *("United States", "Britain (UK)", "Türkiye", "Côte d’Ivoire", "Congo - Kinshasa", "Myanmar (Burma)", "GB"),
        *("Bosnia & Herzegovina", "Czech Republic", "South Korea", "Korea (South)", "The Bahamas", "North Macedonia"),
    ],
)
def test_countries_are_found_by_the_names_of_google_and_foyer(name: str):
    assert find_country_shape(name)


def test_names_that_are_no_country_have_no_shape():
    assert [find_country_shape(name) for name in ("(not set)", "Antarctica", "", "Atlantis")] == [None] * 4
