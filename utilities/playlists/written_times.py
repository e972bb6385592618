"""Parses how people write weekdays, times of day and dates in a playlist."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from utilities.config.boards.model import Strict
from utilities.model.near_names import find_near_name

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOLIDAY = "holiday"
DAY_ALIASES = {
    **dict(zip(FULL_NAMES, DAY_NAMES, strict=True)),
    **{name.lower(): name for name in DAY_NAMES},
    **{"holiday": HOLIDAY, "holidays": HOLIDAY},
}
MINUTES_OF_DAY = 24 * 60
TIME_OF_DAY_PATTERN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME_HINT = "write a time of day like 07:30 or 18:00"
DATE_HINT = "write a date like 2026-12-24"


def parse_days(value: object) -> object:
    """Returns the days of `Mon-Fri`, `Sat, holiday` or a list of these, in the order of the week.

    Raises ValueError for a number, because programs disagree on which day is the first.
    """
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("write days by their names: Mon-Fri, or [Sat, Sun, holiday]")
    names = {name for part in parts for name in _parse_day_span(part)}
    if not names:
        raise ValueError("name at least one day, or leave it out for every day")
    return tuple(name for name in (*DAY_NAMES, HOLIDAY) if name in names)


def _parse_day_span(text: str) -> list[str]:
    ends = [_parse_day(part) for part in re.split(r"\s*[-–]\s*", text.strip())]
    if len(ends) == 1:
        return ends
    if len(ends) != 2 or HOLIDAY in ends:
        raise ValueError(f"{text.strip()[:60]!r} is no span of days; write Mon-Fri")
    first, last = (DAY_NAMES.index(name) for name in ends)
    return [DAY_NAMES[(first + step) % 7] for step in range((last - first) % 7 + 1)]


def _parse_day(text: str) -> str:
    name = DAY_ALIASES.get(text.lower())
    if name is None:
        near = DAY_ALIASES.get(find_near_name(text.lower(), DAY_ALIASES), "")
        hint = f"did you mean {near}?" if near else f"there are {', '.join((*DAY_NAMES, HOLIDAY))}"
        raise ValueError(f"{text[:60]!r} is no day; {hint}")
    return name


def parse_time_of_day(value: object) -> object:
    """Returns the minutes since midnight of `07:30`; `24:00` is the end of the day. Raises ValueError."""
    if value == "24:00":
        return MINUTES_OF_DAY
    match = TIME_OF_DAY_PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(TIME_HINT)
    return int(match[1]) * 60 + int(match[2])


def format_minute(minute: int) -> str:
    """Returns minutes since midnight as `07:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def parse_date(value: object) -> object:
    """Returns the date of `2026-12-24`; raises ValueError."""
    if isinstance(value, str) and DATE_PATTERN.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is not in the calendar") from None
    if isinstance(value, date):
        return value
    raise ValueError(DATE_HINT)


def parse_dates(value: object) -> object:
    """Converts one date, `{first, last}`, or a list of these."""
    parts = value if isinstance(value, list | tuple) else [value]
    if not parts:
        raise ValueError("name at least one date, or leave it out for every day")
    return [part if isinstance(part, dict) else {"first": part, "last": part} for part in parts]


TimeText = Annotated[str, Field(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
DateText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
TimeOfDay = Annotated[int, BeforeValidator(parse_time_of_day, json_schema_input_type=TimeText)]
Day = Annotated[date, BeforeValidator(parse_date, json_schema_input_type=DateText)]
DayNames = Annotated[tuple[str, ...], BeforeValidator(parse_days, json_schema_input_type=str | list[str])]


class DateSpan(Strict):
    """Days of the calendar, the first and the last included."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def check_order(self) -> "DateSpan":
        if self.last < self.first:
            raise ValueError(f"the last day, {self.last}, is before the first, {self.first}")
        return self


DateSpans = Annotated[
    tuple[DateSpan, ...],
    BeforeValidator(parse_dates, json_schema_input_type=DateText | DateSpan | list[DateText | DateSpan]),
]
