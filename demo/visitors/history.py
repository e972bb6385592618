"""The past four weeks of the pretend site, as an access log of JSON lines that `run.py import-log` understands."""

import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from demo.visitors.reading import Read, Readers
from demo.world.days import World

MOST = timedelta(days=29)
"""Four whole weeks, at every hour of the day; more would keep a machine busy for nothing but show."""
A_DAY = timedelta(days=1)
MACHINES = 10  # of which one is written; none of them count


def write(path: Path, world: World, first: datetime, last: datetime) -> int:
    """Writes everything after `first` (but no more than MOST) and until `last` to `path`; answers how many lines."""
    readers, lines = Readers(world), 0
    first = max(first, last - MOST)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as out:
        while first < last:
            until = min(first + A_DAY, last)
            found = [read for read in readers.between(first, until) if logged(read)]
            for read in sorted(found, key=lambda read: read.at):
                out.write(json.dumps(line(read), ensure_ascii=False) + "\n")
            lines += len(found)
            first = until
    return lines


def logged(read: Read) -> bool:
    """Whether it is in the log: events are not, and neither is what a log cannot know to be left out."""
    machine = not read.browser.language
    return not read.name and not read.headers and (not machine or read.at.microsecond % MACHINES == 0)


def line(read: Read) -> dict[str, object]:
    """nginx's names for what nginx knows; it does not know titles and screens, but this log does."""
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
