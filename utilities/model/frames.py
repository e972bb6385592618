"""Answers: frames, the readings that hold them, and the state a reading is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import zip_longest

from pydantic import TypeAdapter

from utilities.model.errors import ErrorKind

Value = str | int | float | None
"""A cell: text, a date as `YYYY-MM-DD`, a number, or nothing (the reason is in the notes)."""


class Kind(StrEnum):
    """What a column's values are, and so in which unit."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FRACTION = "fraction"  # 0 to 1
    SECONDS = "seconds"
    DATE = "date"  # YYYY-MM-DD, in the source's time zone
    SHARE = "share"  # a count of shares; None when the network did not say

    @property
    def is_numeric(self) -> bool:
        """Whether values of this kind are numbers."""
        return self not in (Kind.TEXT, Kind.DATE)


PREVIOUS = ":previous"
"""Ends the key of a column that holds the previous period's values of the column whose key stands before it."""


@dataclass(frozen=True)
class Column:
    """One typed column; `key` is the source's own field name, a higher `rank` is dropped earlier."""

    key: str
    heading: str
    kind: Kind
    rank: int = 0
    about: str = ""  # what is counted, where the heading is too short to say so

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.kind.is_numeric

    @property
    def is_previous(self) -> bool:
        """Whether the values are those of the previous period."""
        return self.key.endswith(PREVIOUS)

    @property
    def previous_key(self) -> str:
        """The key of the column that holds the previous period's values of this one."""
        return self.key + PREVIOUS


@dataclass(frozen=True)
class Note:
    """A sentence about the frame, or about one column of it."""

    text: str
    column: str | None = None


@dataclass(frozen=True)
class Covers:
    """The days a frame speaks of, both ends included, in the source's time zone."""

    first: date
    last: date
    zone: str
    over: bool = True  # False while the last of them is today


@dataclass(frozen=True)
class Frame:
    """Typed columns and rows; a single number is one row.

    A column whose key is another column's key followed by `:previous` holds the previous period's values.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[Note, ...] = ()
    covers: Covers | None = None
    unbegun: tuple[str, ...] = ()  # while nothing was ever counted: that it is so, and how to begin

    @property
    def numeric_columns(self) -> list[Column]:
        """The columns of numbers, without those of the previous period."""
        return [column for column in self.columns if column.is_numeric and not column.is_previous]

    def index(self, key: str) -> int:
        """Where the column `key` stands; ValueError when there is none."""
        for place, column in enumerate(self.columns):
            if column.key == key:
                return place
        raise ValueError(f"no column {key!r} among {[column.key for column in self.columns]}")

    def has(self, key: str) -> bool:
        return any(column.key == key for column in self.columns)

    def values(self, key: str) -> tuple[Value, ...]:
        place = self.index(key)
        return tuple(row[place] for row in self.rows)

    def with_headings(self, headings: Mapping[str, str]) -> "Frame":
        """The same frame with these headings, by column key."""
        columns = tuple(replace(c, heading=headings.get(c.key, c.heading)) for c in self.columns)
        return replace(self, columns=columns)

    def with_ranks(self, ranks: Mapping[str, int]) -> "Frame":
        """The same frame with these ranks, by column key."""
        return replace(self, columns=tuple(replace(c, rank=ranks.get(c.key, c.rank)) for c in self.columns))

    def with_column(self, column: Column, values: Sequence[Value], notes: Sequence[Note] = ()) -> "Frame":
        """The same frame with one more column on the right; one value for each row."""
        if len(values) != len(self.rows):
            raise ValueError(f"{len(values)} values for {len(self.rows)} rows")
        rows = tuple((*row, value) for row, value in zip(self.rows, values, strict=True))
        return replace(self, columns=(*self.columns, column), rows=rows, notes=(*self.notes, *notes))

    def beside(self, earlier: Sequence[tuple[Value, ...]]) -> "Frame":
        """The same frame with a `<key>:previous` column behind each column of figures.

        `earlier` are the rows of the period before in the same columns, each beside the row in its place; figures
        nobody has are None.
        """
        figures = [place for place, c in enumerate(self.columns) if c.is_numeric]
        columns: list[Column] = []
        for place, column in enumerate(self.columns):
            columns.append(column)
            if place in figures:
                columns.append(replace(column, key=column.previous_key, heading=f"{column.heading} before"))
        rows = []
        for now, before in zip_longest(self.rows, earlier[: len(self.rows)], fillvalue=(None,) * len(self.columns)):
            cells = ((now[place], before[place]) if place in figures else (now[place],) for place in range(len(now)))
            rows.append(tuple(value for pair in cells for value in pair))
        return replace(self, columns=tuple(columns), rows=tuple(rows))

    def beside_namesakes(self, earlier: Sequence[tuple[Value, ...]], *, whole: bool) -> "Frame":
        """As `beside`, but each row beside the earlier one of its name, which is all its texts together.

        Where `earlier` is `whole`, a name that is not in it had none of what is counted.
        """
        names = [place for place, column in enumerate(self.columns) if column.kind is Kind.TEXT]
        known = {tuple(row[place] for place in names): row for row in earlier}
        nothing = tuple(0 if whole and column.kind is Kind.INTEGER else None for column in self.columns)
        return self.beside([known.get(tuple(row[place] for place in names), nothing) for row in self.rows])


class State(StrEnum):
    """How fresh a reading is; every reading is in exactly one."""

    WAITING = "waiting"  # never answered
    LIVE = "live"
    AGEING = "ageing"  # older than its pace
    STALE = "stale"  # older than its limit; the last good figures stay
    FAILED = "failed"  # no good figures, and the reason


@dataclass(frozen=True)
class Trouble:
    """What went wrong since the last good answer."""

    message: str
    kind: ErrorKind
    since: datetime
    attempts: int
    retry_at: datetime


@dataclass(frozen=True)
class Reading:
    """A frame, when it was taken, and what went wrong since. Times are UTC."""

    report: str
    frame: Frame | None = None
    taken_at: datetime | None = None
    trouble: Trouble | None = None
    complete: bool = field(default=True)  # False while slower parts of the answer are still awaited

    def age(self, now: datetime) -> timedelta | None:
        """How old the figures are, never negative; None when there are none."""
        return None if self.taken_at is None else max(now - self.taken_at, timedelta())

    def state(self, now: datetime, pace: timedelta, limit: timedelta) -> State:
        age = self.age(now)
        if age is None or self.frame is None:
            return State.FAILED if self.trouble else State.WAITING
        if age <= pace:
            return State.LIVE
        return State.AGEING if age <= limit else State.STALE


READING: TypeAdapter[Reading] = TypeAdapter(Reading)
"""Checks and converts readings from and to JSON; what comes back from a store is untrusted."""
