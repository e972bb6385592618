"""Frames, the readings that hold them, and the state a reading is in; an alias is the key in stored readings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Annotated

from pydantic import Field, TypeAdapter

from utilities.model.date_ranges import DateRange as DateRange
from utilities.model.errors import ErrorKind
from utilities.model.figure_errors import UnknownColumn
from utilities.model.freshness import Push, state_of_age, worse_state
from utilities.model.freshness import ReadingState as ReadingState
from utilities.model.value_kinds import ValueKind as ValueKind

Value = str | int | float | None
"""A cell: text, a date as `YYYY-MM-DD`, a number, or None when there is no value (a note has the reason)."""


REST_NAME = "(other)"
"""The name of a row with everything that has no row of its own."""

PREVIOUS = ":previous"
"""Ends the key of a column that holds the previous period's values of the column whose key stands before it."""


@dataclass(frozen=True)
class Column:
    """One typed column.

    `key` is the source's own field name. Where a table is too wide, columns with a higher `drop_priority` go first.
    `description` tells what is counted, where the heading is too short for it.
    """

    key: str
    heading: str
    kind: ValueKind
    drop_priority: Annotated[int, Field(alias="rank")] = 0
    description: Annotated[str, Field(alias="about")] = ""

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
    """A sentence about the frame, or about one column or row of it.

    `short` is one to three words for walls, which have no room for the sentence; walls leave a note without it out.
    """

    text: str
    column: str | None = None
    row: str | None = None  # the name of the row, such as (other)
    short: str = "incomplete"


