"""Turns what a beacon says into a row, or says why it is not counted."""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from utilities.model.errors import SettingsError
from utilities.pageviews import Dropped, Hit, PageView
from utilities.pageviews.classify.attribution import Origin, origin_of
from utilities.pageviews.classify.bots import is_ahead, is_bot
from utilities.pageviews.classify.daily_salts import Salts
from utilities.pageviews.classify.dropped_counter import Tally
from utilities.pageviews.classify.geoip import Places, file_of
from utilities.pageviews.classify.referrer_spam import Spam
from utilities.pageviews.classify.sessions import Visit, Visits
from utilities.pageviews.classify.site_clock import Moment, moment
from utilities.pageviews.classify.urls import NO_REFERRER, Referrer, page_of, referrer_of, tidy
from utilities.pageviews.classify.user_agents import agent_of
from utilities.pageviews.classify.visitor_ids import Salting, visitor_of
from utilities.pageviews.sites.site_file import Site

AGENT, TITLE, NAME = 400, 300, 100  # characters
LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:-([a-zA-Z]{4}))?(?:-([a-zA-Z]{2}|\d{3}))?(?![\w-])")

title_of = lru_cache(maxsize=2048)(tidy)


ANY = Site(name="any", domains=("localhost",))
"""What a site is that has asked for nothing."""

SiteOf = Callable[[str], Site | None]
"""The site by its name: `Sites.get`."""


def nothing_asked(name: str) -> None:
    """No site has asked for anything."""


