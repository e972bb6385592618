"""Ranges of time as people and Grafana write them, on days of 23, 24 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.model.errors import ParameterError
from utilities.model.time_ranges import TimeRange, parse_range

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)  # a Friday; 10:30 in Berlin


def local(first: str, last: str, zone: ZoneInfo = BERLIN, now: datetime = NOW) -> tuple[str, str]:
    time_range = parse_range(first, last, zone, now)
    return tuple(f"{end.astimezone(zone):%Y-%m-%d %H:%M:%S}" for end in (time_range.start, time_range.end))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends"),
    [
        ("now-7d", "now", "2026-11-13 10:30:15", "2026-11-20 10:30:15"),
        ("now-7d/d", "now-1d/d", "2026-11-13 00:00:00", "2026-11-20 00:00:00"),
        ("now/d", "now/d", "2026-11-20 00:00:00", "2026-11-21 00:00:00"),
        ("now/w", "now/w", "2026-11-16 00:00:00", "2026-11-23 00:00:00"),
        ("now/M", "now/M", "2026-11-01 00:00:00", "2026-12-01 00:00:00"),
        ("now/Q", "now/Q", "2026-10-01 00:00:00", "2027-01-01 00:00:00"),
        ("now-1y/y", "now-1y/y", "2025-01-01 00:00:00", "2026-01-01 00:00:00"),
        ("now-1y/fy", "now/fQ", "2025-01-01 00:00:00", "2027-01-01 00:00:00"),
        ("now-d/d", "now-h", "2026-11-19 00:00:00", "2026-11-20 09:30:15"),
        ("now-1M/M", "now-1M/M", "2026-10-01 00:00:00", "2026-11-01 00:00:00"),
        ("now-1h/h", "now/h", "2026-11-20 09:00:00", "2026-11-20 11:00:00"),
        ("now-5m/m", "now/m", "2026-11-20 10:25:00", "2026-11-20 10:31:00"),
        ("now-30s", "now+10s", "2026-11-20 10:29:45", "2026-11-20 10:30:25"),
        ("now-1d/d+8h", "now-1d/d+1h", "2026-11-19 08:00:00", "2026-11-20 01:00:00"),
        ("2026-11-01", "2026-11-02", "2026-11-01 00:00:00", "2026-11-03 00:00:00"),
        ("2026-11-01T12:00:00Z", "2026-11-01T14:00", "2026-11-01 13:00:00", "2026-11-01 14:00:00"),
        ("1793404800000", "1793491200000", "2026-10-31 01:00:00", "2026-11-01 01:00:00"),
    ],
)
def test_range_is_what_grafana_means_by_it(first: str, last: str, begins: str, ends: str):
    assert local(first, last) == (begins, ends)


@pytest.mark.parametrize("day", [29, 30, 31])
def test_subtracting_a_month_ends_at_the_last_day_of_a_shorter_month(day: int):
    now = datetime(2026, 3, day, 12, tzinfo=UTC)
    assert local("now-1M", "now", ZoneInfo("UTC"), now)[0] == "2026-02-28 12:00:00"


WRONG = ("-", "7d", "now-", "now/fd", "now-7", "now-7x", "now/f", "now/", "nowish", "now -7d x", "yesterday")
WRONG_TOO = (
    "2026-13-01",
    "2026-1-1",
    "20:15",
    "12",
    "9" * 16,
    "now-999999y",
    "now+999999d",
    "1850-01-01",
    "9999-12-31",
)


@pytest.mark.parametrize("wrong", [*WRONG, *WRONG_TOO, "x" * 5000, "٢٠٢٦-١١-٠١"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_invalid_time_is_refused_with_its_parameter(name: str, wrong: str):
    ends = {"from": "now-1h", "to": "now", name: wrong}
    with pytest.raises(ParameterError, match=f"^`{name}` must be now, now-7d") as caught:
        parse_range(ends["from"], ends["to"], BERLIN, NOW)
    assert "yesterday" not in str(caught.value)


def test_range_goes_forwards():
    with pytest.raises(ParameterError, match="`from` must be before `to`"):
        parse_range("now", "now-1d", BERLIN, NOW)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23.0),
        ("Europe/Berlin", "2026-10-25", 25.0),
        ("Europe/Berlin", "2026-11-20", 24.0),
        ("America/New_York", "2026-11-01", 25.0),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Beirut", "2026-03-29", 23.0),  # midnight itself is leapt over
        ("Atlantic/Azores", "2026-10-25", 25.0),  # midnight comes twice
        ("America/Havana", "2026-11-01", 25.0),
        ("Asia/Kathmandu", "2026-11-20", 24.0),
        ("Pacific/Kiritimati", "2026-11-20", 24.0),
    ],
)
def test_day_is_as_long_as_it_is_in_its_zone(zone: str, day: str, hours: float):
    time_range = parse_range(day, day, ZoneInfo(zone), NOW)
    assert (time_range.end - time_range.start) / timedelta(hours=1) == hours
    assert list(time_range.each_day()) == [date.fromisoformat(day)]
    assert time_range.date_range.first == time_range.date_range.last == date.fromisoformat(day)
    listed = list(time_range.each_hour())
    assert len(listed) == len(set(listed))
    assert {(at, hour) for at, hour, _ in listed} <= {(date.fromisoformat(day), hour) for hour in range(24)}
    assert 23 <= len(listed) <= 25


def test_repeated_hour_is_listed_twice_and_skipped_hour_is_not_listed():
    autumn = [(hour, off) for _, hour, off in parse_range("2026-10-25", "2026-10-25", BERLIN, NOW).each_hour()]
    assert autumn[:5] == [(0, 120), (1, 120), (2, 120), (2, 60), (3, 60)]
    spring = [(hour, off) for _, hour, off in parse_range("2026-03-29", "2026-03-29", BERLIN, NOW).each_hour()]
    assert spring[:4] == [(0, 60), (1, 60), (3, 120), (4, 120)]


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends"),
    [
        ("now/d", "now", "2026-11-19 00:00:00", "2026-11-19 10:30:15"),
        ("now-6d/d", "now", "2026-11-07 00:00:00", "2026-11-13 10:30:15"),
        ("now-7d/d", "now-1d/d", "2026-11-06 00:00:00", "2026-11-13 00:00:00"),
        ("now-24h", "now", "2026-11-18 10:30:15", "2026-11-19 10:30:15"),
        ("2026-10-25", "2026-10-25", "2026-10-24 00:00:00", "2026-10-25 00:00:00"),
        ("now-5m", "now", "2026-11-19 10:25:15", "2026-11-19 10:30:15"),
    ],
)
def test_previous_range_is_as_many_days_earlier_in_local_time(first: str, last: str, begins: str, ends: str):
    before = parse_range(first, last, BERLIN, NOW).previous_range()
    assert f"{before.start.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}" == begins
    assert f"{before.end.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}" == ends


def test_time_ranges_are_values():
    assert parse_range("now/d", "now", BERLIN, NOW) == TimeRange(datetime(2026, 11, 19, 23, tzinfo=UTC), NOW, BERLIN)


ENDS = st.from_regex(r"now([+-][0-9]{1,5}[smhdwMQy]|/[smhdwMQy]){0,4}", fullmatch=True)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "Atlantic/Azores", "America/Havana"])


@pytest.mark.slow
@given(first=ENDS, last=ENDS, zone=ZONES, now=MOMENTS)
def test_any_text_is_a_range_or_refused(first: str, last: str, zone: str, now: datetime):
    try:
        time_range = parse_range(first, last, ZoneInfo(zone), now)
    except ParameterError:
        return
    assert time_range.start < time_range.end
    assert time_range.previous_range().end <= time_range.end
    assert time_range.previous_range().date_range.last < time_range.date_range.last


@given(unit=st.sampled_from("smhdwMQy"), zone=ZONES, now=MOMENTS)
def test_current_unit_begins_before_now_and_ends_after_it(unit: str, zone: str, now: datetime):
    time_range = parse_range(f"now/{unit}", f"now/{unit}", ZoneInfo(zone), now)
    assert time_range.start <= now < time_range.end
    later = parse_range(f"now+1{unit}/{unit}", f"now+1{unit}/{unit}", ZoneInfo(zone), now)
    assert later.start >= time_range.end or unit in "MQy"  # 31 January and a month is 28 February
