"""What a person sends to a screen reaches its script once, whichever processes and streams are between them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.broadcast.test_director import UTC_ZONE, Glass, Room
from tests.handlers.accounts.conftest import database_url, postgres, postgres_url
from utilities.accounts.database.connection import open_state_database
from utilities.broadcast.programmes import ShownScreen
from utilities.config.settings import Settings
from utilities.screens.command_log import ScreenAction
from utilities.screens.commands import ScreenCommands

__all__ = ["database_url", "postgres", "postgres_url"]

NEXT, RELOAD, PAUSE, SAFE_AREA = ScreenAction.NEXT, ScreenAction.RELOAD, ScreenAction.PAUSE, ScreenAction.SAFE_AREA


@dataclass
class SlowGlass(Glass):
    """A connection whose write is pending for as long as `pending` is set."""

    pending: "asyncio.Future[None] | None" = None

    def write(self, data: bytes) -> "asyncio.Future[None]":
        done = super().write(data)
        return self.pending or done

    def writing(self) -> bool:
        return self.pending is not None


@dataclass
class TwoProcesses:
    """A process that has the streams, and another one in which people send commands."""

    room: Room
    elsewhere: ScreenCommands

    def open(self, last: int | None = None, number: int = 1, glass: Glass | None = None) -> Glass:
        opened = glass or Glass()
        shown = ShownScreen(number, "", "hall", UTC_ZONE)
        self.room.director.add_screen(shown, opened, chunked=False, last_command=last)
        return opened

    async def send(self, *actions: ScreenAction, screen: int = 1) -> None:
        for action in actions:
            await self.elsewhere.send(screen, action, "ada@example.com")

    async def follow(self, glass: Glass) -> list[str]:
        """Returns which commands the glass has got, after a look at the log."""
        await self.room.director.follow_commands()
        return [str(data["action"]) for name, data in glass.events if name == "command"]

    def restart(self) -> None:
        """Replaces the process that has the streams."""
        self.room = Room(self.room.folder, self.room.database, self.room.clock)


@pytest.fixture
async def processes(
    tmp_path: Path, settings: Callable[..., Settings], database_url: str
) -> AsyncIterator[TwoProcesses]:
    mine, other = [await open_state_database(settings(database_url=database_url)) for _ in range(2)]
    room = Room(tmp_path, mine)
    yield TwoProcesses(room, ScreenCommands(other, room.clock))
    await mine.close()
    await other.close()


async def test_command_before_the_first_look_is_not_lost(processes: TwoProcesses):
    glass = processes.open()
    await processes.send(NEXT)
    assert await processes.follow(glass) == ["next"]
    assert await processes.follow(glass) == ["next"]


async def test_command_while_the_stream_is_cut_comes_with_the_next_one_and_once(processes: TwoProcesses):
    glass = processes.open()
    await processes.send(NEXT)
    await processes.follow(glass)
    [last] = [data["id"] for name, data in glass.events if name == "command"]
    await processes.send(PAUSE, RELOAD)
    await processes.send(NEXT, screen=2)
    processes.restart()
    again = processes.open(int(str(last)))
    assert await processes.follow(again) == ["pause", "reload"]
    await processes.send(NEXT)
    assert await processes.follow(again) == ["pause", "reload", "next"]


@pytest.mark.parametrize(
    ("seconds", "last", "expected"),
    [
        (4, None, ["next", "safe area"]),  # while its page loaded
        (60, None, []),  # before this page
        (60, 0, ["next", "safe area"]),
        (3600, 0, ["safe area"]),  # nobody stands there any more; the edges are as they are
    ],
)
async def test_stream_begins_with_what_its_script_has_not_done(
    processes: TwoProcesses, seconds: int, last: int | None, expected: list[str]
):
    await processes.send(NEXT, SAFE_AREA)
    processes.room.advance(seconds)
    glass = processes.open(last)
    assert await processes.follow(glass) == expected
    await processes.send(PAUSE)
    assert await processes.follow(glass) == [*expected, "pause"]


async def test_screen_that_reads_slowly_gets_its_commands_afterwards(processes: TwoProcesses):
    glass = SlowGlass()
    processes.open(glass=glass)
    await processes.follow(glass)
    glass.pending = asyncio.get_running_loop().create_future()
    await processes.send(NEXT, PAUSE)
    await processes.follow(glass)
    await processes.send(RELOAD)
    assert await processes.follow(glass) == ["next"]
    pending, glass.pending = glass.pending, None
    assert pending is not None
    pending.set_result(None)
    await asyncio.sleep(0)
    assert await processes.follow(glass) == ["next", "pause", "reload"]


async def test_stream_that_opens_during_a_look_misses_nothing(processes: TwoProcesses):
    glass = processes.open()
    await processes.follow(glass)
    look = asyncio.create_task(processes.room.director.follow_commands())
    await asyncio.sleep(0)  # it waits for the database
    await processes.send(NEXT)
    late = processes.open()
    await processes.send(PAUSE)
    await look
    assert await processes.follow(late) == ["next", "pause"]
    assert await processes.follow(glass) == ["next", "pause"]


async def test_numbers_of_one_screen_grow_as_they_become_readable(processes: TwoProcesses):
    glass = processes.open()
    sends = [processes.send(NEXT, PAUSE, RELOAD) for _ in range(5)]
    await asyncio.gather(*sends, *(processes.room.director.follow_commands() for _ in range(10)))
    assert len(await processes.follow(glass)) == 15