class Counting:
    """The Counter. Belongs to the event loop's thread; `count` waits for nothing."""

    def __init__(
        self,
        salts: Salting,
        places: Places,
        sites: SiteOf = nothing_asked,
        spam: Spam | None = None,
    ) -> None:
        self.salts = salts
        self.places = places
        self.sites = sites
        self.spam = spam or Spam()
        self.visits = Visits()
        self.tally = Tally()
        self.ids = Random(secrets.randbits(256))  # noqa: S311 (unlike each other is enough; urandom is a system call)

    def count(self, hit: Hit) -> PageView | Dropped:
        """The row for a hit, with the origin of the whole visit; or why there is none. Never raises for a hit."""
        at, agent = hit.at.timestamp(), hit.agent[:AGENT]
        when, site = moment(hit.zone, at), self.sites(hit.site) or ANY
        page, referrer = page_of(hit.url, site.kept_parameters), referrer_of(hit.referrer)
        if referrer.host and is_own(referrer.host, page.host, site):
            referrer = NO_REFERRER
        why = self._dropped(hit, agent, page.path, referrer.host, site)
        if why:
            self.tally.add(hit.site, when.day, why)
            return why
        origin = origin_of(page.tags, referrer.host)
        visitor, visit = self._visit(hit, agent, at, origin, page.tags.campaigned)
        return self._row(hit, agent, when, visitor, visit, page.host, page.path, referrer)

    def tend(self, now: datetime) -> None:
        """Destroys salts and forgets visits whose time is over: call it every minute."""
        self.salts.tend(now.timestamp())
        self.visits.forget(now.timestamp())

    def restore(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Goes on with the visits of an earlier process: rows of `visits.RECENT`, asked of the store at the start."""
        self.visits.restore(rows)

    def close(self) -> None:
        self.places.close()

    def _dropped(self, hit: Hit, agent: str, path: str, referrer: str, site: Site) -> Dropped | None:
        headers = hit.headers
        if headers and is_ahead(headers):
            return Dropped.PREFETCH
        if is_bot(agent):
            return Dropped.BOT
        if site.excludes(path, hit.address):
            return Dropped.EXCLUDED
        if site.honour_privacy_signals and (headers.get("sec-gpc") == "1" or headers.get("dnt") == "1"):
            return Dropped.PRIVACY
        if referrer and self.spam.has(referrer):
            return Dropped.SPAM
        return None

    def _visit(self, hit: Hit, agent: str, at: float, origin: Origin, campaigned: bool) -> tuple[int, Visit]:
        """Visitor and visit; yesterday's visitor as long as yesterday's visit goes on."""
        pair = self.salts.pair(hit.site, hit.zone, at)
        visitor = visitor_of(pair.salt, hit.site, hit.address, agent)
        visit = self.visits.of(visitor, at)
        if visit is None and pair.before:
            earlier = visitor_of(pair.before, hit.site, hit.address, agent)
            visit = self.visits.of(earlier, at)
            if visit:
                visitor = earlier
                pair.found(at)
        if visit is None or (campaigned and visit.origin != origin):
            return visitor, self.visits.begin(visitor, at, origin)
        self.visits.go_on(visitor, visit, at)
        return visitor, visit

    def _row(
        self, hit: Hit, agent: str, when: Moment, visitor: int, visit: Visit, host: str, path: str, referrer: Referrer
    ) -> PageView:
        look, origin = agent_of(agent), visit.origin
        return PageView(
            # In order of time, as engines like it.
            id=hit.id or f"{int(hit.at.timestamp() * 1000):012x}{self.ids.getrandbits(80):020x}",
            site=hit.site,
            at=hit.at.replace(microsecond=hit.at.microsecond // 1000 * 1000),
            offset=when.offset,
            visitor=visitor,
            visit=visit.id,
            name=tidy(hit.name, NAME) if hit.name else "",
            props=props_of(hit),
            host=host,
            path=path,
            title=title_of(hit.title[: TITLE * 4], TITLE),
            referrer=referrer.whole,
            referrer_host=referrer.host,
            source=origin.source,
            medium=origin.medium,
            channel=origin.channel,
            campaign=origin.campaign,
            term=origin.term,
            content=origin.content,
            country=self.places.country_of(hit.address),
            language=language_of((hit.language or hit.headers.get("accept-language", ""))[:64]),
            browser=look.browser,
            browser_version=look.browser_version,
            system=look.system,
            system_version=look.system_version,
            device=look.device,
            agent=title_of(agent, AGENT),
            screen=min(hit.screen, 100_000) if hit.screen and hit.screen > 0 else 0,
        )


def is_own(host: str, page: str, site: Site) -> bool:
    """Whether a referrer's host is the page's own or below one of the site's domains."""
    return host == page or any(f".{host}".endswith("." + each.removeprefix("www.")) for each in site.domains)


@lru_cache(maxsize=1024)
def language_of(said: str) -> str:
    """The first language in a browser's list as BCP 47 writes it: `de-DE`, `zh-Hant-TW`; '' when it is none."""
    found = LANGUAGE.match(said.strip())
    if not found:
        return ""
    language, script, region = found.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))


def props_of(hit: Hit) -> str:
    """An event's properties as a JSON object with its keys in order, '' for none."""
    if not hit.props:
        return ""
    said = {tidy(key, NAME): tidy(value, TITLE) for key, value in sorted(hit.props.items())}
    return json.dumps(said, ensure_ascii=False)


def open_counting(
    data_dir: Path,
    geoip_db: Path | None,
    now: datetime,
    sites: SiteOf = nothing_asked,
    salts: Salting | None = None,
) -> Counting:
    """A Counting that keeps its salts in `data_dir` unless it is given others. A `spammers.txt` there (Matomo's) adds
    to the list of referrer spam.

    Raises SettingsError when the database of places is none, or DATA_DIR cannot be used.
    """
    newer = data_dir / "spammers.txt"
    try:
        spam = Spam([newer] if newer.exists() else [])
        salts = salts or Salts(data_dir / "salts", now.timestamp())
    except OSError as error:
        where = f"DATA_DIR is {data_dir}: does it belong to the user Foyer runs as?"
        raise SettingsError(f"The salts of visitors cannot be kept ({error.strerror}). {where}") from error
    return Counting(salts, Places(file_of(geoip_db, data_dir)), sites, spam)
