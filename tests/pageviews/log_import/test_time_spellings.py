"""Times, zones and methods as rare programs spell them are read where one meaning is sure, and otherwise named."""

import pytest

from tests.pageviews.log_import.test_formats import AT, EXPECTED, LINE, TARGET, TIME, facts, parse_last
from utilities.pageviews.log_import.line_parser import parse_log_line
from utilities.pageviews.log_import.log_line import UnreadableLine


@pytest.mark.parametrize(
    "time",
    [
        "20/Nov/2026:04:00:00 EST",
        "20/Nov/2026:09:00:00 GMT",
        "20/Nov/2026:10:00:00 Europe/Berlin",
        "20/Nov/2026:06:00:00 America/Argentina/Buenos_Aires",
        "20/Nov/2026:10:00:00 GMT+01:00",
        "20/Nov/2026:10:00:00 +01",
        "2026-11-20 04:00:00 EST",
        "20/11/2026:10:00:00 +0100",
        "11/20/2026:10:00:00 +0100",
        "20/november/2026:10:00:00 +0100",
        "2026/Nov/20:10:00:00 +0100",
        "20-Nov-2026 10:00:00 CET",
        "Fri, 20 Nov 2026 09:00:00 GMT",
        "Fri Nov 20 09:00:00 UTC 2026",
    ],
)
def test_time_with_one_meaning_is_read(time: str):
    assert facts(parse_log_line(LINE.replace(TIME, time))) == EXPECTED


@pytest.mark.parametrize(
    ("month", "number"), [("Dez", 12), ("mars", 3), ("Mär", 3), ("août", 8), ("févr.", 2), ("dic", 12), ("out", 10)]
)
def test_month_of_another_language_is_read(month: str, number: int):
    parsed = parse_log_line(LINE.replace(TIME, f"20/{month}/2026:10:00:00 +0100"))
    assert parsed and parsed == parse_last(LINE.replace(TIME, f"2026-{number:02}-20T10:00:00+01:00"))


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("05/06/2026:10:00:00 +0100", "the day or the month first"),
        ("13/13/2026:10:00:00 +0100", "cannot be read"),
        ("20/Nov/2026:10:00:00 IST", "several meanings"),
        ("20/Nov/2026:10:00:00 Mars/Olympus", "time zone is not known"),
        ("20/Nov/2026:10:00:00 GMT+1", "cannot be read"),
        ("20/Foo/2026:10:00:00 +0100", "cannot be read"),
    ],
)
def test_time_with_no_sure_meaning_is_refused_with_the_reason(time: str, reason: str):
    with pytest.raises(UnreadableLine, match=reason):
        parse_last(LINE.replace(TIME, time))


@pytest.mark.parametrize("request_line", [f"get {TARGET} HTTP/1.1", f"Get {TARGET} http/1.1", f"GET {TARGET}"])
def test_method_in_lower_case_is_read(request_line: str):
    parsed = parse_log_line(LINE.replace(f"GET {TARGET} HTTP/1.1", request_line))
    assert parsed and (parsed.method, parsed.target, parsed.at) == ("GET", TARGET, AT)


def test_day_may_be_filled_up_with_a_space():
    assert facts(parse_log_line(LINE.replace(TIME, " 5/Nov/2026:10:00:00 +0100")))[2] == AT - 15 * 24 * 3600


def test_two_lines_in_one_are_refused():
    with pytest.raises(UnreadableLine, match="two lines"):
        parse_last(LINE[:70] + LINE)
