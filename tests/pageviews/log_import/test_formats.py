"""Each format of each web server gives the true client, host, time, path, referrer and user-agent of its lines."""

import json
from datetime import UTC, datetime

import pytest

from utilities.pageviews.log_import.line_parser import LineParser, parse_log_line
from utilities.pageviews.log_import.log_line import LogLine, UnreadableLine

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC).timestamp()
TIME = "20/Nov/2026:10:00:00 +0100"
REQUEST = '"GET /a?b=c HTTP/1.1" 200 512'
LINE = f'203.0.113.5 - - [{TIME}] {REQUEST} "https://o.example/" "{AGENT}"'
TARGET = "/a?b=c"


def parse_last(*texts: str) -> LogLine | None:
    """Returns the last of some lines of one log, which the same parser reads."""
    parser = LineParser()
    return [parser.parse_line(text) for text in texts][-1]


def facts(line: LogLine | None) -> tuple[str, str, float, str, str, str]:
    assert line
    return line.host, line.address, line.at, line.target, line.referrer, line.agent


EXPECTED = ("", "203.0.113.5", AT, TARGET, "https://o.example/", AGENT)
SHOP = ("shop.example.com", *EXPECTED[1:])


@pytest.mark.parametrize(
    "head",
    [
        "203.0.113.5, 10.0.0.1 - -",
        "203.0.113.5,10.0.0.1,10.0.0.2 - -",
        "unknown, 203.0.113.5 - -",
        "- 203.0.113.5 - -",
        "203.0.113.5 10.0.0.1 - -",
        "203.0.113.5:4711 - -",
        "::ffff:203.0.113.5 - -",
        "[::ffff:203.0.113.5]:4711 - -",
    ],
)
def test_first_field_is_the_client_s_address_in_its_normal_form(head: str):
    assert facts(parse_log_line(LINE.replace("203.0.113.5 - -", head))) == EXPECTED


@pytest.mark.parametrize("head", ["unix: - -", "999.0.113.5 - -", "113.5 - -", "- - -", "2026 x y", "a, b - -"])
def test_line_whose_client_cannot_be_read_is_unreadable(head: str):
    with pytest.raises(UnreadableLine):
        parse_last(LINE.replace("203.0.113.5 - -", head))


@pytest.mark.parametrize(
    "head",
    [
        "shop.example.com 203.0.113.5 - -",
        "SHOP.Example.COM.:443 203.0.113.5 - -",
        "203.0.113.5 shop.example.com -",
        "203.0.113.5 Shop.Example.com:8080 -",
        "203.0.113.5 shop.example.com theuser",
    ],
)
def test_domain_first_or_second_is_the_host(head: str):
    assert facts(parse_log_line(LINE.replace("203.0.113.5 - -", head))) == SHOP


def test_host_between_time_and_request_and_in_an_absolute_address():
    assert facts(parse_log_line(LINE.replace('] "', '] shop.example.com "'))) == SHOP
    assert facts(parse_log_line(LINE.replace("GET /a", "GET https://shop.example.com:443/a"))) == SHOP


@pytest.mark.parametrize(
    "prefix",
    [
        "<190>1 2026-11-20T09:00:00Z web1 nginx - - - ",
        '<190>1 2026-11-20T09:00:00.1Z web1 nginx 12 access [x@1 a="b\\"]" c="d"][y] \ufeff',
        "<190>Nov 20 10:00:00 web1 nginx: ",
        "Nov  2 10:00:00 web1 nginx[123]: ",
        "Nov 20 10:00:00 web1 ",
        "2026-11-20T10:00:00.123456+01:00 web1 nginx: ",
        "2026-11-20T09:00:00.1Z stdout F ",
        "2026-11-20T09:00:00.123456789Z ",
        "[pod/web-1/nginx] 2026-11-20T09:00:00.1Z ",
        "web-1  | ",
        "MESSAGE=",
        "\ufeff",
        "\0" * 100,
        "access.log\0\0000000644\0ustar  \0root\0\0\0",
    ],
)
def test_line_is_read_behind_what_collectors_put_before_it(prefix: str):
    assert facts(parse_log_line(prefix + LINE)) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        f'"{LINE}"',
        '"' + LINE.replace('"', '""') + '"',
        '"' + LINE.replace('"', '\\"') + '"',
        json.dumps({"log": LINE + "\n", "stream": "stdout", "time": "2026-11-20T09:00:00.1Z"}),
        json.dumps({"MESSAGE": LINE, "__REALTIME_TIMESTAMP": "1795165200000000", "PRIORITY": "6"}),
        json.dumps({"message": "Nov 20 10:00:00 web1 nginx: " + LINE, "agent": {"name": "web-1"}}),
    ],
)
def test_line_is_read_within_quotes_and_objects(text: str):
    assert facts(parse_log_line(text)) == EXPECTED


