"""What a wall says of its state: the status line, and the failures that several tiles share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rendering.walls.conftest import StartServer, number, table
from tests.waiting import wait_until
from utilities.config.boards import Tile
from utilities.model.errors import ErrorKind
from utilities.model.frames import LastError, Note, Reading, ReadingState
from utilities.rendering.walls.shared_failures import FailureRole, share_failures
from utilities.rendering.walls.status_line import BoardStatus, board_status
from utilities.rendering.walls.tile_context import TileState, describe_retry

LIVE, AGEING, STALE = ReadingState.LIVE, ReadingState.AGEING, ReadingState.STALE
FAILED, WAITING = ReadingState.FAILED, ReadingState.WAITING
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
REFUSED = LastError("x", ErrorKind.MISCONFIGURED, NOON, 1, NOON + timedelta(minutes=5), "Google no longer lets us in.")
GONE = replace(REFUSED, wall_text="Our own page views cannot be reached.")


@pytest.mark.parametrize(
    ("states", "has_file_error", "status"),
    [
        ([LIVE, AGEING], False, BoardStatus(LIVE, "live")),
        ([], False, BoardStatus(LIVE, "live")),
        ([LIVE, WAITING], False, BoardStatus(WAITING, "1 of 2 live")),
        ([STALE, AGEING, STALE, WAITING], False, BoardStatus(STALE, "1 of 4 live")),
        ([FAILED, STALE, STALE], False, BoardStatus(FAILED, "0 of 3 live")),
        ([LIVE], True, BoardStatus(LIVE, "live", has_file_error=True)),
    ],
)
def test_the_status_line_counts_the_live_tiles(
    states: list[ReadingState], has_file_error: bool, status: BoardStatus
) -> None:
    assert board_status(states, [], NOON, UTC, has_file_error=has_file_error) == status


def test_the_status_line_says_why_figures_are_old_and_when_the_next_try_is() -> None:
    stale = TileState(Reading("a", taken_at=NOON, last_error=REFUSED), STALE)
    status = board_status([LIVE, STALE], [TileState(None, LIVE), stale], NOON, BERLIN, has_file_error=False)
    assert (status.text, status.cause) == ("1 of 2 live", "Google no longer lets us in, next try at 13:05")


TILES = [
    Tile.model_validate({"report": name, "view": "table", "place": place})
    for name, place in (("low", [1, 7, 12, 6]), ("left", [1, 1, 6, 6]), ("right", [7, 1, 6, 6]))
]
OWN, FIRST, SILENT, BOARD, EMPTY = FailureRole


@pytest.mark.parametrize(
    ("errors", "roles"),
    [
        ({"left": REFUSED}, {}),
        ({"left": REFUSED, "right": GONE}, {}),
        ({"low": REFUSED, "right": REFUSED}, {"right": FIRST, "low": SILENT}),
        ({"low": REFUSED, "left": REFUSED, "right": GONE}, {"left": FIRST, "low": SILENT}),
        (dict.fromkeys(("low", "left", "right"), REFUSED), {"low": BOARD, "left": EMPTY, "right": EMPTY}),
    ],
)
def test_a_reason_that_tiles_share_is_said_once(errors: dict[str, LastError], roles: dict[str, FailureRole]) -> None:
    readings = {
        tile.name: (Reading(tile.name, last_error=errors.get(tile.name)), FAILED if tile.name in errors else LIVE)
        for tile in TILES
    }
    assert {name: shared.role for name, shared in share_failures(TILES, readings).items()} == roles


@pytest.mark.parametrize(
    ("since", "retry_at", "text"),
    [
        (-80, 110, "Since 11:40, next try at 14:50."),
        (-80, 0, "Since 11:40, trying again now."),
        (-60 * 24, 60 * 12, "Since Thu, next try tomorrow at 01:00."),
        (-60 * 24 * 8, 60 * 36, "Since 19 Nov, next try on Sun at 01:00."),
    ],
)
def test_a_failed_tile_says_since_when_and_when_the_next_try_is_in_the_zone_of_its_board(
    since: int, retry_at: int, text: str
) -> None:
    times = (NOON + timedelta(minutes=minutes) for minutes in (since, retry_at))
    assert describe_retry(*times, NOON, BERLIN) == text


async def test_a_tile_that_waits_names_one_time_and_is_not_redrawn_each_minute(start_server: StartServer) -> None:
    server = await start_server()
    await server.show("pages", table(("/", 3)))
    await wait_until(lambda: 'data-state="live"' in server.html("pages"))
    first = server.html("visitors")
    assert "The first figures come at about" in first
    server.clock.ahead += timedelta(minutes=5)
    await wait_until(lambda: "No figures yet." in server.html("visitors"))
    drawn = server.walls._channels["office"].full.rendered["visitors"]
    server.clock.ahead += timedelta(hours=7)
    await wait_until(lambda: 'data-state="stale"' in server.html("pages"))  # drawn after the tile that waits
    assert server.walls._channels["office"].full.rendered["visitors"] is drawn
    await server.show("visitors", number(7))
    await wait_until(lambda: 'data-state="live"' in server.html("visitors"))


async def test_a_note_about_the_row_of_all_others_leaves_no_mark_on_a_wall(start_server: StartServer) -> None:
    server = await start_server()
    await server.show("pages", replace(table(("/a", 3)), notes=(Note("“(other)” has no users", row="(other)"),)))
    await server.show("visitors", replace(number(7), notes=(Note("Sampled", short="estimated"),)))
    await wait_until(lambda: 'data-state="live"' in server.html("pages") and "Sampled" in server.html("visitors"))
    assert "</svg> estimated</span>" in server.html("visitors")  # a word that is legible from six metres
    assert "partial" not in server.html("pages")
