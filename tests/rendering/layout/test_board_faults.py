"""What the check refuses on a board before its sources have answered: columns that do not exist, and no room."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.rendering.layout.conftest import ROOT
from utilities.config.boards.reader import read_board
from utilities.rendering.board_faults import board_faults
from utilities.services import load_catalogue

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
REPORTS = """
reports:
  year: {title: A year?, source: ga4, dimensions: [date], metrics: [sessions], days: 365}
  hours: {title: Hours?, source: pageviews, question: by-hour, first: now-89d/d}
  misnamed: {title: Misnamed?, source: ga4, metrics: [sessions], headings: {session: Visits}}
"""


def faults_of(path: Path) -> list[str]:
    catalogue = load_catalogue()
    board = read_board(path)
    catalogue.add_board(board)
    return board_faults(board, catalogue.views, catalogue.reports, catalogue.kinds, days=28, now=NOW)


def faults_of_tile(folder: Path, tile: str) -> list[str]:
    path = folder / "lobby.yaml"
    path.write_text(f"title: Lobby\ngrid: {{columns: 24, rows: 16}}\ntiles:\n  - {{title: A, {tile}}}\n{REPORTS}")
    return [fault for fault in faults_of(path) if not fault.startswith("report misnamed")]


@pytest.mark.parametrize(
    ("tile", "word", "near"),
    [
        ("report: total-users, view: number, options: {key: totalUser}", "'totalUser'", "totalUsers"),
        (
            "report: people-sources, view: table, options: {columns: [sessionSource, session]}",
            "'session'",
            "sessions",
        ),
        ("report: top-pages, view: table, options: {headings: {bounceRates: Left}}", "'bounceRates'", "bounceRate"),
        ("report: site-pages, view: bar, options: {series: [view]}", "'view'", "views"),
        ("report: total-users, view: number, trend: year, options: {key: totalUsers}", "trend year", "sessions"),
    ],
)
def test_options_that_name_a_column_the_report_lacks_are_refused_with_those_there_are(
    tmp_path: Path, tile: str, word: str, near: str
) -> None:
    (fault,) = faults_of_tile(tmp_path, f"{tile}, place: [1, 1, 24, 16]")
    assert word in fault
    assert near in fault


@pytest.mark.parametrize(
    ("tile", "words"),
    [
        (
            "report: top-pages, view: table, place: [1, 1, 8, 5], options: {columns: [pagePath, screenPageViews, "
            "sessions, bounceRate]}",
            "2 of its 3 columns of figures have no room (Visits, Bounce rate); give it at least",
        ),
        ("report: year, view: calendar, place: [1, 1, 12, 8]", "of its 53 weeks have no room; give it at least"),
        ("report: hours, view: heatmap, place: [1, 1, 12, 8]", "of its 90 rows have no room; "),
        ("report: year, view: line, place: [1, 1, 3, 3]", "is too small to be read from 3 m"),
        ("report: total-users, view: number, place: [1, 1, 8, 1]", "give it at least 8 columns and 3 rows of the grid"),
    ],
)
def test_what_has_no_room_is_refused_with_the_part_of_the_grid_that_is_enough(
    tmp_path: Path, tile: str, words: str
) -> None:
    (fault,) = faults_of_tile(tmp_path, tile)
    assert words in fault


def test_headings_of_a_report_that_name_no_column_of_it_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lobby.yaml"
    tile = "{report: misnamed, view: number, place: [1, 1, 8, 5]}"
    path.write_text(f"title: Lobby\ngrid: {{columns: 24, rows: 16}}\ntiles: [{tile}]\n{REPORTS}")
    assert "did you mean sessions?" in faults_of(path)[0]


def test_more_tiles_than_an_upright_screen_has_room_for_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lobby.yaml"
    places = [[1 + 4 * (n % 6), 1 + 3 * (n // 6), 4, 3] for n in range(36)]
    tiles = [
        {"report": "top-pages", "view": "table", "title": "A", "name": f"t{n}", "place": place}
        for n, place in enumerate(places)
    ]
    board = {"title": "Lobby", "grid": {"columns": 24, "rows": 18}}
    path.write_text(yaml.safe_dump(board | {"tiles": tiles}))
    assert any("on an upright screen, 36 tiles" in fault for fault in faults_of(path))


@pytest.mark.parametrize("name", ["office", "visits", "hall"])
def test_shipped_boards_are_not_refused(name: str) -> None:
    assert faults_of(ROOT / "boards" / f"{name}.yaml") == []
