"""One address for one page, and no page lost to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.http.canonical_url import canonical_url, is_same_page


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("HTTPS://WWW.Example.COM:443/Path", "https://www.example.com/Path"),
        ("http://example.com:80", "http://example.com/"),
        ("http://example.com?a=1", "http://example.com/?a=1"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://example.com/a?utm_source=x&UTM_Medium=y&fbclid=z", "https://example.com/a"),
        ("https://example.com/a?b=2&utm_source=x&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a b/ü", "https://example.com/a%20b/%C3%BC"),
        ("https://example.com/a%20b/%c3%bc", "https://example.com/a%20b/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com/a/", "https://example.com/a/"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_address_is_written_one_way(written, asked):
    assert canonical_url(written) == asked


@pytest.mark.parametrize(
    "address",
    [
        *("", "/path", "(not set)", "//example.com/", "http:///x", "http://[::1/", "https://example.com:99999/"),
        *("javascript:alert(1)", "ftp://example.com/", "mailto:a@example.com"),
        *("https://ex ample.com/", "http://exa<mple.com/", "https://example.com/\ud800", "https://example.com/a\nb"),
    ],
)
def test_what_is_not_a_web_address_is_refused(address):
    with pytest.raises(ValueError):
        canonical_url(address)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("http://example.com/a", True),
        ("https://www.example.com/a/", True),
        ("https://example.com/a?utm_campaign=x#y", True),
        ("https://example.com/a/b", False),
        ("https://example.com/A", False),
        ("https://example.org/a", False),
        ("https://example.com/a?page=2", False),
        ("https://mirror.example/?of=https://example.com/a", False),
        ("not an address", False),
    ],
)
def test_same_page_is_recognised(other, same):
    assert is_same_page("https://example.com/a", other) is same


@given(st.text() | st.text().map(lambda tail: f"https://example.com/{tail}"))
def test_canonical_is_stable_and_raises_nothing_else(address):
    try:
        once = canonical_url(address)
    except ValueError:
        return
    assert canonical_url(once) == once
