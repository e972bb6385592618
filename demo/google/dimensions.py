"""The GA4 dimensions of a page view."""

from collections.abc import Callable
from datetime import date
from typing import Any
from zlib import crc32

from demo.google.events import EVENTS
from demo.world.days import Day, World
from demo.world.pages import HOST

Make = Callable[[World, Day], list[Any]]


def lookup_dimension(index: str, of: Callable[[World], list[str]]) -> Make:
    """Returns a dimension that looks up the row's `index` column in a list made once for each day."""

    def make_column(world: World, day: Day) -> list[str]:
        result = of(world)
        return [result[place] for place in day.columns[index]]

    return make_column


def page_dimension(attribute: str, index: str = "page", before: str = "") -> Make:
    """Returns an attribute of the viewed page, or of the landing page, which is -1 for visits without one."""
    return lookup_dimension(
        index, lambda world: [before + str(getattr(page, attribute)) for page in world.pages] + ["(not set)"]
    )


def channel_dimension(attribute: str) -> Make:
    return lookup_dimension("channel", lambda world: [getattr(channel, attribute) for channel in world.channels])


def person_dimension(of: Callable[[Any], str]) -> Make:
    """Returns an attribute of the visitor."""

    def make_column(world: World, day: Day) -> list[str]:
        result = [of(one) for one in world.people]
        size = len(result)
        # Visitors with adjacent numbers came on the same day; the factor makes them different.
        return [result[number * 7919 % size] for number in day.columns["person"]]

    return make_column


def place_dimension(attribute: str) -> Make:
    return person_dimension(lambda one: getattr(one.place, attribute))


def device_dimension(attribute: str) -> Make:
    return person_dimension(lambda one: getattr(one.device, attribute))


def constant_dimension(value: str) -> Make:
    return lambda world, day: [value] * len(day.columns["second"])


def date_dimension(form: str) -> Make:
    """Returns the day in this strftime format."""
    return lambda world, day: [day.date.strftime(form)] * len(day.columns["second"])


def day_dimension(form: Callable[[date], str]) -> Make:
    """Returns a format of the day."""
    return lambda world, day: [form(day.date)] * len(day.columns["second"])


def google_week(day: date) -> int:
    """Returns the week of the year: weeks begin on Sunday, and 1 January is in week 1."""
    begins_on = int(day.replace(month=1, day=1).strftime("%w"))
    return (day.timetuple().tm_yday - 1 + begins_on) // 7 + 1


def time_dimension(form: Callable[[str, int], str]) -> Make:
    """Returns a format of the day and the second of the day."""

    def make_column(world: World, day: Day) -> list[str]:
        compact = day.date.strftime("%Y%m%d")
        return [form(compact, second) for second in day.columns["second"]]

    return make_column


def referrer_column(world: World, day: Day) -> list[str]:
    """Returns the previous page, or the referrer of the visit."""
    pages = [page.url for page in world.pages]
    outside = [channel.referrers or ("",) for channel in world.channels]
    columns = (day.columns[name] for name in ("previous", "channel", "session"))
    return [
        pages[previous] if previous >= 0 else outside[source][session % len(outside[source])]
        for previous, source, session in zip(*columns, strict=True)
    ]


def search_term_column(world: World, day: Day) -> list[str]:
    """Returns the search terms of a paid campaign; `(not set)` for other channels."""
    terms = [channel.terms for channel in world.channels]
    pairs = zip(day.columns["channel"], day.columns["session"], strict=True)
    return [terms[c][session * session % 97 % len(terms[c])] if terms[c] else "(not set)" for c, session in pairs]


def source_medium(world: World, day: Day) -> list[str]:
    return lookup_dimension("channel", lambda w: [f"{c.source} / {c.medium}" for c in w.channels])(world, day)


def traffic_dimensions() -> dict[str, Make]:
    """Returns the traffic dimensions in three scopes: session, first user, and event."""
    result: dict[str, Make] = {}
    for scope in ("session", "firstUser", ""):

        def field_name(name: str, scope: str = scope) -> str:
            return scope + name if scope else name[0].lower() + name[1:]

        result |= {
            field_name("Source"): channel_dimension("source"),
            field_name("Medium"): channel_dimension("medium"),
            field_name("SourceMedium"): source_medium,
            field_name("CampaignName"): channel_dimension("campaign"),
            field_name("CampaignId"): constant_dimension("(not set)"),
            field_name("DefaultChannelGroup"): channel_dimension("group"),
            field_name("PrimaryChannelGroup"): channel_dimension("group"),
            field_name("ManualTerm"): search_term_column,
            field_name("ManualAdContent"): constant_dimension("(not set)"),
            field_name("SourcePlatform"): constant_dimension("Manual"),
        }
    return result


