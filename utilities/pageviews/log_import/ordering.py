"""Orders the hits of an import by time, and gives each an id that is the same in the next import."""

import heapq
import marshal
import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, NamedTuple

from utilities.model.errors import StoreDown
from utilities.pageviews.log_import.log_line import LogLine

MAX_HITS_IN_MEMORY = 20_000
HITS_PER_BLOCK = 200  # that are read at once from a sorted run


class LoggedHit(NamedTuple):
    """A possible page view of a log. Hits are ordered by time, and at one moment by their place in the logs."""

    at: float  # seconds since 1970
    number: int
    log: int  # which of the logs
    site: str
    line: tuple[Any, ...]  # the fields of its LogLine


class LineIds:
    """Gives the hits, which come in order of time, ids of 32 hex digits.

    An id is a digest of the line and of how many equal lines of the same moment came before it. The client's address
    is not part of it, because a digest of it and the stored fields would reveal it. Two people who do the same in the
    same moment get different numbers; the same line in two logs of one import, which is a copy, gets one.
    """

    def __init__(self) -> None:
        self.at = 0.0
        self.repeats: dict[tuple[str, str, int], int] = {}  # by digest, address and log: how many so far
        self.numbers: dict[str, dict[tuple[str, int], int]] = {}  # by digest: the number of the nth line of an address

    def make_id(self, hit: LoggedHit) -> str:
        if hit.at != self.at:
            self.at = hit.at
            self.repeats.clear()
            self.numbers.clear()
        line = LogLine(*hit.line)
        agent = "" if line.agent == "-" else line.agent
        text = "\n".join((hit.site, repr(line.at), line.host, line.target, str(line.status), line.referrer, agent))
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        repeat = self.repeats.get((digest, line.address, hit.log), 0)
        self.repeats[digest, line.address, hit.log] = repeat + 1
        numbers = self.numbers.setdefault(digest, {})
        number = numbers.setdefault((line.address, repeat), len(numbers))
        return blake2b(f"{digest} {number}".encode(), digest_size=16).hexdigest() if number else digest


class HitSorter:
    """Sorts any number of hits in bounded memory: in runs, which are in a nameless file that ends with the process.

    Raises StoreDown when `folder` has no room for the file.
    """

    def __init__(self, folder: Path, max_in_memory: int = MAX_HITS_IN_MEMORY) -> None:
        self.folder = folder
        self.max_in_memory = max_in_memory
        self.count = 0
        self.held: list[LoggedHit] = []
        self.runs: list[list[int]] = []  # the offsets of each run's blocks
        self.first_times: list[float] = []
        self.file: IO[bytes] | None = None

    def add_hit(self, at: float, log: int, site: str, line: LogLine) -> None:
        self.held.append(LoggedHit(at, self.count, log, site, tuple(line)))
        self.count += 1
        if len(self.held) >= self.max_in_memory:
            self._write_run()

    def _write_run(self) -> None:
        self.held.sort()
        offsets: list[int] = []
        try:
            file = self._open_file()
            for start in range(0, len(self.held), HITS_PER_BLOCK):
                offsets.append(file.tell())
                marshal.dump([tuple(hit) for hit in self.held[start : start + HITS_PER_BLOCK]], file)
        except OSError as error:
            raise StoreDown(f"{self.folder} has no room to sort the hits of the import: {error.strerror}.") from error
        self.runs.append(offsets)
        self.first_times.append(self.held[0].at)
        self.held = []

    def _open_file(self) -> IO[bytes]:
        if self.file is None:
            self.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (until `close`)
        return self.file

    def sorted_hits(self) -> Iterator[LoggedHit]:
        """Yields all hits in order. Of logs in order, only one or two blocks are in memory at once."""
        self.held.sort()
        order = sorted(range(len(self.runs)), key=self.first_times.__getitem__)
        waiting = [(self.first_times[run], run) for run in reversed(order)]
        open_runs: list[tuple[LoggedHit, Iterator[LoggedHit]]] = []
        push_next(open_runs, iter(self.held))
        while open_runs or waiting:
            while waiting and (not open_runs or waiting[-1][0] <= open_runs[0][0].at):
                push_next(open_runs, self._read_run(self.runs[waiting.pop()[1]]))
            hit, run = heapq.heappop(open_runs)
            yield hit
            push_next(open_runs, run)

    def _read_run(self, offsets: list[int]) -> Iterator[LoggedHit]:
        file = self._open_file()
        for offset in offsets:
            file.seek(offset)
            for fields in marshal.load(file):  # noqa: S302 (this process has written it)
                yield LoggedHit(*fields)

    def close(self) -> None:
        if self.file:
            self.file.close()


def push_next(heap: list[tuple[LoggedHit, Iterator[LoggedHit]]], hits: Iterator[LoggedHit]) -> None:
    """Adds the next hit of a run to the heap, unless the run is at its end. Hits are never equal: they are numbered."""
    hit = next(hits, None)
    if hit is not None:
        heapq.heappush(heap, (hit, hits))
