"""One line of an access log: Apache's and nginx's common, combined and vhost formats, and JSON."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from utilities.pageviews.log_import.access_json import fields_of


class Line(NamedTuple):
    """What a line says. A tuple and not a dataclass: millions of them are made, one after the other."""

    host: str  # the site's, '' when the format does not say
    address: str  # the client's; a name where the server looks names up
    at: float  # seconds since 1970, UTC
    method: str
    target: str  # path and query, as it was asked for
    status: int
    referrer: str  # '' for none
    agent: str  # '' for none
    language: str = ""
    title: str = ""
    screen: int | None = None  # width, px


QUOTED = r'"((?:[^"\\]++|\\.)*+)'  # possessive: a hostile line cannot make it try again
WRITTEN = re.compile(
    r"(?:([\w.-]+)(?::\d+)? (?=[0-9a-fA-F:.]+ )|([\w.-]+):\d+ )?"  # vhost_combined, or nginx's with $host in front
    r"(\S+) \S+ .*?\[([^\]]{17,32})\] "
    + QUOTED
    + r'" (\d{3}) (?:\d+|-)(?: '
    + QUOTED
    + r'" '
    + QUOTED  # and no quote behind it: the last line of a log may be cut off
    + r")?"
)
ORDINARY = re.compile(
    r"(\S+) - \S+ \[(\d\d/\w{3}/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\] "
    r'"([A-Z]+) ([^"\\ ]+) HTTP/[\d.]+" (\d{3}) (?:\d++|-)'
    r'(?: "([^"\\]*+)" "([^"\\]*+)(?:"|$)|(?! "))'
)
"""What nearly all lines are, already taken apart: no host, nothing escaped, a request that is one."""
ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
MONTHS = {
    name: number
    for number, name in enumerate("JanFebMarAprMayJunJulAugSepOctNovDec"[i : i + 3] for i in range(0, 36, 3))
}


def parse(text: str) -> Line | None:
    """The line, or None when it is none that we can read."""
    try:
        return written(text) if not text.startswith("{") else from_json(text)
    except (ValueError, KeyError, OverflowError):
        return None  # a time that is none, or a number too large to be one


def written(text: str) -> Line | None:
    ordinary = ORDINARY.match(text)
    if ordinary is not None:
        address, until, second, zone, method, target, status, referrer, agent = ordinary.groups("")
        begun = minute(until, zone) + int(second)
        return Line("", address, begun, method, target, int(status), dash(referrer), dash(agent))
    found = WRITTEN.match(text)
    if found is None:
        return None
    host, other, address, at, request, status, referrer, agent = found.groups("")
    if "\\" in text:
        request, referrer, agent = map(unescaped, (request, referrer, agent))
    method, target = split(request)
    return Line(host or other, address, seconds(at), method, target, int(status), dash(referrer), dash(agent))


def split(request: str) -> tuple[str, str]:
    """Method and target of `GET /page HTTP/1.1`; spaces in the target are its own. What is no request has neither."""
    method, _, rest = request.partition(" ")
    target, _, protocol = rest.rpartition(" ")
    if not protocol.startswith("HTTP/"):
        target = rest
    return (method, target) if target else ("", "")


def dash(text: str) -> str:
    return "" if text == "-" else text


def unescaped(text: str) -> str:
    r"""Apache and nginx write a quote as \" or \x22 and bytes that are no ASCII as \xhh; those are UTF-8 mostly."""
    if "\\" not in text:
        return text
    raw = ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw


@lru_cache(maxsize=4096)
def minute(text: str, zone: str) -> float:
    """Seconds since 1970 of `17/May/2015:10:05`, `+0200`; a day's minutes are asked for over and over."""
    day, month, rest = text.split("/")
    year, hour, minutes = map(int, rest.split(":"))
    found = datetime(year, MONTHS[month] + 1, int(day), hour, minutes, tzinfo=UTC).timestamp()
    east = 60 * (int(zone[1:3]) * 60 + int(zone[3:5])) if zone else 0
    return found + east if zone.startswith("-") else found - east


def seconds(text: str) -> float:
    """`17/May/2015:10:05:03 +0000`, or nginx's `$time_iso8601`; raises ValueError and KeyError."""
    if text[2:3] == "/":
        return minute(text[:17], text[21:]) + int(text[18:20])
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def from_json(text: str) -> Line | None:
    found = fields_of(text)
    if found is None:
        return None
    method, target = (found.method, found.target) if found.method else split(found.target)
    return Line(
        host=found.host.partition(":")[0],
        address=found.address,
        at=found.at if isinstance(found.at, float) else seconds(found.at),
        method=method,
        target=target,
        status=found.status,
        referrer=dash(found.referrer),
        agent=dash(found.agent),
        language=found.language,
        title=found.title,
        screen=int(found.screen) if found.screen.isdecimal() else None,
    )
