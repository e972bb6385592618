"""A person and a screen: beats come in, commands go out, and everything is logged."""

import json

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.screens.conftest import PairTelevision
from tests.handlers.screens.test_screens import OpenStream
from tests.screens.test_diagnosis import WELL


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
        ("next", "", '"action":"next"'),
        ("pause", "", '"action":"pause"'),
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
