"""Where people come in and where they leave: what is wanted, the answer day by day, and the ways through a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

OTHER = "(other)"
"""Every page beyond those that are shown by name."""


@dataclass(frozen=True, slots=True)
class Band:
    """Visits of one day from one page to another."""

    day: date
    chosen: bool  # from one of the countries that are compared with the rest
    landing: str
    exit: str
    visits: int


@dataclass(frozen=True)
class Flow:
    """The visits of a range; every figure of a day is of that day alone."""

    days: tuple[date, ...]
    bands: tuple[Band, ...]
    taken: datetime
    notes: tuple[str, ...] = ()

    def of(self, day: date | None) -> "Bands":
        """The sums of one day, or of the whole range."""
        return Bands([band for band in self.bands if day is None or band.day == day])


class Bands:
    """Sums of some bands."""

    def __init__(self, bands: Sequence[Band]) -> None:
        self.pairs: dict[tuple[str, str], list[int]] = {}  # by landing and exit: of the rest, of the chosen
        for band in bands:
            self.pairs.setdefault((band.landing, band.exit), [0, 0])[band.chosen] += band.visits

    def __iter__(self) -> Iterator[tuple[str, str, bool, int]]:
        for (landing, exit_), counts in self.pairs.items():
            for chosen in (True, False):
                if counts[chosen]:
                    yield landing, exit_, chosen, counts[chosen]

    @property
    def total(self) -> int:
        return sum(map(sum, self.pairs.values()))

    @property
    def chosen(self) -> int:
        return sum(counts[1] for counts in self.pairs.values())

    def side(self, place: int) -> list[tuple[str, int, int]]:
        """Each landing (0) or exit (1) page, its visits and those of the chosen among them, most first."""
        sums: dict[str, list[int]] = {}
        for pair, counts in self.pairs.items():
            here = sums.setdefault(pair[place], [0, 0])
            here[0] += sum(counts)
            here[1] += counts[1]
        return sorted(
            ((name, total, chosen) for name, (total, chosen) in sums.items()),
            key=lambda each: (each[0] == OTHER, -each[1], each[0]),
        )
