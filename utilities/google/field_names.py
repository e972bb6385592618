"""Headings and value kinds of the fields of Google Analytics and Search Console."""

import re
from collections.abc import Sequence

from utilities.model.frames import Column, ValueKind

FIELD_HEADINGS = {
    "active1DayUsers": "Visitors today",
    "active7DayUsers": "Visitors, 7 days",
    "active28DayUsers": "Visitors, 28 days",
    "activeUsers": "Active visitors",
    "averageSessionDuration": "Visit duration",
    "bounceRate": "Bounce rate",
    "browser": "Browser",
    "city": "City",
    "clicks": "Clicks",
    "continent": "Continent",
    "country": "Country",
    "ctr": "Click rate",
    "date": "Date",
    "dateHour": "Day",
    "dateHourMinute": "Day",
    "dayOfWeek": "Weekday",
    "dayOfWeekName": "Weekday",
    "deviceCategory": "Device",
    "engagedSessions": "Engaged visits",
    "engagementRate": "Engagement rate",
    "eventCount": "Events",
    "eventName": "Event",
    "fullPageUrl": "Page",
    "hostName": "Site",
    "hour": "Hour",
    "impressions": "Impressions",
    "isoWeek": "Week",
    "isoYear": "Year",
    "isoYearIsoWeek": "Week",
    "keyEvents": "Key events",
    "landingPage": "Landing page",
    "landingPagePlusQueryString": "Landing page",
    "language": "Language",
    "minutesAgo": "Minutes ago",
    "newUsers": "New visitors",
    "operatingSystem": "System",
    "page": "Page",
    "pagePath": "Page",
    "pagePathPlusQueryString": "Page",
    "pageReferrer": "Referrer",
    "pageTitle": "Title",
    "platform": "Platform",
    "position": "Position",
    "query": "Query",
    "region": "Region",
    "screenPageViews": "Page views",
    "screenPageViewsPerSession": "Views per visit",
    "screenPageViewsPerUser": "Views per visitor",
    "scrolledUsers": "Visitors who scrolled",
    "sessionCampaignName": "Campaign",
    "sessionDefaultChannelGroup": "Channel",
    "sessionManualTerm": "Keyword",
    "sessionMedium": "Medium",
    "sessionSource": "Source",
    "sessionSourceMedium": "Source / medium",
    "sessions": "Visits",
    "sessionsPerUser": "Visits per visitor",
    "streamName": "Stream",
    "totalUsers": "Visitors",
    "unifiedPagePathScreen": "Page",
    "unifiedScreenName": "Title",
    "userEngagementDuration": "Engagement time",
    "yearMonth": "Month",
    "yearWeek": "Week",
}

METRIC_KINDS = {
    "TYPE_INTEGER": (ValueKind.INTEGER, 1.0),
    "TYPE_SECONDS": (ValueKind.SECONDS, 1.0),
    "TYPE_MILLISECONDS": (ValueKind.SECONDS, 0.001),
    "TYPE_MINUTES": (ValueKind.SECONDS, 60.0),
    "TYPE_HOURS": (ValueKind.SECONDS, 3600.0),
}
"""By the type in a metric's header: the value kind, and the factor to that kind's unit. Other types are decimals."""

FRACTION_METRICS = frozenset({"ctr", "dauPerMau", "dauPerWau", "wauPerMau"})
DATE_DIMENSIONS = frozenset({"date", "firstSessionDate"})
CONTEXT_DIMENSIONS = frozenset({"hostName", "streamName", "platform"})
"""Dimensions that tell where a row belongs, not what it is."""


def field_heading(name: str) -> str:
    """Returns the heading of a field; without one, the words of its name: `cartToViewRate` is `Cart to view rate`."""
    plain = name.rpartition(":")[2]
    if plain in FIELD_HEADINGS:
        return FIELD_HEADINGS[plain]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", plain).strip().lower()
    return words[:1].upper() + words[1:]


def dimension_column(name: str) -> Column:
    """Returns the column of a dimension."""
    return Column(name, field_heading(name), ValueKind.DATE if name in DATE_DIMENSIONS else ValueKind.TEXT)


def metric_column(name: str, type_: str) -> tuple[Column, float]:
    """Returns the column of a metric, and the factor from Google's unit to the column's."""
    if name in FRACTION_METRICS or name.partition(":")[0].endswith("Rate"):
        return Column(name, field_heading(name), ValueKind.FRACTION), 1.0
    kind, factor = METRIC_KINDS.get(type_, (ValueKind.DECIMAL, 1.0))
    return Column(name, field_heading(name), kind), factor


def query_columns(dimensions: Sequence[str], metrics: Sequence[str]) -> list[Column]:
    """Returns the columns of a query before Google has answered; the kinds of metrics are guessed by their names."""
    guessed = [(name, "TYPE_SECONDS" if name.endswith("Duration") else "TYPE_INTEGER") for name in metrics]
    return [*map(dimension_column, dimensions), *(metric_column(name, type_)[0] for name, type_ in guessed)]
