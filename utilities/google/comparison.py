"""What Google Analytics answers of two periods, as one frame."""

from dataclasses import replace
from datetime import timedelta

from utilities.model.errors import BadAnswer
from utilities.model.frames import DateRange, Frame, Note, Value, ValueKind


def beside(found: Frame) -> Frame:
    """The rows of a comparison with the previous period's figure behind each metric: one row, or one for each day.

    Google leaves a period without figures out; its cells are empty then, with a note, and never 0. Raises BadAnswer.
    """
    if found.rows and not found.has_column("dateRange"):
        raise BadAnswer("Google Analytics did not say which figures are of which days")
    which = found.column_values("dateRange") if found.rows else ()
    kept = [place for place, column in enumerate(found.columns) if column.key != "dateRange"]
    rows: dict[str, list[tuple[Value, ...]]] = {"now": [], "previous": []}
    for period, row in zip(which, found.rows, strict=True):
        rows[str(period)].append(tuple(row[place] for place in kept))
    columns = tuple(found.columns[place] for place in kept)
    periods = {"now": "these days", "previous": "the days before"}
    missing = [Note(f"Google Analytics has no figures for {days}") for name, days in periods.items() if not rows[name]]
    notes = (*found.notes, *(missing if found.rows else ()))
    if columns and columns[0].kind is ValueKind.DATE:
        now, before = daily(found.date_range, rows["now"], rows["previous"], len(columns))
    else:
        nothing: tuple[Value, ...] = (None,) * len(columns)
        now, before = (rows["now"] or [nothing] if found.rows else []), rows["previous"]
    return replace(found, columns=columns, rows=tuple(now), notes=notes).with_previous(before)


Rows = list[tuple[Value, ...]]


def daily(covers: DateRange | None, now: Rows, before: Rows, width: int) -> tuple[Rows, Rows]:
    """A row for each day of the range, and beside it one for the day as many days before; 0 where Google has none."""
    if covers is None:
        return now, before
    count = (covers.last - covers.first).days + 1
    nothing: tuple[Value, ...] = (0,) * (width - 1)
    shifted = [covers.first + timedelta(days=place) for place in range(count)]
    by_day = {row[0]: row[1:] for row in (*now, *before)}
    these = [(day.isoformat(), *by_day.get(day.isoformat(), nothing)) for day in shifted]
    earlier = [(day - timedelta(days=count)).isoformat() for day in shifted]
    return these, [(day, *by_day.get(day, nothing)) for day in earlier]
