"""Frames as CSV that spreadsheets open without running formulas."""

import csv
import io
import re

from utilities.model.formats import format_value
from utilities.model.frames import Frame, Value, ValueKind

FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
"""Characters that begin a formula in spreadsheets (OWASP, CSV injection), with their full-width forms."""

SIGNED_FIGURE = re.compile(r"[+-][0-9]+([:.,][0-9]+)*%?")
"""A number or an offset from UTC, which no spreadsheet runs."""


def frame_to_csv(frame: Frame, *, formatted: bool = False, last_line: str = "") -> str:
    """Returns CSV: headings, then the values raw, as JSON has them, or `formatted` for people.

    Text is quoted and none begins a formula; a missing raw value is an empty cell. `last_line` is for what a reader
    must not miss, such as rows that are not there.
    """
    kinds = [column.kind for column in frame.columns]
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow([escape_formula(column.heading) for column in frame.columns])
    to_cell = formatted_cell if formatted else raw_cell
    rows.writerows([to_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in frame.rows)
    if last_line:
        rows.writerow([escape_formula(last_line), *[""] * (len(frame.columns) - 1)])
    return out.getvalue()


def raw_cell(value: Value, _: ValueKind) -> str | int | float:
    """Returns a number as it is, text without formulas, and '' where there is no value."""
    return "" if value is None else escape_formula(value) if isinstance(value, str) else value


def formatted_cell(value: Value, kind: ValueKind) -> str:
    """Returns the cell as pages show it."""
    return escape_formula(format_value(value, kind))


def escape_formula(text: str) -> str:
    """Returns the text, with an apostrophe in front where a spreadsheet would run it as a formula."""
    is_formula = text.lstrip(" ").startswith(FORMULA_STARTS) and not SIGNED_FIGURE.fullmatch(text)
    return f"'{text}" if is_formula else text.replace("\0", "")
