"""Parses access logs in JSON lines with the field names of web servers, proxies and clouds."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from utilities.pageviews.log_import.json_fields import JsonFields
from utilities.pageviews.log_import.log_line import (
    NO_AGENT,
    SIGNAL_HEADERS,
    LogLine,
    UnreadableLine,
    can_be_page,
    clean_host,
    decode_latin,
    first_address,
    is_domain,
    require_address,
    split_request,
    split_target,
)
from utilities.pageviews.log_import.log_time import parse_json_time
from utilities.pageviews.log_import.w3c_log import build_w3c_line, canonical_name

MESSAGE_NAMES = (
    "log",
    "MESSAGE",
    "message",
    "msg",
    "line",
    "textPayload",
    "short_message",
    "full_message",
    "_raw",
    "@message",
)
"""The field that has the line as text: Docker, journald, Fluent Bit and Logstash, Loki, Google Cloud, GELF, Splunk,
CloudWatch."""
MAX_ENVELOPES = 3  # one within the other
BETWEEN_OBJECTS = " \t\r\n,]\0"
HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
NEEDED_FIELDS = {"address": "client address", "at": "time", "target": "path", "status": "status of the answer"}
MAX_MISSING_FIELDS = 2
CADDY_LOGGER = "http.log"  # Caddy's times without a zone are UTC
STATUS_NUMBER = re.compile(r"([0-9]{1,3})(?:\.0)?").fullmatch


def load_json_object(text: str) -> Mapping[str, Any]:
    """Returns the object of a line; raises UnreadableLine.

    Accepts nginx's `escape=default`, which is no JSON: it writes a quotation mark as `\\x22`. A line of an array may
    have its bracket and comma.
    """
    text = text.strip("[,] ")
    try:
        record = json.loads(text, strict=False)
    except RecursionError:  # ten thousand brackets in one line
        record = None
    except ValueError:
        try:
            record = json.loads(HEX_ESCAPE.sub(r"\\u00\1", text), strict=False)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            record = {name: decode_latin(each) if isinstance(each, str) else each for name, each in record.items()}
    if not isinstance(record, dict):
        raise UnreadableLine("it is not a JSON object")
    return record


def split_objects(text: str) -> list[str]:
    """Returns the objects of a line with several: one behind the other, in an array, or in a list of one envelope."""
    start = text.find("{")
    if start < 0 or '"' in text[:start]:
        return []
    objects: list[dict[str, Any]] = []
    decoder = json.JSONDecoder(strict=False)
    try:
        while start < len(text):
            found, end = decoder.raw_decode(text, start)
            if not isinstance(found, dict):
                return []
            objects.append(found)
            start = next((place for place in range(end, len(text)) if text[place] not in BETWEEN_OBJECTS), len(text))
    except (ValueError, RecursionError):
        return []
    if len(objects) == 1:
        objects = next(filter(is_object_list, objects[0].values()), [])
    return [json.dumps(each) for each in objects]


def is_object_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def message_text(record: Mapping[str, Any]) -> str:
    """Returns the log line that the object carries as text, '' for none."""
    texts = (record.get(name) for name in MESSAGE_NAMES)
    return next((text for text in map(plain_message, texts) if text), "")


def plain_message(value: object) -> str:
    """Returns a message as text; journald writes one that is not ASCII as a list of its bytes."""
    if isinstance(value, list) and all(isinstance(each, int) and 0 <= each < 256 for each in value):
        value = bytes(value).decode("utf-8", "replace")
    return value.strip() if isinstance(value, str) else ""


def inner_records(record: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yields the objects within an object, each with the other fields of the outer one: collectors add envelopes."""
    plain = {name: value for name, value in record.items() if not isinstance(value, dict)}
    for value in map(parse_inner_object, record.values()):
        if isinstance(value, dict):
            inner = plain | value
            yield inner
            if depth < MAX_ENVELOPES:
                yield from inner_records(inner, depth + 1)


