"""Orders the hits of a log by time, and gives each line an id that is the same in the next import."""

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from utilities.pageviews import Hit
from utilities.pageviews.log_import.access_log import LogLine
from utilities.pageviews.sites.site_file import Site

MAX_REMEMBERED_LINES = 10_000
"""How many lines back identical ones are detected; they are of the same second, so they are close to each other."""
MAX_DELAY_SECONDS = 60.0
"""How late a line may be: servers write it when the response has ended, with the time when it began."""
MAX_HELD_HITS = 20_000  # hits, however much happens in a minute


class LineIds:
    """Gives each line an id of 32 hex digits: a digest of the line and of how many identical lines came before it.

    The client's address is not part of it, because a digest of it and the stored fields would reveal it. Two people
    who do the same in the same second get different numbers, in whatever order.
    """

    def __init__(self, line_counts: Mapping[str, int] | None = None) -> None:
        self.line_counts: OrderedDict[str, int] = OrderedDict(line_counts or {})

    def make_id(self, site: str, line: LogLine) -> str:
        text = "\n".join((site, repr(line.at), line.host, line.target, str(line.status), line.referrer, line.agent))
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        before = self.line_counts.get(digest, 0)
        self.line_counts[digest] = before + 1
        if len(self.line_counts) > MAX_REMEMBERED_LINES:
            self.line_counts.popitem(last=False)
        if not before:
            return digest
        return blake2b(f"{digest} {before}".encode(), digest_size=16).hexdigest()


class ReorderBuffer:
    """Holds hits back until an earlier one is unlikely, and returns them ordered by time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Hit, Site]] = []
        self.number = 0
        self.newest = float("-inf")

    def add_hit(self, at: float, hit: Hit, site: Site) -> Iterator[tuple[Hit, Site]]:
        """Adds a hit and yields those that are old enough."""
        self.number += 1  # the order of the file within a second
        heapq.heappush(self.waiting, (at, self.number, hit, site))
        self.newest = max(self.newest, at)
        while self.waiting[0][0] < self.newest - MAX_DELAY_SECONDS or len(self.waiting) > MAX_HELD_HITS:
            yield heapq.heappop(self.waiting)[2:]

    def release_all(self) -> Iterator[tuple[Hit, Site]]:
        """Yields all that are left."""
        while self.waiting:
            yield heapq.heappop(self.waiting)[2:]
