"""Pairing in both databases: a code works once, for ten minutes, and may be typed wrong five times."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.screens.conftest import RECEPTION, TELEVISION, ScreenProcess
from utilities.accounts.database.tables import pairing_requests, screens
from utilities.model.errors import ParameterError
from utilities.screens.model import CodeLookup, ScreenRecord
from utilities.screens.requests import CODE_LIFETIME, MAX_WRONG_CODES


async def test_device_becomes_a_screen_with_the_secret_that_it_has_already(process: ScreenProcess):
    code, until = await process.requests.show_code("secret", TELEVISION)
    assert until == process.clock() + CODE_LIFETIME
    assert await process.requests.show_code("secret", TELEVISION) == (code, until)  # the page loaded again
    assert await process.registry.find_screen("secret") is None
    found = await process.requests.find_request(code.lower(), "ada")
    assert found.request is not None
    assert found.request.device == TELEVISION
    screen = await process.registry.pair_screen(code, "ada", RECEPTION, "ada@example.com")
    assert isinstance(screen, ScreenRecord)
    assert await process.registry.find_screen("secret") == screen
    assert (screen.name, screen.board, screen.paired_by, screen.is_paired) == (
        "Reception",
        "office",
        "ada@example.com",
        True,
    )


async def test_neither_secret_nor_code_is_stored(process: ScreenProcess):
    code, _ = await process.requests.show_code("a-secret", TELEVISION)
    [row] = await process.database.run(lambda connection: connection.execute(select(pairing_requests)).all())
    assert code not in str(row)
    assert "a-secret" not in str(row)
    await process.registry.pair_screen(code, "ada", RECEPTION, "ada@example.com")
    [row] = await process.database.run(lambda connection: connection.execute(select(screens)).all())
    assert "a-secret" not in str(row)


async def test_code_works_once(process: ScreenProcess):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    results = await asyncio.gather(
        *(process.registry.pair_screen(code, person, RECEPTION, person) for person in ("ada", "bob", "cyd"))
    )
    assert sorted(isinstance(each, ScreenRecord) for each in results) == [False, False, True]
    assert len(await process.registry.list_screens()) == 1
    assert isinstance(await process.registry.pair_screen(code, "ada", RECEPTION, "ada"), CodeLookup)


async def test_code_ends_after_ten_minutes_and_another_one_follows(process: ScreenProcess):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    process.clock.advance(CODE_LIFETIME)
    assert (await process.requests.find_request(code, "ada")).request is None
    new_code, until = await process.requests.show_code("secret", TELEVISION)
    assert new_code != code
    assert until == process.clock() + CODE_LIFETIME


async def test_five_wrong_codes_of_one_person_stop_that_person_and_nobody_else(process: ScreenProcess):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    wrong = "BBBB-BBBB"
    lookups = await asyncio.gather(*(process.requests.find_request(wrong, "eve") for _ in range(MAX_WRONG_CODES + 3)))
    assert sorted(each.tries_left for each in lookups) == [0, 0, 0, 0, 1, 2, 3, 4]
    assert (await process.requests.find_request(code, "eve")).request is None
    assert isinstance(await process.registry.pair_screen(code, "eve", RECEPTION, "eve"), CodeLookup)
    assert (await process.requests.refuse(code, "eve")).request is None
    assert (await process.requests.find_request(code, "ada")).request is not None
    process.clock.advance(CODE_LIFETIME)
    code, _ = await process.requests.show_code("secret", TELEVISION)
    assert (await process.requests.find_request(code, "eve")).request is not None


async def test_right_codes_and_what_cannot_be_a_code_cost_no_try(process: ScreenProcess):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    for _ in range(MAX_WRONG_CODES + 3):
        assert (await process.requests.find_request(code, "ada")).request is not None
        assert not (await process.requests.find_request("hello", "ada")).is_code


async def test_refused_device_shows_another_code_only_after_its_page_has_asked(process: ScreenProcess):
    code, until = await process.requests.show_code("secret", TELEVISION)
    assert (await process.requests.refuse(code, "ada")).request is not None
    assert await process.requests.find_unanswered({"nobody"}) == set()
    process.clock.advance(timedelta(seconds=2))
    assert (await process.requests.show_code("secret", TELEVISION)) != (code, until)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "two\nlines"},
        {"place": "x" * 101},
        {"diagonal_inches": 0.0},
        {"diagonal_inches": float("nan")},
        {"distance_m": 1000.0},
    ],
)
async def test_plan_that_is_not_right_pairs_nothing(process: ScreenProcess, change: dict[str, object]):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    with pytest.raises(ParameterError):
        await process.registry.pair_screen(code, "ada", replace(RECEPTION, **change), "ada")
    assert (await process.requests.find_request(code, "ada")).request is not None


async def test_screen_that_does_not_exist_cannot_be_replaced(process: ScreenProcess):
    code, _ = await process.requests.show_code("secret", TELEVISION)
    with pytest.raises(ParameterError):
        await process.registry.pair_screen(code, "ada", replace(RECEPTION, replaces=99), "ada")
    assert (await process.requests.find_request(code, "ada")).request is not None
