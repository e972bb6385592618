"""Programs read what screens show, send them commands, and hide private tiles from visitors."""

import json
from collections.abc import Awaitable, Callable

import pytest

from tests.handlers.api.conftest import Program
from utilities.screens.model import Device, ScreenPlan

Programs = Callable[..., Awaitable[Program]]


async def pair_screen(one: Program) -> None:
    fleet = one.foyer.services.fleet
    code, _ = await fleet.requests.show_code("x" * 43, Device("10.0.4.21", "Chromium 79, Tizen"))
    plan = ScreenPlan("Reception", "Ground floor", board="office")
    await fleet.registry.pair_screen(code, "ada", plan, "ada@example.com")


async def read_screen(one: Program) -> dict[str, object]:
    answer = await one.ask("/api/v1/screens/1")
    assert answer.code == 200
    screen: dict[str, object] = json.loads(answer.body)
    assert json.loads((await one.ask("/api/v1/screens")).body)["items"] == [screen]
    return screen


async def test_program_reads_screens_and_switches_them_where_its_token_allows(program: Programs):
    one = await program("read", "screens")
    assert json.loads((await one.ask("/api/v1/screens")).body)["items"] == []
    await pair_screen(one)
    await one.foyer.services.fleet.visitors.refresh()
    screen = await read_screen(one)
    expected = {"name": "Reception", "board": "office", "playlist": None, "cause": "fine", "has_visitors": False}
    assert {name: screen[name] for name in expected} == expected
    for target in ("", "?screen=1", "?place=ground%20floor"):
        assert (await one.ask(f"/api/v1/visitors/begin{target}", "POST")).code == 204
        assert (await read_screen(one))["has_visitors"], target
        assert (await one.ask(f"/api/v1/visitors/end{target}", "POST")).code == 204
        assert not (await read_screen(one))["has_visitors"], target
    commands = one.foyer.services.director.programmes.commands
    for command in ("identify", "reload", "next", "pause", "go-on", "board&board=office&minutes=5"):
        assert (await one.ask(f"/api/v1/screens/1/commands?command={command}", "POST")).code == 204
        newest = (await commands.list_entries(1))[0]
        assert newest.action.replace(" ", "-") == command.partition("&")[0]
    reader = await one.another("read")
    for path in ("screens/1/commands?command=next", "visitors/begin", "visitors/end"):
        assert (await reader.ask(f"/api/v1/{path}", "POST")).code == 403


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("screens/7/commands?command=next", 404),
        ("screens/1/commands", 400),
        ("screens/1/commands?command=explode", 400),
        ("screens/1/commands?command=board", 422),
        ("screens/1/commands?command=board&board=office&minutes=0", 400),
        ("visitors/begin?screen=7", 422),
        ("visitors/begin?place=nowhere", 422),
        ("visitors/begin?minutes=x", 400),
    ],
)
async def test_command_that_is_not_right_is_refused(program: Programs, path: str, code: int):
    one = await program("screens")
    await pair_screen(one)
    answer = await one.ask(f"/api/v1/{path}", "POST")
    assert answer.code == code, answer.body
    assert not one.foyer.services.fleet.visitors.list_modes()
