"""What the columns of reports count, in plain words: one list for report pages, the overview and /counting."""

from collections.abc import Iterable, Mapping

from utilities.model.frames import Column

OWN_DEFINITIONS: Mapping[str, str] = {
    "visitors": "Different browsers on one day, told apart without cookies. A person counts again on another day.",
    "visits": "Page views of one visitor without a pause of 30 minutes.",
    "views": "How often pages were opened.",
    "uniqueViews": "Visits that opened the page, however often.",
    "viewsPerVisit": "Page views divided by visits.",
    "bounceRate": "The part of the visits with one page view and nothing else.",
    "bounces": "Visits that saw this page and nothing else.",
    "visitLength": "The average time from the first to the last page view or event of a visit.",
    "averageTime": "The average time until the next page view or event of the visit; a visit's last page has none.",
    "entrances": "Visits that began on this page.",
    "exits": "Visits that ended on this page.",
    "exitRate": "The part of the page's views that were the last of their visit.",
    "events": "How often pages reported the event.",
    "path": "The address of a page without the domain and without most parameters.",
    "landing": "The first page of a visit.",
    "exit": "The last page of a visit.",
    "title": "The title of a page, as browsers show it.",
    "channel": "The kind of source that brought the visit: search, social networks, links, campaigns, or none.",
    "source": "Where the visit came from: a search engine, a network, a site, or the utm_source of its link.",
    "medium": "How the source brought the visit, such as organic, referral or email; or the utm_medium of its link.",
    "campaign": "The utm_campaign of the link that brought the visit.",
    "referrer": "The page elsewhere with the link that brought the visit.",
    "referrer_host": "The domain with the link that brought the visit.",
    "country": "The country of the visitor's address. The address itself is not stored.",
    "language": "The first language of the browser.",
    "device": "Desktop, mobile, tablet or television, by the browser.",
    "browser": "The browser of the visitor.",
    "browser_version": "The main version of the browser.",
    "system": "The operating system of the visitor.",
    "system_version": "The main version of the operating system.",
    "screen": "The width of the screen in CSS pixels, in classes.",
    "agent": "The program, as it names itself.",
    "name": "The name of the event.",
    "day": "A day in the time zone of the site.",
    "hour": "The hour that begins at this time, in the time zone of the site.",
    "offset": "How far local time is from UTC, where the clock changes on a day.",
    "period": "Four hours of the day, in the time zone of the site.",
    "weekday": "The day of the week, with the average of each hour.",
    "at": "When the page was opened, in the time zone of the site.",
    "time": "How long until the next page view of the visit.",
    "visit": "The number of the visit in this list.",
    "step": "The number of the page view in its visit.",
    "dropped": "Hits that were not counted, for all reasons together.",
    "bot": "Hits of crawlers and other programs.",
    "excluded": "Hits of addresses or paths that the site excludes.",
    "foreign": "Hits for a domain that the site does not have.",
    "invalid": "Hits that cannot be understood.",
    "limit": "Hits above the rate limit.",
    "prefetch": "Pages that a browser fetched in advance.",
    "privacy": "Hits of browsers that ask not to be counted.",
    "spam": "Hits whose referrer is on the list of spam.",
    "unknown": "Hits for a site that is not configured.",
    "unstored": "Hits that came while the store could not take them.",
}
"""By the key of a column of our own count."""

GOOGLE_DEFINITIONS: Mapping[str, str] = {
    "totalUsers": "Different people, as far as Google can tell by its cookie; it calls them users.",
    "activeUsers": "People with the site open in the last 30 minutes, or with an engaged session in a longer time.",
    "newUsers": "People whom Google counted for the first time.",
    "sessions": "Page views and events of one person without a pause of 30 minutes; Google calls them sessions.",
    "screenPageViews": "How often pages were opened.",
    "screenPageViewsPerSession": "Page views divided by sessions.",
    "averageSessionDuration": "The average length of a session.",
    "bounceRate": "The part of the sessions that were not engaged: under 10 seconds, one page, and no key event.",
    "engagementRate": "The part of the sessions of 10 seconds or more, with two pages or with a key event.",
    "eventCount": "How many events Google received.",
    "date": "A day in the time zone of the property.",
    "dateHour": "A day in the time zone of the property.",
    "pagePath": "The address of a page without the domain and without parameters.",
    "pageReferrer": "The page with the link that led to the page view.",
    "unifiedScreenName": "The title of a page; Google has no addresses for the last 30 minutes.",
    "sessionDefaultChannelGroup": "The kind of source that brought the session, by Google's rules.",
    "sessionSource": "Where the session came from.",
    "sessionMedium": "How the source brought the session.",
    "sessionCampaignName": "The campaign that brought the session.",
    "deviceCategory": "Desktop, mobile, tablet or smart TV.",
    "operatingSystem": "The operating system of the visitor.",
    "operatingSystemVersion": "The version of the operating system.",
    "clicks": "How often people clicked a result of Google Search.",
    "impressions": "How often a result of Google Search was shown.",
    "ctr": "Clicks divided by impressions.",
    "position": "The average place in the results; 1 is the first.",
    "query": "What people typed into Google Search.",
}
"""By the key of a column of Google; keys that are missing here mean what they mean in our own count."""

FIGURES_OF_BOTH = (
    ("visitors", "totalUsers"),
    ("visits", "sessions"),
    ("views", "screenPageViews"),
    ("viewsPerVisit", "screenPageViewsPerSession"),
    ("bounceRate", "bounceRate"),
    ("visitLength", "averageSessionDuration"),
)
"""The keys of the same figure in our own count and of Google."""


def find_definition(column: Column, *, is_own: bool) -> str:
    """Returns what a column counts, '' where nothing explains it; the column's own description goes first."""
    lists = (OWN_DEFINITIONS, GOOGLE_DEFINITIONS) if is_own else (GOOGLE_DEFINITIONS, OWN_DEFINITIONS)
    return column.description or next((each[column.key] for each in lists if column.key in each), "")


def define_columns(columns: Iterable[Column], *, is_own: bool) -> list[tuple[str, str]]:
    """Returns the heading and the definition of each column that has one; of a comparison only the column itself."""
    pairs = [(column.heading, find_definition(column, is_own=is_own)) for column in columns if not column.is_previous]
    return [(heading, text) for heading, text in dict(pairs).items() if text]
