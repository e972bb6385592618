"""Lines of a log in the order in which things happened, each with a name of its own that is the same next time."""

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from utilities.pageviews import Hit
from utilities.pageviews.log_import.access_log import Line
from utilities.pageviews.sites.site_file import Site

REMEMBERED = 10_000
"""Lines among which an identical one is looked for; identical lines are of the same second, so they stand close."""
DISORDER = 60.0
"""Seconds by which a line may come late: servers write when an answer has ended, and name the moment it began."""
MOST_WAITING = 20_000  # hits, however much happens in a minute


class Names:
    """Gives each line 32 hex digits by what it says and by how many just like it there were before it in its file.

    The client's address is left out: a digest of it and of things that are kept beside it would give it away. Two
    people who do the same thing in the same second are told apart by their number, whichever of them comes first.
    """

    def __init__(self, seen: Mapping[str, int] | None = None) -> None:
        self.seen: OrderedDict[str, int] = OrderedDict(seen or {})

    def name(self, site: str, line: Line) -> str:
        said = "\n".join((site, repr(line.at), line.host, line.target, str(line.status), line.referrer, line.agent))
        digest = blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        before = self.seen.get(digest, 0)
        self.seen[digest] = before + 1
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        if not before:
            return digest
        return blake2b(f"{digest} {before}".encode(), digest_size=16).hexdigest()


class Settling:
    """Holds hits back until nothing earlier is likely to come, and hands them out by time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Hit, Site]] = []
        self.number = 0
        self.newest = float("-inf")

    def put(self, at: float, hit: Hit, site: Site) -> Iterator[tuple[Hit, Site]]:
        """Takes one in and yields those that have settled."""
        self.number += 1  # keeps the file's own order within a second
        heapq.heappush(self.waiting, (at, self.number, hit, site))
        self.newest = max(self.newest, at)
        while self.waiting[0][0] < self.newest - DISORDER or len(self.waiting) > MOST_WAITING:
            yield heapq.heappop(self.waiting)[2:]

    def rest(self) -> Iterator[tuple[Hit, Site]]:
        """All that still wait."""
        while self.waiting:
            yield heapq.heappop(self.waiting)[2:]
