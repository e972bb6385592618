"""Which hits were not counted, and why; of the table of dropped hits, which knows days and nothing finer."""

from datetime import date

from utilities.model.frames import Value
from utilities.model.time_ranges import TimeRange
from utilities.pageviews import DropReason
from utilities.pageviews.queries import Arranged, Found, Question, whole
from utilities.pageviews.queries.times import DAY

HEADINGS = {
    DropReason.BOT: "Bots",
    DropReason.PREFETCH: "Fetched ahead",
    DropReason.SPAM: "Referrer spam",
    DropReason.PRIVACY: "Privacy",
    DropReason.EXCLUDED: "Excluded",
}


def every_day(found: Found, span: TimeRange) -> Arranged:
    """A row for each day of the range and a figure for each reason, all of them together first."""
    days: dict[date, dict[str, int]] = {day: {} for day in span.each_day()}
    for day, why, hits in found:
        if day in days:
            days[day][why] = int(hits)
    rows: list[tuple[Value, ...]] = [
        (day.isoformat(), sum(hits.values()), *(hits.get(why, 0) for why in HEADINGS)) for day, hits in days.items()
    ]
    return rows, ()


QUESTIONS = (
    Question(
        "dropped",
        """
        SELECT day, why, sum(hits) AS hits
        FROM (SELECT site, day, why, hits, $first AS moment FROM dropped) AS daily
        WHERE {where} GROUP BY day, why""",
        (DAY, whole("dropped", "Not counted"), *(whole(why.value, heading) for why, heading in HEADINGS.items())),
        every_day,
    ),
)
