"""Traffic attribution: referrers and campaign tags become a source, a medium and a channel."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from utilities.pageviews.classify.channels import AI_ASSISTANT_MEDIUM, DIRECT_SOURCE, NO_MEDIUM, channel_of
from utilities.pageviews.classify.urls import CampaignTags, parse_host

KNOWN_SITES_FILE = Path(__file__).with_name("data") / "sources.txt"
IGNORED_PREFIXES = ("www.", "m.", "l.", "lm.", "mobile.", "amp.")
MEDIUM_BY_KIND = {"search": "organic", "email": "email", "ai": AI_ASSISTANT_MEDIUM, "ads": "cpc"}
"""GA4's medium of an untagged link by the kind of the referrer; `referral` for all others, social networks included.
GA4 has no webmail: there it is a referral."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where a visit came from; every row of the visit contains it."""

    source: str = DIRECT_SOURCE
    medium: str = NO_MEDIUM
    channel: str = "Direct"
    campaign: str = ""
    term: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site of the table, with its display name."""

    name: str
    kind: str  # search, ads, ai, social, video, shopping, email, other


UNKNOWN_SITE = KnownSite("", "")
UNNAMED_WEBMAIL = KnownSite("", "email")
WEBMAIL_HOST = re.compile(
    r"(?:[a-z]{0,4}-?mail\d*[a-z]?|mailbusiness|lightmailer|messagerie\w*|roundcube|zimbra|owa)\.|deref-"
)
"""How the hosts of webmail begin, companies' too; deref- are the redirect hosts of GMX, WEB.DE and 1&1."""
PAID_SUFFIX = re.compile(r"(.*?)([-_. ]*)(?:ads?|adwords)")
"""The end of a utm_source for paid links whose utm_medium is missing: `google_ads`, `fbads`, `reddit ad`."""
WORD_SEPARATORS = re.compile(r"[-_. ]+")
DIRECT_VISIT = Attribution()


def load_known_sites(file: Path = KNOWN_SITES_FILE) -> tuple[dict[str, KnownSite], dict[str, KnownSite]]:
    """Returns the table's sites by host pattern and by word of utm_source."""
    hosts: dict[str, KnownSite] = {}
    words: dict[str, KnownSite] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, name, patterns, aliases = (part.strip() for part in line.split("|"))
            site = KnownSite(name, kind)
            hosts |= dict.fromkeys(patterns.split(), site)
            words |= dict.fromkeys([name.lower(), *aliases.split()], site)
    return hosts, words


SITES_BY_HOST, SITES_BY_WORD = load_known_sites()


def host_patterns(host: str) -> Iterator[str]:
    """Yields the patterns of the table that match the host, the most specific first."""
    yield host
    bare = next((host.removeprefix(part) for part in IGNORED_PREFIXES if host.startswith(part)), host)
    yield bare
    labels = host.split(".")
    for first in range(len(labels) - 1):
        yield "." + ".".join(labels[first:])
    labels = bare.split(".")
    for last in range(1, len(labels)):
        if all(len(part) <= 3 for part in labels[last:]):  # de, com, co.uk, com.tr
            yield ".".join(labels[:last]) + ".*"
            break
    yield f"android-app:{host}"  # GA4 and some programs write the name of an app as if it were a host


@lru_cache(maxsize=4096)
def find_site_by_host(host: str) -> KnownSite:
    """Returns the site of a lower-case host, UNKNOWN_SITE when the table does not have it."""
    site = next((SITES_BY_HOST[each] for each in host_patterns(host) if each in SITES_BY_HOST), UNKNOWN_SITE)
    return UNNAMED_WEBMAIL if site is UNKNOWN_SITE and WEBMAIL_HOST.match(host) else site


@lru_cache(maxsize=4096)
def find_site_by_utm_source(source: str) -> tuple[KnownSite, bool]:
    """Returns the site of a utm_source, and whether it names an advertisement there.

    It is a name, an abbreviation or a host. Behind a separator or a name of the table, `ads` is an advertisement:
    `fbads` is, `threads` and `downloads` are not.
    """
    word = source.lower().removeprefix("www.")
    site = SITES_BY_WORD.get(word)
    paid = PAID_SUFFIX.fullmatch(word)
    if paid is None or (site and site.kind not in ("search", "ads")):
        return site or (find_site_by_host(word) if "." in word else UNKNOWN_SITE), False
    name, separator = paid[1], paid[2]
    first_word = WORD_SEPARATORS.split(name)[0]
    site = SITES_BY_WORD.get(name) or (SITES_BY_WORD.get(first_word) if separator else None) or site
    if site or separator or not name:
        return site or UNKNOWN_SITE, True
    return UNKNOWN_SITE, False


def utm_source_name(source: str) -> str:
    """Returns a utm_source; of a whole address, its host."""
    if "/" not in source:
        return source
    host = parse_host(source.partition("//")[2].partition("/")[0] if "//" in source else source.partition("/")[0])
    return host if "." in host else source


@lru_cache(maxsize=4096)
def attribute_visit(tags: CampaignTags, host: str) -> Attribution:
    """Returns the attribution of a page view by its tags and the referrer's host ('' for none and for own pages)."""
    if tags.starts_visit or (tags.source and not host):
        return attribute_tagged_visit(tags, host)
    if not host:
        return DIRECT_VISIT
    site = find_site_by_host(host)
    medium = MEDIUM_BY_KIND.get(site.kind, "referral")
    campaign = f"({AI_ASSISTANT_MEDIUM})" if medium == AI_ASSISTANT_MEDIUM else ""
    source = site.name or host.removeprefix("android-app:")
    return Attribution(source, medium, channel_of(source, medium, campaign, site.kind), campaign)


def attribute_tagged_visit(tags: CampaignTags, host: str) -> Attribution:
    """Returns the attribution by the tags; the referrer fills in what they leave out."""
    tagged_source = utm_source_name(tags.source)
    site, is_paid = find_site_by_utm_source(tagged_source) if tagged_source else (find_site_by_host(host), False)
    source = site.name or tagged_source or host or "(not set)"
    default = "referral" if site.name or host or not tags.starts_visit else "(not set)"
    medium = tags.medium or ("cpc" if is_paid else MEDIUM_BY_KIND.get(site.kind, default))
    channel = channel_of(source, medium, tags.campaign, site.kind)
    return Attribution(source, medium, channel, tags.campaign, tags.term, tags.content)
