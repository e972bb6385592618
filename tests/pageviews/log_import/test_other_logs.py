"""Marks that no server escapes, fields that newer logs have, and logs without pages, which say what to do."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.pageviews.log_import.conftest import ImportFiles
from tests.pageviews.log_import.test_formats import AGENT, AT, LINE, SHOP, TARGET, facts, parse_last
from tests.pageviews.log_import.test_server_formats import CADDY, CLOUDFLARE, CLOUDFRONT, HAPROXY, S3_OWNER, TRAEFIK
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_line import UnreadableLine

MARKED = 'Mozilla/5.0 ("X" Y; Z) Gecko'
DOUBLED = MARKED.replace('"', '""')
AFTER = datetime(2026, 11, 21, tzinfo=UTC)
ALB_HEAD = "h2 2026-11-20T09:00:00Z app/x/1 203.0.113.5:2817 10.0.0.1:80 0.1 0.1 0.1 200 200 34 366 "
ALB_TAIL = (
    ' ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-5" "-" "-" 0 2026-11-20T09:00:00Z "waf,forward" "-" "-" '
)
ALB_TAIL += '"10.0.0.1:80 10.0.0.2:80" "200 200" "-" "-" TID_1 "shop.example.com" "/b" "Success"'
S3_HEAD = f"{S3_OWNER} shop.example.com [20/Nov/2026:09:00:00 +0000] 203.0.113.5 - EB35 WEBSITE.GET.OBJECT a "


ENVOY_HEAD = '[2026-11-20T09:00:00.0Z] "GET /?q="x" HTTP/2" 200 - via_upstream - "-" 0 5 3 2 "203.0.113.5" '


@pytest.mark.parametrize(
    "text",
    [
        f'{ALB_HEAD}"GET https://shop.example.com:443/?q="x" HTTP/2.0" "{MARKED}"{ALB_TAIL}',
        f'{ALB_HEAD}"GET https://shop.example.com:443/?q=\\"x\\" HTTP/2.0" "{MARKED}"{ALB_TAIL}',
        f'{S3_HEAD}"GET /?q=""x"" HTTP/1.1" 200 - 1 - 7 - "https://o.example/?""y""" "{DOUBLED}" - s= - E - h T - -',
        f'{S3_HEAD}"GET /?q="x" HTTP/1.1" 200 - 1 - 7 - "https://o.example/?"y"" "{MARKED}" - s= - E',
        f'{ENVOY_HEAD}"{MARKED}" "id" "shop.example.com" "10.0.0.1:80"',
    ],
)
def test_marks_within_a_field_do_not_end_it(text: str):
    line = parse_log_line(text)
    assert line
    assert (line.host, line.address, line.at, line.target, line.agent) == (*SHOP[:3], '/?q="x"', MARKED)


