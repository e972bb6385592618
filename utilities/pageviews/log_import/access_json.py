"""Access logs as JSON lines: nginx's, Apache's, Caddy's and Traefik's names for the same things."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAMES = {
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
"""Where each thing is, the first that is there counts. nginx names them after its variables, Apache's are as people
write them in `LogFormat`; Caddy 2: caddyserver.com/docs/caddyfile/directives/log; Traefik: its access log's fields.
No server knows titles and the width of screens; logs that programs write may."""
PLACES = {name: [place.split(".") for place in places.split()] for name, places in NAMES.items()}
THOUSANDS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""A number of seconds since 1970 that is larger than the first is in nano-, micro- or milliseconds."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The things of one line, as they are written; `at` is in seconds since 1970 when it is a number."""

    host: str
    address: str
    at: str | float
    method: str
    target: str  # the whole request, `GET / HTTP/1.1`, when there is no method
    status: int
    referrer: str
    agent: str
    language: str
    title: str
    screen: str


def fields_of(text: str) -> Fields | None:
    """What an object says, or None when it is not one or lacks who, when or what. ValueError: no JSON."""
    try:
        record = json.loads(text)
    except RecursionError:  # ten thousand brackets in one line
        return None
    if not isinstance(record, dict):
        return None
    found = {name: first(record, name) for name in NAMES}
    if not (found["address"] and found["at"] and found["target"] and found["status"]):
        return None
    address, status = found["address"].split(",")[0].strip(), int(found["status"])
    return Fields(**{**found, "at": moment(found["at"]), "address": address, "status": status})  # type: ignore[arg-type]


def first(record: Mapping[str, Any], name: str) -> str:
    return next((text for place in PLACES[name] for text in texts(record, place) if text not in ("", "-")), "")


def texts(record: Mapping[str, Any], place: list[str]) -> Iterator[str]:
    """The text at a place, if there is one; Caddy's headers are lists."""
    value: Any = record
    for step in place:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        yield unbroken(str(value))


def unbroken(text: str) -> str:
    r"""JSON may have half a character, `\ud83c`, which is no text to anybody else."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def moment(text: str) -> str | float:
    """Seconds since 1970 when it is a number, the text otherwise."""
    try:
        number = float(text)
    except ValueError:
        return text
    return next((number / parts for least, parts in THOUSANDS if number > least), number)
