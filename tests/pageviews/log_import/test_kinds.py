"""The kinds of lines that are no page views."""

import pytest

from tests.pageviews.log_import.conftest import line
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.line_parser import parse_log_line

PAGES = (
    "/",
    "/blog/",
    "/a.html",
    "/a.php?x=1",
    "/v1.2",
    "/a.xhtml",
    "/jobs.aspx",
    "/feedback",
    "/?page=rss",
    "/c%C3%B4te",
)
FILES = (
    "/style2.css",
    "/robots.txt",
    "/a/b.PNG",
    "/x.js?v=3",
    "/favicon.ico",
    "/paper.pdf",
    "/logo.svg#a",
    "/app.wasm",
)
FEEDS = ("/feed", "/feed/", "/rss.xml?x", "/index.rss", "/?flav=rss20", "/blog/tags/puppet?flav=atom", "/blog/atom/")


def kind(path: str, method: str = "GET", status: int = 200) -> LineKind:
    parsed = parse_log_line(line(path, method=method, status=status))
    assert parsed
    return line_kind(parsed)


@pytest.mark.parametrize("path", PAGES)
def test_page(path: str):
    assert kind(path) is LineKind.PAGE


@pytest.mark.parametrize("path", [path for path in FILES if "#" not in path])
def test_static_file(path: str):
    assert kind(path) is LineKind.STATIC


@pytest.mark.parametrize("path", [path for path in FEEDS if ".xml" not in path])
def test_feed(path: str):
    assert kind(path) is LineKind.FEED


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "PROPFIND"])
def test_not_a_get(method: str):
    assert kind("/", method) is LineKind.NOT_GET


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (200, LineKind.PAGE),
        (304, LineKind.PAGE),
        (301, LineKind.REDIRECT),
        (404, LineKind.ERROR),
        (500, LineKind.ERROR),
        (206, LineKind.NO_PAGE),
    ],
)
def test_status(status: int, what: LineKind):
    assert kind("/", status=status) is what


def test_missing_picture_is_an_error_first():
    assert kind("/missing.png", status=404) is LineKind.ERROR
