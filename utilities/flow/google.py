"""Flows from Google Analytics, which knows no exit pages: entered at A, and saw B."""

import asyncio
from collections import Counter
from datetime import date, datetime

from utilities.flow.model import OTHER, Band, Flow
from utilities.flow.query import Wanted
from utilities.model.errors import ParameterError
from utilities.model.frames import Frame
from utilities.pageviews.sql.flow import Depth
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Filter, Ga4Query

MOST = 9_990  # rows of one answer
MOST_PLACES = 8  # each is a question of its own, for by country an answer would have too many rows
DEVICES = {"tv": "smart tv"}
"""Where Google's word for a device is another than ours."""


Seen = Counter[tuple[date, str, str]]
"""Sessions by day, the page they began at, and a page they saw."""


async def from_google(sources: Sources, want: Wanted, now: datetime) -> Flow:
    """The flow of the last whole days; raises ParameterError for what Google is not asked for here."""
    if not want.days:
        raise ParameterError("Google Analytics is asked for the last whole days only: give `days` instead of `from`")
    places = [*(("countryId", code) for code in want.countries), *(("region", name) for name in want.regions)]
    if len(places) > MOST_PLACES:
        raise ParameterError(f"Google Analytics is asked for {MOST_PLACES} countries and regions at most")
    asks = [ask_of(want), *(ask_of(want, Ga4Filter(*place)) for place in places)]
    frames = await asyncio.gather(*(sources.fetch_frame("ga4", ask) for ask in asks))
    whole, mine = seen(frames[0], want), Counter[tuple[date, str, str]]()
    for frame in frames[1:]:
        mine.update(seen(frame, want))
    whole |= mine  # what Google left out as small may still be known of a place
    tops = [top(whole, side, want.most) for side in (1, 2)]
    sums: Counter[tuple[date, bool, str, str]] = Counter()
    for key, sessions in whole.items():
        landing, page = (name if name in most else OTHER for name, most in zip(key[1:], tops, strict=True))
        sums[key[0], True, landing, page] += mine[key]
        sums[key[0], False, landing, page] += sessions - mine[key]
    bands = tuple(Band(*key, sessions) for key, sessions in sums.items() if sessions)
    short = any(len(frame.rows) >= MOST for frame in frames)
    notes = (f"Google gave its largest {MOST:,} rows only; what is small is missing.",) if short else ()
    return Flow(tuple(sorted({band.day for band in bands})), bands, now, notes)


def ask_of(want: Wanted, *places: Ga4Filter) -> Ga4Query:
    filters = [
        Ga4Filter("sessionDefaultChannelGroup", want.channel),
        Ga4Filter("deviceCategory", DEVICES.get(want.device, want.device)),
        Ga4Filter("pagePath", want.page.removesuffix("*"), "begins" if want.page.endswith("*") else "exact"),
        *places,
    ]
    return Ga4Query(
        dimensions=("date", "landingPage", "pagePath"),
        metrics=("sessions",),
        days=int(want.days),
        limit=MOST,
        filters=tuple(each for each in filters if each.value),
    )


def seen(frame: Frame, want: Wanted) -> Seen:
    """The sums under the names that the page shows; rows that are no page at all are left out."""
    sums: Seen = Counter()
    if frame.rows:
        columns = (frame.column_values(key) for key in ("date", "landingPage", "pagePath", "sessions"))
        for day, landing, page, sessions in zip(*columns, strict=True):
            if landing and landing != "(not set)" and day:
                began, saw = name_of(str(landing), want.by), name_of(str(page), want.by)
                sums[date.fromisoformat(str(day)), began, saw] += int(sessions or 0)
    return sums


def name_of(path: str, by: Depth) -> str:
    """As our own pages are called; Google writes `/blog` for the landing page whose path is `/blog/`."""
    if by is Depth.SEGMENT and path.startswith("/"):
        return "/" + path[1:].replace("?", "/").replace("#", "/").partition("/")[0]
    return path.rstrip("/") or "/"


def top(found: Seen, side: int, most: int) -> set[str]:
    sums: Counter[object] = Counter()
    for key, sessions in found.items():
        sums[key[side]] += sessions
    return {str(name) for name, _ in sorted(sums.items(), key=lambda each: (-each[1], str(each[0])))[:most]}
