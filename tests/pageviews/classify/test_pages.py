"""Addresses: pages without what tracks people, referrers without secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.model.text import clean_text
from utilities.pageviews.classify.urls import (
    NO_REFERRER,
    parse_host,
    parse_page_url,
    parse_referrer,
    tidy_text,
)
from utilities.pageviews.url_paths import normalize_path


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://www.Example.com", "example.com", "/"),
        ("https://example.com:8443/A/b", "example.com", "/A/b"),
        ("https://user:secret@example.com/a", "example.com", "/a"),
        ("http://[2001:db8::1]:80/a", "[2001:db8::1]", "/a"),
        ("https://example.com./a/", "example.com", "/a/"),
        ("https://example.com/a?utm_source=x&fbclid=y&secret=1", "example.com", "/a"),
        ("https://example.com/a#part", "example.com", "/a"),
        ("https://example.com/app#/inbox", "example.com", "/app#/inbox"),
        ("https://example.com/app#!/inbox", "example.com", "/app#!/inbox"),
        ("https://example.com/caf%C3%A9/%E6%97%A5", "example.com", "/café/日"),
        ("https://example.com/a%2Fb%3Fc%23d%00", "example.com", "/a%2Fb%3Fc%23d%00"),
        ("https://example.com/%ff%fe", "example.com", "/%FF%FE"),
        ("https://example.com/a\u202eb\u0000c", "example.com", "/a%E2%80%AEb%00c"),
        ("https://[broken/a", "", "/"),
        ("https://example.com\\@evil.example/a", "example.com", "/@evil.example/a"),
        ("https://example.com/a\\b?c\\d", "example.com", "/a/b"),
        ("https://example.com/#/reset?token=secret&utm_source=x", "example.com", "/#/reset"),
        ("https://example.com/#/caf%C3%A9/%61", "example.com", "/#/café/a"),
        ("https://example.com/#!caf%c3%a9", "example.com", "/#!café"),
        ("https://example.com/#!/a/../%2f", "example.com", "/#!/%2F"),
    ],
)
def test_page_is_a_host_and_a_path(url: str, host: str, path: str):
    page = parse_page_url(url)
    assert (page.host, page.path) == (host, path)


def test_parameters_that_make_another_page_stay_in_their_order():
    url = "https://example.com/list?page=2&utm_source=x&id=7&empty=&other=1"
    assert parse_page_url(url, ("id", "page", "empty")).path == "/list?page=2&id=7&empty="


def test_route_has_campaign_tags_and_kept_parameters_too():
    page = parse_page_url("https://example.com/?x=1#/list?page=2&token=y&utm_source=letter", ("page",))
    assert (page.path, page.tags.source) == ("/#/list?page=2", "letter")


@pytest.mark.parametrize(
    "end",
    [
        "?utm_source=letter&utm_medium=email",
        "?a=b&amp;utm_source=letter&amp;utm_medium=email",  # escaped twice
        "#utm_source=letter&utm_medium=email",
        "#part?UTM_SOURCE=letter&utm_medium=email&ref=other",
    ],
)
def test_campaign_tags_count_wherever_they_are(end: str):
    page = parse_page_url(f"https://example.com/a{end}")
    assert (page.path, page.tags.source, page.tags.medium) == ("/a", "letter", "email")
    assert parse_page_url("https://example.com/a#ref=other&x=1").tags.source == ""


def test_letters_that_a_kept_parameter_hides_are_no_control_characters():
    assert parse_page_url("https://example.com/?q=a%00b%E2%80%AEc", ("q",)).path == "/?q=abc"


def test_a_path_has_an_end():
    assert len(parse_page_url("https://example.com/" + "a" * 10_000).path) <= 2048


@pytest.mark.parametrize("number", [100, 101, 500, 1500])
def test_page_and_campaign_are_found_among_any_number_of_parameters(number: int):
    fields = "&".join(f"f{each}=1" for each in range(number))
    page = parse_page_url(f"https://example.com/facets?{fields[:8000]}")
    assert (page.path, page.tags.source) == ("/facets", "")
    page = parse_page_url(f"https://example.com/facets?utm_source=letter&{fields}")
    assert (page.path, page.tags.source) == ("/facets", "letter")


@pytest.mark.parametrize(
    ("spellings", "path"),
    [
        (("/last_version", "/last%5fversion", "/last%5Fversion"), "/last_version"),
        (("/admin/x", "/%61dmin/x", "/%61%64min/x", "/b/../admin/x", "/%2e/admin/x", "/./admin/x"), "/admin/x"),
        (("/a%2fb", "/a%2Fb"), "/a%2Fb"),
        (("/caf\u00e9", "/caf%c3%a9", "/caf%C3%A9", "/cafe%CC%81"), "/caf\u00e9"),
        (("/a%20b",), "/a%20b"),
        (("/{id}", "/%7bid%7D"), "/%7Bid%7D"),
        (("/\U0001fa77", "/%F0%9F%A9%B7"), "/\U0001fa77"),  # newer than the table of Python 3.11
        (("/\u202e", "/%e2%80%ae"), "/%E2%80%AE"),
        (("/%f0%9f", "/%F0%9F"), "/%F0%9F"),
        (("/\ue000", "/%EE%80%80"), "/%EE%80%80"),  # a private character, which no font shows
        (("/100%25", "/100%25"), "/100%25"),
        (("/a/b", "/a/b;jsessionid=0A1.n2", "/a;JSESSIONID=1/b"), "/a/b"),
        (("/a;v=1", "/a;v=1;sid=2"), "/a;v=1"),
    ],
)
def test_one_page_has_one_path_in_all_its_spellings(spellings: tuple[str, ...], path: str):
    assert {parse_page_url(f"https://example.com{each}").path for each in spellings} == {path}


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("xn--strae-oqa.example", "stra\u00dfe.example"),
        ("stra\u00dfe.example", "stra\u00dfe.example"),
        ("STRA\u1e9eE.example", "stra\u00dfe.example"),
        ("www.xn--bcher-kva.example:8080", "b\u00fccher.example"),
        ("xn--n3h.example", "\u2603.example"),  # browsers allow it, though IDNA 2008 does not
        ("xn--999999999.example", "xn--999999999.example"),
        ("xn--a.example", "xn--a.example"),
    ],
)
def test_host_is_shown_in_unicode(host: str, shown: str):
    assert parse_page_url(f"https://{host}/").host == shown
    assert parse_referrer(f"https://{host}/a").host == shown


@pytest.mark.parametrize(
    ("referrer", "url", "host"),
    [
        ("android-app://user:secret@org.example/", "android-app://org.example", "android-app:org.example"),
        ("https://ref.example\\a", "https://ref.example/a", "ref.example"),
        ("https://user:secret@Www.Other.example/a?b=c#d", "https://www.other.example/a?b=c", "other.example"),
        ("http://other.example", "http://other.example", "other.example"),
        ("https://other.example:8080/", "https://other.example:8080/", "other.example"),
        ("android-app://Org.Example/", "android-app://Org.Example", "android-app:org.example"),
        ("about:blank", "", ""),
        ("", "", ""),
        ("javascript:alert(1)", "", ""),
        ("file:///etc/passwd", "", ""),
        ("other.example/a", "", ""),
        ("https://", "", ""),
        ("https://[broken", "", ""),
    ],
)
def test_referrer_is_complete_without_secrets(referrer: str, url: str, host: str):
    parsed = parse_referrer(referrer)
    assert (parsed.url, parsed.host) == (url, host)


@pytest.mark.slow
@given(st.text(max_size=200))
def test_any_text_is_parsed(text: str):
    for url in (text, f"https://{text}", f"https://example.com/{text}", f"https://example.com/?{text}"):
        page = parse_page_url.__wrapped__(url, ("a",))
        assert "\0" not in page.host + page.path
        referrer = parse_referrer.__wrapped__(url)
        assert referrer == NO_REFERRER or referrer.host


@given(st.text())
def test_what_is_readable_stays_so(path: str):
    assert normalize_path(normalize_path(path)) == normalize_path(path)


@given(st.text(alphabet=st.characters(max_codepoint=160)) | st.text(), st.integers(1, 20))
def test_the_quick_way_to_clean_is_the_slow_one(text: str, limit: int):
    assert tidy_text(text, limit) == clean_text(text, limit)


def test_host_has_no_port_and_no_www():
    assert parse_host("WWW.example.com:80") == "example.com"
