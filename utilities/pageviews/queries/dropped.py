"""The query of dropped hits by day and reason; its table has no times."""

from datetime import date

from utilities.model.frames import Value
from utilities.model.time_ranges import TimeRange
from utilities.pageviews import DropReason
from utilities.pageviews.queries import EngineRows, FrameRows, SiteQuery, integer_column
from utilities.pageviews.queries.times import DAY_COLUMN

REASON_HEADINGS = {
    DropReason.BOT: "Bots",
    DropReason.PREFETCH: "Fetched ahead",
    DropReason.SPAM: "Referrer spam",
    DropReason.PRIVACY: "Privacy",
    DropReason.EXCLUDED: "Excluded",
    DropReason.LIMIT: "Rate limit",
    DropReason.FOREIGN: "Other domain",
    DropReason.UNKNOWN_SITE: "Unknown site",
    DropReason.INVALID: "Invalid",
    DropReason.NOT_STORED: "Not stored",
}


def fill_dropped_days(engine_rows: EngineRows, time_range: TimeRange) -> FrameRows:
    """Returns a row for each day of the range, with the total and a figure for each reason."""
    days: dict[date, dict[str, int]] = {day: {} for day in time_range.each_day()}
    for day, why, hits in engine_rows:
        if day in days:
            days[day][why] = int(hits)
    rows: list[tuple[Value, ...]] = [
        (day.isoformat(), sum(hits.values()), *(hits.get(why, 0) for why in REASON_HEADINGS))
        for day, hits in days.items()
    ]
    return rows, ()


QUERIES = (
    SiteQuery(
        "dropped",
        """
        SELECT day, why, sum(hits) AS hits
        FROM (SELECT site, day, why, hits, $first AS moment FROM dropped) AS daily
        WHERE {where} GROUP BY day, why""",
        (
            DAY_COLUMN,
            integer_column("dropped", "Not counted"),
            *(integer_column(why.value, heading) for why, heading in REASON_HEADINGS.items()),
        ),
        fill_dropped_days,
        has_visits=False,
    ),
)
