"""Lines as fewer programs write them: other envelopes, other names, quotes that are not escaped, impossible values."""

import json
from typing import Any

import pytest

from tests.pageviews.log_import.test_formats import AGENT, AT, EXPECTED, LINE, SHOP, TARGET, TIME, facts, parse_last
from tests.pageviews.log_import.test_server_formats import CLOUDFRONT, ELB_END, HAPROXY, NGINX
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_line import UnreadableLine

HOST = "shop.example.com"
REFERRER = "https://o.example/"
HEADERS = {"host": HOST, "user-agent": AGENT, "referer": REFERRER}


@pytest.mark.parametrize(
    "text",
    [
        LINE.replace("203.0.113.5 - -", '"203.0.113.5, 10.0.0.1" - -'),
        LINE.replace("203.0.113.5 - -", "203.0.113.5 , 10.0.0.1 - -"),
        LINE.replace("203.0.113.5 - -", r"203.0.113.5 - CORP\john doe"),
        "2026-11-20T09:00:00.1+00:00 app[web.1]: " + LINE,
        "Fri 2026-11-20 10:00:00 CET web1 nginx[12]: " + LINE,
        "1795165200.123456 web1 nginx[12]: " + LINE,
        "2026-11-20 10:00:00 " + LINE,
        "2026-11-20T09:00:00.000Z\t" + LINE,
        "\x1b[36mweb-1  |\x1b[0m " + LINE,
        "nginx-7d nginx " + LINE,
        "/var/log/nginx/access.log:12:" + LINE,
        "     12\t" + LINE,
        f"'{LINE}'",
        LINE + "\0\0",
        LINE.replace(' "', '\t"').replace('" 200 512', '"\t200\t512'),
        json.dumps({"version": "1.1", "host": "web1", "short_message": LINE, "timestamp": AT}),
        json.dumps({"MESSAGE": list(LINE.encode()), "__REALTIME_TIMESTAMP": "1795165200000000"}),
        json.dumps({"client": "web-1", "time": AT, "status": "ok", "path": "/x", "message": LINE}),
    ],
)
def test_line_is_read_behind_rarer_prefixes(text: str):
    assert facts(parse_log_line(text)) == EXPECTED


@pytest.mark.parametrize(
    ("rest", "referrer", "agent"),
    [
        (f'200 512 "0.005" "{REFERRER}" "{AGENT}"', REFERRER, AGENT),
        (f'200 512 "www.example.com" "-" "{AGENT}" "-"', "", AGENT),
        (f'200 512 "198.51.100.7" "{REFERRER}" "{AGENT}"', REFERRER, AGENT),
        ('200 512 "www.example.com" "-" "198.51.100.7"', "www.example.com", "-"),
        (f'200 512 "{AGENT}" "{REFERRER}"', REFERRER, AGENT),
        (f'"200" 512 "{REFERRER}" "{AGENT}"', REFERRER, AGENT),
        (f'200 512 "{REFERRER}?q="x"" "{AGENT}"', f'{REFERRER}?q="x"', AGENT),
    ],
)
def test_referrer_and_agent_are_recognized_among_quoted_fields(rest: str, referrer: str, agent: str):
    line = parse_log_line(LINE.partition(" 200 512 ")[0] + " " + rest)
    assert facts(line) == (*EXPECTED[:4], referrer, agent)


@pytest.mark.parametrize(
    ("request_line", "target"),
    [
        ('GET /a?q="x" HTTP/1.1', '/a?q="x"'),
        (r"GET /a\x22b HTTP/2.0", '/a"b'),
        (r"GET /a\nb HTTP/3.0", "/a\nb"),
        ("GET ?b=c HTTP/1.1", "/?b=c"),
        ("GET //path HTTP/1.1", "//path"),
    ],
)
def test_request_is_read_with_its_quotes_and_escapes(request_line: str, target: str):
    line = parse_log_line(LINE.replace(f"GET {TARGET} HTTP/1.1", request_line))
    assert line
    assert (line.method, line.target, line.agent) == ("GET", target, AGENT)


@pytest.mark.parametrize(
    "time", ["20/nov/2026:10:00:00 +0100", "20/Nov/2026:05:30:00 -03:30", "20/NOV/2026:09:59:60 +0100"]
)
def test_rare_spelling_of_a_time(time: str):
    assert facts(parse_log_line(LINE.replace(TIME, time))) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        *(
            LINE.replace(TIME, f"20/Nov/2026:{time}")
            for time in ("10:00:61 +0100", "10:00:99 +0100", "10:00:00 +9999", "10:00:00 +0190")
        ),
        *(json.dumps(NGINX | {"time_iso8601": None, "ts": at}) for at in ("١٧٩٥١٦٥٢٠٠", True, [], {}, 0, "9" * 5000)),
        *(json.dumps(NGINX | {"status": status}) for status in ("abc", 9999999999, "²00", [])),
    ],
)
def test_impossible_value_is_unreadable(text: str):
    with pytest.raises(UnreadableLine):
        parse_last(text)


