"""What a line of an access log is: a page that was read, or one of the things that are none."""

from enum import StrEnum
from functools import lru_cache

from utilities.pageviews.log_import.access_log import Line


class Kind(StrEnum):
    """The words of the summary; every line is exactly one of them, the first that fits from the top."""

    BLANK = "blank lines"
    UNREADABLE = "unreadable lines"
    NOT_GET = "not a GET"
    ERROR = "errors (4xx, 5xx)"
    REDIRECT = "redirects"
    NO_PAGE = "answers without a page (1xx, 204, 206)"
    STATIC = "static files"
    FEED = "feeds"
    FOREIGN = "of a site we do not count"
    EXCLUDED = "excluded by the site"
    PREFETCH = "prefetches"
    BOT = "bots"
    SPAM = "referrer spam"
    PRIVACY = "asked not to be counted"
    PAGE = "page views"


SHOWN = frozenset({200, 203, 304})
"""Answers that put a page in front of somebody; 304 is one that the browser had kept."""

ENDINGS = """
    avif bmp gif ico jpeg jpg jxl png svg svgz tif tiff webp css less map mjs js wasm eot otf ttf woff woff2 swf class
    7z aac apk arc arj asc asf asx avi bin bz2 csv deb dmg doc docx epub exe flac flv gz gzip hqx ibooks ics img iso jar
    json key log m3u8 m4a m4v md5 mid midi mkv mobi mov mp2 mp3 mp4 mpeg mpg msi msp odb odf odg odp ods odt ogg ogv pdf
    phps pkg ppt pptx ps qt ram rar rpm rtf sea sha1 sha256 sig sit tar tbz tbz2 tgz torrent txt vcf wav webm
    c conf cpp diff gem h java lua patch pcap pyc sh spec tex webmanifest wma wmv wpd xls
    xlsx xml xsd xsl xz yaml yml z zip zst
"""
"""Endings of what is fetched along with a page or downloaded from it. Matomo's log importer has the two lists
STATIC_EXTENSIONS and DOWNLOAD_EXTENSIONS (import_logs.py, matomo-org/matomo-log-analytics); newer formats are added."""

STATIC = frozenset(ENDINGS.split())
FEEDS = frozenset({"atom", "rdf", "rss", "rss2", "rss20"})
FEED_NAMES = frozenset({"feed", "feeds", "rss", "atom"})
FEED_QUERIES = ("feed=", "flav=atom", "flav=rss", "format=feed", "format=rss", "format=atom")
"""WordPress's, Blosxom's and Joomla's way to ask for a page as a feed."""


def kind_of(line: Line) -> Kind:
    """Kind.PAGE for what may be one; who asked is for the counter to judge."""
    if line.method != "GET":
        return Kind.NOT_GET if line.method or line.status < 400 else Kind.ERROR
    if line.status not in SHOWN:
        return Kind.ERROR if line.status >= 400 else Kind.REDIRECT if line.status >= 300 else Kind.NO_PAGE
    return kind_of_target(line.target)


@lru_cache(maxsize=4096)
def kind_of_target(target: str) -> Kind:
    """A static file, a feed or perhaps a page, by path and query: most lines name what a few before them did."""
    path, _, query = target.partition("?")
    last = path.rpartition("/")[2].lower()
    ending = last.rpartition(".")[2] if "." in last else ""
    if ending in FEEDS or (last or path.rstrip("/").rpartition("/")[2].lower()) in FEED_NAMES:
        return Kind.FEED
    if query and any(part.lower().startswith(FEED_QUERIES) for part in query.split("&")):
        return Kind.FEED
    return Kind.STATIC if ending in STATIC else Kind.PAGE
