"""The hit classifier: what a row holds, what is dropped and why, and that no input breaks it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.pageviews.classify.conftest import CHROME, NOON, RunningClassifier, make_hit
from utilities.pageviews import DropReason, PageView
from utilities.pageviews.classify.classifier import open_classifier, parse_language
from utilities.pageviews.classify.dropped_counter import MAX_PENDING_COUNTS
from utilities.pageviews.classify.referrer_spam import SPAM_HOSTS_FILE, ReferrerSpamList, read_spam_hosts
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sites.site_file import Site

StartClassifier = Callable[..., RunningClassifier]


def test_row_has_the_values_of_the_hit(start: StartClassifier):
    row = start().classify_view(
        url="https://www.example.com/a?utm_source=news&utm_medium=email&utm_campaign=may&utm_term=t&utm_content=c",
        referrer="https://news.other.example/issue/5#top",
        title="  A\u202e <b>title</b>\n",
        language="de-de,de;q=0.9",
        screen=1920,
    )
    assert (row.host, row.path, row.title) == ("example.com", "/a", "A <b>title</b>")
    assert (row.source, row.medium, row.channel) == ("news", "email", "Email")
    assert (row.campaign, row.term, row.content) == ("may", "t", "c")
    assert (row.referrer, row.referrer_host) == ("https://news.other.example/issue/5", "news.other.example")
    assert (row.browser, row.browser_version, row.system, row.device) == ("Chrome", "142", "Windows", "desktop")
    assert (row.language, row.screen, row.country, row.agent) == ("de-DE", 1920, "", CHROME)
    assert (row.site, row.at, row.offset, row.name, row.props) == ("example", NOON, 60, "", "")
    assert re.fullmatch(r"[0-9a-f]{32}", row.id)


def test_two_rows_are_never_one(start: StartClassifier):
    running = start()
    assert len({running.classify_view().id for _ in range(1000)}) == 1000


def test_moment_is_in_milliseconds_with_the_offset_of_the_site(start: StartClassifier):
    running = start()
    assert running.classify_view(at=NOON + timedelta(microseconds=123_999)).at.microsecond == 123_000
    before, after = datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert (running.classify_view(at=before).offset, running.classify_view(at=after).offset) == (120, 60)


def test_event_has_a_name_and_properties(start: StartClassifier):
    row = start().classify_view(name="bought", props={"price": "10", "article": "a\u202eb"})
    assert row.name == "bought"
    assert json.loads(row.props) == {"article": "ab", "price": "10"}


def test_link_from_another_of_our_sites_is_a_referral(tmp_path: Path):
    """Also where one site's domain is below the other's, and with hosts in Unicode."""
    file = tmp_path / "sites.yaml"
    file.write_text(
        "sites:\n- {name: all, domains: [www.example.com, b\u00fccher.example]}\n"
        "- {name: shop, domains: [shop.example.com, shop.b\u00fccher.example]}\n",
        encoding="utf-8",
    )
    sites = SiteRegistry(file, any_host=False)
    sites.load_file()
    classifier = open_classifier(tmp_path, None, NOON, sites.get, find_owner=sites.owner_of)
    links = (
        ("https://example.com/", "https://shop.example.com/a", "shop.example.com"),
        ("https://shop.example.com/", "https://www.example.com/a", "example.com"),
        ("https://xn--bcher-kva.example/", "https://shop.b\u00fccher.example/", "shop.b\u00fccher.example"),
        ("https://example.com/", "https://blog.example.com/a", "(direct)"),
        ("https://example.com/", "https://xn--bcher-kva.example/", "(direct)"),
    )
    for number, (page, referrer, source) in enumerate(links):
        site = sites.find_site("", urlsplit(page).hostname or "")
        row = classifier.classify_hit(
            make_hit(site=site.name, url=page, referrer=referrer, address=f"192.0.2.{number}")
        )
        assert isinstance(row, PageView)
        assert (row.source, row.channel) == (source, "Direct" if source == "(direct)" else "Referral")
    classifier.close()


def test_own_pages_are_no_referrers(start: StartClassifier):
    running = start(Site(name="example", domains=("example.com", "www.example.org")))
    for own in (
        "https://example.com/",
        "https://blog.example.com/",
        "https://example.org/a",
        "https://www.example.org",
    ):
        assert running.classify_view(referrer=own).referrer == ""
    assert running.classify_view(referrer="https://notexample.com/").referrer_host == "notexample.com"


def test_parameters_in_kept_parameters_are_part_of_the_path(start: StartClassifier):
    running = start(Site(name="example", domains=("example.com",), kept_parameters=("id",)))
    assert running.classify_view(url="https://example.com/a?id=7&x=1").path == "/a?id=7"
    assert running.classify_view(site="other", url="https://example.com/a?id=7").path == "/a"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agent": "curl/8.9.1"}, DropReason.BOT),
        ({"agent": ""}, DropReason.BOT),
        ({"headers": {"sec-purpose": "prefetch;prerender"}}, DropReason.PREFETCH),
        ({"headers": {"sec-gpc": "1"}}, DropReason.PRIVACY),
        ({"headers": {"dnt": "1"}}, DropReason.PRIVACY),
        ({"headers": {"sec-gpc": "1,1"}}, DropReason.PRIVACY),  # a proxy has repeated it
        ({"headers": {"dnt": "0", "sec-gpc": "0"}}, None),
        ({"referrer": "http://semalt.com/crawler.php?u=x"}, DropReason.SPAM),
        ({"referrer": "http://74.Semalt.com/"}, DropReason.SPAM),
        ({"referrer": "http://notsemalt.com/"}, None),
        ({"url": "https://example.com/admin/x"}, DropReason.EXCLUDED),
        ({"url": "https://example.com/administration"}, None),
        ({"address": "203.0.113.77"}, DropReason.EXCLUDED),
        ({"address": "2001:db8::5"}, DropReason.EXCLUDED),
        ({"address": "203.0.114.1"}, None),
        ({"address": "nonsense"}, None),
    ],
)
def test_hit_is_dropped_for_a_reason(start: StartClassifier, changes: dict[str, object], reason: DropReason | None):
    site = Site(
        name="example",
        domains=("example.com",),
        excluded_paths=("/admin/*",),
        excluded_addresses=("203.0.113.0/24", "2001:db8::/32"),
    )
    assert start(site).drop_reason(**changes) is reason


def test_site_may_ignore_privacy_signals(start: StartClassifier):
    running = start(Site(name="example", domains=("example.com",), honour_privacy_signals=False))
    assert running.drop_reason(headers={"dnt": "1", "sec-gpc": "1"}) is None


def test_dropped_hits_are_counted_by_site_day_and_reason(start: StartClassifier):
    running = start()
    for agent in ("curl/8", "Googlebot/2.1", CHROME):
        running.classifier.classify_hit(make_hit(agent=agent))
    running.drop_reason(headers={"dnt": "1"})
    running.drop_reason(site="other", agent="curl/8", at=NOON + timedelta(hours=12))
    tally = running.classifier.dropped
    today, tomorrow = date(2026, 11, 20), date(2026, 11, 21)
    assert tally.pending == {
        ("example", today, DropReason.BOT): 2,
        ("example", today, DropReason.PRIVACY): 1,
        ("other", tomorrow, DropReason.BOT): 1,
    }
    assert tally.totals_since_start() == {DropReason.BOT: 3, DropReason.PRIVACY: 1}


def test_dropped_hits_that_wait_take_bounded_memory(start: StartClassifier):
    tally = start().classifier.dropped
    for number in range(MAX_PENDING_COUNTS + 100):
        tally.add_hits(f"site-{number}", date(2026, 11, 20), DropReason.BOT)
    assert (len(tally.pending), tally.totals_since_start()) == (
        MAX_PENDING_COUNTS,
        {DropReason.BOT: MAX_PENDING_COUNTS + 100},
    )


def test_dropped_hit_makes_no_visit(start: StartClassifier):
    running = start()
    running.drop_reason(headers={"dnt": "1"})
    assert len(running.classifier.sessions) == 0


def test_spam_list_of_a_newer_day_is_added(tmp_path: Path):
    (tmp_path / "spammers.txt").write_text("spam.example\n\n")
    classifier = open_classifier(tmp_path, None, NOON)
    assert classifier.classify_hit(make_hit(referrer="https://a.spam.example/")) is DropReason.SPAM
    assert classifier.classify_hit(make_hit(referrer="https://semalt.com/")) is DropReason.SPAM


def test_279_hosts_of_the_spam_list_and_their_subdomains_are_spam():
    hosts, spam = read_spam_hosts(SPAM_HOSTS_FILE), ReferrerSpamList()
    assert len(hosts) == 279
    assert all(
        spam.is_listed(host) and spam.is_listed(f"www.{host}") and not spam.is_listed(f"x{host}x.example")
        for host in hosts
    )


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("EN-gb", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419,es;q=0.9", "es-419"),
        ("fr;q=0.5", "fr"),
        ("*", ""),
        ("english", ""),
        ("<script>", ""),
        ("", ""),
        ("en-GB-oxendict", "en-GB"),
        ("ca-valencia", "ca"),
        ("en-US-u-hc-h12", "en-US"),
        ("zh-cmn-Hans-CN", "zh-Hans-CN"),
        ("en_US", "en-US"),
        ("zh_Hant_TW.UTF-8", "zh-Hant-TW"),
        ("de-1996", "de"),
        ("undefined", ""),
    ],
)
def test_language_is_written_as_in_bcp_47(header: str, language: str):
    assert parse_language(header) == language


def test_accept_language_is_used_when_the_hit_has_no_language(start: StartClassifier):
    assert start().classify_view(headers={"accept-language": "fr-CA,fr;q=0.8"}).language == "fr-CA"