@pytest.mark.parametrize(
    "record",
    [
        {  # Envoy
            "start_time": "2026-11-20T09:00:00.000Z",
            "method": "GET",
            "path": TARGET,
            "response_code": 200,
            "downstream_remote_address": "203.0.113.5:1234",
            "user_agent": AGENT,
            ":authority": HOST,
            "referer": REFERRER,
        },
        {  # Vercel
            "host": "my-app.vercel.app",
            "timestamp": AT * 1000 + 1,
            "proxy": {
                "timestamp": int(AT * 1000),
                "method": "GET",
                "statusCode": 200,
                "path": TARGET,
                "userAgent": [AGENT],
                "referer": REFERRER,
                "host": HOST,
                "clientIp": "203.0.113.5",
            },
        },
        {  # Azure Front Door
            "time": "2026-11-20T09:00:00Z",
            "properties": {
                "httpMethod": "GET",
                "requestUri": f"https://{HOST}:443{TARGET}",
                "clientIp": "203.0.113.5",
                "httpStatusCode": "200",
                "userAgent": AGENT,
                "referrer": REFERRER,
            },
        },
        {  # pino
            "time": AT * 1000,
            "req": {"method": "GET", "url": TARGET, "headers": HEADERS, "remoteAddress": "203.0.113.5"},
            "res": {"statusCode": 200},
        },
        {  # Fastly
            "timestamp": "2026-11-20T09:00:00+0000",
            "client_ip": "203.0.113.5",
            "host": HOST,
            "url": TARGET,
            "request_user_agent": AGENT,
            "request_referer": REFERRER,
            "response_status": 200,
        },
        {"ts": AT, "status": 200, "request": {"remote_ip": "203.0.113.5", "uri": TARGET, "headers": HEADERS}},
        {"ts": AT * 1e6, "status": 200, "ip": ["203.0.113.5"], "request": {"path": TARGET, "headers": HEADERS}},
        {"ts": "Fri, 20 Nov 2026 09:00:00 GMT", "jsonPayload": NGINX | {"host": HOST}},
        {"log": NGINX | {"vhost": HOST, "request_uri": "/a", "request_query": "b=c"}},
        NGINX | {"request": f"GET {TARGET} HTTP/1.1", "request_uri": "/other", "host": HOST},
        NGINX | {"http_user_agent": f'"{AGENT}\0"', "host": HOST},
        {"@timestamp": "2026-11-20T09:00:00z", "source.ip": "203.0.113.5", "url.original": TARGET, "url.domain": HOST}
        | {"http.response.status_code": 200, "http.request.referrer": REFERRER, "user_agent.original": AGENT},
    ],
)
def test_json_is_read_in_every_case_and_envelope(record: dict[str, Any]):
    assert facts(parse_log_line(json.dumps(record))) == SHOP
    assert facts(parse_log_line(f"[{json.dumps(record)},")) == SHOP


def test_client_without_any_header_sent_no_agent():
    request = {"remote_ip": "203.0.113.5", "method": "GET", "host": HOST, "uri": TARGET, "headers": {}}
    found = parse_log_line(json.dumps({"ts": AT, "request": request, "status": 200}))
    assert found and found.agent == "-"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f'[2026-11-20T09:00:00.000Z] "GET {TARGET} HTTP/2" 200 - 0 512 3 2 "203.0.113.5,10.0.0.1" "{AGENT}" "id" '
            f'"{HOST}" "10.0.0.1:80"',
            (*SHOP[:4], "", AGENT),
        ),
        (
            f'[2026-11-20T09:00:00.000Z] "GET {TARGET} HTTP/2" 200 - via_upstream - "-" 0 512 3 2 "-" "{AGENT}" "id" '
            f'"{HOST}" "10.0.0.1:80" outbound|80||x 10.0.0.1:1 10.0.0.2:8080 203.0.113.5:99 - default',
            (*SHOP[:4], "", AGENT),
        ),
        (
            f"h2 2026-11-20T09:00:00Z app/x/1 2001:db8::1:2817 - -1 0.1 0.0 200 - 225 24950 {ELB_END}",
            (HOST, "2001:db8::1", AT, TARGET, "", AGENT),
        ),
        (
            f"::ffff:203.0.113.5:5500 [20/Nov/2026:09:00:00.000] ft bk/s1 {HAPROXY} "
            f'{{{HOST}|Mozilla/5.0 #7Bx#7D}} "GET {TARGET} HTTP/1.1"',
            (*SHOP[:4], "", "Mozilla/5.0 {x}"),
        ),
        (
            f'203.0.113.5:5500 [20/Nov/2026:09:00:00.000] ft~ bk/s1 {HAPROXY} "GET {TARGET} HTTP/1.1" 0/000000000000000'
            f"/0/0/0 {HOST}/TLSv1.3/TLS_AES_256_GCM_SHA384",
            (*SHOP[:4], "", ""),
        ),
        (  # nginx proxy manager
            f'[20/Nov/2026:10:00:00 +0100] - 200 200 - GET https {HOST} "{TARGET}" [Client 203.0.113.5] [Length 512] '
            f'[Gzip -] [Sent-to 10.0.0.3] "{AGENT}" "{REFERRER}"',
            SHOP,
        ),
        (  # LTSV
            f"time:{TIME}\thost:203.0.113.5\treq:GET {TARGET} HTTP/1.1\tstatus:200\tsize:512\treferer:{REFERRER}"
            f"\tua:{AGENT}\tvhost:{HOST}",
            SHOP,
        ),
        (  # logfmt
            f'time="2026-11-20T09:00:00Z" level=info remote_addr=203.0.113.5 method=GET path="{TARGET}" status=200 '
            f'referer={REFERRER} user_agent="{AGENT}" host={HOST}',
            SHOP,
        ),
        (
            json.dumps(
                CLOUDFRONT | {"cs-uri-stem": "/a%2520b", "cs-uri-query": "-", "cs(Referer)": f"{REFERRER}?q=%2520"}
            ),
            (*SHOP[:3], "/a%20b", f"{REFERRER}?q=%20", AGENT),
        ),
    ],
)
def test_addresses_with_ports_and_encoded_fields_of_load_balancers(text: str, expected: tuple[object, ...]):
    assert facts(parse_log_line(text)) == expected
