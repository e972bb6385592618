"""The layout: where tiles stand, how large type is, and what is too small to read."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.conventions.old_css import offences
from utilities.config.boards import Board, read_board
from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH
from utilities.rendering.layout.faults import layout_faults
from utilities.rendering.layout.palette import THEMES, contrast_faults, contrast_ratio
from utilities.rendering.layout.placement import OVERSCAN, content_box, tile_rectangle
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.rendering.layout.text_width import truncate_words
from utilities.rendering.layout.type_scale import hero_sizes, min_type_sizes
from utilities.rendering.views import number, table

ROOT = Path(__file__).resolve().parents[3]
VIEWS = {"number": number.VIEW, "table": table.VIEW}


@pytest.fixture
def office() -> Board:
    return read_board(ROOT / "boards" / "office.yaml")


def layout_faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "layout_faults_of.yaml"
    path.write_text(text, encoding="utf-8")
    return layout_faults(read_board(path), VIEWS, {"top-pages": "Which pages are most popular?"})


@pytest.mark.parametrize(
    ("diagonal", "distance", "text", "figure"),
    [(55, 3, 31, 39), (55, 5, 52, 66), (65, 3, 27, 33), (75, 8, 62, 77), (43, 3, 40, 50)],
)
def test_font_sizes_follow_from_screen_and_distance(diagonal: float, distance: float, text: float, figure: float):
    sizes = min_type_sizes(diagonal, distance)
    assert (sizes.text, sizes.figure) == (text, figure)


def test_sizes_of_large_figures_begin_at_the_smallest_legible_one():
    assert hero_sizes(39)[0] == 39
    assert list(hero_sizes(39)) == sorted(hero_sizes(39))


def test_tiles_are_inside_the_safe_area_and_do_not_overlap(office: Board):
    places = [tile_rectangle(office, tile.place) for tile in office.tiles]
    for at, one in enumerate(places):
        assert one.left >= SCREEN_WIDTH * OVERSCAN - 0.01
        assert one.left + one.width <= SCREEN_WIDTH * (1 - OVERSCAN) + 0.01
        assert one.top >= SCREEN_HEIGHT * OVERSCAN - 0.01
        assert one.top + one.height <= SCREEN_HEIGHT * (1 - OVERSCAN)
        for other in places[at + 1 :]:
            across = one.left < other.left + other.width - 0.01 and other.left < one.left + one.width - 0.01
            down = one.top < other.top + other.height - 0.01 and other.top < one.top + one.height - 0.01
            assert not (across and down)


def test_content_box_is_inside_the_tile(office: Board):
    place = office.tiles[0].place
    room, outer = content_box(office, place), tile_rectangle(office, place)
    assert 0 < room.width < outer.width
    assert 0 < room.height < outer.height
    assert (room.text, room.figure) == (31, 39)


def test_office_board_has_no_layout_faults(office: Board):
    titles = {"top-pages": "Which pages are most popular?", "pages-read": "How much is read?"}
    assert layout_faults(office, VIEWS, titles) == []


def test_tile_too_small_for_its_view_is_a_fault(tmp_path: Path):
    faults = layout_faults_of(
        tmp_path, "title: A\ntiles: [{report: x, view: table, title: Who, place: [1, 1, 12, 1]}]\n"
    )
    assert len(faults) == 1
    assert "tile x is too small to be read from 3 m" in faults[0]
    assert "give it at least 12 columns and 3 rows of the grid" in faults[0]


def test_legibility_depends_on_the_distance(tmp_path: Path):
    text = "title: A\nscreen: {distance: %s}\ntiles: [{report: x, view: number, title: '?', place: [1, 1, 6, 3]}]\n"
    assert layout_faults_of(tmp_path, text % 3) == []
    assert "too small to be read from 9 m" in layout_faults_of(tmp_path, text % 9)[0]


def test_title_that_would_be_cut_is_a_fault(tmp_path: Path):
    faults = layout_faults_of(tmp_path, "title: A\ntiles: [{report: top-pages, view: table, place: [1, 1, 3, 12]}]\n")
    assert any("“Which pages are most popular?” is" in fault and "shorter title" in fault for fault in faults)


def test_long_error_text_is_cut_at_a_word():
    assert truncate_words("It does not answer.", 31, 300, 2) == "It does not answer."
    assert truncate_words("It does not answer, and nobody knows why.", 31, 300, 1) == "It does not…"
    assert truncate_words("x" * 300, 31, 300, 2) == "x" * 19 + "…"


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_of_a_theme_has_contrast(theme: str):
    assert contrast_faults(theme) == []


def test_contrast_follows_wcag():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_style_sheets_use_only_colours_of_the_palettes():
    allowed = {getattr(palette, f.name) for palette in THEMES.values() for f in fields(palette)}
    for path in [ROOT / "static" / "wall.css", *(ROOT / "static" / "views").glob("*.css")]:
        used = set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text(encoding="utf-8")))
        assert used <= allowed, path.name


def test_style_sheet_of_a_board_works_in_chromium_38(office: Board):
    css = board_stylesheet(office, VIEWS)
    assert offences(css) == []
    assert "[data-tile='top-pages']" in css


def test_style_sheet_of_a_board_has_the_css_of_its_views(office: Board):
    assert ".hero" in board_stylesheet(office, VIEWS)
    alone = office.model_copy(update={"tiles": tuple(tile for tile in office.tiles if tile.view == "table")})
    assert ".hero" not in board_stylesheet(alone, VIEWS)
