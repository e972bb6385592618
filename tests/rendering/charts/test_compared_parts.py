"""Bars, rings and maps show the time before as well."""

import re
from datetime import date

import pytest

from tests.rendering.charts.test_time_charts import BEFORE, VISITS, draw, texts
from utilities.model.frames import Column, DateRange, Frame, ValueKind
from utilities.rendering.layout import Box


@pytest.mark.parametrize(
    ("title", "key", "caption"), [(100.0, "| the week before, 13–19 Nov", []), (500.0, "", ["| 13–19 Nov"])]
)
def test_horizontal_bars_have_a_tick_at_the_figure_of_the_time_before(title: float, key: str, caption: list[str]):
    columns = Column("country", "Country", ValueKind.TEXT), VISITS, BEFORE
    days = DateRange(date(2026, 11, 20), date(2026, 11, 26), "UTC")
    frame = Frame(columns, (("Germany", 200, 100), ("India", 50, 150), ("Peru", 7, None)), date_range=days)
    option, spec = draw("bar", frame, Box(700, 300, 32, 40, title))
    bars, ticks = option["series"]
    assert ticks["data"] == [[100, 0], [150, 1]]
    assert [bar["label"].get("distance") is not None for bar in bars["data"]] == [False, True, False]
    assert (spec.headline_key and f"{spec.key_mark} {spec.headline_key}") == key
    assert [text for text in texts(option) if "Nov" in text] == caption


CHANGES = ["change from 13–19 Nov", "+100%", "−67%"]


@pytest.mark.parametrize(
    ("view", "width", "shown"),
    [("pie", 900, CHANGES), ("map", 900, CHANGES), ("map", 600, CHANGES), ("pie", 600, [])],  # no name is cut for one
)
def test_rings_and_maps_say_how_each_part_has_changed(view: str, width: float, shown: list[str]):
    columns = Column("country", "Country", ValueKind.TEXT), VISITS, BEFORE
    days = DateRange(date(2026, 11, 20), date(2026, 11, 26), "UTC")
    frame = Frame(columns, (("United States", 200, 100), ("Germany", 50, 150), ("Peru", 7, None)), date_range=days)
    option, _ = draw(view, frame, Box(width, 700 if view == "map" else 300, 28, 36, width))
    assert sorted(text for text in texts(option) if re.search(r"Nov|^[+−]", text)) == sorted(shown)
