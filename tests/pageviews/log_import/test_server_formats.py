"""JSON, W3C and load-balancer logs give the true fields of their lines."""

import json
from typing import Any

import pytest

from tests.pageviews.log_import.test_formats import AGENT, AT, EXPECTED, LINE, SHOP, TARGET, TIME, facts, parse_last
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_line import UnreadableLine

NGINX: dict[str, Any] = {
    "time_iso8601": "2026-11-20T10:00:00+01:00",
    "remote_addr": "203.0.113.5",
    "request_uri": TARGET,
    "status": "200",
    "http_referer": "https://o.example/",
    "http_user_agent": AGENT,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, EXPECTED),
        ({"request_method": "GET", "request": f"GET {TARGET} HTTP/1.1", "request_uri": None}, EXPECTED),
        ({"time_iso8601": None, "time_local": TIME}, EXPECTED),
        ({"time_iso8601": None, "time": f"[{TIME}]"}, EXPECTED),
        ({"request_uri": None, "path": TARGET}, EXPECTED),
        ({"request_uri": None, "uri": "/a", "args": "b=c"}, EXPECTED),
        ({"remote_addr": "203.0.113.5:5678", "host": "web-1", "http_host": "Shop.Example.com:443"}, SHOP),
        ({"status": 200.0, "server_name": "shop.example.com"}, SHOP),
        ({"http_user_agent": None}, (*EXPECTED[:5], "-")),
        ({"http_user_agent": "-"}, (*EXPECTED[:5], "-")),
    ],
)
def test_fields_of_json_are_judged_together(changes: dict[str, Any], expected: tuple[object, ...]):
    line = parse_log_line(json.dumps(NGINX | changes))
    assert facts(line) == expected
    assert line
    assert line.method == "GET"


def test_json_without_any_agent_field_is_a_format_without_agents():
    line = parse_log_line(json.dumps({name: each for name, each in NGINX.items() if name != "http_user_agent"}))
    assert line
    assert line.agent == ""


def test_json_with_nginx_s_own_escapes_is_read():
    text = json.dumps(NGINX).replace(AGENT, r"M\xC3\xBCller \x22quoted\x22")
    line = parse_log_line(text)
    assert line
    assert line.agent == 'Müller "quoted"'


CADDY = {
    "ts": AT,
    "request": {
        "remote_addr": "203.0.113.5:5678",
        "host": "shop.example.com:443",
        "method": "GET",
        "uri": TARGET,
        "headers": {"User-Agent": [AGENT], "Referer": ["https://o.example/"]},
    },
    "status": 200,
}
TRAEFIK = {
    "ClientAddr": "203.0.113.5:52458",
    "StartUTC": "2026-11-20T09:00:00Z",
    "RequestMethod": "GET",
    "RequestPath": TARGET,
    "RequestHost": "shop.example.com",
    "DownstreamStatus": 200,
    "request_User-Agent": AGENT,
    "request_Referer": "https://o.example/",
    "time": "2026-11-20T09:01:00Z",
}
GOOGLE = {
    "timestamp": "2026-11-20T09:00:00Z",
    "httpRequest": {
        "requestMethod": "GET",
        "requestUrl": "https://shop.example.com" + TARGET,
        "status": 200,
        "userAgent": AGENT,
        "remoteIp": "203.0.113.5",
        "referer": "https://o.example/",
    },
}
CLOUDFRONT = {
    "date": "2026-11-20",
    "time": "09:00:00",
    "c-ip": "203.0.113.5",
    "cs-method": "GET",
    "cs(Host)": "d1.cloudfront.net",
    "cs-uri-stem": "/a",
    "cs-uri-query": "b=c",
    "sc-status": "200",
    "cs(Referer)": "https://o.example/",
    "cs(User-Agent)": AGENT.replace(" ", "%20"),
    "x-host-header": "shop.example.com",
    "x-forwarded-for": "-",
}
CLOUDFLARE = {
    "ClientIP": "203.0.113.5",
    "ClientRequestHost": "shop.example.com",
    "ClientRequestMethod": "GET",
    "ClientRequestURI": TARGET,
    "ClientRequestUserAgent": AGENT,
    "ClientRequestReferer": "https://o.example/",
    "EdgeResponseStatus": 200,
    "EdgeStartTimestamp": AT * 1e9,
}
ELASTIC = {
    "@timestamp": "2026-11-20T09:00:00.000Z",
    "source": {"ip": "203.0.113.5"},
    "url": {"domain": "shop.example.com", "path": "/a", "query": "b=c"},
    "http": {"request": {"method": "GET", "referrer": "https://o.example/"}, "response": {"status_code": 200}},
    "user_agent": {"original": AGENT},
}
PARQUET = {name.replace("-", "_").replace("(", "_").rstrip(")").lower(): each for name, each in CLOUDFRONT.items()}


@pytest.mark.parametrize("record", [CADDY, TRAEFIK, GOOGLE, CLOUDFRONT, PARQUET, CLOUDFLARE, ELASTIC])
def test_json_of_proxies_and_clouds(record: dict[str, Any]):
    assert facts(parse_log_line(json.dumps(record))) == SHOP
    assert facts(parse_log_line("Nov 20 10:00:00 web1 app: " + json.dumps(record))) == SHOP


def test_caddy_s_client_without_agent_sent_none():
    line = parse_log_line(json.dumps(CADDY | {"request": {**CADDY["request"], "headers": {"Accept": ["*/*"]}}}))  # type: ignore[dict-item]
    assert line
    assert line.agent == "-"


