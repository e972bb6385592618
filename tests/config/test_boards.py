"""Board files: what they may contain, and how faults are reported."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from utilities.config.boards import Board, Boards, read_board
from utilities.config.boards.model import BoardFile
from utilities.config.settings import Settings
from utilities.model.errors import BoardError
from utilities.runtime.watched_files import FILE_GRACE_SECONDS
from utilities.services import load_boards, load_catalogue

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
title: Office
grid: {columns: 12, rows: 12}
tiles:
  - {report: total-users, view: number, place: [1, 1, 6, 6]}
  - report: top-pages
    view: table
    place: {column: 7, row: 1, width: 6, height: 12}
    title: What is read?
"""

Write = Callable[..., Path]


def accept(board: Board) -> None:
    """Accepts every board."""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str = GOOD, name: str = "office.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def fault(path: Path) -> str:
    with pytest.raises(BoardError) as caught:
        read_board(path)
    return str(caught.value).replace(f"{path}", path.name)


def test_board_is_read_with_places_in_both_notations(write: Write):
    board = read_board(write())
    assert (board.name, board.title, board.theme, len(board.hash)) == ("office", "Office", "dark", 12)
    assert [tile.place.model_dump() for tile in board.tiles] == [
        {"column": 1, "row": 1, "width": 6, "height": 6},
        {"column": 7, "row": 1, "width": 6, "height": 12},
    ]
    assert [tile.name for tile in board.tiles] == ["total-users", "top-pages"]
    assert (board.screen.diagonal, board.screen.distance) == (55, 3)


def test_report_on_a_known_source_takes_six_lines(write: Write):
    lines = """\
reports:
  pages-read:
    title: How much is read?
    source: ga4
    metrics: [screenPageViews]
    pace: 10m
"""
    inline = read_board(write(GOOD + lines)).reports["pages-read"]
    assert (inline.source, inline.pace, inline.query_fields) == (
        "ga4",
        timedelta(minutes=10),
        {"metrics": ["screenPageViews"]},
    )


@pytest.mark.parametrize(
    ("wrong", "right", "text"),
    [
        ("view: number", "veiw: number", "office.yaml, line 4: tiles.1.veiw is unknown here; did you mean view?"),
        ("title: What", "titel: What", "office.yaml, line 8: tiles.2.titel is unknown here; did you mean title?"),
        ("grid: {columns", "grid: {colums", "line 2: grid.colums is unknown here; did you mean columns?"),
        ("title: Office\n", "", "line 1: title is missing"),
        ("[1, 1, 6, 6]", "[1, 1, 6]", "line 4: tiles.1.place: write four numbers: [column, row, width, height]"),
        ("[1, 1, 6, 6]", "[1, 1, 6, six]", "line 4: tiles.1.place.height: input should be a valid integer"),
        ("[1, 1, 6, 6]", "[1, 8, 6, 6]", "line 4: tile total-users ends at column 6, row 13; the grid has 12 columns"),
        ("[1, 1, 6, 6]", "[1, 1, 7, 6]", "line 7: tile top-pages lies on tile total-users; move one of them"),
        (
            "report: top-pages",
            "report: total-users",
            "line 5: two tiles are named total-users; give this one a",
        ),
        ("report: top-pages", "report: Top Pages", "'Top Pages' must be small letters, digits and hyphens"),
        ("title: Office", "title: Office\ntitle: Hall", "line 2: 'title' appears twice"),
        ("title: Office", "title: Office\nzone: Berlin", "line 2: zone: 'Berlin' is no time zone"),
        ("title: Office", "title: [", "line 3: is not YAML"),
        ("view: number,", "view: number, title: Who: is here now,", "line 4: is not YAML"),
        ("title: Office", "title: Office\nscreen: &a {b: *a}", "line 2: is nested too deeply"),
        (GOOD, "", "office.yaml: must say title, grid and tiles"),
        (GOOD, "- a list", "line 1: must say title, grid and tiles"),
    ],
)
def test_fault_names_file_line_and_correction(wrong: str, right: str, text: str, write: Write):
    assert text in fault(write(GOOD.replace(wrong, right, 1)))


def test_all_faults_of_a_file_are_reported_together(write: Write):
    faults = fault(write(GOOD.replace("view: number", "veiw: number").replace("Office", "''"))).splitlines()
    assert len(faults) == 3
    assert all(line.startswith("office.yaml, line ") for line in faults)


@pytest.mark.parametrize("pace", ["300", "0s", "999999999999d", "-5m"])
def test_invalid_duration_is_a_fault(pace: str, write: Write):
    text = GOOD + f"reports:\n  one: {{title: One, source: ga4, pace: {pace}}}\n"
    assert "line 10: reports.one.pace: write a time with its unit: 30s, 5m, 6h or 1d" in fault(write(text))


