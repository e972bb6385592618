"""Classifies the lines of an access log: a page view, or why not."""

from enum import StrEnum
from functools import lru_cache

from utilities.pageviews.log_import.log_line import LogLine


class LineKind(StrEnum):
    """The kinds of the summary; every line is exactly one, the first that fits from the top."""

    BLANK = "blank lines and comments"
    UNREADABLE = "unreadable lines"
    CUT_OFF = "last line, not complete yet"
    NOT_GET = "not a GET"
    ERROR = "errors (4xx, 5xx)"
    REDIRECT = "redirects"
    NO_PAGE = "answers without a page (1xx, 204, 206, no HTML)"
    STATIC = "static files"
    FEED = "feeds"
    FOREIGN = "of a site we do not count"
    FUTURE = "later than now"
    OLD = "older than the site keeps (retention_months)"
    EXCLUDED = "excluded by the site"
    PREFETCH = "prefetches"
    BOT = "bots"
    SPAM = "referrer spam"
    PRIVACY = "opted out of counting"
    PAGE = "page views"


PAGE_STATUSES = frozenset({200, 203, 304})
"""Statuses of responses that show a page; 304 shows it from the browser's cache."""

STATIC_ENDINGS_TEXT = """
    avif bmp gif ico jpeg jpg jxl png svg svgz tif tiff webp css less map mjs js wasm eot otf ttf woff woff2 swf class
    7z aac apk arc arj asc asf asx avi bin bz2 csv deb dmg doc docx epub exe flac flv gz gzip hqx ibooks ics img iso jar
    json key log m3u8 m4a m4v md5 mid midi mkv mobi mov mp2 mp3 mp4 mpeg mpg msi msp odb odf odg odp ods odt ogg ogv pdf
    phps pkg ppt pptx ps qt ram rar rpm rtf sea sha1 sha256 sig sit tar tbz tbz2 tgz torrent txt vcf wav webm
    c conf cpp diff gem h java lua patch pcap pyc sh spec tex webmanifest wma wmv wpd xls
    xlsx xml xsd xsl xz yaml yml z zip zst
"""
"""Extensions of resources and downloads: STATIC_EXTENSIONS and DOWNLOAD_EXTENSIONS of Matomo's log importer
(import_logs.py, matomo-org/matomo-log-analytics), with newer formats."""

STATIC_ENDINGS = frozenset(STATIC_ENDINGS_TEXT.split())
FEED_ENDINGS = frozenset({"atom", "rdf", "rss", "rss2", "rss20"})
FEED_NAMES = frozenset({"feed", "feeds", "rss", "atom"})
FEED_QUERIES = ("feed=", "flav=atom", "flav=rss", "format=feed", "format=rss", "format=atom")
"""Query parameters that request a page as a feed in WordPress, Blosxom and Joomla."""


def line_kind(line: LogLine) -> LineKind:
    """Returns LineKind.PAGE for a possible page view; the classifier checks the client."""
    if line.method != "GET":
        return LineKind.NOT_GET if line.method or line.status < 400 else LineKind.ERROR
    if line.status not in PAGE_STATUSES:
        return LineKind.ERROR if line.status >= 400 else LineKind.REDIRECT if line.status >= 300 else LineKind.NO_PAGE
    kind = target_kind(line.target)
    return kind if line.is_page or kind is not LineKind.PAGE else LineKind.NO_PAGE


@lru_cache(maxsize=4096)
def target_kind(target: str) -> LineKind:
    """Returns STATIC, FEED or PAGE by path and query; cached, because lines repeat their targets."""
    path, _, query = target.partition("?")
    last = path.rpartition("/")[2].lower()
    ending = last.rpartition(".")[2] if "." in last else ""
    if ending in FEED_ENDINGS or (last or path.rstrip("/").rpartition("/")[2].lower()) in FEED_NAMES:
        return LineKind.FEED
    if query and any(part.lower().startswith(FEED_QUERIES) for part in query.split("&")):
        return LineKind.FEED
    return LineKind.STATIC if ending in STATIC_ENDINGS else LineKind.PAGE
