"""The period of figures in words: relative ones ("today until now") only while they are true, else dates."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from utilities.model.date_ranges import DateRange
from utilities.model.formats import format_date_range, timezone_label
from utilities.model.frames import Frame

NO_YEAR = date.min  # a day of no year, so that each year is written
SAME_TIME = " by the same time"
SAME_TIME_YESTERDAY = "yesterday" + SAME_TIME
WEEK, YEAR_OF_WEEKS = timedelta(days=7), timedelta(days=364)
MONTHS_OF_PERIODS = {1: "this month", 3: "this quarter", 12: "this year"}


def format_days(days: DateRange, today: date | None, *, month: str = "%b") -> str:
    """Returns `20–26 Nov`, `27 Nov – 3 Dec`, or `Thu 26 Nov` for one day; with the year when it is not this year.

    Days that are cut off end with `until 13:00`, and minutes are `5 minutes until 13:00, Thu 26 Nov`. `month` is `%B`
    for full names.
    """
    first, last = days.first, days.last
    this_year = today.year if today else last.year
    year = "" if first.year == last.year == this_year else f" {last.year}"
    until = f" until {days.until}" if days.until else ""
    if days.window_minutes:
        return f"{format_window(days.window_minutes)}{until}, {last:%a} {last.day} {last:{month}}{year}"
    year += until
    if first == last:
        return f"{last:%a} {last.day} {last:{month}}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:{month}}{year}"
    first_year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:{month}}{first_year} – {last.day} {last:{month}}{year}"


def compared_days(frame: Frame) -> DateRange | None:
    """Returns the days that the figures are compared with; None without figures of a previous period."""
    previous = [place for place, column in enumerate(frame.columns) if column.is_previous]
    has_previous = any(row[place] is not None for place in previous for row in frame.rows)
    if not has_previous and previous and frame.rows:
        return None  # there is no whole period before, or none that can be compared
    if frame.previous_range or not frame.date_range:
        return frame.previous_range
    return frame.date_range.preceding_range() if has_previous else None


def describe_full_days(frame: Frame, before: DateRange | None) -> str:
    """Returns the days of figures that are read at any time, with year and zone; `before` are those compared with.

    `20–26 Nov 2026, compared with 13–19 Nov 2026, Berlin time`; days that have not ended end with `so far`.
    """
    days = frame.date_range
    if days is None:
        return ""
    if days.has_ended and before is None and not days.window_minutes:
        return format_date_range(days)
    so_far = "" if days.has_ended or days.until or days.window_minutes else " so far"
    compared = f", compared with {format_days(before, NO_YEAR)}" if before else ""
    return f"{format_days(days, NO_YEAR)}{so_far}{compared}, {timezone_label(days)}"


def day_of_figures(frame: Frame | None, now: datetime) -> date | None:
    """Returns the day on the clock of the figures' zone; None for figures without days."""
    if frame is None or frame.date_range is None:
        return None
    return now.astimezone(ZoneInfo(frame.date_range.zone)).date()


def describe_period(frame: Frame) -> str:
    """Returns the period of a frame: `in the 7 days to yesterday`, `this month until now`, `1–30 September`.

    `read_on` of the frame decides whether words are true; without it there are dates. '' without days.
    """
    days, today = frame.date_range, frame.read_on
    if days is None:
        return ""
    if days.window_minutes and not days.has_ended:
        return f"in the last {format_window(days.window_minutes)}"
    if days.window_minutes or not is_recent(frame) or today is None:
        return format_days(days, today, month="%B")
    to_when = "to yesterday" if days.last < today else "until now"
    if period := name_running_period(frame):
        return f"{period} {to_when}"
    count = count_days(days)
    if count == 1:
        return "yesterday" if days.last < today else "today until now"
    return f"in the {count} days {to_when}"


def describe_previous_period(frame: Frame) -> str:
    """Returns what the figures are compared with: `the week before`, `yesterday by the same time`, `1–27 October`."""
    days = frame.date_range
    if days is None:
        return "the time before"
    before = frame.previous_range or days.preceding_range()
    if is_recent(frame) and (words := name_same_weekdays(days, before)):
        return words + (SAME_TIME if before.until else "")
    if before.first != days.preceding_range().first or before.last != days.preceding_range().last:
        return format_days(before, frame.read_on)
    if frame.read_on is not None and not is_recent(frame):
        return format_days(before, frame.read_on)
    count = count_days(days)
    if count == 1 and not days.has_ended:
        return SAME_TIME_YESTERDAY if before.until else "yesterday"
    return {1: "the day before", 7: "the week before"}.get(count, f"the {count} days before")


def name_same_weekdays(days: DateRange, before: DateRange) -> str:
    """Returns `last Friday`, `the Friday before` or `the same weekdays last year` for days around now; else ''."""
    shift, count = days.first - before.first, count_days(days)
    if count_days(before) != count:
        return ""
    if shift == WEEK and count == 1:
        return f"the {days.first:%A} before" if days.has_ended else f"last {days.first:%A}"
    return f"the same {'weekday' if count == 1 else 'weekdays'} last year" if shift == YEAR_OF_WEEKS else ""


def previous_period_phrases(frame: Frame) -> tuple[str, ...]:
    """Returns what the figures are compared with, from the usual words to the shortest: its days, short months."""
    words, days = describe_previous_period(frame), frame.date_range
    before = days and (frame.previous_range or days.preceding_range())
    if before is None:
        return (words,)
    if words == SAME_TIME_YESTERDAY:
        return words, "this time yesterday"
    dates = format_days(before, frame.read_on)
    return (words, dates) if len(dates) < len(words) else (words,)


def shared_period(frames: Iterable[Frame]) -> str:
    """Returns the period of more than half of these figures: `the 7 days to yesterday`; '' where there is none.

    Moments, which say so themselves, do not count.
    """
    days = [frame for frame in frames if frame.date_range and not frame.date_range.window_minutes]
    periods = Counter(map(describe_period, days))
    period, count = next(iter(periods.most_common(1)), ("", 0))
    if 2 * count <= len(days):
        return ""
    return "today since midnight" if period == "today until now" else period.removeprefix("in ")


def is_recent(frame: Frame) -> bool:
    """Whether the days end yesterday or today, so that words about them are true."""
    days, today = frame.date_range, frame.read_on
    if days is None or today is None:
        return False
    return days.last == today - timedelta(days=1) if days.has_ended else days.last == today


def name_running_period(frame: Frame) -> str:
    """Returns `this week`, `this month`, `this quarter` or `this year` where the figures are of one; else ''."""
    days = frame.date_range
    if days is None or frame.current_until is None:
        return ""
    end = frame.current_until.astimezone(ZoneInfo(days.zone)).date()
    if (end - days.first).days == 7 and days.first.weekday() == 0:
        return "this week"
    if days.first.day != 1 or end.day != 1:
        return ""
    return MONTHS_OF_PERIODS.get(12 * (end.year - days.first.year) + end.month - days.first.month, "")


def format_window(minutes: int) -> str:
    """Returns `5 minutes`, `minute`, `24 hours`."""
    if minutes % 60 == 0 and minutes > 60:
        return f"{minutes // 60} hours"
    return f"{minutes} minutes" if minutes > 1 else "minute"


def count_days(days: DateRange) -> int:
    """Counts the days of a range."""
    return (days.last - days.first).days + 1
