"""Reads records with the field names of the W3C extended log format: IIS, CloudFront (text, JSON), Incapsula."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from utilities.pageviews.log_import.log_line import (
    NO_AGENT,
    LogLine,
    UnreadableLine,
    can_be_page,
    clean_host,
    dash_to_empty,
    is_domain,
    require_address,
    split_target,
)
from utilities.pageviews.log_import.log_time import parse_log_time

DIRECTIVE_PATTERN = re.compile(r"#\s*(Fields|Date|Start-Date)\s*:\s*(.*)", re.IGNORECASE)
VALUE_PATTERN = re.compile(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)')
HOST_FIELDS = ("x_host_header", "cs_host", "cs_headers_host", "s_computername")
"""CloudFront's Host is its own domain, and `x-host-header` the viewer's."""
URI_FIELDS = ("cs_uri_stem", "cs_uri")
STAMP_FIELDS = ("timestamp_ms", "timestamp")
"""Date and time in one, as the newer CloudFront logs can have them: milliseconds or seconds since 1970."""
STATUS_FIELDS = ("sc_status", "c_status")
CLOUDFRONT_FIELDS = {"x_edge_location", "x_edge_result_type", "x_host_header"}
ENCODED_PERCENT = re.compile(r"%25(?=[0-9A-Fa-f]{2})")
"""CloudFront encodes the `%` of what it logs, so `%20` becomes `%2520`."""
ABSENT = ""
NEEDED_COLUMNS = (("time", "time_local", *STAMP_FIELDS), ("c_ip",), URI_FIELDS, STATUS_FIELDS)


def canonical_name(name: str) -> str:
    """Returns `cs_user_agent` for `cs(User-Agent)`, and the same for the spelling of Parquet columns."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def split_fields(text: str) -> tuple[str, ...]:
    """Returns the canonical names of a `#Fields:` directive."""
    return tuple(canonical_name(name) for name in text.split())


def split_values(text: str) -> list[str]:
    """Returns the values of a line: separated by tabs, or by spaces with quotation marks around what has spaces."""
    if "\t" in text:
        return [each[1:-1] if len(each) > 1 and each[0] == each[-1] == '"' else each for each in text.split("\t")]
    return [match[1].replace('""', '"') if match[2] is None else match[2] for match in VALUE_PATTERN.finditer(text)]


def parse_w3c_line(text: str, fields: tuple[str, ...], file_date: str) -> LogLine:
    """Parses a line with these fields; `file_date` is the date of lines that have only a time."""
    missing = next((each[0] for each in NEEDED_COLUMNS if not any(name in fields for name in each)), "")
    if missing:
        name = missing.replace("_", "-")
        raise UnreadableLine(f"#Fields does not have {name}, without which no page can be counted: log it, too")
    values = split_values(text)
    if len(values) != len(fields):
        raise UnreadableLine("it has not as many values as #Fields has names")
    record = {name: value.strip() for name, value in zip(fields, values, strict=True)}
    if file_date:
        record.setdefault("date", file_date)
    return build_w3c_line(record)


def build_w3c_line(record: Mapping[str, str]) -> LogLine:
    """Returns the line of a record with canonical names; raises UnreadableLine."""
    at, is_local = parse_w3c_time(record)
    if CLOUDFRONT_FIELDS & record.keys():
        record = {name: ENCODED_PERCENT.sub("%", value) for name, value in record.items()}
    host, method, target = split_target((record.get("cs_method") or "GET").upper(), w3c_target(record))
    names = [host, *(clean_host(record.get(name, ABSENT)) for name in HOST_FIELDS)]
    agent = record.get("cs_user_agent")
    status = next((record[name] for name in STATUS_FIELDS if record.get(name)), ABSENT)
    return LogLine(
        host=next(filter(is_domain, names), ABSENT) or next(filter(None, names[:3]), ABSENT),
        address=require_address(record.get("c_ip", ABSENT)),
        at=at,
        method=method,
        target=target,
        status=int(status) if status.isdecimal() else 0,
        referrer=dash_to_empty(record.get("cs_referer") or record.get("cs_referrer") or ABSENT),
        agent="" if agent is None else decode_agent(agent) or NO_AGENT,
        forwarded=dash_to_empty(record.get("x_forwarded_for", ABSENT)).replace("%20", "").replace("+", ""),
        is_local=is_local,
        is_page=can_be_page(ABSENT, record.get("sc_content_type", ABSENT)),
    )


def parse_w3c_time(record: Mapping[str, str]) -> tuple[float, bool]:
    """Returns the time of a record, UTC except for `date-local`; see `parse_log_time`."""
    if "time_local" in record and "time" not in record:
        return parse_log_time(f"{record.get('date_local') or record.get('date', '')} {record['time_local']}")[0], True
    stamp = next((record[name] for name in STAMP_FIELDS if record.get(name)), ABSENT)
    if stamp and "time" not in record:
        return parse_log_time(stamp)[0], False
    return parse_log_time(f"{record.get('date', '')} {record.get('time', '')}")[0], False


def w3c_target(record: Mapping[str, str]) -> str:
    """Returns path and query of a record, or its URL."""
    stem = next((record[name] for name in URI_FIELDS if record.get(name)), ABSENT)
    if not stem.startswith("/") and "://" not in stem and is_domain(clean_host(stem.partition("/")[0])):
        stem = f"http://{stem}"
    query = dash_to_empty(record.get("cs_uri_query", ABSENT))
    return f"{stem}?{query}" if query else stem


def decode_agent(text: str) -> str:
    """Returns a user-agent as the browser sent it: IIS writes `+` for spaces, CloudFront `%20` or `%2520`."""
    if "%" in text:
        decoded = unquote(text)
        return unquote(decoded) if "%20" in decoded else decoded
    return text if " " in text else text.replace("+", " ")
