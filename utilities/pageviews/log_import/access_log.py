"""Parses Apache's and nginx's text formats: common, combined, with the host in front or second, with more fields."""

import re

from utilities.pageviews.log_import.log_line import (
    CUT_OFF_TEXT,
    IPV4_PATTERN,
    NO_AGENT,
    LogLine,
    UnreadableLine,
    clean_host,
    dash_to_empty,
    first_address,
    is_address_list,
    is_domain,
    require_address,
    split_request,
    split_target,
    unescape_text,
)
from utilities.pageviews.log_import.log_time import check_epoch, parse_log_time, parse_minute

TIME_PATTERN = (
    r"\[ ?(\d{1,2}[/ .-][^\W_]{1,12}\.?[/ .-]\d{4}[: T][^\]]{8,48}"
    r"|\d{4}[-/](?:\d\d|[^\W\d_]{3,12})[-/]\d\d[:T ][^\]]{5,48}"
    r"|[A-Z][a-z]{2},? (?:[A-Z][a-z]{2} [ \d]?\d|\d\d [A-Z][a-z]{2}) [^\]]{13,48}"
    r"|\d{9,19}(?:\.\d{1,9})?)\]"
)
BEFORE_STATUS = r"(?:(?:\d*\.\d+|[A-Z_]{3,16}|-) ){0,2}"  # a duration, or what the cache did
TEXT_LINE_PATTERN = re.compile(
    r"""((?:[^"]|"[^"\[/]*")*?) ?"""
    + TIME_PATTERN
    + rf'([^"]*(?:"[\w.:-]*" +)*)"((?:[^"\\]++|\\.|"(?! {BEFORE_STATUS}"?\d{{3}}"?(?: |$)))*+)"'
    rf' {BEFORE_STATUS}"?(\d{{3}})"?( (?:\d+|-)(?= |$))?( .*|$)',
    re.DOTALL,
)
"""A mark within the request that the server has not escaped does not end it."""
COMMON_LINE_PATTERN = re.compile(
    rf"(?:({IPV4_PATTERN})|([0-9a-fA-F:.]+)) - "
    r"\S+ \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d):([0-5]\d|60) ([+-]\d{4})\] "
    r'"([A-Z]+) (/[^"\\ ]*) HTTP/[\d.]+" (\d{3}) (?:\d++|-)(?: "((?!Mozilla/)[^"\\]*+)" "([^"\\]*+)")?$'
)
"""Matches nearly all lines, in their parts: no host, nothing escaped, a valid request."""
LINE_MIDDLE = re.compile(r'\[\d{1,2}/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "')
QUOTED_FIELD = re.compile(r'"((?:[^"\\]++|\\.|"(?![\s,;|]|$))*+)"')
IS_REQUEST_PART = re.compile(r"[A-Z]+$|[^\\]*/").match
STATUS_FIRST = re.compile(r"[1-5]\d\d ").match
HOST_FIELD = re.compile(r"(?=[\w.-]*[^\W\d])[\w.-]+(?::\d+)?").fullmatch
PASSED_FIELD = re.compile(r"[\d.:, -]+").fullmatch
URL_FIELD = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*://|/)").match
TRAEFIK_TAIL = re.compile(r' \d+ "([^"]*)" "[^"]*" \d+ms').match
HAPROXY_TAIL = re.compile(r' \d+ \d{3} "[^"]*" "[^"]*" "').match
"""HAProxy's `option httplog clf` writes an empty referrer and an empty user-agent in every line."""
MAX_TAIL_FIELDS = 12  # quoted fields that are searched for a referrer, a user-agent and X-Forwarded-For


def parse_common_line(text: str) -> LogLine | None:
    """Parses an ordinary line in the common or combined format; None for every other line."""
    match = COMMON_LINE_PATTERN.match(text)
    if match is None:
        return None
    client, address, minute, second, zone, method, target, status, referrer, agent = match.groups()
    client = client or require_address(address)
    at = check_epoch(parse_minute(minute, zone) + int(second))
    if agent is None:
        return LogLine("", client, at, method, target, int(status), "", "")
    return LogLine("", client, at, method, target, int(status), dash_to_empty(referrer), agent or NO_AGENT)


def parse_text_line(text: str) -> LogLine | None:
    """Parses a line with a time in brackets and a request in quotes; None for every other line."""
    match = TEXT_LINE_PATTERN.match(text)
    if match is None:
        return None
    head, time, middle, request, status, size, rest = match.groups()
    if len(LINE_MIDDLE.findall(text)) > 1:
        raise UnreadableLine("two lines are written into one")
    host, address = parse_head((head.strip() or middle).replace('"', " ").split())
    host = host or next(
        (clean_host(word) for word in middle.replace('"', " ").split() if is_domain(clean_host(word))), ""
    )
    referrer, agent, forwarded, tail = parse_rest(rest)
    router = TRAEFIK_TAIL(tail)
    if router and not host and is_domain(clean_host(router[1])):
        host = clean_host(router[1])
    if agent == NO_AGENT and HAPROXY_TAIL(tail):
        agent = ""
    method, target = split_request(unescape_text(request))
    if not method and int(status) < 400 and IS_REQUEST_PART(request):
        raise UnreadableLine("the quoted field before the status is not `METHOD PATH PROTOCOL`")
    if size is None and (STATUS_FIRST(head) or not head.strip()):
        raise UnreadableLine("one of status and size is missing")
    url_host, method, target = split_target(method, target)
    at, is_local = parse_log_time(time)
    return LogLine(
        host or url_host,
        address,
        at,
        method,
        target,
        int(status),
        referrer,
        agent,
        forwarded=forwarded,
        is_local=is_local,
    )


