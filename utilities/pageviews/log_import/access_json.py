"""Parses access logs in JSON lines with the field names of nginx, Apache, Caddy, Traefik, and of clouds."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from utilities.pageviews.log_import.log_line import (
    NO_AGENT,
    LogLine,
    UnreadableLine,
    clean_host,
    decode_latin,
    is_domain,
    require_address,
    split_request,
    split_target,
)
from utilities.pageviews.log_import.log_time import parse_json_time
from utilities.pageviews.log_import.w3c_log import build_w3c_line, canonical_name

FIELD_NAMES = {
    "host": "host http_host server_name vhost virtual_host domain request.host RequestHost ClientRequestHost "
    "url.domain hostname",
    "address": "remote_addr client_ip remote_ip clientip remote_host ip remoteIp client_addr realip request.client_ip "
    "request.remote_ip request.remote_addr ClientHost ClientAddr ClientIP httpRequest.remoteIp source.ip client.ip "
    "remote_address client",
    "forwarded": "http_x_forwarded_for x_forwarded_for xff forwarded_for request.headers.X-Forwarded-For "
    "request_X-Forwarded-For headers.X-Forwarded-For",
    "at": "time_iso8601 time_local msec timestamp @timestamp ts StartUTC StartLocal EdgeStartTimestamp time date "
    "datetime",
    "method": "request_method method verb request.method RequestMethod ClientRequestMethod httpRequest.requestMethod "
    "http.request.method http_method",
    "target": "request_uri request RequestPath ClientRequestURI request.uri request.url uri path request_path url "
    "httpRequest.requestUrl url.original url.path",
    "query": "args query_string query querystring url.query",
    "status": "status status_code response code DownstreamStatus OriginStatus EdgeResponseStatus httpRequest.status "
    "http.response.status_code response.status response_code http_status",
    "referrer": "http_referer http_referrer referer referrer request.headers.Referer request_Referer "
    "ClientRequestReferer httpRequest.referer http.request.referrer headers.Referer",
    "agent": "http_user_agent user_agent agent useragent userAgent request.headers.User-Agent request_User-Agent "
    "ClientRequestUserAgent httpRequest.userAgent user_agent.original headers.User-Agent",
    "title": "title",
    "screen": "screen",
    "language": "http_accept_language request.headers.Accept-Language request_Accept-Language",
}
"""The names of each field. nginx's are its variables, Apache's those people usually write in `LogFormat`; Caddy 2:
caddyserver.com/docs/caddyfile/directives/log; Traefik: the fields of its access log; Google's load balancer:
`httpRequest`; Cloudflare: Logpush, "HTTP requests"; `url.path` and the like: Elastic Common Schema. No server writes
titles and screen widths, but programs may."""
FIELD_PATHS = {name: [place.split(".") for place in places.split()] for name, places in FIELD_NAMES.items()}
HEADER_OBJECTS = (("request", "headers"), ("headers",))  # with them a missing user-agent is one the client did not send
MESSAGE_NAMES = ("log", "MESSAGE", "message", "msg", "line", "textPayload")
"""The field that has the line as text: Docker, journald, Fluent Bit and Logstash, Loki, Google Cloud."""
HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")


def load_json_object(text: str) -> Mapping[str, Any]:
    """Returns the object of a line; raises UnreadableLine.

    Accepts nginx's `escape=default`, which is no JSON: it writes a quotation mark as `\\x22`.
    """
    try:
        record = json.loads(text)
    except RecursionError:  # ten thousand brackets in one line
        record = None
    except ValueError:
        try:
            record = json.loads(HEX_ESCAPE.sub(r"\\u00\1", text))
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            record = {name: decode_latin(each) if isinstance(each, str) else each for name, each in record.items()}
    if not isinstance(record, dict):
        raise UnreadableLine("it is not a JSON object")
    return record


def message_text(record: Mapping[str, Any]) -> str:
    """Returns the log line that the object carries as text, '' for none."""
    texts = (record.get(name) for name in MESSAGE_NAMES)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def parse_json_record(record: Mapping[str, Any]) -> LogLine | None:
    """Parses an object; None when it lacks address, time, target or status. Raises UnreadableLine."""
    names = {canonical_name(name): value for name, value in record.items()} if has_w3c_names(record) else {}
    if names:
        return build_w3c_line({name: "" if value is None else str(value) for name, value in names.items()})
    fields = {name: first_text(record, name) for name in FIELD_NAMES}
    if not (fields["address"] and fields["at"] and fields["status"] and has_target(record)):
        return None
    at, is_local = parse_json_time(fields["at"])
    url_host, method, target = request_of(fields)
    return LogLine(
        host=next(
            filter(is_domain, map(clean_host, (*texts_of(record, "host"), url_host))), clean_host(fields["host"])
        ),
        address=require_address(fields["address"]),
        at=at,
        method=method,
        target=target,
        status=parse_status(fields["status"]),
        referrer=fields["referrer"],
        agent=fields["agent"] or (NO_AGENT if has_agents(record) else ""),
        language=fields["language"],
        title=fields["title"],
        screen=int(fields["screen"]) if fields["screen"].isdecimal() and len(fields["screen"]) < 7 else None,
        forwarded=fields["forwarded"],
        is_local=is_local,
    )


def has_target(record: Mapping[str, Any]) -> bool:
    """Whether the format has a target, which is `-` in the line of an invalid request."""
    return any(place[-1] in lookup(record, place[:-1], {}) for place in FIELD_PATHS["target"])


def has_w3c_names(record: Mapping[str, Any]) -> bool:
    """Whether an object has CloudFront's names, as in its JSON logs (`cs-uri-stem`) or of a Parquet file."""
    return "cs-uri-stem" in record or "cs_uri_stem" in record


def request_of(fields: Mapping[str, str]) -> tuple[str, str, str]:
    """Returns host, method and target. A request line counts more than the single fields, and no method is a GET."""
    method, target = fields["method"], fields["target"]
    if not target.startswith("/") and " " in target:
        line = split_request(target)
        method, target = line if line[0] else (method, target)
    if not target:
        return "", "", ""
    query = fields["query"].removeprefix("?")
    if query and "?" not in target:
        target = f"{target}?{query}"
    return split_target(method.upper() or "GET", target)


def parse_status(text: str) -> int:
    if not text.removesuffix(".0").isdecimal():
        raise UnreadableLine("the status is not a number")
    return int(text.removesuffix(".0"))


def has_agents(record: Mapping[str, Any]) -> bool:
    """Whether the format has a user-agent, which this client did not send."""
    for place in FIELD_PATHS["agent"]:
        holder = lookup(record, place[:-1], {})
        if place[-1] in holder and not isinstance(holder[place[-1]], dict):
            return True
    return any(lookup(record, list(place), {}) for place in HEADER_OBJECTS)


def lookup(record: Mapping[str, Any], place: list[str], default: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the object at a path, or `default`."""
    value: Any = record
    for step in place:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else default


def first_text(record: Mapping[str, Any], name: str) -> str:
    return next(texts_of(record, name), "")


def texts_of(record: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yields the texts of a field under all of its names."""
    for place in FIELD_PATHS[name]:
        for text in texts_at(record, place):
            if text not in ("", "-"):
                yield text


def texts_at(record: Mapping[str, Any], place: list[str]) -> Iterator[str]:
    """Yields the text at a path, if there is one; Caddy's headers are lists."""
    value = lookup(record, place[:-1], {}).get(place[-1])
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        yield replace_surrogates(str(value))


def replace_surrogates(text: str) -> str:
    r"""Replaces lone surrogates such as `\ud83c`, which JSON allows and UTF-8 does not."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
