"""Readings as bytes and back, trusting nothing that comes back."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from utilities.model.frames import Column, Reading, Value

LARGEST = 1 << 20  # bytes; a board's table is a few thousand
MOST_AHEAD = timedelta(days=1)  # that another machine's clock may be before ours
GREATEST = 2**63  # no figure of a website
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Packed:
    """A reading and the fence of the lease it was written under."""

    fence: int
    reading: Reading


PACKED: TypeAdapter[Packed] = TypeAdapter(Packed)


class BadValue(ValueError):
    """Stored bytes that are not a reading of the report they are stored for; treated as nothing at all."""


def is_name(report: str) -> bool:
    """Whether this can be a report's name: what a key, a file and an announcement may carry."""
    return NAME.fullmatch(report) is not None


def pack(reading: Reading, fence: int) -> bytes:
    """JSON; raises BadValue when nobody would take it back."""
    if not is_name(reading.report):
        raise BadValue(f"{reading.report[:100]!r} is no name for a report")
    check(reading.report, reading)
    packed = PACKED.dump_json(Packed(fence, reading), by_alias=True)
    if len(packed) > LARGEST:
        raise BadValue(f"the reading of {reading.report} is {len(packed)} bytes, more than {LARGEST}")
    return packed


def unpack(report: str, stored: bytes, now: datetime) -> Packed:
    """The reading stored for `report`; raises BadValue with the reason."""
    if len(stored) > LARGEST:
        raise BadValue(f"more than {LARGEST} bytes")
    try:
        packed = PACKED.validate_json(stored)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadValue(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    check(report, packed.reading)
    if packed.reading.taken_at is not None and packed.reading.taken_at > now + MOST_AHEAD:
        raise BadValue("it was taken in the future")
    if packed.reading.last_error is not None and packed.reading.last_error.retry_at > now + 2 * MOST_AHEAD:
        raise BadValue("nobody would ask again for days")  # quotas of a day are the longest there are
    return packed


def check(report: str, reading: Reading) -> None:
    """What the types do not say; raises BadValue."""
    if reading.report != report:
        raise BadValue(f"it is a reading of {reading.report[:100]!r}")
    times = [reading.taken_at, *((reading.last_error.since, reading.last_error.retry_at) if reading.last_error else ())]
    if any(time is not None and time.utcoffset() != timedelta() for time in times):
        raise BadValue("a time is not in UTC")
    if (reading.frame is None) != (reading.taken_at is None):
        raise BadValue("a frame and the time it was taken at belong together")
    if reading.frame is not None:
        for row in reading.frame.rows:
            if len(row) != len(reading.frame.columns):
                raise BadValue(f"a row does not have {len(reading.frame.columns)} values")
            for column, value in zip(reading.frame.columns, row, strict=True):
                if not fits(column, value):
                    raise BadValue(f"column {column.key[:100]!r} holds something that is not {column.kind}")


def fits(column: Column, value: Value) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return not column.is_numeric
    return column.is_numeric and -GREATEST <= value <= GREATEST  # which NaN is not
