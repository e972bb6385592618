"""The command `schedule`: what hangs at a moment, by the playlists. It starts no server and changes nothing."""

from datetime import datetime
from zoneinfo import ZoneInfo

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
    try:
        zone = ZoneInfo(parse_zone_name(zone_name or settings.tz or local_zone_name()))
    except ValueError as error:
        raise FoyerError(f"--zone: {error}") from None
    playlists = Playlists(settings.boards_dir)
    playlists.poll()
    if playlists.fault:
        raise FoyerError(playlists.fault)
    playlist = playlists.require(name)
    boards = Boards(settings.boards_dir, lambda board: None)
    boards.poll()
    titles = {board.name: board.title for board in boards}
    moment = parse_dry_run_time(at, zone, now or utc_now(), name="--at")
    local = moment.astimezone(zone)
    print(f"{playlist.title or name}, {format_date(local.date())} {local.year}, {local:%H:%M} ({zone.key})")
    missing = {
        item.board: BoardTrouble.MISSING for item in playlist.items if item.board not in titles and not boards.faults
    }
    answer, changes = describe_schedule(playlist, zone, moment, titles, missing)
    print(f"{answer}\n\nThe {LISTED_HOURS} hours from then:")
    for time_text, what in changes:
        print(f"{time_text:>16}  {what}")
    return 0
