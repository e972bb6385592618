"""The registry: every process accepts the same credentials, and streams end with them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.screens.conftest import RECEPTION, TELEVISION, ScreenProcess
from utilities.screens.model import ScreenRecord
from utilities.screens.registry import LAST_SEEN_INTERVAL, SCREEN_CACHE_TIME


async def test_screen_is_known_in_every_process_at_once(process: ScreenProcess, other_process: ScreenProcess):
    assert await other_process.registry.find_screen("secret") is None
    screen = await process.pair("secret")
    assert await other_process.registry.find_screen("secret") == screen


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_credential_ends_in_every_process(
    process: ScreenProcess, other_process: ScreenProcess, is_replaced: bool
):
    screen = await process.pair("secret")
    assert await other_process.registry.find_screen("secret") == screen
    ends = [each.registry.watch_screen(screen) for each in (process, other_process)]
    if is_replaced:
        await process.pair("another", replace(RECEPTION, replaces=screen.number))
    else:
        assert await process.registry.unpair_screen(screen.number, "bob@example.com")
    assert ends[0].is_set()
    process.clock.advance(SCREEN_CACHE_TIME + timedelta(seconds=1))
    found = await other_process.registry.find_screen("secret")
    assert found is None if is_replaced else (found is not None and not found.is_paired)
    assert ends[1].is_set()


async def test_unpaired_screen_keeps_name_place_and_board_when_it_is_paired_again(process: ScreenProcess):
    screen = await process.pair("secret")
    await process.registry.unpair_screen(screen.number, "bob@example.com")
    code, _ = await process.requests.show_code("new", TELEVISION, screen.number)
    request = (await process.requests.find_request(code, "ada")).request
    assert request is not None
    assert request.former_screen == screen.number
    again = await process.pair("new", replace(RECEPTION, name="", board="", replaces=screen.number))
    assert (again.number, again.name, again.place, again.board) == (
        screen.number,
        "Reception",
        "Ground floor",
        "office",
    )
    assert again.is_paired
    assert await process.registry.find_screen("secret") is None


async def test_only_an_unpaired_screen_can_be_removed_and_its_number_is_not_used_again(process: ScreenProcess):
    screen = await process.pair("secret")
    assert not await process.registry.remove_screen(screen.number)
    await process.registry.unpair_screen(screen.number, "bob@example.com")
    assert not await process.registry.unpair_screen(screen.number, "bob@example.com")
    assert await process.registry.remove_screen(screen.number)
    assert (await process.pair("another")).number > screen.number


async def test_last_visit_is_stored_once_a_minute(process: ScreenProcess, other_process: ScreenProcess):
    screen = await process.pair("secret")

    async def visit() -> ScreenRecord:
        found = await process.registry.find_screen("secret")
        assert found is not None
        await process.registry.record_visit(found.number)
        [stored] = await other_process.registry.list_screens()
        return stored

    first = process.clock()
    assert (await visit()).last_seen == first
    process.clock.advance(LAST_SEEN_INTERVAL / 2)
    assert (await visit()).last_seen == first
    process.clock.advance(LAST_SEEN_INTERVAL)
    assert (await visit()).last_seen == process.clock()
    assert screen.last_seen is None
