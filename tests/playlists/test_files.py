"""playlists.yaml: what it may contain, how faults are reported, and how changes are followed."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from utilities.accounts.database.connection import open_state_database
from utilities.accounts.database.tables import screens
from utilities.commands.schedule import run_schedule
from utilities.config.settings import Settings
from utilities.model.errors import BoardError, FoyerError, ParameterError
from utilities.playlists.model import PlaylistFile
from utilities.playlists.moments import parse_dry_run_time
from utilities.playlists.reader import read_playlists
from utilities.playlists.watcher import Playlists

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
playlists:
  weekdays:
    items:
      - board: office
        days: Mon-Fri
        from: 22:00
        to: 6:30
"""


def write(folder: Path, text: str = GOOD) -> Path:
    path = folder / "playlists.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def item(line: str) -> str:
    return GOOD.replace("        days: Mon-Fri\n", f"        {line}\n")


def test_times_need_no_quotes(tmp_path: Path):
    window = read_playlists(write(tmp_path)).playlists["weekdays"].items[0]
    assert (window.start, window.end, window.days) == (22 * 60, 390, ("Mon", "Tue", "Wed", "Thu", "Fri"))


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("items: []\n", 1, "playlists is missing"),
        (GOOD + "  \nplaylist: {}\n", 9, "playlist is unknown here; did you mean playlists?"),
        (item("dayz: Mon"), 5, "dayz is unknown here; did you mean days?"),
        (item("start: 07:30"), 5, "start is unknown here"),
        (item("days: Mon-Fry"), 5, "'Fry' is no day; did you mean Fri?"),
        (item("days: [1, 2]"), 5, "write days by their names"),
        (item("days: holiday"), 2, "add `holidays:`"),
        (item("skip: [stael]"), 5, "did you mean stale?"),
        (item("seconds: 2"), 5, "greater than or equal to 5"),
        (item("dates: 2026-02-30"), 5, "is not in the calendar"),
        (item("dates: 24.12.2026"), 5, "write a date like 2026-12-24"),
        (item("dates: {first: 2026-12-24, last: 2026-12-01}"), 5, "is before the first"),
        (item("dates: {first: 2026-12-24, last: 2026-12-31, lst: 1}"), 5, "did you mean last?"),
        (GOOD.replace("22:00", "22"), 6, "write a time of day like 07:30"),
        (GOOD.replace("22:00", "24:00"), 4, "write 00:00"),
        (GOOD.replace("22:00", "06:30"), 4, "the same time; leave both out for all day"),
        (GOOD.replace("weekdays:", "Week days:"), 2, "must be small letters, digits and hyphens"),
        (GOOD + "    holidays: Deutschland\n", 8, "is no country"),
        (GOOD + "    holidays: DE-XX\n", 8, "is no part of DE"),
        (GOOD + "    holidays: NO\n", 8, 'write "NO" for Norway'),
        (GOOD + "    quiet: [{mode: dim}]\n", 8, "the screen would never be on"),
        (GOOD + "    quiet: [{days: Sun, mood: dim}]\n", 8, "did you mean mode?"),
        (GOOD.replace("6:30", "7:5"), 7, "write a time of day like 07:30"),
        (GOOD.replace("6:30", "24:01"), 7, "write a time of day like 07:30"),
        (GOOD.replace("6:30", "24:00:00"), 7, "write a time of day like 07:30"),
        (GOOD.replace("6:30", "[6, 30]"), 7, "write a time of day like 07:30"),
        (item("seconds: 1e400"), 5, "valid integer"),
        (item("seconds: 99999999999999999999"), 5, "too large"),
        (item("seconds: .inf"), 5, "not finite"),
        (item("seconds: 86401"), 5, "less than or equal to 86400"),
        (item("days: []"), 5, "name at least one day"),
        (item("days: {Mon: Fri}"), 5, "write days by their names"),
        (item("skip: {a: b}"), 5, "skip"),
        (item("dates: []"), 5, "name at least one date"),
        (item("dates: {}"), 5, "dates"),
        (item("dates: 0000-01-01"), 5, "is not in the calendar"),
        (item("to: 12:00"), 7, "'to' appears twice"),
        (item("<<: [1]"), 5, "not YAML"),
        (item("board: &b [*b]"), 5, "nested too deeply"),
        (GOOD.replace("      - board: office\n", "      -\n"), 5, "board is missing"),
        ("playlists: {a: {items: []}}\n", 1, "playlists.a.items is empty"),
        ("playlists: {}\n", 1, "playlists is empty"),
        ("playlists: {a: null}\n", 1, "must have keys with values"),
        ("- playlists\n", None, "must say `playlists:`"),
        ("playlists: {1: {items: [{board: office}]}, 01: {items: [{bord: x}]}}\n", 1, "playlists.01.items.1"),
        (GOOD + "quiet: [{mode: dim, from: 1:00, to: 2:00, mod: 1}]\n", 8, "did you mean mode?"),
        (GOOD + "quiet: [{days: holiday}]\n", None, "add `holidays:`"),
        (GOOD + "holidays: XX\n", 8, "is no country"),
        (GOOD + "takeovers: {x: {tile: office, above: 1, message: Hi}}\n", 8, "board/tile"),
        (GOOD + "takeovers: {x: {tile: a/b, message: Hi}}\n", 8, "write above or below"),
        (GOOD + "takeovers: {x: {tile: a/b, above: .nan, message: Hi}}\n", 8, "not finite"),
        (GOOD + "takeovers: {x: {tile: a/b, above: 1}}\n", 8, "write message or board"),
        (GOOD + "takeovers: {x: {tile: a/b, above: 1, message: Hi, for: 30}}\n", 8, "a time with its unit"),
        (GOOD + "takeovers: {x: {tile: a/b, above: 1, message: Hi, until: 9999999d}}\n", 8, "between 1m and 1d"),
        (GOOD + "takeovers: {x: {tile: a/b, abov: 1, message: Hi}}\n", 8, "did you mean above?"),
        ("", None, "must say `playlists:`"),
    ],
)
def test_fault_has_its_line_and_what_to_write(tmp_path: Path, text: str, line: int | None, fault: str):
    path = write(tmp_path, text)
    with pytest.raises(BoardError) as caught:
        read_playlists(path)
    first = str(caught.value).splitlines()[0]
    assert fault in first
    assert line is None or f"playlists.yaml, line {line}:" in first