def parse_inner_object(value: object) -> object:
    """Returns the object that a text is, as Azure writes `properties`; returns other values unchanged."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return load_json_object(value)
        except UnreadableLine:
            return value
    return value


def missing_text(record: Mapping[str, Any]) -> str:
    """Returns a reason when an object is nearly that of a request, and lacks one or two of its fields; otherwise ''."""
    found = [JsonFields(each) for each in (record, *inner_records(record))]
    missing = min(([name for name in NEEDED_FIELDS if not each.has(name)] for each in found), key=len)
    if not 0 < len(missing) <= MAX_MISSING_FIELDS:
        return ""
    names = " and no ".join(NEEDED_FIELDS[name] for name in missing)
    return f"its object has no {names}, without which no page can be counted: log it, too"


def parse_json_record(record: Mapping[str, Any], prefix_time: str = "") -> LogLine | None:
    """Parses an object; None when it lacks address, time, target or status. Raises UnreadableLine.

    `prefix_time` is the time before the object, used when it has none.
    """
    if "cs-uri-stem" in record or "cs_uri_stem" in record:  # CloudFront's names, as in its JSON logs or a Parquet file
        names = {canonical_name(name): value for name, value in record.items()}
        return build_w3c_line({name: "" if value is None else str(value) for name, value in names.items()})
    fields = JsonFields(record)
    address, time, status = client_of(fields), fields.first("at") or prefix_time, fields.first("status")
    if not (address and time and status and fields.has("target")):
        return None
    at, is_local = parse_json_time(time)
    headers = ((name, fields.header(name)) for name in SIGNAL_HEADERS)
    url_host, method, target = request_of(fields)
    screen = fields.first("screen")
    return LogLine(
        host=next(
            filter(is_domain, map(clean_host, (*fields.texts_of("host"), url_host))), clean_host(fields.first("host"))
        ),
        address=require_address(address),
        at=at,
        method=method,
        target=target,
        status=parse_status(status),
        referrer=decode_percents(fields.first("referrer"), "%3A%2F%2F"),
        agent=decode_percents(fields.first("agent"), "%20") or (NO_AGENT if fields.has_agents() else ""),
        language=fields.first("language"),
        title=fields.first("title"),
        screen=int(screen) if screen.isdecimal() and len(screen) < 7 else None,
        forwarded=fields.first("forwarded"),
        is_local=is_local and not fields.texts.get("logger", "").startswith(CADDY_LOGGER),
        headers=tuple((name, text) for name, text in headers if text),
        is_page=can_be_page(fields.header("sec-fetch-dest"), fields.first("content_type")),
    )


def client_of(fields: JsonFields) -> str:
    """Returns the client's address. Fluentd calls it `host` and the status `code`; Heroku logs only X-Forwarded-For."""
    host = fields.texts.get("host", "") if "code" in fields.texts else ""
    return fields.first("address") or (host if first_address(host) else fields.first("forwarded"))


def decode_percents(text: str, mark: str) -> str:
    """Returns the text of a field that some servers encode as in a URL, which `mark` and no space show."""
    return unquote(text) if mark in text and " " not in text and "://" not in text else text


def request_of(fields: JsonFields) -> tuple[str, str, str]:
    """Returns host, method and target. A request line counts more than the single fields, and no method is a GET."""
    lines = (split_request(text) for text in fields.texts_of("target") if not text.startswith("/"))
    method, target = next((line for line in lines if line[0]), (fields.first("method"), fields.first("target")))
    if not target:
        return "", "", ""
    if target == fields.texts.get("reqpath") and "://" not in target:
        target = f"/{target.removeprefix('/')}"  # Akamai's has no slash
    query = fields.first("query").removeprefix("?")
    if query and "?" not in target:
        target = f"{target}?{query}"
    return split_target(method.upper() or "GET", target)


def parse_status(text: str) -> int:
    match = STATUS_NUMBER(text)
    if match is None:
        raise UnreadableLine("the status is not a number")
    return int(match[1])
