"""The sites: what their file may say, whose a hit is, and that the file may change under way."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.handlers.collect.conftest import SITES
from utilities.model.errors import BoardError, ForeignHost, UnknownSite
from utilities.pageviews.collect.page_address import map_mirror_url
from utilities.pageviews.host_names import to_unicode_host
from utilities.pageviews.sites.registry import MAX_IMPLICIT_SITES, SiteRegistry
from utilities.pageviews.sites.site_file import registrable_domain


class Steady:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def sites(tmp_path: Path) -> Callable[..., SiteRegistry]:
    """`sites(text)`: those of a file that says so; `sites()` has no file."""

    def make(text: str = "", any_host: bool = False, steady: Steady | None = None) -> SiteRegistry:
        file = tmp_path / "sites.yaml"
        if text:
            file.write_text(text, encoding="utf-8")
        made = SiteRegistry(file, any_host=any_host, zone="Europe/Paris", monotonic=steady or Steady())
        made.load_file()
        return made

    return make


@pytest.mark.parametrize(
    ("host", "owned"),
    [
        ("www.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("a.b.example.com", "example.com"),
        ("co.uk", "co.uk"),
        ("ada.github.io", "ada.github.io"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.c.kobe.jp", "b.c.kobe.jp"),
        ("localhost", "localhost"),
        ("intranet", "intranet"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.127.1", "10.0.127.1"),
        ("::1", "::1"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_registrable_domain_follows_the_public_suffix_list(host: str, owned: str):
    assert registrable_domain(host) == owned


TWO = """
sites:
  - {name: all, domains: [example.com]}
  - {name: shop, domains: [shop.example.com, 10.0.0.1]}
  - {name: docs, domains: [docs.example.org]}
