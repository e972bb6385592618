"""Parses a line of an access log: Apache's and nginx's common, combined and vhost formats, and JSON."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from utilities.pageviews.log_import.access_json import parse_json_fields


class LogLine(NamedTuple):
    """The fields of a line. A tuple and not a dataclass, because millions are created."""

    host: str  # the site's, '' when the format does not say
    address: str  # the client's; a name where the server resolves names
    at: float  # seconds since 1970, UTC
    method: str
    target: str  # path and query, as requested
    status: int
    referrer: str  # '' for none
    agent: str  # '' for none
    language: str = ""
    title: str = ""
    screen: int | None = None  # width, px


QUOTED_PATTERN = r'"((?:[^"\\]++|\\.)*+)'  # possessive: a hostile line cannot cause backtracking
LOG_LINE_PATTERN = re.compile(
    r"(?:([\w.-]+)(?::\d+)? (?=[0-9a-fA-F:.]+ )|([\w.-]+):\d+ )?"  # vhost_combined, or nginx's with $host in front
    r"(\S+) \S+ .*?\[([^\]]{17,32})\] "
    + QUOTED_PATTERN
    + r'" (\d{3}) (?:\d+|-)(?: '
    + QUOTED_PATTERN
    + r'" '
    + QUOTED_PATTERN  # and no quote behind it: the last line of a log may be cut off
    + r")?"
)
COMMON_LINE_PATTERN = re.compile(
    r"(\S+) - \S+ \[(\d\d/\w{3}/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\] "
    r'"([A-Z]+) ([^"\\ ]+) HTTP/[\d.]+" (\d{3}) (?:\d++|-)'
    r'(?: "([^"\\]*+)" "([^"\\]*+)(?:"|$)|(?! "))'
)
"""Matches nearly all lines, in their parts: no host, nothing escaped, a valid request."""
ESCAPE_PATTERN = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
MONTH_NUMBERS = {
    name: number
    for number, name in enumerate("JanFebMarAprMayJunJulAugSepOctNovDec"[i : i + 3] for i in range(0, 36, 3))
}


def parse_log_line(text: str) -> LogLine | None:
    """Parses a line; None when its format is unknown."""
    try:
        return parse_text_line(text) if not text.startswith("{") else parse_json_line(text)
    except (ValueError, KeyError, OverflowError):
        return None  # an invalid time or number


def parse_text_line(text: str) -> LogLine | None:
    ordinary = COMMON_LINE_PATTERN.match(text)
    if ordinary is not None:
        address, until, second, zone, method, target, status, referrer, agent = ordinary.groups("")
        begun = parse_minute(until, zone) + int(second)
        return LogLine("", address, begun, method, target, int(status), dash_to_empty(referrer), dash_to_empty(agent))
    match = LOG_LINE_PATTERN.match(text)
    if match is None:
        return None
    host, other, address, at, request, status, referrer, agent = match.groups("")
    if "\\" in text:
        request, referrer, agent = map(unescape_text, (request, referrer, agent))
    method, target = split_request(request)
    return LogLine(
        host or other,
        address,
        parse_log_time(at),
        method,
        target,
        int(status),
        dash_to_empty(referrer),
        dash_to_empty(agent),
    )


def split_request(request: str) -> tuple[str, str]:
    """Returns method and target of `GET /page HTTP/1.1`; the target may contain spaces. Both '' when it is invalid."""
    method, _, rest = request.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        target = rest
    return (method, target) if target else ("", "")


def dash_to_empty(text: str) -> str:
    return "" if text == "-" else text


def unescape_text(text: str) -> str:
    r"""Decodes the escapes of Apache and nginx: \" or \x22 for a quote, \xhh for other bytes, mostly UTF-8."""
    if "\\" not in text:
        return text
    raw = ESCAPE_PATTERN.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw


@lru_cache(maxsize=4096)
def parse_minute(text: str, zone: str) -> float:
    """Returns seconds since 1970 of `17/May/2015:10:05`, `+0200`; cached, because many lines share a minute."""
    day, month, rest = text.split("/")
    year, hour, minutes = map(int, rest.split(":"))
    epoch = datetime(year, MONTH_NUMBERS[month] + 1, int(day), hour, minutes, tzinfo=UTC).timestamp()
    east = 60 * (int(zone[1:3]) * 60 + int(zone[3:5])) if zone else 0
    return epoch + east if zone.startswith("-") else epoch - east


def parse_log_time(text: str) -> float:
    """Parses `17/May/2015:10:05:03 +0000` or nginx's `$time_iso8601`; raises ValueError and KeyError."""
    if text[2:3] == "/":
        return parse_minute(text[:17], text[21:]) + int(text[18:20])
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_json_line(text: str) -> LogLine | None:
    fields = parse_json_fields(text)
    if fields is None:
        return None
    method, target = (fields.method, fields.target) if fields.method else split_request(fields.target)
    return LogLine(
        host=fields.host.partition(":")[0],
        address=fields.address,
        at=fields.at if isinstance(fields.at, float) else parse_log_time(fields.at),
        method=method,
        target=target,
        status=fields.status,
        referrer=dash_to_empty(fields.referrer),
        agent=dash_to_empty(fields.agent),
        language=fields.language,
        title=fields.title,
        screen=int(fields.screen) if fields.screen.isdecimal() else None,
    )
