"""What we count ourselves beside what Google Analytics has counted of today, each with how old its figures are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from utilities.model.errors import SourceError
from utilities.model.formats import timezone_label
from utilities.model.frames import Column, Frame, Note, Value, ValueKind
from utilities.reports import Report
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Query
from utilities.sources.pageviews import PageViewQuery

RECONCILED_COLUMNS = (
    Column("source", "Source", ValueKind.TEXT),
    Column("period", "Period", ValueKind.TEXT),
    Column("visitors", "Visitors", ValueKind.INTEGER),
    Column("views", "Views", ValueKind.INTEGER),
    Column("age", "Age", ValueKind.SECONDS, 1),
)
RECONCILED_ROWS = (
    ("Our own", "last 5 minutes", "pageviews", PageViewQuery("present", first="now-5m"), ("visitors", "views")),
    ("Our own", "today until now", "pageviews", PageViewQuery("totals", first="now/d"), ("visitors", "views")),
    (
        "Google Analytics",
        "today so far",
        "ga4",
        Ga4Query(metrics=("totalUsers", "screenPageViews"), today=True),
        ("totalUsers", "screenPageViews"),
    ),
)
NEWEST_MINUTE = Ga4Query(
    dimensions=("dateHourMinute",), metrics=("screenPageViews",), order="-dateHourMinute", limit=1, today=True
)
"""The newest minute that Google has counted: it does not say otherwise how far behind it is."""


async def build_reconciled(sources: Sources) -> AsyncIterator[Frame]:
    """A row for each; a source that does not answer has none of its figures, and a note that says why."""
    rows: list[tuple[Value, ...]] = []
    notes: list[Note] = []
    for name, period, source, ask, keys in RECONCILED_ROWS:
        try:
            frame = await sources.fetch_frame(source, ask)
            seconds = 0.0 if source == "pageviews" else await seconds_behind(sources)
        except SourceError as error:
            rows.append((name, period, None, None, None))
            notes.append(Note(f"{name}: {error}"))
        else:
            figures = (frame.column_values(key)[0] if frame.rows else 0 for key in keys)
            rows.append((name, period + zone_suffix(frame) * period.startswith("today"), *figures, seconds))
    yield Frame(RECONCILED_COLUMNS, tuple(rows), tuple(dict.fromkeys(notes)))


def zone_suffix(frame: Frame) -> str:
    """Whose day it is: that of the property may begin hours before or after the site's."""
    return f", {timezone_label(frame.date_range)}" if frame.date_range else ""


async def seconds_behind(sources: Sources) -> float | None:
    """Seconds since the newest minute Google has counted today; None when it has counted nothing."""
    frame = await sources.fetch_frame("ga4", NEWEST_MINUTE)
    newest = str(frame.column_values("dateHourMinute")[0]) if frame.rows else ""
    if frame.date_range is None or not newest.isdecimal():
        return None
    minute = datetime.strptime(newest, "%Y%m%d%H%M").replace(tzinfo=ZoneInfo(frame.date_range.zone))
    return max((sources.clock() - minute.astimezone(UTC)) / timedelta(seconds=1), 0.0)


REPORT = Report(
    name="today-reconciled",
    title="What do we count, and what does Google?",
    sources=("pageviews", "ga4"),
    build=build_reconciled,
    view="table",
    refresh_every=timedelta(minutes=1),
)
