"""Encodes readings as JSON and decodes them; every stored byte is validated."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from utilities.model.frames import Column, Frame, Reading, Value

MAX_READING_BYTES = 1 << 20  # the table of a board has a few thousand
MAX_CLOCK_SKEW = timedelta(days=1)  # by which another machine's clock may be ahead of ours
MAX_FIGURE = 2**63  # larger than any figure of a website
FENCE_PATTERN = re.compile(rb'\{"fence":([0-9]{1,18}),')
"""How every stored reading begins."""
REPORT_NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class StoredReading:
    """A reading and the fence of the lease it was written under."""

    fence: int
    reading: Reading


STORED_READING_ADAPTER: TypeAdapter[StoredReading] = TypeAdapter(StoredReading)


class BadStoredValue(ValueError):
    """Stored bytes that are not a valid reading of their report; treated as a miss."""


def is_report_name(report: str) -> bool:
    """Whether this can be a report's name, which becomes part of keys, file names and announcements."""
    return REPORT_NAME_PATTERN.fullmatch(report) is not None


def encode_reading(reading: Reading, fence: int) -> bytes:
    """Returns JSON; raises BadStoredValue when `decode_reading` would not accept it."""
    if not is_report_name(reading.report):
        raise BadStoredValue(f"{reading.report[:100]!r} is not a report name")
    check_reading(reading.report, reading)
    encoded = STORED_READING_ADAPTER.dump_json(StoredReading(fence, reading), by_alias=True)
    if len(encoded) > MAX_READING_BYTES:
        raise BadStoredValue(f"the reading of {reading.report} is {len(encoded)} bytes, more than {MAX_READING_BYTES}")
    return encoded


def read_fence(encoded: bytes) -> int | None:
    """Returns the fence of a stored reading without decoding the rest; None when it does not begin with one."""
    match = FENCE_PATTERN.match(encoded)
    return int(match[1]) if match else None


def replace_fence(encoded: bytes, fence: int) -> bytes:
    """Returns an encoded reading with another fence."""
    return FENCE_PATTERN.sub(b'{"fence":%d,' % fence, encoded, count=1)


def decode_reading(report: str, encoded: bytes, now: datetime) -> StoredReading:
    """Returns the reading stored for `report`; raises BadStoredValue with the reason."""
    if len(encoded) > MAX_READING_BYTES:
        raise BadStoredValue(f"more than {MAX_READING_BYTES} bytes")
    try:
        stored = STORED_READING_ADAPTER.validate_json(encoded)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadStoredValue(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    check_reading(report, stored.reading)
    if stored.reading.taken_at is not None and stored.reading.taken_at > now + MAX_CLOCK_SKEW:
        raise BadStoredValue("its time is in the future")
    if stored.reading.last_error is not None and stored.reading.last_error.retry_at > now + 2 * MAX_CLOCK_SKEW:
        raise BadStoredValue("its next retry is days away")  # the longest quotas are those of a day
    return stored


def check_reading(report: str, reading: Reading) -> None:
    """Checks what the types do not; raises BadStoredValue."""
    if reading.report != report:
        raise BadStoredValue(f"it is a reading of {reading.report[:100]!r}")
    times = [reading.taken_at, *((reading.last_error.since, reading.last_error.retry_at) if reading.last_error else ())]
    times += [reading.frame.current_until, reading.frame.push and reading.frame.push.at] if reading.frame else []
    if any(time is not None and time.utcoffset() != timedelta() for time in times):
        raise BadStoredValue("a time is not in UTC")
    if (reading.frame is None) != (reading.taken_at is None):
        raise BadStoredValue("it has a frame without a time, or a time without a frame")
    if reading.frame is not None:
        check_days(reading.frame)
        columns, rows = reading.frame.columns, reading.frame.rows
        if any(len(row) != len(columns) for row in rows):
            raise BadStoredValue(f"a row does not have {len(columns)} values")
        for column, values in zip(columns, zip(*rows, strict=True), strict=False):  # no values at all without rows
            if not fits_column(column, values):
                raise BadStoredValue(f"column {column.key[:100]!r} has a value that is not {column.kind}")


def check_days(frame: Frame) -> None:
    """Raises BadStoredValue when the days of a frame are those of a zone that does not exist."""
    for days in (frame.date_range, frame.previous_range):
        try:
            ZoneInfo(days.zone if days else "UTC")
        except (ValueError, OSError, LookupError):
            raise BadStoredValue("its days are of a time zone that does not exist") from None


def fits_column(column: Column, values: Iterable[Value]) -> bool:
    """Whether all values have the kind of the column; None has every kind, NaN has none."""
    present = [value for value in values if value is not None]
    if not column.is_numeric:
        return all(isinstance(value, str) for value in present)
    return all(not isinstance(value, str) and -MAX_FIGURE <= value <= MAX_FIGURE for value in present)