"""


@pytest.mark.parametrize(
    ("name", "host", "site"),
    [
        ("", "example.com", "all"),
        ("", "www.example.com", "all"),
        ("", "shop.example.com", "shop"),
        ("", "de.shop.example.com", "shop"),
        ("", "www.example.org", "docs"),
        ("", "10.0.0.1", "shop"),
        ("shop", "www.example.com", "shop"),
        ("docs", "example.org", "docs"),
    ],
)
def test_hit_belongs_to_the_nearest_site(sites: Callable[..., SiteRegistry], name: str, host: str, site: str):
    assert sites(TWO).find_site(name, host).name == site


def test_domain_is_what_browsers_make_of_it_and_no_other(sites: Callable[..., SiteRegistry]):
    """UTS 46 as in browsers: `straße` and `strasse` are two names, unlike in IDNA 2003."""
    registry = sites("sites:\n- {name: road, domains: [straße.example, ☕.example]}\n")
    for host in ("xn--strae-oqa.example", "xn--53h.example"):
        assert registry.find_site("", host).name == "road"
        assert registry.owner_of(to_unicode_host(host)).name == "road"
    with pytest.raises(ForeignHost):
        registry.find_site("", "strasse.example")


@pytest.mark.parametrize(
    ("url", "original"),
    [
        ("https://www-my--shop-example.translate.goog/a?_x_tr_sl=de", "https://www.my-shop.example/a?_x_tr_sl=de"),
        ("https://0-en-example-com.translate.goog/?_x_tr_enc=0", "https://en.example.com/?_x_tr_enc=0"),
        ("https://web.archive.org/web/20260101000000/https://example.com/a?b#c", "https://example.com/a?b#c"),
        ("https://web.archive.org/web/2026im_/http:/example.com/", "http://example.com/"),
        ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/amp", "https://www.example.com/amp"),
        ("https://web.archive.org/about/", "https://web.archive.org/about/"),
        ("https://evil.example/web.archive.org/web/1/https://example.com/", None),
        ("https://[translate.goog", None),
    ],
)
def test_page_shown_by_a_mirror_is_the_original_page(url: str, original: str | None):
    assert map_mirror_url(url) == (original or url)


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.2", "0.0.1", "com", "", "example.com.evil.example"])
def test_foreign_host_belongs_to_no_site(sites: Callable[..., SiteRegistry], host: str):
    for name in ("", "shop"):
        with pytest.raises(ForeignHost):
            sites(TWO).find_site(name, host)


def test_without_sites_nothing_is_counted_when_people_sign_in(sites: Callable[..., SiteRegistry]):
    for name in ("", "blog"):
        with pytest.raises(UnknownSite):
            sites().find_site(name, "example.com")


def test_loopback_server_creates_sites_up_to_a_limit(sites: Callable[..., SiteRegistry]):
    made = sites(any_host=True)
    assert made.find_site("", "www.example.com").name == "example.com"
    assert made.find_site("demo", "www.example.com").name == "demo"
    assert made.find_site("demo", "www.example.com").zone == "Europe/Paris"
    for number in range(MAX_IMPLICIT_SITES - 2):
        made.find_site("", f"{number}.example.com")
    with pytest.raises(UnknownSite):
        made.find_site("", "one.too.many")
    assert made.find_site("", "www.example.com").name == "example.com"


def test_site_excludes_paths_and_addresses(sites: Callable[..., SiteRegistry]):
    more = "    excluded_addresses: [192.0.2.0/24, '2001:db8::/32']\n"
    site = sites(SITES.replace("  - name: shop", more + "  - name: shop")).get("blog")
    assert site is not None
    assert site.is_excluded("/admin/x", "203.0.113.9")
    assert site.is_excluded("/", "192.0.2.7")
    assert site.is_excluded("/", "2001:db8::1")
    assert not site.is_excluded("/administration", "203.0.113.9")
    assert (site.zone, site.retention_months, site.honour_privacy_signals) == ("Europe/Berlin", 25, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sites:\n  - {name: a}\n", "line 2: sites.1.domains is missing"),
        ("sites:\n  - name: a\n    domain: [example.com]\n", "line 3: sites.1.domain is unknown here; did you mean"),
        ("sites:\n  - name: a\n    domains: [co.uk]\n", "line 3: sites.1.domains.1: 'co.uk' is a public suffix"),
        (
            "sites:\n  - name: a\n    domains: ['https://x.example']\n",
            "line 3: sites.1.domains.1: 'https://x.example' is",
        ),
        (
            "sites:\n  - name: a\n    domains: [x.example]\n    zone: Mars\n",
            "line 4: sites.1.zone: 'Mars' is no time zone",
        ),
        ("sites:\n  - {name: A B, domains: [x.example]}\n", "must be small letters, digits and hyphens"),
        ("sites:\n  - {name: a, domains: [x.example]}\n  - {name: a, domains: [y.example]}\n", "line 3: two sites are"),
        (
            "sites:\n  - {name: a, domains: [x.example]}\n  - {name: b, domains: [x.example]}\n",
            "x.example belongs to a already",
        ),
        ("sites:\n  - {name: a, domains: [x.example], excluded_paths: [admin]}\n", "does not begin with a slash"),
        ("sites:\n  - {name: a, domains: [x.example], excluded_addresses: [x]}\n", "neither an address nor a network"),
        ("site: []\n", "line 1: site is unknown here; did you mean sites?"),
        ("- a\n", "line 1: must say `sites:`"),
        ("sites: [\n", "is not YAML"),
        ("limits: {address: 0}\n", "limits.address: input should be greater than or equal to 1"),
    ],
)
def test_error_message_has_the_line_and_the_remedy(sites: Callable[..., SiteRegistry], text: str, sentence: str):
    with pytest.raises(BoardError) as fault:
        sites(text)
    assert sentence in str(fault.value)
    assert "sites.yaml" in str(fault.value)


def test_changed_file_is_reloaded_and_an_invalid_one_is_ignored(
    sites: Callable[..., SiteRegistry], caplog: pytest.LogCaptureFixture
):
    steady = Steady()
    made = sites(TWO, steady=steady)
    assert made.find_site("", "www.example.org").name == "docs"

    def change(text: str) -> None:
        made.file.write_text(text, encoding="utf-8")
        os.utime(made.file, ns=(int(steady.now), int(steady.now)))
        steady.now += 10
        made.poll()

    change(TWO.replace("docs.example.org", "docs.example.net"))
    assert made.find_site("", "www.example.net").name == "docs"
    with pytest.raises(ForeignHost):
        made.find_site("", "www.example.org")
    change("sites: [")
    assert made.find_site("", "www.example.net").name == "docs"
    assert "is not YAML" in made.fault
    assert "(the last good version is used)" in caplog.text
    change(TWO)
    assert made.find_site("", "www.example.org").name == "docs"
    assert made.fault == ""
