"""What the fields of Google Analytics and Search Console are called on the glass, and what kind of value they hold."""

import re

from utilities.model.frames import Column, ValueKind

HEADINGS = {
    "active1DayUsers": "Users today",
    "active7DayUsers": "Users, 7 days",
    "active28DayUsers": "Users, 28 days",
    "activeUsers": "Active users",
    "averageSessionDuration": "Avg. session",
    "bounceRate": "Bounce rate",
    "browser": "Browser",
    "city": "City",
    "clicks": "Clicks",
    "continent": "Continent",
    "country": "Country",
    "ctr": "Click rate",
    "date": "Date",
    "dayOfWeekName": "Weekday",
    "deviceCategory": "Device",
    "engagedSessions": "Engaged sessions",
    "engagementRate": "Engagement rate",
    "eventCount": "Events",
    "eventName": "Event",
    "fullPageUrl": "Page",
    "hostName": "Site",
    "hour": "Hour",
    "impressions": "Impressions",
    "keyEvents": "Key events",
    "landingPage": "Landing page",
    "landingPagePlusQueryString": "Landing page",
    "language": "Language",
    "minutesAgo": "Minutes ago",
    "newUsers": "New users",
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
    "screenPageViewsPerSession": "Views per session",
    "screenPageViewsPerUser": "Views per user",
    "scrolledUsers": "Users who scrolled",
    "sessionCampaignName": "Campaign",
    "sessionDefaultChannelGroup": "Channel",
    "sessionManualTerm": "Keyword",
    "sessionMedium": "Medium",
    "sessionSource": "Source",
    "sessionSourceMedium": "Source / medium",
    "sessions": "Sessions",
    "sessionsPerUser": "Sessions per user",
    "streamName": "Stream",
    "totalUsers": "Users",
    "unifiedPagePathScreen": "Page",
    "unifiedScreenName": "Title",
    "userEngagementDuration": "Engagement time",
}

TYPES = {
    "TYPE_INTEGER": (ValueKind.INTEGER, 1.0),
    "TYPE_SECONDS": (ValueKind.SECONDS, 1.0),
    "TYPE_MILLISECONDS": (ValueKind.SECONDS, 0.001),
    "TYPE_MINUTES": (ValueKind.SECONDS, 60.0),
    "TYPE_HOURS": (ValueKind.SECONDS, 3600.0),
}
"""The kind of a metric by its header's type, and what to multiply with to be in that kind's unit; else decimal."""

FRACTIONS = frozenset({"ctr", "dauPerMau", "dauPerWau", "wauPerMau"})
DATES = frozenset({"date", "firstSessionDate"})
SERIES = frozenset({"date", "dateHour", "dateHourMinute", "dayOfWeekName", "hour", "minutesAgo", "week", "month"})
"""Dimensions that are times: their rows are a sequence and not a ranking."""

FRAMING = frozenset({"hostName", "streamName", "platform"})
"""Dimensions that say where a row belongs, not what it is."""


def heading(name: str) -> str:
    """`screenPageViews` → `Page views`; a field nobody knows is taken apart: `cartToViewRate` → `Cart to view rate`."""
    plain = name.rpartition(":")[2]
    if plain in HEADINGS:
        return HEADINGS[plain]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", plain).strip().lower()
    return words[:1].upper() + words[1:]


def dimension(name: str) -> Column:
    return Column(name, heading(name), ValueKind.DATE if name in DATES else ValueKind.TEXT)


def metric(name: str, type_: str) -> tuple[Column, float]:
    """The metric's column, and the factor from Google's unit to ours."""
    if name in FRACTIONS or name.partition(":")[0].endswith("Rate"):
        return Column(name, heading(name), ValueKind.FRACTION), 1.0
    kind, factor = TYPES.get(type_, (ValueKind.DECIMAL, 1.0))
    return Column(name, heading(name), kind), factor