def test_items_of_boards_that_do_not_exist_are_named_with_the_nearest_board(tmp_path: Path):
    (fault,) = read_playlists(write(tmp_path)).board_faults(["ofice", "visits"])
    assert "line 4: " in str(fault) and "there is no board 'office'; did you mean ofice?" in str(fault)


def test_wrong_edit_leaves_the_last_good_playlists(tmp_path: Path):
    playlists = Playlists(tmp_path)
    assert not playlists.poll() and not playlists.fault and len(playlists) == 0
    path = write(tmp_path)
    assert playlists.poll() and playlists.get("weekdays")
    write(tmp_path, GOOD + "  other: no\n")
    assert playlists.poll() and "line 8" in playlists.fault and playlists.get("weekdays")
    write(tmp_path, GOOD.replace("weekdays", "kitchen"))
    assert playlists.poll() and not playlists.fault
    assert [name for name, _ in playlists] == ["kitchen"]
    path.unlink()
    playlists.poll()
    assert playlists.get("kitchen")
    with pytest.raises(FoyerError, match="did you mean kitchen"):
        playlists.require("kitchn")


def test_schema_and_the_playlists_of_the_project_are_up_to_date():
    schema = json.loads((ROOT / "boards" / "playlists.schema.json").read_text(encoding="utf-8"))
    assert schema == PlaylistFile.model_json_schema(), "run.py schema playlists > boards/playlists.schema.json"
    book = read_playlists(ROOT / "boards" / "playlists.yaml")
    assert not book.board_faults([path.stem for path in (ROOT / "boards").glob("*.yaml")])


BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 12, 1, 12, tzinfo=UTC)  # 13:00 in Berlin


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-12-01 13:00"),
        ("17:45", "2026-12-01 17:45"),
        ("12:00", "2026-12-02 12:00"),
        ("Tue 17:45", "2026-12-01 17:45"),
        ("tuesday 12:00", "2026-12-08 12:00"),
        ("Mon", "2026-12-07 00:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24", "2026-12-24 00:00"),
    ],
)
def test_moment_of_a_dry_run_is_the_next_one(text: str, moment: str):
    assert f"{parse_dry_run_time(text, BERLIN, TUESDAY).astimezone(BERLIN):%Y-%m-%d %H:%M}" == moment


@pytest.mark.parametrize(
    "text", ["", "Tus 17:45", "25:00", "24:00", "Mon-Fri 10:00", "2026-13-01", "Tue 17:45 18:00", "5"]
)
def test_moment_that_cannot_be_read_is_refused_with_what_to_write(text: str):
    with pytest.raises(ParameterError, match="Tue 17:45"):
        parse_dry_run_time(text, BERLIN, TUESDAY)


async def test_schedule_command_says_what_hangs_in_the_screens_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "office.yaml").write_text(
        (ROOT / "boards" / "office.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    write(tmp_path)
    settings = Settings(boards_dir=tmp_path, data_dir=tmp_path / "var")
    assert await run_schedule(settings, "weekdays", "Fri 23:00", "Europe/Berlin", TUESDAY) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["weekdays, Fri 4 Dec 2026, 23:00 (Europe/Berlin)", "Office hangs until Sat 5 Dec 06:30."]
    assert out[-1].strip() == "Sat 5 Dec 06:30  black: nothing is scheduled"
    assert not (tmp_path / "var").exists()


async def test_schedule_command_takes_a_screen_with_its_playlist_and_its_zone(
    tmp_path: Path, settings: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
):
    shutil.copy(ROOT / "boards" / "office.yaml", tmp_path)
    write(tmp_path)
    own = settings(boards_dir=tmp_path)
    database = await open_state_database(own)
    row = {
        **{"name": "Reception", "place": "", "diagonal_inches": 55.0, "distance_m": 3.0, "time_zone": "Asia/Tokyo"},
        **{"board": "", "playlist": "weekdays", "credential_hash": "x", "browser": "", "viewport": "", "address": ""},
        **{"paired_by": "Ada", "paired_at": TUESDAY},
    }
    await database.run(lambda connection: connection.execute(insert(screens).values(row)))
    await database.close()
    assert await run_schedule(own, "reception", "Fri 23:00", "", TUESDAY) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "Reception, playlist weekdays, Fri 4 Dec 2026, 23:00 (Asia/Tokyo)"
    with pytest.raises(FoyerError, match="there is no playlist 'Receptio'"):
        await run_schedule(own, "Receptio", "now", "", TUESDAY)
