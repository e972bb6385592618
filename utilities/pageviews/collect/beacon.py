"""Parses and checks what a beacon sends, in a query string or a body."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import from_json

from utilities.model.errors import BadHit, TooLarge
from utilities.pageviews import Hit
from utilities.pageviews.sites.site_file import Site

MAX_BEACON_BYTES = 8 * 1024  # of a body or a query string
MAX_PAGE_URL_CHARS = 4 * 1024
MAX_BEACON_FIELDS = 50
MAX_PROPS = 20
MAX_JSON_DEPTH = 4
MAX_SCREEN_PX = 65_535
MAX_FIELD_CHARS = {"site": 100, "referrer": 2048, "title": 512, "language": 35, "name": 100}
"""Longer texts are cut; the hit still counts."""
MAX_PROP_CHARS = 300
MAX_AGENT_CHARS = 512

FIELD_ALIASES = {"ref": "referrer", "t": "title", "w": "screen", "l": "language", "n": "name", "p": "props"}
"""The short names that the script sends. The long names work too. Every other field is ignored, also `z`, the browser's
time zone."""
BEACON_FIELDS = frozenset({"url", *MAX_FIELD_CHARS, *FIELD_ALIASES.values()})


class MissingUrl(BadHit):
    """The beacon does not say which page it is about."""


class BeaconPayload(NamedTuple):
    """What a beacon says about itself. All of it comes from outside and may be false."""

    url: str
    host: str  # of the url: lower case, no port
    site: str = ""
    referrer: str = ""
    title: str = ""
    language: str = ""
    name: str = ""
    screen: int | None = None
    props: Mapping[str, str] = {}


def parse_beacon_query(arguments: Mapping[str, Sequence[bytes]]) -> BeaconPayload:
    """Parses a query string that is split into `name: [value, …]`; raises MissingUrl, BadHit and TooLarge."""
    try:
        return parse_fields((name, values[-1].decode()) for name, values in arguments.items() if values)
    except UnicodeDecodeError:
        raise BadHit("it is not UTF-8") from None


def parse_beacon_body(body: bytes) -> BeaconPayload:
    """Parses a JSON object or a form, whatever its Content-Type; raises MissingUrl, BadHit and TooLarge."""
    if len(body) > MAX_BEACON_BYTES:
        raise TooLarge(f"more than {MAX_BEACON_BYTES} bytes")
    if body[:1] in (b"{", b"["):
        return parse_fields(parse_json_object(body).items())
    try:
        # The script sends here the same text as to the image, with the `?`.
        form = body.decode().removeprefix("?")
        return parse_fields(parse_qsl(form, errors="strict", max_num_fields=MAX_BEACON_FIELDS))
    except ValueError:  # not UTF-8, or too many fields; the library's message would repeat the input
        raise BadHit("it is neither a form nor a JSON object") from None


def parse_json_object(text: str | bytes) -> dict[str, Any]:
    """Parses a JSON object; raises BadHit for deep nesting, NaN, infinity and lone surrogates too."""
    try:
        data = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise BadHit("it is not JSON") from None
    if not isinstance(data, dict):
        raise BadHit("it is not a JSON object")
    if is_deeper_than(data, MAX_JSON_DEPTH - 1):
        raise BadHit("it is nested too deeply")
    return data


def is_deeper_than(value: object, depth: int) -> bool:
    """Whether lists and objects are nested more than `depth` levels below this value."""
    inside: Iterable[object] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth < 0 or any(is_deeper_than(each, depth - 1) for each in inside if isinstance(each, dict | list))


def parse_fields(pairs: Iterable[tuple[str, Any]]) -> BeaconPayload:
    """Returns the checked fields; of a field that is repeated, the last one."""
    values: dict[str, Any] = {}
    for short, value in pairs:
        name = FIELD_ALIASES.get(short, short)
        if name in BEACON_FIELDS and value is not None:
            parse = FIELD_PARSERS.get(name)
            values[name] = parse(value) if parse else clean_field(value, MAX_FIELD_CHARS[name])
    url = values.get("url")
    if not url:
        raise MissingUrl("it does not say which page it is about")
    return BeaconPayload(host=parse_host(url), **values)


def clean_field(value: object, max_chars: int) -> str:
    """Returns the text, cut and stripped; raises BadHit when it is not text or contains a NUL."""
    if not isinstance(value, str):
        raise BadHit("a field must be text")
    if "\0" in value:
        raise BadHit("a field contains a NUL")
    return value[:max_chars].strip()


def parse_page_url(value: object) -> str:
    """Returns the page's URL; a long one is rejected, because its beginning is another page."""
    if isinstance(value, str) and len(value) > MAX_PAGE_URL_CHARS:
        raise TooLarge(f"the page's address has more than {MAX_PAGE_URL_CHARS} characters")
    return clean_field(value, MAX_PAGE_URL_CHARS)


def parse_host(url: str) -> str:
    """Returns the host of a page's URL in ASCII; raises BadHit for every URL that is not http or https."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or len(host) > 253:
        raise BadHit("the page's address does not begin with http:// or https://")
    try:
        ascii_host = (host if host.isascii() else host.encode("idna").decode("ascii")).removesuffix(".")
    except UnicodeError:
        ascii_host = ""
    if not ascii_host:
        raise BadHit("the page's host is not valid")
    return ascii_host


def parse_screen(value: object) -> int | None:
    """Returns the width in px; None for 0, which some browsers send to hide it."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MAX_SCREEN_PX:
        raise BadHit("the screen must be a width in pixels")
    return int(value) or None


def parse_props(value: object) -> Mapping[str, str]:
    """Returns an event's properties as text, without those that are lists or objects."""
    if isinstance(value, str):
        if not value:
            return {}
        value = parse_json_object(clean_field(value, MAX_BEACON_BYTES))
    if not isinstance(value, dict):
        raise BadHit("props must be an object")
    if len(value) > MAX_PROPS:
        raise BadHit(f"more than {MAX_PROPS} props")
    props = {clean_field(key, MAX_PROP_CHARS): prop_text(each) for key, each in value.items()}
    return {key: text for key, text in props.items() if key and text is not None}


def prop_text(value: object) -> str | None:
    """Returns a property's value as text; None for lists, objects and null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if not abs(value) < 2**63:
            raise BadHit("a number in the props is too large")
        return str(value)
    return clean_field(value, MAX_PROP_CHARS) if isinstance(value, str) else None


FIELD_PARSERS = {"url": parse_page_url, "screen": parse_screen, "props": parse_props}
"""The fields that are not plain text."""


def build_hit(
    payload: BeaconPayload, site: Site, at: datetime, address: str, agent: str, headers: Mapping[str, str]
) -> Hit:
    """Returns the hit: the payload and the facts that the server itself observed."""
    return Hit(
        site=site.name,
        zone=site.zone,
        at=at,
        url=payload.url,
        referrer=payload.referrer,
        title=payload.title,
        address=address,
        agent=agent[:MAX_AGENT_CHARS],
        language=payload.language,
        screen=payload.screen,
        name=payload.name,
        props=payload.props,
        headers=headers,
    )
