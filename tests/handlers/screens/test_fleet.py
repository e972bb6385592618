"""A person and a screen: beats come in, commands go out, and everything is logged."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.handlers.accounts.conftest import BOARDS, StartFoyer
from tests.handlers.screens.conftest import PairTelevision, approve, read_code
from tests.handlers.screens.test_screens import OpenStream
from tests.screens.test_diagnosis import WELL

PLAYLIST_OF_TWO = "playlists: {both: {items: [{board: office}, {board: second}]}}\n"


def copy_boards(folder: Path, playlists: str) -> Path:
    """Returns a folder with two boards and these playlists."""
    for name in ("office", "second"):
        shutil.copy(BOARDS / "office.yaml", folder / f"{name}.yaml")
    (folder / "playlists.yaml").write_text(playlists, encoding="utf-8")
    return folder


async def test_beat_is_on_the_pages_of_people(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    beat = json.dumps(WELL | {"error": "<b>boom</b>", "errors": 3, "error_age": 1, "error_run": 1})
    answer = await television.open("/tv/beat", "POST", beat, Origin=television.site)
    assert answer.code == 204
    for path in ("/screens", "/screens/1"):
        page = (await person.open(path)).body.decode()
        assert "Script error since" in page
        assert "&lt;b&gt;boom" in page
        assert "1920 × 1080" in page
    assert (await person.open("/tv/beat", "POST", beat, Origin=person.site)).code in (401, 403)
    assert (await television.open("/tv/beat", "POST", "{}", Origin=television.site)).code == 400
    assert (await television.open("/tv/beat", "POST", beat, Origin="https://evil.example")).code == 403


@pytest.mark.parametrize(
    ("name", "form", "event"),
    [
        ("reload", "", '"action":"reload"'),
        ("brightness", "brightness=40", '"brightness":40'),
        ("off", "", '"light":"black"'),
        ("identify", "", "/tv/identify/"),
        ("board", "board=office&minutes=10", '"takeover":true'),
        ("message", "message=Coffee+is+ready&minutes=5", "/tv/takeover/"),
    ],
)
async def test_command_reaches_the_open_stream_and_the_log(
    start_foyer: StartFoyer, pair_television: PairTelevision, name: str, form: str, event: str
):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    stream = await OpenStream.open(foyer, television, "/tv/show")
    await stream.read_until("event: show")
    director = foyer.services.director
    await director.follow_commands()  # the server's loops do both
    answer = await person.open(f"/screens/1/{name}", "POST", form, Origin=person.site)
    assert answer.code == 303
    await director.follow_commands()
    await director.programmes.commands.refresh()
    director.send_changes()
    await stream.read_until(event)
    newest, *_ = await director.programmes.commands.list_entries(1)
    assert newest.action.name.lower() == name
    assert newest.person in (await person.open("/screens/1")).body.decode()
    stream.writer.close()


@pytest.mark.parametrize("name", ["back", "next", "pause"])
async def test_step_is_offered_and_accepted_only_where_boards_are_in_turn(
    start_foyer: StartFoyer, pair_television: PairTelevision, tmp_path: Path, name: str
):
    foyer = await start_foyer(boards_dir=copy_boards(tmp_path, PLAYLIST_OF_TWO))
    television, person = await pair_television(foyer)
    refusal = await person.open(f"/screens/1/{name}", "POST", "", Origin=person.site)
    assert refusal.code == 422 and "needs boards in turn" in refusal.body.decode()
    assert f"/screens/1/{name}" not in (await person.open("/screens/1")).body.decode()
    assert (await person.open("/screens/1/shows", "POST", "shows=playlist:both", Origin=person.site)).code == 303
    assert f"/screens/1/{name}" in (await person.open("/screens/1")).body.decode()
    stream = await OpenStream.open(foyer, television, "/tv/show")
    await stream.read_until("event: show")
    await foyer.services.director.follow_commands()
    assert (await person.open(f"/screens/1/{name}", "POST", "", Origin=person.site)).code == 303
    await foyer.services.director.follow_commands()
    await stream.read_until(f'"action":"{name}"')
    stream.writer.close()


async def test_log_has_everything_that_a_screen_was_sent(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    _, person = await pair_television(foyer)
    for path, form in (
        ("/takeover", "message=Cake&minutes=5&screen="),
        ("/takeover/1/end", ""),
        ("/takeover", "message=Tea&minutes=5&screen=1"),
        ("/screens/1/shows", "shows=office&zone=Asia/Tokyo"),
        ("/screens/1/off", ""),
        ("/screens/1/go-on", ""),
    ):
        assert (await person.open(path, "POST", form, Origin=person.site)).code == 303, path
    page = " ".join(re.sub(r"<[^>]+>", "", (await person.open("/screens/1")).body.decode()).split())
    log = page.partition("What was done with it")[2].partition("Ground floor")[0]
    for line in (
        *("showed the message Cake for 5 min", "ended Cake", "showed the message Tea for 5 min"),
        *("changed what it shows: Office, Asia/Tokyo", "switched it off until", "let it go on", "paired it:"),
    ):
        assert line in log, log
    assert log.count("@") == 7, log  # each by somebody


@pytest.mark.parametrize(
    ("playlists", "fields", "office", "second"),
    [
        ("", {}, "Hangs in <bdi>Reception</bdi>", "Hangs nowhere"),
        (PLAYLIST_OF_TWO, {"board": "playlist:both"}, "Hangs in <bdi>Reception</bdi>", "Hangs in <bdi>Reception</bdi>"),
        (
            "playlists: {noon: {items: [{board: office}, {board: second, days: Fri, from: 11:30, to: 14:00}]}}\n",
            {"board": "playlist:noon"},
            "Hangs in <bdi>Reception</bdi>",
            "Hangs in <bdi>Reception (Fri, 11:30 to 14:00)</bdi>",
        ),
    ],
)
async def test_list_of_boards_says_where_each_hangs(
    start_foyer: StartFoyer, tmp_path: Path, playlists: str, fields: dict[str, str], office: str, second: str
):
    foyer = await start_foyer(boards_dir=copy_boards(tmp_path, playlists or PLAYLIST_OF_TWO))
    television, person = foyer.new_browser(), foyer.new_browser()
    await person.sign_in()
    assert await approve(person, await read_code(television), **fields) == 303
    page = (await person.open("/boards")).body.decode()
    assert re.findall(r"Hangs (?:nowhere|in <bdi>[^<]*</bdi>)", page) == [office, second]


@pytest.mark.parametrize("is_off", [True, False])
async def test_screen_with_one_board_starts_black_while_it_shall_be(
    start_foyer: StartFoyer, pair_television: PairTelevision, tmp_path: Path, is_off: bool
):
    quiet = "" if is_off else "quiet: [{days: Mon-Sun}]\n"
    foyer = await start_foyer(boards_dir=copy_boards(tmp_path, quiet + PLAYLIST_OF_TWO))
    television, person = await pair_television(foyer)
    if is_off:
        assert (await person.open("/screens/1/off", "POST", "", Origin=person.site)).code == 303
    page = (await television.open("/tv")).body.decode()
    assert 'class="show black"' in page
    assert "data-tile" not in page and "<iframe" not in page
    if is_off:
        assert (await person.open("/screens/1/go-on", "POST", "", Origin=person.site)).code == 303
        assert "data-tile" in (await television.open("/tv")).body.decode()
