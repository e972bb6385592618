"""Parses page and referrer URLs into what is stored: no tracking parameters, no credentials."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from utilities.model.text import clean_text
from utilities.pageviews.host_names import to_unicode_host
from utilities.pageviews.url_paths import normalize_path, replace_backslashes

MAX_PARSED_URL_CHARS = 8 * 1024  # the rest of a longer URL is ignored
MAX_PATH_CHARS = 2048  # a longer path is cut; its campaign tags count all the same
MAX_REFERRER_CHARS = 1000
PLAIN_URL = re.compile(r"https?://([a-z0-9][a-z0-9.-]{0,250}[a-z0-9])(/[a-zA-Z0-9_./~-]{0,1500})").fullmatch
"""URLs that are stored unchanged, which most are; the pattern parses them in a fifth of the time."""


@dataclass(frozen=True, slots=True)
class ClickId:
    """The source and medium that an advertising network's own parameter stands for."""

    source: str
    medium: str = ""


CLICK_IDS = {
    "gclid": ClickId("google", "cpc"),
    "gbraid": ClickId("google", "cpc"),
    "wbraid": ClickId("google", "cpc"),
    "gad_source": ClickId("google", "cpc"),
    "dclid": ClickId("google", "display"),
    "srsltid": ClickId("google", "organic"),  # Merchant Center's free listings
    "msclkid": ClickId("bing", "cpc"),
    "yclid": ClickId("yandex", "cpc"),
    "twclid": ClickId("twitter", "cpc"),
    "ttclid": ClickId("tiktok", "cpc"),
    "li_fat_id": ClickId("linkedin", "cpc"),
    "rdt_cid": ClickId("reddit", "cpc"),
    "sccid": ClickId("snapchat", "cpc"),
    "epik": ClickId("pinterest", "cpc"),
    "fbclid": ClickId("facebook"),  # on every link out of Facebook and Instagram, paid or not
    "igshid": ClickId("instagram"),
    "igsh": ClickId("instagram"),
    "mc_eid": ClickId("mailchimp", "email"),
}
"""Parameters that networks add to links, in lower case; with a medium only where the network adds it to paid links
alone."""

SOURCE_PARAMETERS = ("ref", "source", "src", "via")
"""Parameters in which smaller sites name themselves; used when there is no referrer and no tag."""


@dataclass(frozen=True, slots=True)
class CampaignTags:
    """The campaign tags in the URL of a page."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    starts_visit: bool = False  # an utm_ tag or a paid click: it starts a new visit


NO_TAGS = CampaignTags()


@dataclass(frozen=True, slots=True)
class PageUrl:
    """The parts of a page's URL."""

    host: str  # lower case, in Unicode, without www. and port
    path: str  # readable, with the site's `kept_parameters`
    tags: CampaignTags


@dataclass(frozen=True, slots=True)
class ReferrerUrl:
    """A referrer's URL and host; both '' when there is none."""

    url: str
    host: str  # lower case, without www.; `android-app:` before the package for apps


NO_REFERRER = ReferrerUrl("", "")


def tidy_text(text: str, limit: int) -> str:
    """Returns what `clean_text` returns, faster for plain text, which nearly all URLs are."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())
    return clean_text(text, limit)


def parse_host(netloc: str) -> str:
    """Returns the host in a URL's netloc, in lower case, without `www.`, port and credentials."""
    host = netloc.rpartition("@")[2].lower()
    host = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return tidy_text(to_unicode_host(host.rstrip(".")), 253).removeprefix("www.")


