"""What a beacon says, read from a query or a body, and checked before anybody believes it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import from_json

from utilities.model.errors import BadHit, TooLarge
from utilities.pageviews import Hit
from utilities.pageviews.sites.site_file import Site

MOST_BYTES = 8 * 1024  # of a body or a query
LONGEST_URL = 4 * 1024
MOST_FIELDS = 50
MOST_PROPS = 20
DEEPEST = 4
WIDEST = 65_535  # px
LONGEST = {"site": 100, "referrer": 2048, "title": 512, "language": 35, "name": 100}
"""Characters; what goes beyond is cut off, and the hit counts all the same."""
LONGEST_PROP = 300
LONGEST_AGENT = 512

NAMES = {"ref": "referrer", "t": "title", "w": "screen", "l": "language", "n": "name", "p": "props"}
"""The short names that the script uses; the long ones are understood too, and every other is ignored, `z` among them,
the browser's time zone."""
FIELDS = frozenset({"url", *LONGEST, *NAMES.values()})


class NoUrl(BadHit):
    """It does not say which page it is about."""


class Said(NamedTuple):
    """What a beacon says of itself: all of it from outside, none of it true for certain."""

    url: str
    host: str  # of the url: lower case, no port
    site: str = ""
    referrer: str = ""
    title: str = ""
    language: str = ""
    name: str = ""
    screen: int | None = None
    props: Mapping[str, str] = {}


def of_query(arguments: Mapping[str, Sequence[bytes]]) -> Said:
    """From a query that is split already, as `name: [value, …]`; raises NoUrl, BadHit and TooLarge."""
    try:
        return said((name, values[-1].decode()) for name, values in arguments.items() if values)
    except UnicodeDecodeError:
        raise BadHit("it is not UTF-8") from None


def of_body(body: bytes) -> Said:
    """From a body: a JSON object, or else a form, whatever it is called; raises NoUrl, BadHit and TooLarge."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"more than {MOST_BYTES} bytes")
    if body[:1] in (b"{", b"["):
        return said(json_object(body).items())
    try:
        # The script says to this address what it would say to the image's, `?` and all.
        form = body.decode().removeprefix("?")
        return said(parse_qsl(form, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:  # not UTF-8, or too many fields; the library's sentence would repeat what was sent
        raise BadHit("it is neither a form nor a JSON object") from None


def json_object(text: str | bytes) -> dict[str, Any]:
    """A JSON object that is not nested too deeply; NaN, lone surrogates and the like are no JSON here."""
    try:
        data = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise BadHit("it is not JSON") from None
    if not isinstance(data, dict):
        raise BadHit("it is no JSON object")
    if too_deep(data, DEEPEST - 1):
        raise BadHit("it is nested too deeply")
    return data


def too_deep(value: object, most: int) -> bool:
    inside: Iterable[object] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return most < 0 or any(too_deep(each, most - 1) for each in inside if isinstance(each, dict | list))


def said(pairs: Iterable[tuple[str, Any]]) -> Said:
    values: dict[str, Any] = {}
    for short, value in pairs:
        name = NAMES.get(short, short)
        if name in FIELDS and value is not None:
            values[name] = CHECKS[name](value) if name in CHECKS else text(value, LONGEST[name])
    url = values.get("url")
    if not url:
        raise NoUrl("it does not say which page it is about")
    return Said(host=host_of(url), **values)


def text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise BadHit("a text was expected")
    if "\0" in value:
        raise BadHit("there is a NUL in it")
    return value[:longest].strip()


def url_of(value: object) -> str:
    if isinstance(value, str) and len(value) > LONGEST_URL:
        raise TooLarge(f"a page's address of more than {LONGEST_URL} characters")
    return text(value, LONGEST_URL)


def host_of(url: str) -> str:
    """The host of a page's address; raises BadHit for everything that is no http or https address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or len(host) > 253:
        raise BadHit("the page's address does not begin with http:// or https://")
    try:
        plain = (host if host.isascii() else host.encode("idna").decode("ascii")).removesuffix(".")
    except UnicodeError:
        plain = ""
    if not plain:
        raise BadHit("the page's host is no host")
    return plain


def screen_of(value: object) -> int | None:
    """Width in px; None for 0, which some browsers say when they do not tell."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= WIDEST:
        raise BadHit("a screen was expected to have a width in pixels")
    return int(value) or None


def props_of(value: object) -> Mapping[str, str]:
    """An event's properties as text; lists and objects among them are left out."""
    if isinstance(value, str):
        if not value:
            return {}
        value = json_object(text(value, MOST_BYTES))
    if not isinstance(value, dict):
        raise BadHit("props were expected to be an object")
    if len(value) > MOST_PROPS:
        raise BadHit(f"more than {MOST_PROPS} props")
    plain = {text(key, LONGEST_PROP): prop(each) for key, each in value.items()}
    return {key: each for key, each in plain.items() if key and each is not None}


def prop(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if not abs(value) < 2**63:
            raise BadHit("a number in the props is too large")
        return str(value)
    return text(value, LONGEST_PROP) if isinstance(value, str) else None


CHECKS = {"url": url_of, "screen": screen_of, "props": props_of}
"""What is not merely a text."""


def hit_of(said: Said, site: Site, at: datetime, address: str, agent: str, headers: Mapping[str, str]) -> Hit:
    """The hit: what the beacon says, and what the server saw, which goes before it."""
    return Hit(
        site=site.name,
        zone=site.zone,
        at=at,
        url=said.url,
        referrer=said.referrer,
        title=said.title,
        address=address,
        agent=agent[:LONGEST_AGENT],
        language=said.language,
        screen=said.screen,
        name=said.name,
        props=said.props,
        headers=headers,
    )
