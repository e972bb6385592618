"""A line of an access log in its fields, and what all formats share: addresses, hosts, requests and escapes."""

import re
from functools import lru_cache
from typing import NamedTuple

from utilities.http.client_address import parse_address
from utilities.pageviews.host_names import MAX_HOST_CHARS, to_ascii_host

NO_AGENT = "-"  # the client sent no user-agent
CUT_OFF_TEXT = "the line is cut off"


class UnreadableLine(ValueError):
    """A line cannot be read. The message is a reason for people and repeats nothing of the line."""


class LogLine(NamedTuple):
    """The fields of a line. A tuple and not a dataclass, because millions are created."""

    host: str  # the site's in lower case, '' when the format does not say
    address: str  # the client's; a name where the server resolves names
    at: float  # seconds since 1970, UTC; of the site's own clock with `is_local`
    method: str  # '' for a line that is no HTTP request
    target: str  # path and query, as requested
    status: int  # 0 for a line that is no HTTP request
    referrer: str  # '' for none
    agent: str  # '' when the format does not have it, NO_AGENT when the client sent none
    language: str = ""
    title: str = ""
    screen: int | None = None  # width, px
    forwarded: str = ""  # X-Forwarded-For
    is_local: bool = False  # the line does not name its time zone
    headers: tuple[tuple[str, str], ...] = ()  # what the client sent of SIGNAL_HEADERS
    is_page: bool = True  # False when the line says that the answer was no HTML, or for a script, image or the like


SIGNAL_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz", "sec-gpc", "dnt")
"""Headers that some logs have, and by which hits are dropped: prefetches, and people who do not want to be counted."""
PAGE_DESTINATIONS = frozenset({"", "-", "document", "iframe", "frame", "embed", "object", "empty"})
"""Values of Sec-Fetch-Dest for which a page may be fetched; `empty` also when a service worker passes on a page."""

QUOTED_PATTERN = r'"((?:[^"\\]++|\\.)*+)"'  # possessive: a hostile line cannot cause backtracking
IPV4_PATTERN = r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
ESCAPE_PATTERN = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
CONTROL_ESCAPES = {"b": "\b", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
ADDRESS_ZONE = re.compile(r"%[\w.-]+")  # the network interface of a link-local address
IS_DOMAIN_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])").fullmatch
ABSOLUTE_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)([^#]*)")
REQUEST_LINE = re.compile(
    r"([A-Z][A-Z_-]*|(?i:get|head|post|put|delete|options|patch)) (\S.*?)(?: ((?i:HTTP)/[\d.]+|-))?", re.DOTALL
)


def is_domain(host: str) -> bool:
    """Whether a host in lower case has at least two labels and is no IP address."""
    return len(host) <= MAX_HOST_CHARS and IS_DOMAIN_NAME(host) is not None


def clean_host(text: str) -> str:
    """Returns a host in lower case and ASCII, without port and final dot, as beacons compare it; '' for none."""
    host = text.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    if host.count(":") == 1:
        host = host.partition(":")[0]
    host = host.rstrip(".")
    if not host.isascii():
        try:
            return to_ascii_host(host)
        except ValueError:
            return ""
    return "" if host in ("-", "_") else host


@lru_cache(maxsize=8192)
def clean_address(text: str) -> str:
    """Returns the normal form of an IP address, with or without port and brackets; '' when it is none."""
    address = parse_address(ADDRESS_ZONE.sub("", text))
    return str(address) if address else ""


def first_address(text: str) -> str:
    """Returns the first address of a list, as in X-Forwarded-For; '' for none."""
    return next(filter(None, map(clean_address, text.split(","))), "")


def require_address(text: str) -> str:
    """Returns the client's address; raises UnreadableLine when it is none."""
    address = first_address(text)
    if not address:
        raise UnreadableLine("the client's address cannot be read")
    return address


def is_address_list(text: str) -> bool:
    return all(map(clean_address, text.split(",")))


def split_request(request: str) -> tuple[str, str]:
    """Returns method and target of `GET /page HTTP/1.1`; the target may contain spaces. Both '' when it is invalid."""
    match = REQUEST_LINE.fullmatch(request)
    return (match[1].upper(), match[2]) if match and match[2] != "-" else ("", "")


def split_target(method: str, target: str) -> tuple[str, str, str]:
    """Returns the host ('' for none), the method and the path with query of a request.

    The method is '' for a target that is neither a path nor a URL, because no page can have it.
    """
    if target.startswith(("/", "?")):
        return "", method, target if target[0] == "/" else f"/{target}"
    match = ABSOLUTE_URL.match(target)
    if match is None:
        return "", "" if method == "GET" else method, ""
    path = match[2] if match[2].startswith("/") else f"/{match[2]}"
    return clean_host(match[1].rpartition("@")[2]), method, path


def can_be_page(destination: str, content_type: str) -> bool:
    """Whether Sec-Fetch-Dest and the answer's Content-Type, which may be '' or '-', can be those of a page."""
    return destination.lower() in PAGE_DESTINATIONS and (content_type in ("", "-") or "html" in content_type.lower())


def dash_to_empty(text: str) -> str:
    return "" if text == "-" else text


def unescape_text(text: str) -> str:
    r"""Decodes the escapes of Apache and nginx: \" or \x22 for a quote, \n, \xhh for other bytes, mostly UTF-8."""
    if "\\" not in text:
        return text
    return decode_latin(ESCAPE_PATTERN.sub(replace_escape, text))


def replace_escape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else CONTROL_ESCAPES.get(match[2], match[2])


def decode_latin(text: str) -> str:
    """Decodes UTF-8 whose bytes are one character each; returns other text unchanged."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
