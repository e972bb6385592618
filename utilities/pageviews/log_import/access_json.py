"""Parses access logs in JSON lines with the field names of nginx, Apache, Caddy and Traefik."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FIELD_NAMES = {
    "host": "host http_host server_name vhost request.host RequestHost",
    "address": "remote_addr client_ip remote_ip clientip remote_host ip request.client_ip request.remote_ip ClientHost",
    "at": "time_iso8601 time_local msec timestamp @timestamp ts time StartUTC date",
    "method": "request_method method verb request.method RequestMethod",
    "target": "request_uri uri request path url request.uri RequestPath",
    "status": "status status_code response code DownstreamStatus",
    "referrer": "http_referer http_referrer referer referrer request.headers.Referer request_Referer",
    "agent": "http_user_agent user_agent agent useragent request.headers.User-Agent request_User-Agent",
    "title": "title",
    "screen": "screen",
    "language": "http_accept_language request.headers.Accept-Language request_Accept-Language",
}
"""The names of each field; the first one present counts. nginx's are its variables, Apache's those people usually write
in `LogFormat`; Caddy 2: caddyserver.com/docs/caddyfile/directives/log; Traefik: the fields of its access log. No server
writes titles and screen widths, but programs may."""
FIELD_PATHS = {name: [place.split(".") for place in places.split()] for name, places in FIELD_NAMES.items()}
EPOCH_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""A time larger than the first number is in nano-, micro- or milliseconds; the second is how many a second has."""


@dataclass(frozen=True, slots=True)
class JsonLogFields:
    """The fields of one line as text; `at` is in seconds since 1970 when it is a number."""

    host: str
    address: str
    at: str | float
    method: str
    target: str  # the request line, `GET / HTTP/1.1`, when there is no method
    status: int
    referrer: str
    agent: str
    language: str
    title: str
    screen: str


def parse_json_fields(text: str) -> JsonLogFields | None:
    """Parses a line; None when it is not an object or lacks address, time, target or status. ValueError: not JSON."""
    try:
        record = json.loads(text)
    except RecursionError:  # ten thousand brackets in one line
        return None
    if not isinstance(record, dict):
        return None
    fields = {name: first_text(record, name) for name in FIELD_NAMES}
    if not (fields["address"] and fields["at"] and fields["target"] and fields["status"]):
        return None
    address, status = fields["address"].split(",")[0].strip(), int(fields["status"])
    return JsonLogFields(**{**fields, "at": parse_epoch(fields["at"]), "address": address, "status": status})  # type: ignore[arg-type]


def first_text(record: Mapping[str, Any], name: str) -> str:
    return next((text for place in FIELD_PATHS[name] for text in texts_at(record, place) if text not in ("", "-")), "")


def texts_at(record: Mapping[str, Any], place: list[str]) -> Iterator[str]:
    """Yields the text at a path, if there is one; Caddy's headers are lists."""
    value: Any = record
    for step in place:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        yield replace_surrogates(str(value))


def replace_surrogates(text: str) -> str:
    r"""Replaces lone surrogates such as `\ud83c`, which JSON allows and UTF-8 does not."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def parse_epoch(text: str) -> str | float:
    """Returns seconds since 1970 when the text is a number, otherwise the text."""
    try:
        number = float(text)
    except ValueError:
        return text
    return next((number / parts for least, parts in EPOCH_UNITS if number > least), number)
