"""The access log of the last four weeks of the demo site, as JSON lines for `run.py import-log`."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from demo.visitors.reading import Read, Readers
from demo.world.days import World

MOST = timedelta(days=29)
"""Four complete weeks; more would take long and show nothing new."""
A_DAY = timedelta(days=1)
MACHINES = 10  # of which one is written; none of them count


def write_log(path: Path, world: World, first: datetime, last: datetime) -> int:
    """Writes all hits after `first` (at most MOST ago) and until `last` to `path`; returns the number of lines."""
    readers, lines = Readers(world), 0
    first = max(first, last - MOST)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as out:
        while first < last:
            until = min(first + A_DAY, last)
            result = [read for read in readers.hits_between(first, until) if is_logged(read)]
            for read in sorted(result, key=lambda read: read.at):
                out.write(json.dumps(format_line(read), ensure_ascii=False) + "\n")
            lines += len(result)
            first = until
    return lines


def is_logged(read: Read) -> bool:
    """Whether a hit is in the log: events are not, nor hits that a log could not recognize as excluded."""
    machine = not read.browser.language
    return not read.name and not read.headers and (not machine or read.at.microsecond % MACHINES == 0)


def format_line(read: Read) -> dict[str, object]:
    """Returns the line with nginx's names; titles and screens, which nginx does not have, are added."""
    place = urlsplit(read.url)
    return {
        "msec": round(read.at.timestamp(), 3),
        "remote_addr": read.browser.address,
        "host": place.hostname,
        "request_method": "GET",
        "request_uri": f"{place.path}?{place.query}" if place.query else place.path,
        "status": 200,
        "http_referer": read.referrer,
        "http_user_agent": read.browser.agent,
        "http_accept_language": read.browser.language,
        "title": read.title,
        "screen": read.browser.screen,
    }
