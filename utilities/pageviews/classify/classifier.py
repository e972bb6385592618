"""The hit classifier: turns a hit into a page view, or returns the reason why it is dropped."""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from utilities.model.errors import SettingsError
from utilities.pageviews import DropReason, Hit, PageView
from utilities.pageviews.classify.attribution import Attribution, attribute_visit
from utilities.pageviews.classify.bots import is_bot, is_prefetch
from utilities.pageviews.classify.daily_salts import DailySalts
from utilities.pageviews.classify.dropped_counter import DroppedCounter
from utilities.pageviews.classify.geoip import CountryDatabase, geoip_file
from utilities.pageviews.classify.referrer_spam import SPAM_FILE_NAME, ReferrerSpamList, open_spam_list
from utilities.pageviews.classify.sessions import OpenVisit, SessionTracker
from utilities.pageviews.classify.site_clock import SiteTime, site_time
from utilities.pageviews.classify.urls import NO_REFERRER, ReferrerUrl, parse_page_url, parse_referrer, tidy_text
from utilities.pageviews.classify.user_agents import parse_user_agent
from utilities.pageviews.classify.visitor_ids import SaltSource, visitor_id
from utilities.pageviews.host_names import to_unicode_host
from utilities.pageviews.sites.site_file import Site

MAX_AGENT_CHARS, MAX_TITLE_CHARS, MAX_EVENT_NAME_CHARS = 400, 300, 100  # characters
LANGUAGE_TAG = re.compile(
    r"([a-zA-Z]{2,3})(?:[-_][a-zA-Z]{3}(?=[-_]))?(?:[-_]([a-zA-Z]{4}))?(?:[-_]([a-zA-Z]{2}|\d{3}))?(?![^\W_])"
)
"""Language, script and region. An extended language (`zh-cmn-…`) may stand between, and variants and extensions
(`-valencia`, `-u-hc-h12`) behind."""

tidy_cached = lru_cache(maxsize=2048)(tidy_text)


DEFAULT_SITE = Site(name="any", domains=("localhost",))
"""The options of a site that is not configured."""

FindSite = Callable[[str], Site | None]
"""Returns a site by its name (`SiteRegistry.get`), or by a host of its own (`SiteRegistry.owner_of`)."""


def find_no_site(name: str) -> None:
    """Finds no site: every hit gets DEFAULT_SITE, and no host is a site's."""


