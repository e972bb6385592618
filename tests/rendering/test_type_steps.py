"""Type for the room of one screen: it follows diagonal, distance and shape, and what has no room is named."""

from pathlib import Path

import pytest

from utilities.config.boards import Board, read_board
from utilities.rendering.layout import ScreenShape
from utilities.rendering.layout.placement import board_type_sizes
from utilities.rendering.type_steps import (
    Glass,
    TypeSteps,
    cut_faults,
    enlarge_board,
    find_shown_type,
    glass_faults,
    parse_glass,
)
from utilities.services import load_catalogue

CATALOGUE = load_catalogue()
BOARD = """
title: Hall
screen: {diagonal: 55, distance: 3}
tiles:
  - {report: total-users, view: number, title: "Readers", place: [1, 1, 6, 6]}
  - {report: top-pages, view: table, title: "Pages", place: [7, 1, 6, 12]}
"""


@pytest.fixture
def board(tmp_path: Path) -> Board:
    path = tmp_path / "hall.yaml"
    path.write_text(BOARD)
    return read_board(path)


@pytest.mark.parametrize(
    ("glass", "text"),
    [
        (Glass(55, 3), 31),
        (Glass(55, 6), 63),
        (Glass(55, 3, 3840, 2160), 31),  # more pixels, the same type
        (Glass(55, 3, 1280, 720), 31),
        (Glass(55, 3, 1080, 1920), 31),
        (Glass(55, 3, 2560, 1080), 40),  # not as high as a 16:9 screen of this diagonal
        (Glass(55, 3, 1024, 768), 34),
    ],
)
def test_smallest_text_follows_from_diagonal_distance_and_shape(glass: Glass, text: float):
    assert glass.min_text == text


@pytest.mark.parametrize(
    "viewport", ["1920x1080", "1080x1920", "1280x720", "3840x2160", "2560x1080"], ids=lambda size: size
)
def test_shipped_board_for_halls_can_be_read_from_six_metres_on_every_shape(viewport: str):
    hall = read_board(Path(__file__).parents[2] / "boards" / "hall.yaml")
    titles = {tile.report: tile.title for tile in hall.tiles}
    assert glass_faults(hall, CATALOGUE.views, titles, parse_glass(55, 6, viewport)) == []


@pytest.mark.parametrize(
    ("viewport", "shape", "size"),
    [
        ("1080x1920", ScreenShape.PORTRAIT, (1080, 1920)),
        ("3840 × 2160", ScreenShape.LANDSCAPE, (3840, 2160)),
        ("390x844", ScreenShape.HANDHELD, (390, 844)),
        ("", ScreenShape.LANDSCAPE, (1920, 1080)),
        ("0x0", ScreenShape.LANDSCAPE, (1920, 1080)),
    ],
)
def test_viewport_gives_the_shape(viewport: str, shape: ScreenShape, size: tuple[int, int]):
    glass = parse_glass(55, 3, viewport)
    assert (glass.shape, (glass.width, glass.height)) == (shape, size)


@pytest.mark.parametrize(
    "glass", [Glass(55, 3), Glass(85, 2), Glass(55, 4), Glass(43, 4), Glass(55, 3, 2560, 1080), Glass(55, 4, 1280, 720)]
)
def test_step_is_the_smallest_that_is_legible_and_cuts_nothing(board: Board, glass: Glass):
    shown = find_shown_type(board, CATALOGUE.views, {}, glass)
    assert shown.is_legible
    assert board_type_sizes(enlarge_board(board, shown.step)).text >= 0.98 * glass.min_text
    assert shown.step == 0 or board_type_sizes(enlarge_board(board, shown.step - 1)).text < glass.min_text
    assert glass_faults(board, CATALOGUE.views, {}, glass) == []


@pytest.mark.parametrize("glass", [Glass(55, 20), Glass(24, 8, 1080, 1920), Glass(55, 20, 2560, 1080)])
def test_too_far_away_is_a_fault_that_names_the_tile_and_never_cuts(board: Board, glass: Glass):
    shown = find_shown_type(board, CATALOGUE.views, {}, glass)
    assert not shown.is_legible
    assert cut_faults(enlarge_board(board, shown.step), CATALOGUE.views, {}, glass) == []
    first, *others = glass_faults(board, CATALOGUE.views, {}, glass)
    assert f"on {glass.diagonal:g} inches seen from {glass.distance:g} m" in first
    assert "16 are legible" in first
    assert any("tile" in fault for fault in others)


def test_long_headline_stops_the_steps(board: Board):
    long = board.model_copy(update={"tiles": (board.tiles[0].model_copy(update={"title": "x" * 44}), board.tiles[1])})
    glass = Glass(55, 5)
    assert (
        find_shown_type(long, CATALOGUE.views, {}, glass).step < find_shown_type(board, CATALOGUE.views, {}, glass).step
    )
    assert any("headline" in fault for fault in glass_faults(long, CATALOGUE.views, {}, glass))


def test_too_few_pixels_are_a_fault(board: Board):
    near = board.model_copy(update={"screen": board.screen.model_copy(update={"distance": 1})})
    (fault,) = glass_faults(near, CATALOGUE.views, {}, Glass(55, 1, 1280, 720))
    assert "use more pixels" in fault


def test_steps_are_found_once_for_screens_that_are_alike(board: Board):
    steps = TypeSteps(CATALOGUE.views, CATALOGUE.reports)
    assert steps.find_shown(board, Glass(55, 4)) is steps.find_shown(board, Glass(55, 4))
    assert steps.find_step(board, Glass(390, 1, 390, 844)) == 0  # in the hand