@dataclass(frozen=True)
class Frame:
    """Typed columns and rows; a single number is one row.

    A column whose key is another column's key followed by `:previous` has the values of the previous period.
    `setup_hint` is set while nothing was ever counted: sentences that say so, and how to begin.
    `previous_range` has the days of the previous period. `total_rows` is how many rows there are where the frame has
    only the first of them. `totals` are the figures of all of these, by column key. `current_until` (UTC) is when
    the moment or the running period of the figures is over, None for closed days. `push` is set where another program
    has pushed them. `read_on`, the day in
    the zone of the figures on which they are drawn, is never stored.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[Note, ...] = ()
    date_range: Annotated[DateRange | None, Field(alias="covers")] = None
    setup_hint: Annotated[tuple[str, ...], Field(alias="unbegun")] = ()
    previous_range: Annotated[DateRange | None, Field(alias="before")] = None
    total_rows: Annotated[int | None, Field(alias="of")] = None
    totals: Mapping[str, Value] = field(default_factory=dict)
    current_until: datetime | None = None
    push: Push | None = None
    read_on: Annotated[date | None, Field(exclude=True)] = None

    @property
    def numeric_columns(self) -> list[Column]:
        """The columns of numbers, without those of the previous period."""
        return [column for column in self.columns if column.is_numeric and not column.is_previous]

    @property
    def has_rest(self) -> bool:
        """Whether the last row is all rows together that have none of their own."""
        return self.total_rows is not None and bool(self.rows) and self.rows[-1][0] == REST_NAME

    @property
    def named_rows(self) -> tuple[tuple[Value, ...], ...]:
        """The rows without that of the rest."""
        return self.rows[:-1] if self.has_rest else self.rows

    @property
    def is_cut(self) -> bool:
        """Whether there are known to be rows that have none of their own here."""
        return self.total_rows is not None and self.total_rows > len(self.named_rows)

    @property
    def whole_notes(self) -> tuple[Note, ...]:
        """The notes that are not about a column or a row."""
        return tuple(note for note in self.notes if note.column is note.row is None)

    def column_index(self, key: str) -> int:
        """Returns the position of the column `key`; raises ValueError when there is none."""
        for index, column in enumerate(self.columns):
            if column.key == key:
                return index
        raise UnknownColumn(key, [column.key for column in self.columns])

    def has_column(self, key: str) -> bool:
        """Whether there is a column `key`."""
        return any(column.key == key for column in self.columns)

    def column_values(self, key: str) -> tuple[Value, ...]:
        """Returns the values of the column `key`, one for each row; raises ValueError when there is no such column."""
        index = self.column_index(key)
        return tuple(row[index] for row in self.rows)

    def with_headings(self, headings: Mapping[str, str]) -> "Frame":
        """Returns the same frame with these headings, by column key."""
        columns = tuple(replace(c, heading=headings.get(c.key, c.heading)) for c in self.columns)
        return replace(self, columns=columns)

    def with_drop_priorities(self, priorities: Mapping[str, int]) -> "Frame":
        """Returns the same frame with these drop priorities, by column key."""
        columns = tuple(replace(c, drop_priority=priorities.get(c.key, c.drop_priority)) for c in self.columns)
        return replace(self, columns=columns)

    def with_column(self, column: Column, values: Sequence[Value], notes: Sequence[Note] = ()) -> "Frame":
        """Returns the same frame with one more column on the right; `values` has one value for each row."""
        if len(values) != len(self.rows):
            raise ValueError(f"{len(values)} values for {len(self.rows)} rows")
        rows = tuple((*row, value) for row, value in zip(self.rows, values, strict=True))
        return replace(self, columns=(*self.columns, column), rows=rows, notes=(*self.notes, *notes))

    def with_previous(self, previous_rows: Sequence[tuple[Value, ...]]) -> "Frame":
        """Returns the same frame with a `<key>:previous` column after each column of figures.

        `previous_rows` are the rows of the previous period, in the same columns and joined by position. A missing row
        gives None.
        """
        figures = [index for index, c in enumerate(self.columns) if c.is_numeric]
        columns: list[Column] = []
        for index, column in enumerate(self.columns):
            columns.append(column)
            if index in figures:
                columns.append(replace(column, key=column.previous_key, heading=f"{column.heading} before"))
        rows = []
        no_row = (None,) * len(self.columns)
        for now, before in zip_longest(self.rows, previous_rows[: len(self.rows)], fillvalue=no_row):
            cells = ((now[index], before[index]) if index in figures else (now[index],) for index in range(len(now)))
            rows.append(tuple(value for pair in cells for value in pair))
        return replace(self, columns=tuple(columns), rows=tuple(rows))

    def with_previous_by_name(self, previous_rows: Sequence[tuple[Value, ...]], *, is_complete: bool) -> "Frame":
        """Joins `previous_rows` as `with_previous` does, but by the values of all text columns instead of by position.

        Where `previous_rows` is complete, a row without a match there had 0 of what is counted, otherwise None.
        """
        text_columns = [index for index, column in enumerate(self.columns) if column.kind is ValueKind.TEXT]
        by_name = {tuple(row[index] for index in text_columns): row for row in previous_rows}
        no_match = tuple(0 if is_complete and column.kind is ValueKind.INTEGER else None for column in self.columns)
        return self.with_previous(
            [by_name.get(tuple(row[index] for index in text_columns), no_match) for row in self.rows]
        )


@dataclass(frozen=True)
class LastError:
    """The error since the last good answer; `attempts` failures in a row, the first at `since`.

    `message` tells an operator what to do, `wall_text` says the cause to people who see the wall.
    """

    message: str
    kind: ErrorKind
    since: datetime
    attempts: int
    retry_at: datetime
    wall_text: str = ""


@dataclass(frozen=True)
class Reading:
    """A frame with its time, and the last error since then. Times are UTC."""

    report: str
    frame: Frame | None = None
    taken_at: datetime | None = None
    last_error: Annotated[LastError | None, Field(alias="trouble")] = None
    complete: bool = field(default=True)  # False while slower parts of the answer are pending

    def with_texts(self, change: Callable[[str], str]) -> "Reading":
        """Returns the reading with its error and its notes changed; the figures stay as they are."""
        error = self.last_error
        if error is not None:
            error = replace(error, message=change(error.message), wall_text=change(error.wall_text))
        frame = self.frame
        if frame and frame.notes:
            frame = replace(frame, notes=tuple(replace(note, text=change(note.text)) for note in frame.notes))
        return replace(self, frame=frame, last_error=error)

    def current_at(self, now: datetime) -> "Reading":
        """Returns the reading without figures of a moment or a running period that is over at `now`."""
        ends = self.frame.current_until if self.frame else None
        return self if ends is None or now < ends else Reading(self.report, last_error=self.last_error)

    @property
    def measured_at(self) -> datetime | None:
        """When the figures were pushed, or else when they were queried; None when there are none."""
        return self.frame.push.at if self.frame and self.frame.push else self.taken_at

    def age_at(self, now: datetime) -> timedelta | None:
        """Returns how old the figures are, never negative; None when there are none."""
        return None if self.measured_at is None else max(now - self.measured_at, timedelta())

    def state_at(self, now: datetime, refresh_every: timedelta, stale_after: timedelta) -> ReadingState:
        """Returns the state, for a report that is refreshed every `refresh_every` and stale after `stale_after`."""
        current = self.current_at(now)
        if current.taken_at is None:
            return ReadingState.FAILED if self.last_error else ReadingState.WAITING
        state = state_of_age(now - current.taken_at, refresh_every, stale_after)
        return worse_state(state, current.frame.push.state_at(now)) if current.frame and current.frame.push else state


READING_ADAPTER: TypeAdapter[Reading] = TypeAdapter(Reading)
"""Validates readings from JSON and writes them (with `by_alias=True`); stored readings are untrusted."""