def parse_head(words: list[str]) -> tuple[str, str]:
    """Returns host ('' for none) and client of the words before the time; raises UnreadableLine without a client.

    The orders: client ident user; host client ident user; client host user (lighttpd, OVH); and in front a list of
    X-Forwarded-For, or `-` when there is none.
    """
    fields = join_address_lists(words)
    first, second = ([*fields, "", ""])[:2]
    addresses = first_address(first), first_address(second)
    if first == "-" and addresses[1]:
        return "", addresses[1]
    if all(addresses):
        # Two addresses: the host is an address, or the first is X-Forwarded-For and the second the proxy.
        is_forwarded = "," in first or (is_private(addresses[1]) and not is_private(addresses[0]))
        return ("", addresses[0]) if is_forwarded else (clean_host(first), addresses[1])
    if addresses[0]:
        return (clean_host(second) if is_domain(clean_host(second)) else ""), addresses[0]
    if addresses[1] and HOST_FIELD(first) and ("." in first or len(fields) == 4):
        return clean_host(first), addresses[1]
    if len(fields) > 4 and first_address(fields[-3]):  # whatever a collector has put in front
        return (clean_host(fields[-4]) if is_domain(clean_host(fields[-4])) else ""), first_address(fields[-3])
    if len(fields) == 4 and first_address(fields[1]) and first.isdecimal():
        return "", first_address(fields[1])
    return parse_named_client(first, second, len(fields))


def parse_named_client(first: str, second: str, fields: int) -> tuple[str, str]:
    """Returns host and client where the server writes the client's name instead of its address."""
    names = clean_host(first), clean_host(second)
    if not is_domain(names[0]) and first != "localhost":
        raise UnreadableLine("the client's address cannot be read")
    if not is_domain(names[1]):
        if ":" in first:
            raise UnreadableLine("the client's address cannot be read")
        return "", names[0]
    return names if ":" in first or fields > 3 else (names[1], names[0])


def join_address_lists(words: list[str]) -> list[str]:
    """Joins `203.0.113.5, 10.0.0.1`, which is one field, to one word."""
    fields: list[str] = []
    for word in words:
        if fields and (fields[-1].endswith(",") or (word.startswith(",") and len(word) > 1) or word == ","):
            fields[-1] += word
        else:
            fields.append(word)
    return fields


def is_private(address: str) -> bool:
    return address.startswith(("10.", "192.168.", "127.", "169.254.", "fd", "fe80:", "::1")) or (
        address.startswith("172.") and address.split(".")[1].isdecimal() and 16 <= int(address.split(".")[1]) <= 31
    )


def parse_rest(rest: str) -> tuple[str, str, str, str]:
    """Returns referrer, user-agent and X-Forwarded-For of the text after status and size, and what follows them.

    What is between size and referrer is skipped, in quotes too. A user-agent without its closing mark ends with the
    line. Raises UnreadableLine when the line ends in the referrer.
    """
    fields: list[str] = []
    end = tail_start = 0
    for match in QUOTED_FIELD.finditer(rest):
        fields.append(unescape_text(match[1]))
        end = match.end()
        if len(fields) == 2:
            tail_start = end
        if len(fields) == MAX_TAIL_FIELDS:
            break
    if not fields:
        if '"' in rest:
            raise UnreadableLine(CUT_OFF_TEXT)
        return "", "", "", ""
    if len(fields) == 1:
        if '"' in rest[end:]:
            return dash_to_empty(fields[0]), unescape_text(rest[end:].partition('"')[2]) or NO_AGENT, "", ""
        return (fields[0], "", "", "") if URL_FIELD(fields[0]) else ("", fields[0] or NO_AGENT, "", "")
    if len(fields) > 2 and is_passed(fields):
        del fields[0]
    if fields[0].startswith("Mozilla/") and URL_FIELD(fields[1]):
        fields[:2] = fields[1], fields[0]
    forwarded = next((field for field in fields[2:] if field and is_address_list(field)), "")
    return dash_to_empty(fields[0]), fields[1] or NO_AGENT, forwarded, rest[tail_start:]


def is_passed(fields: list[str]) -> bool:
    """Whether the first quoted field is a duration, an address or a host before the referrer."""
    first, referrer, agent = fields[:3]
    is_other = first != "-" and (PASSED_FIELD(first) or is_domain(clean_host(first)) or is_address_list(first))
    return bool(
        is_other and (referrer in ("-", "") or URL_FIELD(referrer)) and len(agent) > 1 and not PASSED_FIELD(agent)
    )
