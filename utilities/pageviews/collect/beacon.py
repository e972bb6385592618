"""Parses and checks what a beacon sends, in a query string or a body."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic_core import from_json

from utilities.model.errors import BadHit, TooLarge
from utilities.pageviews import Hit
from utilities.pageviews.collect.page_address import cut_page_url, map_mirror_url, page_host
from utilities.pageviews.sites.site_file import Site

MAX_BEACON_BYTES = 64 * 1024  # of a body or a query string; what browsers send while a page closes
MAX_BEACON_FIELDS = 50
MAX_PROPS = 20
MAX_SCREEN_PX = 65_535
MAX_FIELD_CHARS = {"site": 100, "referrer": 4096, "title": 512, "language": 64, "name": 100, "id": 64}
"""Longer texts are cut, and so is everything else that is too long or too much: the hit still counts."""
MAX_PROP_CHARS = 300
MAX_AGENT_CHARS = 512

FIELD_ALIASES = {
    "ref": "referrer",
    "t": "title",
    "w": "screen",
    "l": "language",
    "n": "name",
    "p": "props",
    "i": "id",
    "r": "is_retry",
}
"""The short names that the script sends. The long names work too. Every other field is ignored."""
BEACON_FIELDS = frozenset({"url", *MAX_FIELD_CHARS, *FIELD_ALIASES.values()})

REPLACEMENT = "\ufffd"  # for what is not a character
JSON_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""The escapes of JSON; the group is half of a pair, which scripts send that cut a text within an emoji."""


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
    id: str = ""  # of the view, the same for every try to send it
    is_retry: bool = False


def parse_beacon_query(arguments: Mapping[str, Sequence[bytes]]) -> BeaconPayload:
    """Parses a query string that is split into `name: [value, …]`; raises MissingUrl and BadHit."""
    return parse_fields((name, values[-1].decode("utf-8", "replace")) for name, values in arguments.items() if values)


def parse_beacon_body(body: bytes) -> BeaconPayload:
    """Parses a JSON object or a form, whatever its Content-Type; raises MissingUrl, BadHit and TooLarge."""
    if len(body) > MAX_BEACON_BYTES:
        raise TooLarge(f"more than {MAX_BEACON_BYTES} bytes")
    text = body.decode("utf-8-sig", "replace").strip()
    if text[:1] in ("{", "["):
        return parse_fields(parse_json_fields(text).items())
    # The script sends here the same text as to the image, with the `?`.
    return parse_fields(parse_qsl(first_fields(text.removeprefix("?")), errors="replace"))


def first_fields(form: str) -> str:
    """Returns a form without the fields after the MAX_BEACON_FIELDS first ones."""
    return "&".join(form.split("&", MAX_BEACON_FIELDS)[:MAX_BEACON_FIELDS])


def parse_json_fields(text: str) -> dict[str, Any]:
    """Parses a JSON object; halves of emoji become REPLACEMENT. Raises BadHit, also for very deep nesting."""
    try:
        try:
            data = from_json(text)
        except ValueError:
            data = from_json(JSON_ESCAPE.sub(lambda m: "\\ufffd" if m[1] else m[0], text))
    except ValueError:
        raise BadHit("it is not JSON") from None
    if not isinstance(data, dict):
        raise BadHit("it is not a JSON object")
    return data


def parse_fields(pairs: Iterable[tuple[str, Any]]) -> BeaconPayload:
    """Returns the fields that can be used, cut where they are too long; of a field that is repeated, the last one."""
    values: dict[str, Any] = {}
    for short, value in pairs:
        name = FIELD_ALIASES.get(short, short)
        if name in BEACON_FIELDS and value is not None:
            parse = FIELD_PARSERS.get(name)
            values[name] = parse(value) if parse else clean_field(value, MAX_FIELD_CHARS[name])
    url = values.get("url")
    if not url:
        raise MissingUrl("it does not say which page it is about")
    return BeaconPayload(host=page_host(url), **values)


def clean_field(value: object, max_chars: int) -> str:
    """Returns the text, cut and stripped, with REPLACEMENT for NUL and halves of emoji; '' for what is not text."""
    if not isinstance(value, str):
        return ""
    text = value[:max_chars].strip()
    if text.isprintable():
        return text
    return text.replace("\0", REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean_page_url(value: object) -> str:
    """Returns the page's URL; of a page that a mirror shows, that of the original."""
    url = cut_page_url(value.strip()) if isinstance(value, str) else ""
    return clean_field(map_mirror_url(url), len(url))


def parse_screen(value: object) -> int | None:
    """Returns the width in px; None for 0, which some browsers send to hide it, and for what is not a width."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        width = float(value[:20] if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return int(width) if 1 <= width <= MAX_SCREEN_PX else None


def parse_props(value: object) -> Mapping[str, str]:
    """Returns an event's first MAX_PROPS properties as text, without those that are lists or objects."""
    if isinstance(value, str):
        try:
            value = parse_json_fields(value)
        except BadHit:
            return {}
    if not isinstance(value, dict):
        return {}
    props = {clean_field(key, MAX_PROP_CHARS): prop_text(each) for key, each in value.items()}
    return dict(islice(((key, text) for key, text in props.items() if key and text is not None), MAX_PROPS))


def prop_text(value: object) -> str | None:
    """Returns a property's value as text; None for lists, objects, null and what is not a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return clean_field(value, MAX_PROP_CHARS)
    if not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    try:
        return str(value)[:MAX_PROP_CHARS]
    except ValueError:  # an integer with more digits than Python converts
        return None


FIELD_PARSERS: Mapping[str, Callable[[object], Any]] = {
    "url": clean_page_url,
    "screen": parse_screen,
    "props": parse_props,
    "is_retry": bool,
}
"""The fields that are not plain text."""


def build_hit(
    payload: BeaconPayload,
    site: Site,
    at: datetime,
    address: str,
    agent: str,
    headers: Mapping[str, str],
    row_id: str = "",
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
        id=row_id,
    )
