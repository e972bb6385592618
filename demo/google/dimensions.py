"""What each GA4 dimension says about a page view."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

from demo.google.events import EVENTS
from demo.world.days import Day, World
from demo.world.pages import HOST

Make = Callable[[World, Day], list[Any]]


def by(index: str, of: Callable[[World], list[str]]) -> Make:
    """Looks the row's `index` column up in a list made once for each day."""

    def make(world: World, day: Day) -> list[str]:
        found = of(world)
        return [found[place] for place in day.columns[index]]

    return make


def page(attribute: str, index: str = "page", before: str = "") -> Make:
    """Something about a page: the one viewed, or the one landed on, which is -1 when nobody saw it."""
    return by(index, lambda world: [before + str(getattr(page, attribute)) for page in world.pages] + ["(not set)"])


def channel(attribute: str) -> Make:
    return by("channel", lambda world: [getattr(channel, attribute) for channel in world.channels])


def person(of: Callable[[Any], str]) -> Make:
    """Something about the visitor."""

    def make(world: World, day: Day) -> list[str]:
        found = [of(one) for one in world.people]
        size = len(found)
        # Neighbours in number came on the same day; the stride keeps them from being alike.
        return [found[number * 7919 % size] for number in day.columns["person"]]

    return make


def place(attribute: str) -> Make:
    return person(lambda one: getattr(one.place, attribute))


def device(attribute: str) -> Make:
    return person(lambda one: getattr(one.device, attribute))


def always(value: str) -> Make:
    return lambda world, day: [value] * len(day.columns["second"])


def dated(form: str) -> Make:
    """The day in this form of strftime."""
    return lambda world, day: [day.date.strftime(form)] * len(day.columns["second"])


def timed(form: Callable[[str, int], str]) -> Make:
    """The day and the second of the day in some form."""

    def make(world: World, day: Day) -> list[str]:
        compact = day.date.strftime("%Y%m%d")
        return [form(compact, second) for second in day.columns["second"]]

    return make


def referrer(world: World, day: Day) -> list[str]:
    """The page before, or where the visit came from."""
    pages = [page.url for page in world.pages]
    outside = [channel.referrers or ("",) for channel in world.channels]
    columns = (day.columns[name] for name in ("previous", "channel", "session"))
    return [
        pages[previous] if previous >= 0 else outside[source][session % len(outside[source])]
        for previous, source, session in zip(*columns, strict=True)
    ]


def term(world: World, day: Day) -> list[str]:
    """The words of a paid campaign; `(not set)` for everything else."""
    terms = [channel.terms for channel in world.channels]
    pairs = zip(day.columns["channel"], day.columns["session"], strict=True)
    return [terms[c][session * session % 97 % len(terms[c])] if terms[c] else "(not set)" for c, session in pairs]


def source_medium(world: World, day: Day) -> list[str]:
    return by("channel", lambda w: [f"{c.source} / {c.medium}" for c in w.channels])(world, day)


def traffic() -> dict[str, Make]:
    """The three scopes of where people came from: the visit, the first visit, and the bare one for key events."""
    found: dict[str, Make] = {}
    for scope in ("session", "firstUser", ""):

        def named(name: str, scope: str = scope) -> str:
            return scope + name if scope else name[0].lower() + name[1:]

        found |= {
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
    return found


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
    # Real answers of 2024 carry hours without a leading nought, whatever the documents say.
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
"""Every dimension of core reports that this Google knows."""

THRESHOLDED: tuple[str, ...] = ("userAgeBracket", "userGender", "brandingInterest", "audienceId", "audienceName")
"""Known, but rows are withheld because they might tell who somebody is."""

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
    "minutesAgo": always(""),  # the table of the last minutes puts its own in this place
    "audienceName": always("All Users"),
    "audienceId": always("6081524"),
    "audienceResourceName": always("properties/0/audiences/6081524"),
}
"""The fifteen dimensions of realtime reports; `pagePath` is not among them."""
