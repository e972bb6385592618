"""Where people come from: referrers and campaign tags as source, medium and channel, known sites by their names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from utilities.pageviews.classify.channels import ASSISTANT, DIRECT, NONE, channel_of
from utilities.pageviews.classify.urls import Tags

TABLE = Path(__file__).with_name("data") / "sources.txt"
SAME = ("www.", "m.", "l.", "lm.", "mobile.", "amp.")
MEDIUMS = {"search": "organic", "email": "email", "ai": ASSISTANT, "ads": "cpc"}
"""GA4's medium of an untagged link by what the referrer is; `referral` for the rest, social networks included. GA4
knows no webmail: there it is a referral."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a visit came from, as it stands in every row of it."""

    source: str = DIRECT
    medium: str = NONE
    channel: str = "Direct"
    campaign: str = ""
    term: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A site that has a name."""

    name: str
    kind: str  # search, ads, ai, social, video, shopping, email, other


NOBODY = Known("", "")
SOMEONES_MAIL = Known("", "email")
MAIL = re.compile(r"(?:[a-z]{0,4}-?mail\d*[a-z]?|mailbusiness|lightmailer|messagerie\w*|roundcube|zimbra|owa)\.|deref-")
"""How hosts of mail on the web begin, those of companies too; deref- are the doors out of GMX, WEB.DE and 1&1."""
ADS = re.compile(r"(?:[-_. ]?ads?|[-_. ]?adwords)$")
"""How people write into utm_source that they have paid, and then leave utm_medium out."""
NOWHERE = Origin()


def table(file: Path = TABLE) -> tuple[dict[str, Known], dict[str, Known]]:
    """By host, as the table writes it, and by word of utm_source."""
    hosts: dict[str, Known] = {}
    words: dict[str, Known] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, name, places, said = (part.strip() for part in line.split("|"))
            known = Known(name, kind)
            hosts |= dict.fromkeys(places.split(), known)
            words |= dict.fromkeys([name.lower(), *said.split()], known)
    return hosts, words


HOSTS, WORDS = table()


def spellings(host: str) -> Iterator[str]:
    """How the table may write the host, the most particular first."""
    yield host
    bare = next((host.removeprefix(part) for part in SAME if host.startswith(part)), host)
    yield bare
    labels = host.split(".")
    for first in range(len(labels) - 1):
        yield "." + ".".join(labels[first:])
    name, _, suffix = bare.partition(".")
    if suffix and all(len(part) <= 3 for part in suffix.split(".")):  # de, com, co.uk, com.tr
        yield f"{name}.*"


@lru_cache(maxsize=4096)
def site_of(host: str) -> Known:
    """The site by a host in lower case, NOBODY when it has no name here."""
    known = next((HOSTS[each] for each in spellings(host) if each in HOSTS), NOBODY)
    return SOMEONES_MAIL if known is NOBODY and MAIL.match(host) else known


@lru_cache(maxsize=4096)
def named(source: str) -> Known:
    """The site by what somebody wrote into utm_source: a name, an abbreviation or a host, perhaps with `-ads`."""
    word = source.lower().removeprefix("www.")
    known = WORDS.get(word) or WORDS.get(ADS.sub("", word))
    return known or (site_of(word) if "." in word else NOBODY)


@lru_cache(maxsize=4096)
def origin_of(tags: Tags, host: str) -> Origin:
    """Where a page view comes from by its tags and its referrer's host, '' for none and for our own pages."""
    if tags.campaigned or (tags.source and not host):
        return tagged(tags, host)
    if not host:
        return NOWHERE
    known = site_of(host)
    medium = MEDIUMS.get(known.kind, "referral")
    campaign = f"({ASSISTANT})" if medium == ASSISTANT else ""
    source = known.name or host.removeprefix("android-app:")
    return Origin(source, medium, channel_of(source, medium, campaign, known.kind), campaign)


def tagged(tags: Tags, host: str) -> Origin:
    """By the tags; what they leave out, the referrer tells."""
    known = named(tags.source) if tags.source else site_of(host)
    source = known.name or tags.source or host or "(not set)"
    untold = "referral" if known.name or host or not tags.campaigned else "(not set)"
    paid = "cpc" if ADS.search(tags.source.lower()) else ""
    medium = tags.medium or paid or MEDIUMS.get(known.kind, untold)
    channel = channel_of(source, medium, tags.campaign, known.kind)
    return Origin(source, medium, channel, tags.campaign, tags.term, tags.content)