class HitClassifier:
    """Classifies hits. Belongs to the event loop's thread; `classify_hit` does not block."""

    def __init__(
        self,
        salts: SaltSource,
        countries: CountryDatabase,
        find_site: FindSite = find_no_site,
        spam: ReferrerSpamList | None = None,
        find_owner: FindSite = find_no_site,
    ) -> None:
        self.salts = salts
        self.countries = countries
        self.find_site = find_site
        self.find_owner = find_owner
        self.spam = spam or ReferrerSpamList()
        self.sessions = SessionTracker()
        self.dropped = DroppedCounter()
        self.id_random = Random(secrets.randbits(256))  # noqa: S311 (ids must only be unique; urandom is a system call)

    def classify_hit(self, hit: Hit) -> PageView | DropReason:
        """Returns the page view, with the attribution of its visit, or why the hit is dropped. Never raises."""
        at, agent = hit.at.timestamp(), hit.agent[:MAX_AGENT_CHARS]
        when, site = site_time(hit.zone, at), self.find_site(hit.site) or DEFAULT_SITE
        page, referrer = parse_page_url(hit.url, site.kept_parameters), parse_referrer(hit.referrer)
        if referrer.host and self._is_own_referrer(referrer.host, page.host, site):
            referrer = NO_REFERRER
        reason = self._drop_reason(hit, agent, page.path, referrer.host, site)
        if reason:
            self.dropped.add_hits(hit.site, when.day, reason)
            return reason
        attribution = attribute_visit(page.tags, referrer.host)
        visitor, visit = self._assign_visit(hit, agent, at, attribution, page.tags.starts_visit)
        return self._build_row(hit, agent, when, visitor, visit, page.host, page.path, referrer)

    def purge_expired(self, now: datetime) -> None:
        """Destroys expired salts and drops ended visits; called every minute."""
        self.salts.destroy_expired(now.timestamp())
        self.sessions.drop_ended(now.timestamp())

    def restore_visits(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Restores the open visits of an earlier process from the rows of RECENT_VISITS_SQL."""
        self.sessions.restore_visits(rows)

    def close(self) -> None:
        self.countries.close()

    def _is_own_referrer(self, host: str, page_host: str, site: Site) -> bool:
        """Whether a referrer is a page of the same site; a link from another of our sites is a referral."""
        if host == page_host:
            return True
        owner = self.find_owner(host)
        return is_own_host(host, site) and (owner is None or owner.name == site.name)

    def _drop_reason(self, hit: Hit, agent: str, path: str, referrer: str, site: Site) -> DropReason | None:
        headers = hit.headers
        if headers and is_prefetch(headers):
            return DropReason.PREFETCH
        if hit.has_agent and is_bot(agent):
            return DropReason.BOT
        if site.is_excluded(path, hit.address):
            return DropReason.EXCLUDED
        if site.honour_privacy_signals and (is_header_on(headers, "sec-gpc") or is_header_on(headers, "dnt")):
            return DropReason.PRIVACY
        if referrer and self.spam.is_listed(referrer):
            return DropReason.SPAM
        return None

    def _assign_visit(
        self, hit: Hit, agent: str, at: float, attribution: Attribution, starts_visit: bool
    ) -> tuple[int, OpenVisit]:
        """Returns the visitor and the visit; the visitor of an earlier day while a visit of that day is still open."""
        salts = self.salts.salts_at(hit.site, hit.zone, at)
        visitor = visitor_id(salts.salt, hit.site, hit.address, agent)
        visit = self.sessions.current_visit(visitor, at)
        for earlier in salts.earlier if visit is None else ():
            previous = visitor_id(earlier.salt, hit.site, hit.address, agent)
            visit = self.sessions.current_visit(previous, at)
            if visit:
                visitor = previous
                earlier.extend(at)
                break
        if visit is None or (starts_visit and visit.attribution != attribution):
            return visitor, self.sessions.start_visit(visitor, at, attribution)
        self.sessions.extend_visit(visitor, visit, at)
        return visitor, visit

    def _build_row(
        self,
        hit: Hit,
        agent: str,
        when: SiteTime,
        visitor: int,
        visit: OpenVisit,
        host: str,
        path: str,
        referrer: ReferrerUrl,
    ) -> PageView:
        client, attribution = parse_user_agent(agent), visit.attribution
        return PageView(
            # ordered by time, which engines store and search faster
            id=hit.id or f"{int(hit.at.timestamp() * 1000):012x}{self.id_random.getrandbits(80):020x}",
            site=hit.site,
            at=hit.at.replace(microsecond=hit.at.microsecond // 1000 * 1000),
            offset=when.offset,
            visitor=visitor,
            visit=visit.id,
            name=tidy_text(hit.name, MAX_EVENT_NAME_CHARS) if hit.name else "",
            props=props_json(hit),
            host=host,
            path=path,
            title=tidy_cached(hit.title[: MAX_TITLE_CHARS * 4], MAX_TITLE_CHARS),
            referrer=referrer.url,
            referrer_host=referrer.host,
            source=attribution.source,
            medium=attribution.medium,
            channel=attribution.channel,
            campaign=attribution.campaign,
            term=attribution.term,
            content=attribution.content,
            country=self.countries.country_code(hit.address),
            language=parse_language((hit.language or hit.headers.get("accept-language", ""))[:64]),
            browser=client.browser,
            browser_version=client.browser_version,
            system=client.system,
            system_version=client.system_version,
            device=client.device,
            agent=tidy_cached(agent, MAX_AGENT_CHARS),
            screen=min(hit.screen, 100_000) if hit.screen and hit.screen > 0 else 0,
        )


def is_header_on(headers: Mapping[str, str], name: str) -> bool:
    """Whether a header is 1; of one that is repeated, the first counts."""
    return headers.get(name, "").partition(",")[0].strip() == "1"


def is_own_host(host: str, site: Site) -> bool:
    """Whether a host is at or below one of the site's domains."""
    return any(f".{host}".endswith("." + to_unicode_host(each).removeprefix("www.")) for each in site.domains)


@lru_cache(maxsize=1024)
def parse_language(languages: str) -> str:
    """Returns the first language of a browser's list in BCP 47: `de-DE`, `zh-Hant-TW`; '' when it is not one."""
    match = LANGUAGE_TAG.match(languages.strip())
    if not match:
        return ""
    language, script, region = match.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))


def props_json(hit: Hit) -> str:
    """Returns an event's properties as a JSON object with sorted keys, '' for none."""
    if not hit.props:
        return ""
    props = {
        tidy_text(key, MAX_EVENT_NAME_CHARS): tidy_text(value, MAX_TITLE_CHARS)
        for key, value in sorted(hit.props.items())
    }
    return json.dumps(props, ensure_ascii=False)


def open_classifier(
    data_dir: Path,
    geoip_db: Path | None,
    now: datetime,
    find_site: FindSite = find_no_site,
    salts: SaltSource | None = None,
    find_owner: FindSite = find_no_site,
) -> HitClassifier:
    """Opens a classifier with the salts in `data_dir`, unless `salts` replaces them. A `spammers.txt` there (Matomo's)
    is added to the list of referrer spam.

    Raises SettingsError when the country database or that list is invalid, or DATA_DIR cannot be used.
    """
    spam = open_spam_list(data_dir / SPAM_FILE_NAME)
    try:
        salts = salts or DailySalts(data_dir / "salts", now.timestamp())
    except OSError as error:
        where = "Does DATA_DIR belong to the user that Foyer runs as?"
        raise SettingsError(f"The visitors' salts cannot be stored in DATA_DIR ({error.strerror}). {where}") from error
    return HitClassifier(salts, CountryDatabase(geoip_file(geoip_db, data_dir)), find_site, spam, find_owner)
