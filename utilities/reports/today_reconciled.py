"""Today's visitors and views, counted by Foyer and by Google Analytics, with the age of the figures."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from utilities.google.time_dimensions import HOUR_KEY, parse_moment
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
"""The newest minute that Google has counted: the only way to learn how far behind its figures are."""


async def build_reconciled(sources: Sources) -> AsyncIterator[Frame]:
    """Yields a row for each; a source that does not answer has no figures, and a note with the reason."""
    rows: list[tuple[Value, ...]] = []
    notes: list[Note] = []
    ends: list[datetime] = []
    for name, period, source, query, keys in RECONCILED_ROWS:
        try:
            frame = await sources.fetch_frame(source, query)
            seconds = 0.0 if source == "pageviews" else await seconds_behind(sources)
        except SourceError as error:
            rows.append((name, period, None, None, None))
            notes.append(Note(f"{name}: {error}", short="one is missing"))
        else:
            ends += [frame.current_until] if frame.current_until else []
            figures = (frame.column_values(key)[0] if frame.rows else 0 for key in keys)
            rows.append((name, period + zone_suffix(frame) * period.startswith("today"), *figures, seconds))
    until = min(ends, default=None)
    yield Frame(RECONCILED_COLUMNS, tuple(rows), tuple(dict.fromkeys(notes)), current_until=until)


def zone_suffix(frame: Frame) -> str:
    """Returns the zone of the day: a property's day may begin hours before or after the site's."""
    return f", {timezone_label(frame.date_range)}" if frame.date_range else ""


async def seconds_behind(sources: Sources) -> float | None:
    """Returns the seconds since the newest minute Google has counted today; None when it has counted nothing."""
    frame = await sources.fetch_frame("ga4", NEWEST_MINUTE)
    if frame.date_range is None or not frame.rows:
        return None
    texts = (str(frame.column_values(key)[0]) for key in ("dateHourMinute", "dateHourMinute" + HOUR_KEY))
    minute = parse_moment(" ".join(texts), ZoneInfo(frame.date_range.zone))
    return max((sources.clock() - minute.astimezone(UTC)) / timedelta(seconds=1), 0.0) if minute else None


REPORT = Report(
    name="today-reconciled",
    title="What do we count, and what does Google?",
    sources=("pageviews", "ga4"),
    build=build_reconciled,
    columns=RECONCILED_COLUMNS,
    view="table",
    refresh_every=timedelta(minutes=1),
)
