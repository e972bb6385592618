"""The figures of the flow page, read from the frames of its reports: visits by day, and the pages around one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from utilities.model.frames import REST_NAME, Column, Frame, ValueKind

FLOW_COLUMNS = (
    Column("day", "Day", ValueKind.DATE),
    Column("compared", "From a compared country", ValueKind.INTEGER),  # 1 or 0
    Column("landing", "Landing page", ValueKind.TEXT),
    Column("exit", "Exit page", ValueKind.TEXT),
    Column("visits", "Visits", ValueKind.INTEGER),
)
NEIGHBOUR_COLUMNS = (
    Column("list", "List", ValueKind.TEXT),  # before, after or trail
    *(Column(key, key.capitalize(), ValueKind.TEXT) for key in ("earlier", "before", "after", "later")),
    Column("visits", "Visits", ValueKind.INTEGER),
)


class FlowRow(NamedTuple):
    """Visits of one day from one page to another; `compared` is whether they came from a compared country."""

    day: str
    compared: int
    landing: str
    exit: str
    visits: int


class PageTotal(NamedTuple):
    """The visits that began or ended on one page."""

    page: str
    visits: int
    compared: int


class PairTotal(NamedTuple):
    """The visits that began on one page and ended on the other."""

    landing: str
    exit: str
    visits: int
    compared: int


class FlowTotals:
    """Sums of flow rows by landing and exit page."""

    def __init__(self, rows: Sequence[FlowRow]) -> None:
        self.visits_by_pair: dict[tuple[str, str], list[int]] = {}  # of all others, of the compared countries
        for row in rows:
            self.visits_by_pair.setdefault((row.landing, row.exit), [0, 0])[row.compared] += row.visits

    def __iter__(self) -> Iterator[tuple[str, str, bool, int]]:
        for (landing, exit_), counts in self.visits_by_pair.items():
            for compared in (True, False):
                if counts[compared]:
                    yield landing, exit_, compared, counts[compared]

    @property
    def total(self) -> int:
        return sum(map(sum, self.visits_by_pair.values()))

    @property
    def compared(self) -> int:
        """The visits from the compared countries."""
        return sum(counts[1] for counts in self.visits_by_pair.values())

    @property
    def ended_where_begun(self) -> int:
        """The visits that ended on the page they began on; pages without a name are not counted."""
        return sum(sum(counts) for (a, b), counts in self.visits_by_pair.items() if a == b != REST_NAME)

    @property
    def has_other(self) -> bool:
        """Whether some pages have no name."""
        return any(REST_NAME in pair for pair in self.visits_by_pair)

    def largest_pairs(self, most: int) -> list[PairTotal]:
        """Returns the pairs of landing and exit pages with the most visits; those without a name are last."""
        pairs = [PairTotal(*pair, sum(counts), counts[1]) for pair, counts in self.visits_by_pair.items()]
        return sorted(pairs, key=lambda each: (REST_NAME in each[:2], -each.visits, each[:2]))[:most]

    def totals_by_page(self, side: int) -> list[PageTotal]:
        """Returns the landing (0) or exit (1) pages, most visits first."""
        sums: dict[str, list[int]] = {}
        for pair, counts in self.visits_by_pair.items():
            page = sums.setdefault(pair[side], [0, 0])
            page[0] += sum(counts)
            page[1] += counts[1]
        totals = (PageTotal(page, *counts) for page, counts in sums.items())
        return sorted(totals, key=lambda total: (total.page == REST_NAME, -total.visits, total.page))


class Flow:
    """The visits of a range by day; every figure of a day is of that day alone.

    Reading a frame of many days and pages takes a third of a second: do it in a worker thread, once for each frame.
    """

    def __init__(self, frame: Frame) -> None:
        self.rows_by_day: dict[date, list[FlowRow]] = {}
        if frame.date_range is not None:
            first, last = frame.date_range.first, frame.date_range.last
            self.rows_by_day = {first + timedelta(days=count): [] for count in range((last - first).days + 1)}
        for row in map(FlowRow._make, frame.rows):
            self.rows_by_day.setdefault(date.fromisoformat(row.day), []).append(row)
        self.days = sorted(self.rows_by_day)
        self.visits_by_day = tuple(sum(row.visits for row in self.rows_by_day[day]) for day in self.days)
        self.whole = FlowTotals([row for rows in self.rows_by_day.values() for row in rows])
        self.notes = [note.text for note in frame.notes]

    def totals(self, day: date | None) -> FlowTotals:
        """Returns the sums of one day, or of the range for None."""
        return FlowTotals(self.rows_by_day[day]) if day else self.whole


class Trail(NamedTuple):
    """Pages in the order in which visits saw them, and whether these visits began and ended there."""

    pages: tuple[str, ...]
    visits: int
    begins: bool
    ends: bool


@dataclass(frozen=True)
class PageNeighbours:
    """The pages before and after one page, with their visits; '' is the beginning or the end of a visit."""

    before: Sequence[tuple[str, int]]
    after: Sequence[tuple[str, int]]
    trails: Sequence[Trail]

    @classmethod
    def from_frame(cls, frame: Frame, node: str) -> "PageNeighbours":
        """Reads a frame of NEIGHBOUR_COLUMNS about the page `node`."""
        lists: dict[str, list[tuple[str, int]]] = {"before": [], "after": []}
        trails = []
        for name, earlier, before, after, later, visits in frame.rows:
            if name == "trail":
                pages = tuple(str(page) for page in (earlier, before, node, after, later) if page is not None)
                trails.append(Trail(pages, int(visits or 0), earlier is None, later is None))
            else:
                lists[str(name)].append((str(before or after or ""), int(visits or 0)))
        return cls(lists["before"], lists["after"], trails)