def test_parts_of_a_line_that_kubernetes_has_split_are_one_line():
    parts = "2026-11-20T09:00:00.1Z stdout P " + LINE[:90], "2026-11-20T09:00:00.1Z stdout F " + LINE[90:]
    assert parse_last(parts[0]) is None
    assert facts(parse_last(*parts)) == EXPECTED


@pytest.mark.parametrize("text", ["__CURSOR=s=1;i=2", "_PID=12", "PRIORITY=6", "SYSLOG_IDENTIFIER=x", "# x", "", "\0"])
def test_other_fields_of_the_journal_and_comments_are_no_lines(text: str):
    assert parse_last(text) is None


@pytest.mark.parametrize(
    "rest",
    [
        f'200 512 0.005 "https://o.example/" "{AGENT}"',
        f'200 512 www.example.com "https://o.example/" "{AGENT}" "-"',
        f'200 "https://o.example/" "{AGENT}"',
        f'200 - "https://o.example/" "{AGENT}" 444 0.005 [ns-svc-80] [] 10.0.0.1:80 512 0.005 200 1f',
        f'200 512 "https://o.example/" "{AGENT}" 3180 "web@docker" "http://172.19.0.4:80" 29ms',
    ],
)
def test_more_fields_change_nothing(rest: str):
    assert facts(parse_log_line(LINE.partition(" 200 512 ")[0] + " " + rest)) == EXPECTED


def test_forwarded_addresses_are_read_after_the_agent():
    line = parse_log_line(LINE + ' "198.51.100.7, 10.0.0.1"')
    assert line
    assert line.forwarded == "198.51.100.7, 10.0.0.1"


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (LINE.partition(' "https')[0], ""),
        (LINE.replace(AGENT, "-"), "-"),
        (LINE.replace(AGENT, ""), "-"),
        (LINE.replace('"https://o.example/" ', ""), AGENT),
        (LINE.replace(f' "{AGENT}"', ""), ""),
        (LINE.replace(f'"https://o.example/" "{AGENT}"', '"" "" 4711 123 "web" "app" "s1" 0 0 5'), ""),
    ],
)
def test_format_without_agents_is_not_a_client_without_one(text: str, agent: str):
    line = parse_log_line(text)
    assert line
    assert line.agent == agent


@pytest.mark.parametrize(
    ("time", "at", "is_local"),
    [
        ("20/Nov/2026:10:00:00.1234 +0100", AT + 0.1234, False),
        ("20/Nov/2026:09:00:00 Z", AT, False),
        ("20/Nov/2026:09:00:00", AT, True),
        ("2026-11-20T10:00:00+0100", AT, False),
        ("2026-11-20 09:00:00,500", AT + 0.5, True),
        ("1795165200.250", AT + 0.25, False),
    ],
)
def test_times_are_read_exactly(time: str, at: float, is_local: bool):
    line = parse_log_line(LINE.replace(TIME, time))
    assert line
    assert (line.at, line.is_local) == (pytest.approx(at, abs=1e-6), is_local)


@pytest.mark.parametrize(
    "text",
    [
        LINE.replace(TIME, "31/Dec/9999:23:59:59 -0100"),
        LINE.replace(TIME, "01/Jan/0001:00:00:00 +1400"),
        LINE.replace(TIME, "20/Nov/2026:25:00:00 +0100"),
        LINE.replace(TIME, "Fri Nov 31 10:00:00 2026"),
        *(
            json.dumps({"ts": at, "ip": "203.0.113.5", "uri": "/", "status": 200})
            for at in (float("inf"), float("nan"), -5, 1e300, "9999-12-31T23:59:59-01:00", "20261120")
        ),
    ],
)
def test_impossible_time_is_unreadable(text: str):
    with pytest.raises(UnreadableLine, match=r"time|format"):
        parse_last(text)
