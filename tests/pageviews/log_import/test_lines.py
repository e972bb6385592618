"""One line of a log, in every format there is."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pageviews.log_import.conftest import CHROME, line
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_line import LogLine

AT = datetime(2015, 5, 17, 10, 5, 3, tzinfo=UTC).timestamp()
COMMON = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 512'


def test_combined():
    parsed = parse_log_line(line("/a?b=c", referrer="https://lobste.rs/"))
    assert parsed == LogLine("", "87.150.1.1", AT, "GET", "/a?b=c", 200, "https://lobste.rs/", CHROME)


def test_common_has_neither_referrer_nor_agent():
    assert parse_log_line(COMMON) == LogLine("", "1.2.3.4", AT, "GET", "/a?b=c", 200, "", "")


@pytest.mark.parametrize("head", ["www.example.com:443 ", "www.example.com "])
def test_vhost_has_the_host_first(head: str):
    parsed = parse_log_line(head + line("/a"))
    assert parsed and (parsed.host, parsed.address, parsed.target) == ("www.example.com", "87.150.1.1", "/a")


def test_address_may_be_a_name():
    parsed = parse_log_line(line(address="dsl-17.example.net"))
    assert parsed and (parsed.host, parsed.address) == ("", "dsl-17.example.net")


def test_user_may_have_a_space():
    parsed = parse_log_line(COMMON.replace("- - [", "- Mary Ann ["))
    assert parsed and parsed.address == "1.2.3.4"


@pytest.mark.parametrize(
    ("at", "seconds"),
    [("17/May/2015:12:05:03 +0200", AT), ("17/May/2015:00:35:03 -0930", AT), ("2015-05-17T12:05:03+02:00", AT)],
)
def test_time_has_a_zone(at: str, seconds: float):
    parsed = parse_log_line(line(at=at))
    assert parsed and parsed.at == seconds


def test_quotes_are_unescaped():
    parsed = parse_log_line(line(agent=r"a \"quoted\" \x22agent\x22 \\ M\xc3\xbcller"))
    assert parsed and parsed.agent == 'a "quoted" "agent" \\ Müller'


def test_cut_off_last_line_is_still_read():
    parsed = parse_log_line(line(agent="Googlebot/2.1")[:-1])
    assert parsed and parsed.agent == "Googlebot/2.1"


def test_line_without_a_request_is_no_page():
    parsed = parse_log_line(COMMON.replace("GET /a?b=c HTTP/1.1", r"\x16\x03\x01").replace(" 200 ", " 400 "))
    assert parsed and (parsed.method, parsed.status) == ("", 400)


def test_nginx_as_json():
    text = json.dumps(
        {
            "time_iso8601": "2015-05-17T10:05:03+00:00",
            "remote_addr": "1.2.3.4",
            "host": "www.example.com:443",
            "request": "GET /a?b=c HTTP/2.0",
            "status": "200",
            "http_referer": "-",
            "http_user_agent": CHROME,
        }
    )
    assert parse_log_line(text) == LogLine("www.example.com", "1.2.3.4", AT, "GET", "/a?b=c", 200, "", CHROME)


def test_caddy():
    request = {"client_ip": "::1", "method": "GET", "host": "example.com", "uri": "/a"}
    headers = {"User-Agent": [CHROME], "Referer": ["https://lobste.rs/"]}
    parsed = parse_log_line(json.dumps({"ts": AT + 0.25, "request": {**request, "headers": headers}, "status": 200}))
    assert parsed == LogLine("example.com", "::1", AT + 0.25, "GET", "/a", 200, "https://lobste.rs/", CHROME)


def test_traefik():
    fields = {"ClientHost": "1.2.3.4", "StartUTC": "2015-05-17T10:05:03.123456789Z", "RequestMethod": "GET"}
    more = {"RequestPath": "/a", "RequestHost": "example.com", "DownstreamStatus": 200, "request_User-Agent": CHROME}
    parsed = parse_log_line(json.dumps(fields | more))
    assert parsed and (parsed.host, parsed.target, parsed.agent) == ("example.com", "/a", CHROME)


@pytest.mark.parametrize("factor", [1, 1e3, 1e6, 1e9])
def test_moments_of_any_unit(factor: float):
    parsed = parse_log_line(json.dumps({"msec": AT * factor, "ip": "::1", "request": "GET / HTTP/1.1", "status": 200}))
    assert parsed and parsed.at == AT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "#Fields: date time",
        "[]",
        "{",
        '{"a": 1}',
        '{"a":' + "[" * 100000,
        line(at="99/Foo/2015:1:1:1 +0"),
        line(at="31/Feb/2015:10:00:00 +0000"),
        '{"ts": "x", "ip": "1", "uri": "/", "status": "y"}',
        "\x00" * 300,
    ],
)
def test_unreadable_line_is_none(text: str):
    assert parse_log_line(text) is None


@given(st.text())
def test_any_text_is_a_line_or_none(text: str):
    parse_log_line(text)
    parse_log_line(f'{{"ts": {json.dumps(text)}, "ip": "1", "uri": {json.dumps(text)}, "status": 200}}')


@given(st.text(alphabet='\\"[] x:/4', max_size=400))
def test_hostile_line_is_parsed_quickly(text: str):
    parse_log_line('1.2.3.4 - - [17/May/2015:10:05:03 +0000] "' + text * 100)
