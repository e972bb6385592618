"""The time zone of the server."""

from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from utilities.config.settings import Settings
from utilities.pageviews.collection import local_zone_name

LOCAL_TIME_FILE = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """Returns the time zone of the server, for boards that name none, with the changes of its clock."""
    name = local_zone_name()
    try:
        if name != "UTC":
            return ZoneInfo(name)
        with LOCAL_TIME_FILE.open("rb") as file:  # a copy of a zone's file, not a link to it
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC


def server_zone(settings: Settings) -> tzinfo:
    """Returns the time zone of what has none of its own."""
    return ZoneInfo(settings.tz) if settings.tz else local_zone()