DIMENSIONS: dict[str, Make] = {
    "pagePath": page_dimension("path"),
    "pagePathPlusQueryString": page_dimension("path"),
    "unifiedPagePathScreen": page_dimension("path"),
    "pageTitle": page_dimension("title"),
    "unifiedScreenName": page_dimension("title"),
    "unifiedScreenClass": page_dimension("title"),
    "pageLocation": page_dimension("url"),
    "fullPageUrl": page_dimension("path", before=HOST),
    "hostName": constant_dimension(HOST),
    "contentGroup": page_dimension("section"),
    "landingPage": page_dimension("path", "landing"),
    "landingPagePlusQueryString": page_dimension("path", "landing"),
    "pageReferrer": referrer_column,
    **traffic_dimensions(),
    "country": place_dimension("country"),
    "countryId": place_dimension("code"),
    "region": place_dimension("region"),
    "city": place_dimension("city"),
    "continent": place_dimension("continent"),
    "language": place_dimension("language"),
    "browser": device_dimension("browser"),
    "operatingSystem": device_dimension("system"),
    "operatingSystemVersion": device_dimension("version"),
    "operatingSystemWithVersion": person_dimension(lambda one: f"{one.device.system} {one.device.version}"),
    "deviceCategory": device_dimension("category"),
    "mobileDeviceBranding": device_dimension("brand"),
    "screenResolution": device_dimension("screen"),
    "platform": constant_dimension("web"),
    "platformDeviceCategory": person_dimension(lambda one: f"web / {one.device.category}"),
    "newVsReturning": lookup_dimension("new", lambda world: ["returning", "new"]),
    "streamId": constant_dimension("4711081524"),
    "streamName": constant_dimension("Example website"),
    "date": date_dimension("%Y%m%d"),
    "year": date_dimension("%Y"),
    "month": date_dimension("%m"),
    "day": date_dimension("%d"),
    "week": day_dimension(lambda day: f"{google_week(day):02d}"),
    "yearWeek": day_dimension(lambda day: f"{day.year}{google_week(day):02d}"),
    "isoYearIsoWeek": date_dimension("%G%V"),
    "isoWeek": date_dimension("%V"),
    "isoYear": date_dimension("%G"),
    "yearMonth": date_dimension("%Y%m"),
    "dayOfWeek": date_dimension("%w"),
    "dayOfWeekName": date_dimension("%A"),
    # Real responses of 2024 have hours without a leading zero, unlike the documentation.
    "hour": time_dimension(lambda day, second: str(second // 3600)),
    "minute": time_dimension(lambda day, second: f"{second // 60 % 60:02d}"),
    "dateHour": time_dimension(lambda day, second: f"{day}{second // 3600:02d}"),
    "dateHourMinute": time_dimension(lambda day, second: f"{day}{second // 3600:02d}{second // 60 % 60:02d}"),
    "eventName": lookup_dimension("event", lambda world: list(EVENTS)),
    "isKeyEvent": lookup_dimension("key", lambda world: ["false", "true"]),
    **{
        name: constant_dimension("")
        for name in ("linkUrl", "linkDomain", "linkText", "linkClasses", "linkId", "outbound", "searchTerm")
    },
    **{
        name: constant_dimension("")
        for name in ("fileName", "fileExtension", "percentScrolled", "videoTitle", "videoUrl")
    },
    **{
        name: constant_dimension("(not set)")
        for name in ("appVersion", "deviceModel", "mobileDeviceModel", "userId", "itemName")
    },
}
"""All supported dimensions of core reports."""

THRESHOLDED: tuple[str, ...] = ("userAgeBracket", "userGender", "brandingInterest", "audienceId", "audienceName")
"""Supported, but their rows are withheld for privacy."""

SEARCH_CONSOLE: tuple[str, ...] = (
    "organicGoogleSearchClicks",
    "organicGoogleSearchImpressions",
    "organicGoogleSearchClickThroughRate",
    "organicGoogleSearchAveragePosition",
)

REALTIME: dict[str, Make] = {
    **{name: DIMENSIONS[name] for name in ("appVersion", "city", "country", "countryId", "deviceCategory")},
    **{name: DIMENSIONS[name] for name in ("eventName", "platform", "streamId", "streamName", "unifiedScreenName")},
    "cityId": person_dimension(lambda one: str(1_000_000 + crc32(one.place.city.encode()) % 9_000_000)),
    "minutesAgo": constant_dimension(""),  # the table of the last minutes replaces it
    "audienceName": constant_dimension("All Users"),
    "audienceId": constant_dimension("6081524"),
    "audienceResourceName": constant_dimension("properties/0/audiences/6081524"),
}
"""The fifteen dimensions of realtime reports; `pagePath` is not among them."""
