"""The GA4 dimensions of a page view."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from demo.google.events import EVENTS
from demo.world.days import Day, World
from demo.world.pages import HOST

Make = Callable[[World, Day], list[Any]]


def by(index: str, of: Callable[[World], list[str]]) -> Make:
    """Returns a dimension that looks up the row's `index` column in a list made once for each day."""

    def make(world: World, day: Day) -> list[str]:
        result = of(world)
        return [result[place] for place in day.columns[index]]

    return make


def page(attribute: str, index: str = "page", before: str = "") -> Make:
    """Returns an attribute of the viewed page, or of the landing page, which is -1 for visits without one."""
    return by(index, lambda world: [before + str(getattr(page, attribute)) for page in world.pages] + ["(not set)"])


def channel(attribute: str) -> Make:
    return by("channel", lambda world: [getattr(channel, attribute) for channel in world.channels])


def person(of: Callable[[Any], str]) -> Make:
    """Returns an attribute of the visitor."""

    def make(world: World, day: Day) -> list[str]:
        result = [of(one) for one in world.people]
        size = len(result)
        # Visitors with adjacent numbers came on the same day; the factor makes them different.
        return [result[number * 7919 % size] for number in day.columns["person"]]

    return make


def place(attribute: str) -> Make:
    return person(lambda one: getattr(one.place, attribute))


def device(attribute: str) -> Make:
    return person(lambda one: getattr(one.device, attribute))


def always(value: str) -> Make:
    return lambda world, day: [value] * len(day.columns["second"])


def dated(form: str) -> Make:
    """Returns the day in this strftime format."""
    return lambda world, day: [day.date.strftime(form)] * len(day.columns["second"])


def timed(form: Callable[[str, int], str]) -> Make:
    """Returns a format of the day and the second of the day."""

    def make(world: World, day: Day) -> list[str]:
        compact = day.date.strftime("%Y%m%d")
        return [form(compact, second) for second in day.columns["second"]]

    return make


def referrer(world: World, day: Day) -> list[str]:
    """Returns the previous page, or the referrer of the visit."""
    pages = [page.url for page in world.pages]
    outside = [channel.referrers or ("",) for channel in world.channels]
    columns = (day.columns[name] for name in ("previous", "channel", "session"))
    return [
        pages[previous] if previous >= 0 else outside[source][session % len(outside[source])]
        for previous, source, session in zip(*columns, strict=True)
    ]


def term(world: World, day: Day) -> list[str]:
    """Returns the search terms of a paid campaign; `(not set)` for other channels."""
    terms = [channel.terms for channel in world.channels]
    pairs = zip(day.columns["channel"], day.columns["session"], strict=True)
    return [terms[c][session * session % 97 % len(terms[c])] if terms[c] else "(not set)" for c, session in pairs]


def source_medium(world: World, day: Day) -> list[str]:
    return by("channel", lambda w: [f"{c.source} / {c.medium}" for c in w.channels])(world, day)


def traffic() -> dict[str, Make]:
    """Returns the traffic dimensions in three scopes: session, first user, and event."""
    result: dict[str, Make] = {}
    for scope in ("session", "firstUser", ""):

        def named(name: str, scope: str = scope) -> str:
            return scope + name if scope else name[0].lower() + name[1:]

        result |= {
            named("Source"): channel("source"),
            named("Medium"): channel("medium"),
            named("SourceMedium"): source_medium,
            named("CampaignName"): channel("campaign"),
            named("CampaignId"): always("(not set)"),
            named("DefaultChannelGroup"): channel("group"),
            named("PrimaryChannelGroup"): channel("group"),
            named("ManualTerm"): term,
            named("ManualAdContent"): always("(not set)"),
            named("SourcePlatform"): always("Manual"),
        }
    return result


DIMENSIONS: dict[str, Make] = {
    "pagePath": page("path"),
    "pagePathPlusQueryString": page("path"),
    "unifiedPagePathScreen": page("path"),
    "pageTitle": page("title"),
    "unifiedScreenName": page("title"),
    "unifiedScreenClass": page("title"),
    "pageLocation": page("url"),
    "fullPageUrl": page("path", before=HOST),
    "hostName": always(HOST),
    "contentGroup": page("section"),
    "landingPage": page("path", "landing"),
    "landingPagePlusQueryString": page("path", "landing"),
    "pageReferrer": referrer,
    **traffic(),
    "country": place("country"),
    "countryId": place("code"),
    "region": place("region"),
    "city": place("city"),
    "continent": place("continent"),
    "language": place("language"),
    "browser": device("browser"),
    "operatingSystem": device("system"),
    "operatingSystemVersion": device("version"),
    "operatingSystemWithVersion": person(lambda one: f"{one.device.system} {one.device.version}"),
    "deviceCategory": device("category"),
    "mobileDeviceBranding": device("brand"),
    "screenResolution": device("screen"),
    "platform": always("web"),
    "platformDeviceCategory": person(lambda one: f"web / {one.device.category}"),
    "newVsReturning": by("new", lambda world: ["returning", "new"]),
    "streamId": always("4711081524"),
    "streamName": always("Example website"),
    "date": dated("%Y%m%d"),
    "year": dated("%Y"),
    "month": dated("%m"),
    "day": dated("%d"),
    "week": dated("%U"),
    "isoWeek": dated("%V"),
    "isoYear": dated("%G"),
    "yearMonth": dated("%Y%m"),
    "dayOfWeek": dated("%w"),
    "dayOfWeekName": dated("%A"),
    # Real responses of 2024 have hours without a leading zero, unlike the documentation.
    "hour": timed(lambda day, second: str(second // 3600)),
    "minute": timed(lambda day, second: f"{second // 60 % 60:02d}"),
    "dateHour": timed(lambda day, second: f"{day}{second // 3600:02d}"),
    "dateHourMinute": timed(lambda day, second: f"{day}{second // 3600:02d}{second // 60 % 60:02d}"),
    "eventName": by("event", lambda world: list(EVENTS)),
    "isKeyEvent": by("key", lambda world: ["false", "true"]),
    **{
        name: always("")
        for name in ("linkUrl", "linkDomain", "linkText", "linkClasses", "linkId", "outbound", "searchTerm")
    },
    **{name: always("") for name in ("fileName", "fileExtension", "percentScrolled", "videoTitle", "videoUrl")},
    **{name: always("(not set)") for name in ("appVersion", "deviceModel", "mobileDeviceModel", "userId", "itemName")},
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
    "cityId": person(lambda one: str(1_000_000 + crc32(one.place.city.encode()) % 9_000_000)),
    "minutesAgo": always(""),  # the table of the last minutes replaces it
    "audienceName": always("All Users"),
    "audienceId": always("6081524"),
    "audienceResourceName": always("properties/0/audiences/6081524"),
}
"""The fifteen dimensions of realtime reports; `pagePath` is not among them."""
