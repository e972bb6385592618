"""Holidays of a country or a part of it. The library is imported only when a playlist names one."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from utilities.model.near_names import find_near_name

if TYPE_CHECKING:
    from holidays import HolidayBase

IsHoliday = Callable[[date], bool]
MAX_CALENDARS = 64
COUNTRY_HINT = "write the two letters of a country, like DE, or of a part of it, like DE-BE"


def parse_country(value: object) -> object:
    """Returns the code unchanged; raises ValueError when there are no holidays of such a country or part."""
    if value is False:
        raise ValueError('YAML reads NO without quotes as "no"; write "NO" for Norway, or leave it out')
    if not isinstance(value, str) or not value:
        raise ValueError(COUNTRY_HINT)
    country, _, part = value.partition("-")
    from holidays import list_supported_countries

    parts = {code: names for code, names in list_supported_countries().items() if len(code) == 2}
    if country not in parts:
        near = find_near_name(country.upper(), parts, similarity=0.9)
        raise ValueError(f"{country[:20]!r} is no country; " + (f"did you mean {near}?" if near else COUNTRY_HINT))
    if part and part not in parts[country]:
        there = ", ".join(parts[country]) or "none"
        raise ValueError(f"{part[:20]!r} is no part of {country} with holidays of its own; there are: {there}")
    return value


@lru_cache(MAX_CALENDARS)
def open_calendar(code: str) -> "HolidayBase":
    """Returns the holidays of a code that `parse_country` has accepted; days they are moved to are included."""
    from holidays import country_holidays

    country, _, part = code.partition("-")
    return country_holidays(country, subdiv=part or None)


def holiday_test(code: str) -> IsHoliday:
    """Returns the function that says whether a day is a holiday; never one without a code."""
    if not code:
        return lambda day: False
    calendar = open_calendar(code)
    return lambda day: day in calendar
