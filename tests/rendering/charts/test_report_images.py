"""Images of reports: none shows a part as if it were all, or unlike units on one axis; PNG files are in Inter."""

import json
import re
from dataclasses import replace

import pytest
from resvg_py import svg_to_bytes

from tests.rendering.charts.gallery import VIEWS
from tests.rendering.charts.states import PAGES, days, drawn, flow, names, of
from utilities.model.errors import ParameterError
from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering.charts.png import TTF_FOLDER, render_png
from utilities.rendering.report_image import ImageOptions, prepare_image

FIFTY = names([f"/page/{at}" for at in range(50)], lambda at: 900 - at, "Visitors")
TOTALS = Frame(
    tuple(Column(key, key, ValueKind.INTEGER) for key in ("views", "views:previous", "visits")), ((1230, 1000, 77),)
)
PAIRS = of(
    [("Way", ValueKind.TEXT), ("Then", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)], [("/a → /b", "/c", 132)] * 40
)


def texts(view: str, frame: Frame, **options: object) -> str:
    spec = prepare_image(view, frame, replace(ImageOptions(), **options), VIEWS)  # type: ignore[arg-type]
    return " | ".join(re.findall(r'"text":"([^"]*)"', spec.option))


@pytest.mark.parametrize(
    ("view", "frame", "expected"),
    [
        ("table", FIFTY, ["/page/0", "/page/9", "of 50 rows", "Visitors", "900"]),
        ("number", TOTALS, ["1,230", "+23% from 1,000", "77"]),
        ("", PAIRS.with_headings({"way": "Way"}), ["16 of 40 rows"]),
        ("table", flow(PAGES, 300), ["Came in at", "Left from"]),
    ],
)
def test_image_of_a_report_without_a_chart_shows_all_of_it_or_says_what_is_missing(
    view: str, frame: Frame, expected: list[str]
):
    drawn_texts = texts(view, frame)
    assert [text for text in expected if text not in drawn_texts] == []


@pytest.mark.parametrize(
    ("frame", "count", "words"),
    [
        (days(90, drawn), 90, ""),
        (days(900, drawn), 164, "the last 164 of 900"),
        (FIFTY, 16, "16 of 50 rows"),
        (names("abc", drawn), 3, ""),
    ],
)
def test_bars_without_room_are_counted(frame: Frame, count: int, words: str):
    spec = prepare_image("bar", frame, ImageOptions(), VIEWS)
    assert len(json.loads(spec.option)["series"][0]["data"]) == count
    assert texts("bar", frame) == words


@pytest.mark.parametrize("view", ["bar", "line", "stacked"])
def test_unlike_units_are_refused_on_one_axis(view: str):
    frame = of(
        [
            ("Page", ValueKind.TEXT if view != "line" else ValueKind.DATE),
            ("Views", ValueKind.INTEGER),
            ("Time", ValueKind.SECONDS),
            ("Shares", ValueKind.SHARE),
        ],
        [("2026-11-20", 3, 40.5, 7)],
    )
    with pytest.raises(ParameterError, match="`views` is a number and `time` is a time"):
        prepare_image("", frame, ImageOptions(view=view, series=("views", "time")), VIEWS)
    assert prepare_image("", frame, ImageOptions(view=view, series=("views", "shares")), VIEWS)


@pytest.mark.parametrize("weight", [400, 600, 700])
def test_png_is_in_inter_whatever_fonts_the_system_has(weight: int):
    line = "Visits 12.5k Łódź Ελλάδα Привет Việt"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="30">'
        f'<text y="22" font-family="Inter, Arial, sans-serif" font-size="20" font-weight="{weight}">{line}</text></svg>'
    )
    alone = svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(TTF_FOLDER / f"inter-{weight}.ttf")])
    assert render_png(svg, 1.0) == bytes(alone)
