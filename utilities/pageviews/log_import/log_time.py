"""Parses the times of access logs."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from utilities.pageviews.log_import.log_line import UnreadableLine
from utilities.pageviews.log_import.time_names import MONTH_NUMBERS, ZONE_HOURS

EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""A time larger than the first number is in nano-, micro- or milliseconds; the second is how many a second has."""
MIN_EPOCH_SECONDS = datetime(1990, 1, 1, tzinfo=UTC).timestamp()  # the World Wide Web is younger
MAX_EPOCH_SECONDS = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
MAX_ZONE_HOURS = 14
BAD_TIME_TEXT = "the time cannot be read"
BAD_ZONE_TEXT = "the time zone is not known, or its abbreviation has several meanings"
BAD_DATE_TEXT = "the date can be read with the day or the month first"
ZONE_PATTERN = r"Z|[+-]\d\d(?::?\d\d)?|(?:UTC|GMT)[+-]\d\d:?\d\d|[A-Z]{2,5}|[A-Z]\w+(?:/[A-Z][\w+-]*){1,2}"
CLOCK_PATTERN = rf"(\d\d:\d\d):([0-5]\d|60)(?:[.,](\d{{1,9}}))?(?: ?({ZONE_PATTERN}))?"
APACHE_TIME = re.compile(
    rf"(?:[A-Z][a-z]{{2}}, )?(\d{{1,2}})([/ .-])([^\W_]{{1,12}}\.?)\2(\d{{4}})[: Tt]{CLOCK_PATTERN}"
).fullmatch
ISO_TIME = re.compile(rf"(\d{{4}})([-/])(\d\d|[^\W\d_]{{3,12}})\2(\d\d)[: Tt]{CLOCK_PATTERN}").fullmatch
DATE_COMMAND_TIME = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d|\d) (\d\d:\d\d:\d\d) "
    rf"(?:({ZONE_PATTERN}) )?(\d{{4}})(?: ({ZONE_PATTERN}))?"
).fullmatch
"""The order of C's `ctime` and of `date`."""
EPOCH_TIME = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII).fullmatch


def parse_log_time(text: str) -> tuple[float, bool]:
    """Returns seconds since 1970, and whether the text does not name its zone. Raises UnreadableLine.

    Parses `17/May/2015:10:05:03.123 +0000` with months in several languages or as numbers and with names of zones,
    ISO 8601, the dates of HTTP and `ctime`, and seconds, milli-, micro- or nanoseconds since 1970.
    """
    if EPOCH_TIME(text):
        return check_epoch(parse_epoch(float(text))), False
    match = DATE_COMMAND_TIME(text) if text[:1].isalpha() else None
    if match:
        month, day, clock, before, year, behind = match.groups("")
        text = f"{day.strip()}/{month}/{year}:{clock} {before or behind}".rstrip()
    text = f"{text[:-1]}Z" if text.endswith("z") else text
    match = APACHE_TIME(text)
    if match:
        day, _, month, year, minute, second, fraction, zone = match.groups("")
        if month.isdecimal():
            day, month = order_day_and_month(day, month)
    else:
        match = ISO_TIME(text)
        if match is None:
            raise UnreadableLine(BAD_TIME_TEXT)
        year, _, month, day, minute, second, fraction, zone = match.groups("")
    at = parse_minute(f"{day}/{month}/{year}:{minute}", zone) + int(second) + float(f"0.{fraction or 0}")
    return check_epoch(at), not zone


def order_day_and_month(first: str, second: str) -> tuple[str, str]:
    """Returns day and month of two numbers, of which one cannot be a month; raises UnreadableLine."""
    if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        raise UnreadableLine(BAD_DATE_TEXT)
    return (second, first) if int(second) > 12 else (first, second)


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


@lru_cache(maxsize=4096)
def parse_minute(text: str, zone: str) -> float:
    """Returns seconds since 1970 of `17/May/2015:10:05`, `+0200`; cached, because many lines share a minute."""
    try:
        day, month, rest = text.split("/")
        number = int(month) if month.isdecimal() else MONTH_NUMBERS[month.lower().removesuffix(".")]
        year, hour, minutes = int(rest[:4]), int(rest[5:7]), int(rest[8:10])
        epoch = datetime(year, number, int(day), hour, minutes, tzinfo=UTC).timestamp()
    except (ValueError, KeyError):
        raise UnreadableLine(BAD_TIME_TEXT) from None
    return zone_epoch(epoch, zone) if zone else epoch


def zone_epoch(at: float, zone: str) -> float:
    """Returns seconds since 1970 of a time that was read as UTC and is the clock's of `zone`: an offset or a name."""
    offset = zone.removeprefix("UTC").removeprefix("GMT") or zone
    if offset[0] in "+-":
        hours, minutes = int(offset[1:3]), int(offset[3:].removeprefix(":") or 0)
        if hours > MAX_ZONE_HOURS or minutes > 59:
            raise UnreadableLine(BAD_TIME_TEXT)
        east = 60 * (hours * 60 + minutes)
        return at + east if offset[0] == "-" else at - east
    if zone in ZONE_HOURS:
        return at - 3600 * ZONE_HOURS[zone]
    try:
        return local_epoch(at, zone if "/" in zone else "")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise UnreadableLine(BAD_ZONE_TEXT) from None


@lru_cache(maxsize=4096)
def local_minute_shift(minute: int, zone: str) -> float:
    """Returns how many seconds to add to a local time in UTC's clothes, `minute` minutes since 1970, to get UTC."""
    wall = datetime.fromtimestamp(minute * 60, UTC)
    return wall.replace(tzinfo=ZoneInfo(zone)).timestamp() - minute * 60


def local_epoch(at: float, zone: str) -> float:
    """Returns seconds since 1970 of a time that was read as UTC and is the wall clock's of `zone`."""
    return at + local_minute_shift(int(at // 60), zone)
