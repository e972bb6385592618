"""Frames as CSV that spreadsheets open without running formulas."""

import csv
import io

from utilities.model.formats import format_value
from utilities.model.frames import Frame

FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
"""Characters that begin a formula in spreadsheets (OWASP, CSV injection), with their full-width forms."""


def frame_to_csv(frame: Frame) -> str:
    """Returns CSV: headings, then formatted values. Every cell is quoted and none begins a formula."""
    kinds = [column.kind for column in frame.columns]
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow([escape_formula(column.heading) for column in frame.columns])
    rows.writerows(
        [escape_formula(format_value(value, kind)) for value, kind in zip(row, kinds, strict=True)]
        for row in frame.rows
    )
    return out.getvalue()


def escape_formula(text: str) -> str:
    """Returns the text, with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text.replace("\0", "")