IIS_AGENT = AGENT.replace(" ", "+")
ELB_END = f'"GET https://shop.example.com:443{TARGET} HTTP/2.0" "{AGENT}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2'


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (
            "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
            "cs-host sc-status sc-substatus sc-win32-status time-taken",
            f"2026-11-20 09:00:00 10.0.0.9 GET /a b=c 443 - 203.0.113.5 {IIS_AGENT} https://o.example/ "
            "shop.example.com 200 0 0 15",
        ),
        (
            "sc-status c-ip time cs(Referer) cs(Host) cs-uri-query cs-uri-stem cs(User-Agent) date",
            f'200 203.0.113.5 09:00:00.000 https://o.example/ "shop.example.com" b=c /a "{AGENT}" 2026-11-20',
        ),
        (
            "   date time c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query "
            "x-host-header",
            "2026-11-20\t09:00:00\t203.0.113.5\tGET\td1.cloudfront.net\t/a\t200\thttps://o.example/\t"
            + AGENT.replace(" ", "%2520")
            + "\tb=c\tshop.example.com",
        ),
        (
            "date time c-ip cs(User-Agent) cs-uri cs-method cs-uri-query sc-status cs(Referrer) s-computername",
            f'"2026-11-20" "09:00:00" "203.0.113.5" "{AGENT}" "shop.example.com/a" "GET" "b=c" "200" '
            '"https://o.example/" "shop.example.com"',
        ),
    ],
)
def test_w3c_log_in_any_order_of_fields(fields: str, values: str):
    assert facts(parse_last("#Software: x", f"#Fields: {fields}", values)) == SHOP


def test_w3c_log_changes_its_fields_and_has_the_date_in_front():
    first = "#Fields: time c-ip cs-uri-stem sc-status", "09:00:00 203.0.113.5 /b 200"
    line = parse_last("#Date: 2026-11-20 08:00:00", "#Fields: c-ip time", *first)
    assert facts(line) == ("", "203.0.113.5", AT, "/b", "", "")
    local = parse_last(
        "#Start-Date: 2026-11-19",
        "#Fields: date-local time-local c-ip cs-uri-stem sc-status",
        "2026-11-20 09:00:00 1.2.3.4 / 200",
    )
    assert local
    assert (local.at, local.is_local) == (AT, True)


def test_w3c_line_with_other_fields_is_unreadable():
    with pytest.raises(UnreadableLine, match="#Fields"):
        parse_last("#Fields: date time c-ip", "2026-11-20 09:00:00 203.0.113.5 /")


S3_OWNER = "b659b576cff1e15e4c0313ff8930fba9f53e6794567f5c60dab3abf2f8dfb6cc"
HAPROXY = "0/0/0/72/72 200 7456 - - ---- 5/4/0/1/0 0/0"


@pytest.mark.parametrize(
    ("text", "referrer", "agent"),
    [
        (f"h2 2026-11-20T09:00:00Z app/x/1 203.0.113.5:2817 - -1 0.1 0.0 200 - 225 24950 {ELB_END} arn:x", "", AGENT),
        (f"2026-11-20T09:00:00.0Z my-lb 203.0.113.5:2817 10.0.0.1:80 0.1 0.1 0.1 200 200 0 57 {ELB_END}", "", AGENT),
        (
            f"{S3_OWNER} shop.example.com [20/Nov/2026:09:00:00 +0000] 203.0.113.5 - EB35 WEBSITE.GET.OBJECT a "
            f'"GET {TARGET} HTTP/1.1" 200 - 368 368 10 9 "https://o.example/" "{AGENT}" - x= SigV4 - - '
            "shop.example.com.s3-website.eu-west-1.amazonaws.com TLSv1.2 - -",
            "https://o.example/",
            AGENT,
        ),
        (
            f"Nov 20 10:00:00 lb haproxy[68]: 203.0.113.5:55008 [20/Nov/2026:09:00:00.000] ft~ bk/s1 {HAPROXY} "
            f'{{shop.example.com|{AGENT}|https://o.example/}} {{nginx}} "GET {TARGET} HTTP/1.1"',
            "https://o.example/",
            AGENT,
        ),
        (
            f"203.0.113.5:55008 [20/Nov/2026:09:00:00.000] ft~ bk/s1 {HAPROXY} "
            f'"GET https://shop.example.com{TARGET} HTTP/2.0" 0/0000000000000000/0/0/0 shop.example.com/TLSv1.3',
            "",
            "",
        ),
        (
            f"MISS|200|{AT * 1000:.0f}|12|1|203.0.113.5|https://o.example/|https://shop.example.com{TARGET}|DE|"
            f"{AGENT}|2|DE",
            "https://o.example/",
            AGENT,
        ),
    ],
)
def test_load_balancers_and_stores(text: str, referrer: str, agent: str):
    assert facts(parse_log_line(text)) == (*SHOP[:4], referrer, agent)


@pytest.mark.parametrize(
    "text",
    [
        '2026-11-20T09:00:00Z my-lb 203.0.113.5:2817 10.0.0.1:80 0.1 0.1 0.1 - - 82 305 "- - - " "-" - -',
        f"{S3_OWNER} b [20/Nov/2026:09:00:00 +0000] - AmazonS3 EB35 S3.EXPIRE.OBJECT a - - - - 9 - - - - -",
        LINE.replace("GET /a?b=c HTTP/1.1", "GET example.com HTTP/1.1"),
        LINE.replace("GET /a?b=c HTTP/1.1", r"\x16\x03\x01"),
        json.dumps(NGINX | {"request_uri": "-"}),
    ],
)
def test_what_is_no_request_of_a_page_is_no_page(text: str):
    line = parse_log_line(text)
    assert line
    assert line_kind(line) is LineKind.NOT_GET
