"""The command `schedule`: what hangs at a moment, by the playlists. It starts no server and changes nothing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from utilities.accounts.database.connection import open_state_database
from utilities.accounts.database.tables import screens
from utilities.config.boards import Boards
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import FoyerError
from utilities.model.formats import format_date
from utilities.model.time_ranges import parse_zone_name
from utilities.pageviews.collection import local_zone_name
from utilities.playlists.dry_run import LISTED_HOURS, describe_schedule
from utilities.playlists.model import BoardTrouble
from utilities.playlists.moments import parse_dry_run_time
from utilities.playlists.watcher import Playlists


async def run_schedule(settings: Settings, name: str, at: str, zone_name: str, now: datetime | None = None) -> int:
    """Prints what hangs at a moment and in the 24 hours after it; returns the exit code."""
    playlists = Playlists(settings.boards_dir)
    playlists.poll()
    if playlists.fault:
        raise FoyerError(playlists.fault)
    screen = None if playlists.get(name) else await find_screen(settings, name)
    if screen is not None and not screen.playlist:
        print(f"{screen.name} always shows the board {screen.board}: it has no playlist.")
        return 0
    playlist = playlists.require(screen.playlist if screen is not None else name)
    own_zone = screen.time_zone if screen is not None else None
    try:
        zone = ZoneInfo(parse_zone_name(zone_name or own_zone or settings.tz or local_zone_name()))
    except ValueError as error:
        raise FoyerError(f"--zone: {error}") from None
    boards = Boards(settings.boards_dir, lambda board: None)
    boards.poll()
    titles = {board.name: board.title for board in boards}
    moment = parse_dry_run_time(at, zone, now or utc_now(), name="--at")
    local = moment.astimezone(zone)
    where = f"{screen.name}, playlist {screen.playlist}" if screen is not None else playlist.title or name
    print(f"{where}, {format_date(local.date())} {local.year}, {local:%H:%M} ({zone.key})")
    missing = {
        item.board: BoardTrouble.MISSING for item in playlist.items if item.board not in titles and not boards.faults
    }
    answer, changes = describe_schedule(playlist, zone, moment, titles, missing)
    print(f"{answer}\n\nThe {LISTED_HOURS} hours from then:")
    for time_text, what in changes:
        print(f"{time_text:>16}  {what}")
    return 0


async def find_screen(settings: Settings, name: str) -> "Row[Any] | None":
    """Returns the paired screen of this name, in any case; None without one, and before the first start of a server."""
    if not settings.database_url.get_secret_value() and not settings.data_dir.exists():
        return None
    database = await open_state_database(settings)
    try:
        rows = await database.run(
            lambda connection: list(connection.execute(select(screens).where(screens.c.revoked_at.is_(None))).all())
        )
    finally:
        await database.close()
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)
