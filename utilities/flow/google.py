"""Flows from Google Analytics, which knows no exit pages: entered at A, and saw B."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from utilities.errors import ParameterError
from utilities.flow import OTHER, Band, Flow
from utilities.flow.wanted import Wanted
from utilities.frames import Frame
from utilities.pageviews.flows import Depth
from utilities.sources import Sources
from utilities.sources.ga4 import Filter, Ga4Ask

MOST = 9_990  # rows of one answer
DEVICES = {"tv": "smart tv"}
"""Where Google's word for a device is another than ours."""


@dataclass(frozen=True)
class Seen:
    """Sessions of one day that began at one page and saw another."""

    day: date
    chosen: bool
    landing: str
    page: str
    sessions: int


async def from_google(sources: Sources, want: Wanted, now: datetime) -> Flow:
    """The flow of the last whole days; raises ParameterError for a range Google is not asked for here."""
    if not want.days:
        raise ParameterError("Google Analytics is asked for the last whole days only: give `days` instead of `from`")
    frame = await sources.ask("ga4", ask_of(want))
    seen = list(rows(frame, want))
    tops = [top(seen, side, want.most) for side in ("landing", "page")]
    sums: Counter[tuple[date, bool, str, str]] = Counter()
    for row in seen:
        pair = [name if name in most else OTHER for name, most in zip((row.landing, row.page), tops, strict=True)]
        sums[row.day, row.chosen, pair[0], pair[1]] += row.sessions
    bands = tuple(Band(*key, sessions) for key, sessions in sums.items())
    notes = ("Google gave its largest 9,990 rows only; what is small is missing.",) if len(seen) >= MOST else ()
    return Flow(tuple(sorted({band.day for band in bands})), bands, now, notes)


def ask_of(want: Wanted) -> Ga4Ask:
    homes = [*(["countryId"] if want.countries else []), *(["region"] if want.regions else [])]
    filters = [
        Filter("sessionDefaultChannelGroup", want.channel),
        Filter("deviceCategory", DEVICES.get(want.device, want.device)),
        Filter("pagePath", want.page.removesuffix("*"), "begins" if want.page.endswith("*") else "exact"),
    ]
    return Ga4Ask(
        dimensions=("date", "landingPage", "pagePath", *homes),
        metrics=("sessions",),
        days=int(want.days),
        limit=MOST,
        filters=tuple(each for each in filters if each.value),
    )


def rows(frame: Frame, want: Wanted) -> Iterator[Seen]:
    """Each row under the names that the page shows; rows that are no page at all are left out."""
    if not frame.rows:
        return
    names = {name.casefold() for name in want.regions}
    nowhere = [""] * len(frame.rows)
    countries = frame.values("countryId") if want.countries else nowhere
    regions = frame.values("region") if want.regions else nowhere
    columns = (frame.values(key) for key in ("date", "landingPage", "pagePath", "sessions"))
    for day, landing, page, sessions, code, region in zip(*columns, countries, regions, strict=True):
        if landing and landing != "(not set)" and day:
            began, saw = name_of(str(landing), want.by), name_of(str(page), want.by)
            chosen = code in want.countries or str(region).casefold() in names
            yield Seen(date.fromisoformat(str(day)), chosen, began, saw, int(sessions or 0))


def name_of(path: str, by: Depth) -> str:
    """As our own pages are called; Google writes `/blog` for the landing page whose path is `/blog/`."""
    if by is Depth.SEGMENT and path.startswith("/"):
        return "/" + path[1:].replace("?", "/").replace("#", "/").partition("/")[0]
    return path.rstrip("/") or "/"


def top(seen: list[Seen], side: str, most: int) -> set[str]:
    sums: Counter[str] = Counter()
    for row in seen:
        sums[getattr(row, side)] += row.sessions
    return {name for name, _ in sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:most]}