NEWER_CLOUDFRONT = {name: each for name, each in CLOUDFRONT.items() if name not in ("date", "time")}
APP_SERVICE = {
    "time": "2026-11-20T09:00:00Z",
    "properties": {"CsMethod": "GET", "CsUriStem": "/a", "CsUriQuery": "b=c", "CIp": "203.0.113.5", "ScStatus": 200}
    | {"CsHost": SHOP[0], "UserAgent": AGENT, "Referer": "https://o.example/"},
}
APP_GATEWAY = {
    "timeStamp": "2026-11-20T09:00:00Z",
    "properties": {"clientIP": "203.0.113.5", "httpMethod": "GET", "requestUri": "/rewritten", "httpStatus": 200}
    | {"originalRequestUriWithArgs": TARGET, "host": "10.0.0.4", "originalHost": SHOP[0], "userAgent": AGENT}
    | {"referrer": "https://o.example/"},
}
AKAMAI = {"reqTimeSec": AT, "cliIP": "203.0.113.5", "statusCode": "200", "reqHost": SHOP[0], "reqMethod": "GET"} | {
    "reqPath": "/a",
    "queryStr": "b=c",
    "UA": AGENT.replace(" ", "%20").replace("/", "%2F"),
    "referer": "https%3A%2F%2Fo.example%2F",
}
CADDY_CONSOLE = "2026/11/20 09:00:00.000\tINFO\thttp.log.access\thandled request\t"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(NEWER_CLOUDFRONT | {"timestamp(ms)": f"{AT * 1000:.0f}"}),
        json.dumps(TRAEFIK | {"ClientAddr": "10.0.0.1:5", "ClientHost": "203.0.113.5"}),
        json.dumps(CLOUDFLARE | {"ClientRequestURI": None, "ClientRequestPath": "/a", "ClientRequestQuery": "?b=c"}),
        json.dumps(APP_SERVICE),
        json.dumps(APP_GATEWAY),
        json.dumps(AKAMAI),
        CADDY_CONSOLE + json.dumps({name: each for name, each in CADDY.items() if name != "ts"}),
        json.dumps(CADDY | {"ts": "2026/11/20 09:00:00", "logger": "http.log.access.log0"}),
        LINE.replace('] "', '] "shop.example.com" "'),
    ],
)
def test_fields_of_newer_logs_are_read(text: str):
    line = parse_log_line(text)
    assert facts(line) == SHOP
    assert line and not line.is_local


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["tls 2.0 2026-11-20T09:00:00 net/lb/1 g3 203.0.113.5:5 10.0.0.1:443 5 2 98 246 - arn:x"], "no requests"),
        (['2026-11-20T09:00:00.1Z 203.0.113.5 2817 443 TLSv1.3 AES 0.001 "CN=x" - - - Success TID_x'], "no requests"),
        (
            ["Nov 20 10:00:00 lb haproxy[1]: 203.0.113.5:5 [20/Nov/2026:09:00:00.0] f b/s 0/0/5 2 -- 0/0/0/0/3"],
            "httplog",
        ),
        (["203.0.113.5:5 [20/Nov/2026:09:00:00.000] http-in/1: SSL handshake failure"], "option httplog"),
        ([f'203.0.113.5:5 [20/Nov/2026:09:00:00.000] ft bk/s1 {HAPROXY} {{x}} "GET /a?b'], "cut off"),
        (['2026/11/20 10:00:00 [error] 1#1: *1 open() "/x" failed, client: 203.0.113.5'], "error log"),
        (["192.0.2.1, -, 03/20/05, 7:55:20, W3SVC2, S, 192.0.2.2, 1, 2, 3, 200, 0, GET, /a, -,"], "W3C"),
        (["2026-11-20 09:00:00 10.0.0.1 GET /a - 443 - 203.0.113.5 Mozilla/5.0+X - 200 0 0 15"], "#Fields"),
        (["203.0.113.5,2026-11-20T09:00:00Z,GET,/a,200"], "JSON lines"),
        (["#Fields: date time c-ip cs-uri-stem", "2026-11-20 09:00:00 203.0.113.5 /a"], "sc-status"),
        (["#Fields: date time c-ip sc-status", "2026-11-20 09:00:00 203.0.113.5 200"], "cs-uri-stem"),
        ([json.dumps({"timestamp": AT, "webaclId": "x", "httpRequest": {"clientIp": "192.0.2.1", "uri": "/"}})], "WAF"),
        ([json.dumps({"time": AT, "ip": "203.0.113.5", "status": 200})], "no path"),
        ([LINE.replace("GET /a?b=c HTTP/1.1", 'GET" "/a" "HTTP/1.1')], "METHOD PATH PROTOCOL"),
        (["200 " + LINE.replace(" 200 512", " 200")], "status and size"),
    ],
)
def test_log_without_pages_says_what_to_do(texts: list[str], reason: str):
    with pytest.raises(UnreadableLine, match=reason):
        parse_last(*texts)


def caddy_with(**headers: str) -> dict[str, Any]:
    request: Any = CADDY["request"]
    named = {name.replace("_", "-"): [text] for name, text in headers.items()}
    return CADDY | {"request": {**request, "headers": {**request["headers"], **named}}}


@pytest.mark.parametrize(
    "record",
    [
        CADDY | {"resp_headers": {"Content-Type": ["application/json"]}},
        CLOUDFRONT | {"sc-content-type": "application/json"},
        caddy_with(Sec_Fetch_Dest="serviceworker"),
        TRAEFIK | {"request_Sec-Fetch-Dest": "image"},
    ],
)
def test_answer_that_is_no_html_is_no_page(record: dict[str, Any]):
    line = parse_log_line(json.dumps(record))
    assert line and line_kind(line) is LineKind.NO_PAGE


async def test_headers_in_a_log_count_as_those_of_beacons(import_files: ImportFiles, write: Callable[..., Path]):
    records = [
        caddy_with(Sec_Purpose="prefetch;prerender"),
        TRAEFIK | {"request_X-Moz": "prefetch"},
        caddy_with(Sec_Gpc="1"),
        CLOUDFLARE | {"http_dnt": "1"},
        caddy_with(Sec_Fetch_Dest="document", Dnt="0"),
    ]
    [summary] = await import_files(write([json.dumps(each) for each in records]), clock=lambda: AFTER)
    kinds = {kind.name: count for kind, count in summary.kinds.items() if count}
    assert kinds == {"PREFETCH": 2, "PRIVACY": 2, "PAGE": 1}


def test_client_without_agent_is_known_by_the_lines_before():
    without = {name: each for name, each in TRAEFIK.items() if name != "request_User-Agent"}
    alone, after = parse_last(json.dumps(without)), parse_last(json.dumps(TRAEFIK), json.dumps(without))
    assert alone and after
    assert (alone.agent, after.agent) == ("", "-")


@pytest.mark.parametrize("text", ["1." * 30_000, "0/" * 30_000, '"" ' * 20_000, "[{" * 30_000])
def test_hostile_line_is_judged_in_linear_time(text: str):
    began = time.thread_time()
    with pytest.raises(UnreadableLine):
        parse_last(text)
    assert time.thread_time() - began < 2  # quadratic patterns took 20 s
