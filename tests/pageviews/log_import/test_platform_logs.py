"""Logs of platforms and collectors: Heroku, Squid, Fluentd, Azure, Akamai, CloudWatch; and their text in UTF-16."""

import json

import pytest

from tests.pageviews.log_import.test_formats import AGENT, EXPECTED, LINE, SHOP, TARGET, TIME, facts, parse_last
from tests.pageviews.log_import.test_other_logs import APP_SERVICE
from tests.pageviews.log_import.test_rare_formats import HOST, REFERRER
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_file import find_decompressor
from utilities.pageviews.log_import.log_line import UnreadableLine

UNKNOWN_BROWSER = (*SHOP[:4], "", "")
HEROKU = (
    f'at=info method=GET path="{TARGET}" host={HOST} request_id=a-1 fwd="203.0.113.5,10.0.0.1" dyno=web.1 connect=1ms '
    "service=18ms status=200 bytes=13 protocol=http2.0 tls=true tls_version=tls1.3"
)
FLUENTD = {"method": "GET", "path": TARGET, "code": "200", "size": "512", "referer": REFERRER, "agent": AGENT}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"2026-11-20T09:00:00.000000+00:00 heroku[router]: {HEROKU}", UNKNOWN_BROWSER),
        (f"<158>1 2026-11-20T09:00:00.000000+00:00 host heroku router - {HEROKU}", UNKNOWN_BROWSER),
        (
            f"1795165200.000    150 203.0.113.5 TCP_MISS/200 512 GET http://{HOST}{TARGET} - HIER_DIRECT/10.0.0.1 "
            "text/html",
            UNKNOWN_BROWSER,
        ),
        (json.dumps({"host": "203.0.113.5", "user": None, "time": "2026-11-20T09:00:00Z", **FLUENTD}), EXPECTED),
        ("2026-11-20T09:00:00+00:00\tnginx.access\t" + json.dumps({"remote": "203.0.113.5", **FLUENTD}), EXPECTED),
        (json.dumps(APP_SERVICE | {"properties": json.dumps(APP_SERVICE["properties"])}), SHOP),
        (
            json.dumps(
                {"reqTimeSec": "1795165200", "cliIP": "203.0.113.5", "reqMethod": "GET", "reqHost": HOST}
                | {"reqPath": "a", "queryStr": "b=c", "statusCode": "200", "UA": AGENT, "referer": REFERRER}
            ),
            SHOP,
        ),
        (json.dumps({"@timestamp": "2026-11-20 09:00:00.000", "@message": LINE}), EXPECTED),
        (LINE.replace('1" 200', '1" HIT 200'), EXPECTED),
        (LINE.replace('1" 200', '1" 0.005 - 200'), EXPECTED),
        (f"[{TIME}] 203.0.113.5 " + LINE.partition("] ")[2], EXPECTED),
    ],
)
def test_line_of_a_platform_is_read(text: str, expected: tuple[object, ...]):
    host, *rest = facts(parse_log_line(text))
    assert ("" if host == "203.0.113.5" else host, *rest) == expected


def test_line_of_squid_without_a_page_is_none():
    squid = "1795165200.123 1 203.0.113.5 TCP_TUNNEL/200 5 {} - HIER_DIRECT/10.0.0.1 {}"
    for request, content_type, kind in (
        ("CONNECT shop.example.com:443", "-", LineKind.NOT_GET),
        ("GET http://shop.example.com/x", "image/avif", LineKind.NO_PAGE),
    ):
        line = parse_log_line(squid.format(request, content_type))
        assert line
        assert line_kind(line) is kind


def test_line_whose_size_may_be_the_status_is_unreadable():
    with pytest.raises(UnreadableLine, match="one of status and size is missing"):
        parse_last(f'[{TIME}] 203.0.113.5 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /a HTTP/1.1" 200')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_recognized_without_its_mark(encoding: str):
    data = f"{LINE}\n".encode(encoding)
    make = find_decompressor(data[:64])
    assert make
    assert make().decompress(data).decode() == f"{LINE}\n"


@pytest.mark.parametrize("head", [bytes(64), LINE.encode()[:64], b"\0" * 33 + LINE.encode()[:31], b"a\0"])
def test_text_with_zeros_is_no_utf16(head: bytes):
    assert find_decompressor(head) is None
