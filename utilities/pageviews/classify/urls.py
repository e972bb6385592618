"""Addresses as they are kept: a page's host and path without what tracks people, a referrer's without secrets."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from utilities.model.text import clean_text

LONGEST = 2048  # characters of an address that is looked at
FIELDS = 100  # parameters of a query that are looked at
PLAIN = re.compile(r"https?://([a-z0-9][a-z0-9.-]{0,250}[a-z0-9])(/[a-zA-Z0-9_./~-]{0,1500})").fullmatch
"""Addresses that are kept as they are: most, and taken apart by this in a fifth of the time."""
READABLE = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


@dataclass(frozen=True, slots=True)
class Click:
    """What an advertiser's own parameter says of the link."""

    source: str
    medium: str = ""


CLICKS = {
    "gclid": Click("google", "cpc"),
    "gbraid": Click("google", "cpc"),
    "wbraid": Click("google", "cpc"),
    "gad_source": Click("google", "cpc"),
    "dclid": Click("google", "display"),
    "srsltid": Click("google", "organic"),  # Merchant Center's free listings
    "msclkid": Click("bing", "cpc"),
    "yclid": Click("yandex", "cpc"),
    "twclid": Click("twitter", "cpc"),
    "ttclid": Click("tiktok", "cpc"),
    "li_fat_id": Click("linkedin", "cpc"),
    "rdt_cid": Click("reddit", "cpc"),
    "sccid": Click("snapchat", "cpc"),
    "epik": Click("pinterest", "cpc"),
    "fbclid": Click("facebook"),  # on every link out of Facebook and Instagram, paid or not
    "igshid": Click("instagram"),
    "igsh": Click("instagram"),
    "mc_eid": Click("mailchimp", "email"),
}
"""Parameters that networks put behind links by themselves, lower case; a medium only where the network puts it behind
advertisements alone."""

ORDINARY = ("ref", "source", "src", "via")
"""Parameters by which smaller sites say who they are: believed when there is no referrer and no tag."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What the address of a page says of the link that led to it."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""
    campaigned: bool = False  # an utm_ tag or a click that was paid for: it begins a visit of its own


UNTAGGED = Tags()


@dataclass(frozen=True, slots=True)
class Page:
    """A page's address in its parts."""

    host: str  # lower case, without www. and port
    path: str  # as it is written, readable, with the site's kept parameters
    tags: Tags


@dataclass(frozen=True, slots=True)
class Referrer:
    """A referrer's address; '' twice when it is none."""

    whole: str
    host: str  # lower case, without www.; `android-app:` before the package for apps


NO_REFERRER = Referrer("", "")


def tidy(text: str, limit: int) -> str:
    """As `clean` has it, and quicker where there is nothing to clean: in nearly all addresses."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())
    return clean_text(text, limit)


def host_of(netloc: str) -> str:
    """The host in an address's middle part."""
    host = netloc.rpartition("@")[2].lower()
    host = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return tidy(host.rstrip("."), 253).removeprefix("www.")


def readable(path: str) -> str:
    """The path with letters instead of their bytes: `/caf%C3%A9` is `/café`; what else is escaped stays so."""

    def letters(found: re.Match[str]) -> str:
        try:
            return bytes.fromhex(found[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            return found[0]

    return READABLE.sub(letters, path) if "%" in path else path


@lru_cache(maxsize=2048)
def page_of(url: str, kept: tuple[str, ...] = ()) -> Page:
    """The page at an address. A fragment that begins with `/` or `!` is a route of a page that has several.

    `kept`: the names of parameters that make another page.
    """
    plain = PLAIN(url)
    if plain:
        return Page(plain[1].removeprefix("www."), plain[2], UNTAGGED)
    try:
        parts = urlsplit(url[:LONGEST])
        fields = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=FIELDS) if parts.query else []
    except ValueError:  # a host in brackets that is none, more fields than are looked at
        return Page(host_of(url.partition("//")[2].partition("/")[0]), "/", UNTAGGED)
    path = readable(parts.path) or "/"
    stay = [f"{name}={value}" for name, value in fields if name in kept]
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    path = path + ("?" + "&".join(stay) if stay else "") + route
    return Page(host_of(parts.netloc), tidy(path, LONGEST), tags_of(fields) if fields else UNTAGGED)


def tags_of(fields: list[tuple[str, str]]) -> Tags:
    """The tags among a query's fields; the first of a name counts."""
    said: dict[str, str] = {}
    for name, value in fields:
        if value:
            said.setdefault(name.lower(), tidy(value, 200))
    utm = [said.get(f"utm_{part}", "") for part in ("source", "medium", "campaign", "term", "content")]
    click = next((CLICKS[name] for name in CLICKS if name in said), None)
    if any(utm):
        source, medium, campaign, term, content = utm
        if click and not source:
            source, medium = click.source, medium or click.medium
        return Tags(source, medium, campaign or said.get("utm_id", ""), term, content, True)
    if click:
        return Tags(click.source, click.medium, campaigned=bool(click.medium))
    return Tags(next((said[name] for name in ORDINARY if name in said), ""))


@lru_cache(maxsize=4096)
def referrer_of(referrer: str) -> Referrer:
    """The address somebody came from, without credentials and fragment; NO_REFERRER for anything that is no page."""
    try:
        parts = urlsplit(referrer[:LONGEST].strip())
    except ValueError:
        return NO_REFERRER
    host = host_of(parts.netloc)
    if parts.scheme == "android-app" and host:
        app = "android-app:" + parts.netloc.lower()
        return Referrer(tidy(f"android-app://{parts.netloc}", 300), tidy(app, 253))
    if parts.scheme not in ("http", "https") or not host:
        return NO_REFERRER
    netloc = parts.netloc.rpartition("@")[2].lower()
    query = f"?{parts.query}" if parts.query else ""
    return Referrer(tidy(f"{parts.scheme}://{netloc}{readable(parts.path)}{query}", 1000), host)