def test_file_that_is_not_utf_8_is_a_fault(tmp_path: Path):
    path = tmp_path / "office.yaml"
    path.write_bytes(b"title: \xff\xfe")
    assert "is not UTF-8 text" in fault(path)


def test_invalid_file_stops_the_start(write: Write, tmp_path: Path):
    write(GOOD.replace("title", "titel"))
    with pytest.raises(BoardError, match="did you mean title"):
        Boards(tmp_path, accept).load()


def test_folder_without_a_board_stops_the_start(tmp_path: Path):
    with pytest.raises(BoardError, match="there is no board"):
        Boards(tmp_path / "nowhere", accept).load()


def test_invalid_edit_leaves_the_last_valid_board_and_its_fault(write: Write, tmp_path: Path):
    boards = Boards(tmp_path, accept)
    path = write()
    boards.load()
    before = boards.get("office")
    assert not boards.poll()
    path.write_text(GOOD.replace("view: table", "vieww: table"), encoding="utf-8")
    assert boards.poll()
    assert boards.get("office") == before
    assert "did you mean view?" in boards.faults["office"]
    assert not boards.poll()
    path.write_text(GOOD.replace("Office", "Entrance"), encoding="utf-8")
    assert boards.poll()
    assert (board := boards.get("office")) and board.title == "Entrance" and board.hash != (before and before.hash)
    assert not boards.faults


def test_boards_are_added_and_removed_with_their_files(write: Write, tmp_path: Path):
    write()
    write("no: board", "playlists.yaml")
    now = [0.0]
    boards = Boards(tmp_path, accept, monotonic=lambda: now[0])
    boards.load()
    other = write(GOOD.replace("Office", "Kitchen"), "kitchen.yaml")
    assert boards.poll()
    assert [board.title for board in boards] == ["Office", "Kitchen"]
    other.unlink()
    assert not boards.poll()
    now[0] += FILE_GRACE_SECONDS
    assert boards.poll()
    assert len(boards) == 1


def test_board_keeps_its_own_reports_when_its_file_is_renamed(write: Write, tmp_path: Path):
    catalog, now = load_catalogue(), [0.0]
    boards = Boards(tmp_path, catalog.add_board, catalog.remove_board, monotonic=lambda: now[0])
    path = write(GOOD + "reports:\n  one: {title: One, source: ga4, metrics: [sessions]}\n")
    boards.load()
    assert "one" in catalog.reports
    path.rename(tmp_path / "kitchen.yaml")
    assert boards.poll()
    assert not boards.faults
    assert "one" in catalog.reports
    write()
    (tmp_path / "kitchen.yaml").unlink()
    assert boards.poll()
    assert "one" in catalog.reports
    now[0] += FILE_GRACE_SECONDS
    assert boards.poll()
    assert "one" not in catalog.reports


def test_fault_of_the_check_function_is_reported_with_its_line(write: Write, tmp_path: Path):
    def check(board: Board) -> None:
        raise board.fault("there is no report top-pages", "tiles", 1, "report")

    write()
    with pytest.raises(BoardError, match=r"office\.yaml, line 5: there is no report top-pages"):
        Boards(tmp_path, check).load()


def test_schema_file_matches_the_model():
    stored = json.loads((ROOT / "boards" / "board.schema.json").read_text(encoding="utf-8"))
    assert stored == BoardFile.model_json_schema(), "python run.py schema > boards/board.schema.json"


def test_wrong_sites_are_named_before_boards_that_are_missing(tmp_path: Path):
    (tmp_path / "sites.yaml").write_text("sites: [{name: 5, domain: x}]\n")
    settings = Settings(boards_dir=tmp_path)
    with pytest.raises(BoardError) as caught:
        load_boards(load_catalogue(), settings)
    first, *_, last = str(caught.value).splitlines()
    assert first.startswith("sites.yaml")
    assert last.startswith("there is no board in the folder of BOARDS_DIR")


@pytest.mark.parametrize(
    ("name", "words"), [("Lobby TV.yaml", "name it lobby-tv.yaml"), ("lobby.yml", "name it lobby.yaml")]
)
def test_file_whose_name_is_not_a_board_is_a_fault(name: str, words: str, write: Write, tmp_path: Path):
    write()
    write(name=name)
    boards = Boards(tmp_path, accept)
    boards.load()
    assert [board.name for board in boards] == ["office"]
    assert words in "".join(boards.faults.values())


def test_copied_board_shares_the_reports_of_the_first(write: Write, tmp_path: Path):
    text = (ROOT / "boards" / "visits.yaml").read_text()
    write(text, "visits.yaml")
    write(text, "reception.yaml")
    boards = Boards(tmp_path, load_catalogue().add_board)
    boards.load()
    assert len(boards) == 2
    assert not boards.faults