@lru_cache(maxsize=2048)
def parse_page_url(url: str, kept_parameters: tuple[str, ...] = ()) -> PageUrl:
    """Parses the URL of a page. A fragment that begins with `/` or `!` is a route and part of the path.

    Campaign tags count in every fragment. Parameters in `kept_parameters` are part of the path as well.
    """
    plain = PLAIN_URL(url)
    if plain and "/." not in plain[2]:
        return PageUrl(to_unicode_host(plain[1]).removeprefix("www."), plain[2], NO_TAGS)
    try:
        parts = urlsplit(replace_backslashes(url[:MAX_PARSED_URL_CHARS]))
    except ValueError:  # invalid host in brackets
        return PageUrl(parse_host(url.partition("//")[2].partition("/")[0]), "/", NO_TAGS)
    fields = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    path = (normalize_path(parts.path) or "/") + kept_query(fields, kept_parameters)
    if parts.fragment.startswith(("/", "!")):
        route, _, query = parts.fragment.partition("?")
        route_fields = parse_qsl(query, keep_blank_values=True)
        path += "#" + normalize_route(route) + kept_query(route_fields, kept_parameters)
        fields += route_fields
    elif "=" in parts.fragment:
        fields += [field for field in parse_qsl(parts.fragment.replace("?", "&")) if is_campaign_tag(field[0])]
    return PageUrl(parse_host(parts.netloc), tidy_text(path, MAX_PATH_CHARS), parse_tags(fields) if fields else NO_TAGS)


def kept_query(fields: list[tuple[str, str]], kept_parameters: tuple[str, ...]) -> str:
    """Returns the query of the parameters that make another page, with `?`; '' for none."""
    stay = [f"{name}={value}" for name, value in fields if name in kept_parameters]
    return "?" + "&".join(stay) if stay else ""


def normalize_route(route: str) -> str:
    """Returns a route in a fragment (`/…`, `!…`) in the spelling of paths."""
    mark = "!" if route.startswith("!") else ""
    path = route.removeprefix("!")
    return mark + (normalize_path(path) if path.startswith("/") else normalize_path(f"/{path}")[1:])


def is_campaign_tag(name: str) -> bool:
    """Whether a parameter is an utm_ tag or a network's own."""
    return name.lower().startswith("utm_") or name.lower() in CLICK_IDS


def parse_tags(fields: list[tuple[str, str]]) -> CampaignTags:
    """Returns the campaign tags in a query's fields; of several with one name the first counts.

    Links that were escaped twice have `amp;` before a name.
    """
    params: dict[str, str] = {}
    for name, value in fields:
        if value:
            params.setdefault(name.lower().removeprefix("amp;"), tidy_text(value, 200))
    utm = [params.get(f"utm_{part}", "") for part in ("source", "medium", "campaign", "term", "content")]
    click = next((CLICK_IDS[name] for name in CLICK_IDS if name in params), None)
    if any(utm):
        source, medium, campaign, term, content = utm
        if click and not source:
            source, medium = click.source, medium or click.medium
        return CampaignTags(source, medium, campaign or params.get("utm_id", ""), term, content, True)
    if click:
        return CampaignTags(click.source, click.medium, starts_visit=bool(click.medium))
    return CampaignTags(next((params[name] for name in SOURCE_PARAMETERS if name in params), ""))


@lru_cache(maxsize=4096)
def parse_referrer(referrer: str) -> ReferrerUrl:
    """Parses a referrer and removes credentials and fragment; NO_REFERRER for what is not a page's URL."""
    try:
        parts = urlsplit(replace_backslashes(referrer[:MAX_PARSED_URL_CHARS].strip()))
    except ValueError:
        return NO_REFERRER
    host = parse_host(parts.netloc)
    if parts.scheme == "android-app" and host:
        package = parts.netloc.rpartition("@")[2]
        return ReferrerUrl(tidy_text(f"android-app://{package}", 300), tidy_text(f"android-app:{package.lower()}", 253))
    if parts.scheme not in ("http", "https") or not host:
        return NO_REFERRER
    name, colon, port = parts.netloc.rpartition("@")[2].lower().partition(":")
    netloc = f"{to_unicode_host(name)}{colon}{port}"
    query = f"?{parts.query}" if parts.query else ""
    url = f"{parts.scheme}://{netloc}{normalize_path(parts.path)}{query}"
    return ReferrerUrl(tidy_text(url, MAX_REFERRER_CHARS), host)
