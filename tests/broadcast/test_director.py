"""What screens are sent: one computation for all of a playlist, changes at once, takeovers before everything."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.waiting import wait_until
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.broadcast.director import ScreenDirector
from utilities.broadcast.message_layout import layout_message
from utilities.broadcast.programmes import Programmes, ShownScreen
from utilities.broadcast.takeovers import TakeoverStore
from utilities.config.settings import Settings
from utilities.model.errors import ParameterError
from utilities.playlists.model import BoardTrouble
from utilities.playlists.watcher import Playlists
from utilities.screens.command_log import EVERY_SCREEN

UTC_ZONE = ZoneInfo("UTC")
PLAYLISTS = """\
playlists:
  hall:
    items:
      - {board: office, seconds: 60, skip: stale}
      - {board: visits, seconds: 60, skip: stale}
    quiet: [{from: 22:00, to: 06:00}]
"""


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Glass:
    """The connection of one screen, which reads everything at once."""

    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    is_closed: bool = False

    def write(self, data: bytes) -> "asyncio.Future[None]":
        self.raw.append(data)
        name, text = data.decode().strip().split("\n")
        self.events.append((name.removeprefix("event: "), json.loads(text.removeprefix("data: "))))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def writing(self) -> bool:
        return False

    def closed(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def set_close_callback(self, callback: Callable[[], None] | None) -> None: ...

    @property
    def paths(self) -> list[str]:
        return [str(data["path"]) for name, data in self.events if name == "show"]


@dataclass
class Room:
    """A director with its clock, the troubles of boards, and how often they were asked for."""

    folder: Path
    database: StateDatabase
    clock: Clock = field(default_factory=Clock)
    troubles: dict[str, BoardTrouble] = field(default_factory=dict)
    computations: int = 0

    def __post_init__(self) -> None:
        (self.folder / "playlists.yaml").write_text(PLAYLISTS)
        self.playlists = Playlists(self.folder)
        self.playlists.poll()
        self.takeovers = TakeoverStore(self.database, self.clock)
        self.director = ScreenDirector(
            Programmes(self.playlists, self.find_troubles, self.takeovers), self.clock, version="1"
        )

    def find_troubles(self, names: object) -> dict[str, BoardTrouble]:
        self.computations += 1
        return dict(self.troubles)

    def add(self, number: int, *, playlist: str = "hall", board: str = "", zone: ZoneInfo = UTC_ZONE) -> Glass:
        glass = Glass()
        self.director.add_screen(ShownScreen(number, board, playlist, zone), glass, chunked=False)
        return glass

    def advance(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)
        self.director.send_changes()


@pytest.fixture
async def room(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[Room]:
    database = await open_state_database(settings())
    yield Room(tmp_path, database)
    await database.close()


async def test_thousand_screens_with_one_playlist_share_one_computation_and_one_event(room: Room):
    screens = [room.add(number) for number in range(1, 1001)]
    room.computations = 0
    room.advance(60)
    assert room.computations == 1
    assert {tuple(glass.paths) for glass in screens} == {("/tv/boards/office", "/tv/boards/visits")}
    assert len({id(glass.raw[-1]) for glass in screens}) == 1


async def test_screen_is_told_at_the_boundary_and_only_then(room: Room):
    glass = room.add(1)
    for _ in range(6):
        room.advance(10)
    assert glass.paths == ["/tv/boards/office", "/tv/boards/visits"]
    _, shown = glass.events[-1]
    assert (shown["left"], shown["light"]) == (60_000, "full")
    assert shown["turn"] == ["/tv/boards/office", "/tv/boards/visits"]
    room.clock.now = datetime(2026, 11, 26, 22, tzinfo=UTC)
    room.director.send_changes()
    assert (glass.events[-1][1]["path"], glass.events[-1][1]["light"]) == ("", "black")


async def test_screens_of_two_zones_follow_their_own_clocks(room: Room):
    berlin, here = room.add(1, zone=ZoneInfo("Asia/Tokyo")), room.add(2)
    room.clock.now = datetime(2026, 11, 26, 13, tzinfo=UTC)  # 22:00 in Tokyo
    room.director.send_changes()
    assert (berlin.events[-1][1]["light"], here.events[-1][1]["light"]) == ("black", "full")


@pytest.mark.parametrize(
    ("quiet", "zone", "shown"),
    [
        ("{from: 11:00, to: 13:00}", "UTC", ("", "black")),
        ("{days: Thu}", "UTC", ("", "black")),
        ("{from: 11:00, to: 13:00}", "Asia/Tokyo", ("/tv/boards/office", "full")),  # 21:00 there
        ("{from: 20:00, to: 06:00, mode: dim}", "Asia/Tokyo", ("/tv/boards/office", "dim")),
        ("{days: holiday}", "UTC", ("", "black")),  # Thanksgiving
    ],
)
async def test_screen_with_one_board_has_the_quiet_hours_of_the_file(
    room: Room, quiet: str, zone: str, shown: tuple[str, str]
):
    country = "holidays: US\n" if "holiday" in quiet else ""  # it is optional
    room.playlists.file.write_text(f"{PLAYLISTS}quiet: [{quiet}]\n{country}", encoding="utf-8")
    room.playlists.poll()
    glass = room.add(1, playlist="", board="office", zone=ZoneInfo(zone))
    _, data = glass.events[-1]
    assert (data["path"], data["light"]) == shown
    assert not room.playlists.fault
    assert room.add(2).paths == ["/tv/boards/office"]  # those of a playlist are its own


async def test_board_that_becomes_stale_gives_way_now_and_an_edit_counts_now(room: Room):
    glass = room.add(1)
    room.troubles["office"] = BoardTrouble.STALE
    room.advance(5)
    assert glass.paths[-1] == "/tv/boards/visits"
    room.troubles["visits"] = BoardTrouble.STALE
    room.advance(5)
    assert glass.paths[-1] == "/tv/boards/visits"
    assert glass.events[-1][1]["note"] == "Every board of the playlist is skipped."
    (room.folder / "playlists.yaml").write_text("playlists: {hall: {items: [{board: lobby}]}}")
    room.playlists.poll()
    room.advance(1)
    assert glass.paths[-1] == "/tv/boards/lobby"


async def test_takeover_is_alone_on_the_glass_ends_by_itself_and_the_programme_goes_on(room: Room):
    own, other = room.add(1), room.add(2, playlist="", board="office")
    first = await room.takeovers.start("Cake in the kitchen", 10, "Mara", 1)
    room.advance(1)
    assert (own.paths[-1], other.paths) == (f"/tv/takeover/{first.number}", ["/tv/boards/office"])
    for_all = await room.takeovers.start("Fire alarm test at 11:00", 5, "Mara", EVERY_SCREEN)
    room.advance(1)
    assert own.paths[-1] == other.paths[-1] == f"/tv/takeover/{for_all.number}"
    assert room.takeovers.running(room.clock()) == [for_all]  # it has replaced the one before
    room.advance(5 * 60)
    assert own.paths[-1] in ("/tv/boards/office", "/tv/boards/visits")
    assert other.paths[-1] == "/tv/boards/office"
    assert not room.takeovers.running(room.clock())


async def test_takeover_that_a_person_ends_is_over_at_once_in_every_process(room: Room):
    other_process = TakeoverStore(room.database, room.clock)
    takeover = await room.takeovers.start("Cake", 10, "Mara")
    await other_process.refresh()
    assert other_process.current(7, room.clock()) == takeover
    assert await other_process.end(takeover.number, "Ben")
    await room.takeovers.refresh()
    assert room.takeovers.current(7, room.clock()) is None
    assert not await other_process.end(takeover.number, "Ben")


async def test_process_without_open_streams_serves_the_page_of_a_takeover(room: Room):
    takeover = await TakeoverStore(room.database, room.clock).start("Cake", 10, "Mara")
    room.director.start()
    try:
        await wait_until(lambda: room.takeovers.current(7, room.clock()) == takeover)
    finally:
        await room.director.stop()


@pytest.mark.parametrize(
    ("message", "minutes", "fault"),
    [
        ("", 5, "a sentence"),
        ("word " * 60, 5, "too long"),
        ("x" * 60, 5, "too long"),
        ("Cake", 0, "between 1 and 1440"),
    ],
)
async def test_takeover_that_cannot_be_read_or_never_ends_is_refused(room: Room, message, minutes: int, fault: str):
    with pytest.raises(ParameterError, match=fault):
        await room.takeovers.start(message, minutes, "Mara")


@pytest.mark.parametrize(
    ("message", "size", "lines"),
    [
        ("All-hands at 16:00 in the kitchen", 200, ("All-hands at 16:00", "in the kitchen")),
        ("Fire alarm test at 11:00, please stay at your desks and wait", 160, None),
        ("The lift is out of order until tomorrow morning, please use the stairs on the left side", 120, None),
    ],
)
def test_message_is_as_large_as_three_lines_allow(message: str, size: int, lines):
    layout = layout_message(message)
    assert layout.size == size
    assert lines is None or layout.lines == lines
    assert " ".join(layout.lines) == message
