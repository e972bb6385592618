"""Parses the times of access logs."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from utilities.pageviews.log_import.log_line import UnreadableLine

EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""A time larger than the first number is in nano-, micro- or milliseconds; the second is how many a second has."""
MIN_EPOCH_SECONDS = datetime(1990, 1, 1, tzinfo=UTC).timestamp()  # the World Wide Web is younger
MAX_EPOCH_SECONDS = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
MAX_ZONE_HOURS = 14
BAD_TIME_TEXT = "the time cannot be read"
MONTH_NUMBERS = {
    name: number
    for number, name in enumerate(("JanFebMarAprMayJunJulAugSepOctNovDec"[i : i + 3] for i in range(0, 36, 3)), 1)
}
APACHE_TIME = re.compile(
    r"(\d{1,2}/[A-Za-z]{3}/\d{4}[: ]\d\d:\d\d):([0-5]\d|60)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?",
    re.ASCII,
).fullmatch
ISO_TIME = re.compile(
    r"\d{4}([-/])\d\d\1\d\d[Tt ]\d\d:\d\d:\d\d\S*(?: ?[+-]\d\d:?\d\d| ?UTC| ?GMT)?", re.ASCII
).fullmatch
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d .+)").fullmatch
EPOCH_TIME = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII).fullmatch


def parse_log_time(text: str) -> tuple[float, bool]:
    """Returns seconds since 1970, and whether the text does not name its zone. Raises UnreadableLine.

    Parses `17/May/2015:10:05:03.123 +0000`, ISO 8601, and seconds, milli-, micro- or nanoseconds since 1970.
    """
    match = HTTP_DATE(text)
    match = APACHE_TIME("{}/{}/{}:{}".format(*match.groups()) if match else text)
    if match:
        minute, second, fraction, zone = match.groups("")
        at, is_local = parse_minute(minute, zone) + int(second) + float(f"0.{fraction or 0}"), not zone
    elif EPOCH_TIME(text):
        at, is_local = parse_epoch(float(text)), False
    elif ISO_TIME(text):
        at, is_local = parse_iso_time(text)
    else:
        raise UnreadableLine(BAD_TIME_TEXT)
    return check_epoch(at), is_local


def parse_json_time(text: str) -> tuple[float, bool]:
    """Does what `parse_log_time` does, and takes numbers in every notation of JSON."""
    try:
        number = float(text if text.isascii() else "")
    except ValueError:
        return parse_log_time(text.strip("[]"))  # Apache's %t has brackets
    return check_epoch(parse_epoch(number)), False


def check_epoch(at: float) -> float:
    """Returns the time; raises UnreadableLine when no web server can have written it, also for NaN."""
    if not MIN_EPOCH_SECONDS <= at < MAX_EPOCH_SECONDS:
        raise UnreadableLine("the time is impossible")
    return at


def parse_epoch(number: float) -> float:
    """Returns seconds since 1970 of a number in seconds or one of EPOCH_UNITS."""
    return next((number / parts for least, parts in EPOCH_UNITS if number > least), number)


def parse_iso_time(text: str) -> tuple[float, bool]:
    text = text.upper().replace("/", "-").replace(",", ".").removesuffix("UTC").removesuffix("GMT")
    is_utc = text != text.rstrip() or text.endswith("Z")
    try:
        moment = datetime.fromisoformat(text.rstrip().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        raise UnreadableLine(BAD_TIME_TEXT) from None
    is_local = moment.tzinfo is None and not is_utc
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), is_local


@lru_cache(maxsize=4096)
def parse_minute(text: str, zone: str) -> float:
    """Returns seconds since 1970 of `17/May/2015:10:05`, `+0200`; cached, because many lines share a minute."""
    try:
        day, month, rest = text.split("/")
        year, hour, minutes = int(rest[:4]), int(rest[5:7]), int(rest[8:10])
        epoch = datetime(year, MONTH_NUMBERS[month.capitalize()], int(day), hour, minutes, tzinfo=UTC).timestamp()
    except (ValueError, KeyError):
        raise UnreadableLine(BAD_TIME_TEXT) from None
    if zone[:1] not in ("+", "-"):
        return epoch
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > MAX_ZONE_HOURS or minutes > 59:
        raise UnreadableLine(BAD_TIME_TEXT)
    east = 60 * (hours * 60 + minutes)
    return epoch + east if zone.startswith("-") else epoch - east


@lru_cache(maxsize=4096)
def local_minute_shift(minute: int, zone: str) -> float:
    """Returns how many seconds to add to a local time in UTC's clothes, `minute` minutes since 1970, to get UTC."""
    wall = datetime.fromtimestamp(minute * 60, UTC)
    return wall.replace(tzinfo=ZoneInfo(zone)).timestamp() - minute * 60


def local_epoch(at: float, zone: str) -> float:
    """Returns seconds since 1970 of a time that was read as UTC and is the wall clock's of `zone`."""
    return at + local_minute_shift(int(at // 60), zone)
