"""Takeovers by a program: what is accepted, what is refused, and what the log of a screen then has."""

import json
from collections.abc import Awaitable, Callable

import pytest

from tests.handlers.api.conftest import Program
from utilities.screens.command_log import EVERY_SCREEN, ScreenAction

Programs = Callable[..., Awaitable[Program]]


@pytest.mark.parametrize(
    ("query", "path"),
    [("message=Cake&minutes=5", "/tv/takeover/1"), ("board=office", "/tv/boards/office")],
)
async def test_program_fills_every_screen_and_ends_it(program: Programs, query: str, path: str):
    one = await program("screens")
    answer = await one.ask(f"/api/v1/takeovers?{query}", "POST")
    assert answer.code == 200, answer.body
    started = json.loads(answer.body)
    assert (started["number"], started["screen"], started["sender"]) == (1, EVERY_SCREEN, "a test")
    programmes, clock = one.foyer.services.director.programmes, one.foyer.clock
    picture = programmes.takeover_picture(7, clock())
    assert picture is not None and picture.path == path
    assert programmes.shown_beside_programme(7, clock()) == ({"office"} if "board" in query else set())
    assert (await one.ask("/api/v1/takeovers/1", "DELETE")).code == 204
    assert (await one.ask("/api/v1/takeovers/1", "DELETE")).code == 404
    assert programmes.takeover_picture(7, clock()) is None
    ended, begun = await programmes.commands.list_entries(EVERY_SCREEN)
    assert (ended.action, begun.person) == (ScreenAction.END_MESSAGE, "a test")


@pytest.mark.parametrize(
    ("query", "status", "wrong"),
    [
        ("", 422, "message"),
        ("message=Cake&board=office", 422, "message"),
        ("message=%20", 422, "message"),
        ("message=" + "Wordy+" * 33, 422, "message"),
        ("board=nothing", 422, "board"),
        ("message=Cake&screen=99", 422, "screen"),
        ("message=Cake&minutes=0", 400, "minutes"),
        ("message=Cake&minutes=1441", 400, "minutes"),
        ("message=Cake&minutes=1_0", 400, "minutes"),
        ("mesage=Cake", 400, "mesage"),
    ],
)
async def test_takeover_that_is_not_right_is_refused_with_its_parameter(
    program: Programs, query: str, status: int, wrong: str
):
    one = await program("screens")
    answer = await one.ask(f"/api/v1/takeovers?{query}", "POST")
    assert (answer.code, [each["parameter"] for each in json.loads(answer.body)["errors"]]) == (status, [wrong])
    assert not one.foyer.services.takeovers.running(one.foyer.clock())
