"""Checks pushed rows against a schema: typed values, or every error with its row and column."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from utilities.datasets.schema import DataColumn, DataKind, DatasetSchema
from utilities.model.frames import Value
from utilities.model.text import clean_text

MAX_TEXT_CHARS = 2_000
MAX_CELL_NUMBER = 1e15  # beyond it a double has no more cents
MAX_ROW_ERRORS = 100
MAX_SHOWN_CHARS = 40
CSV_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class RowError:
    """What is wrong with one value; `row` counts from 1. `column` is '' for the row itself."""

    row: int
    column: str
    came: str  # the value, shortened; pushed rows are figures and no secrets
    expected: str

    @property
    def place(self) -> str:
        """The row, and the column if it is one."""
        return f"row {self.row}, {self.column}" if self.column else f"row {self.row}"

    def sentence(self) -> str:
        return f"{self.place}: {self.came}, but expected {self.expected}"


class RowsRefused(Exception):
    """A batch with wrong values, of which nothing is stored."""

    def __init__(self, errors: Sequence[RowError], total: int) -> None:
        self.errors = tuple(errors)
        self.total = total  # also those after the first hundred
        more = f" and {total - len(errors)} more" if total > len(errors) else ""
        super().__init__("; ".join(error.sentence() for error in errors[:3]) + more)


CheckedRow = tuple[Value, ...]
"""The values in the order of the schema's columns."""


def check_rows(rows: Iterable[object], schema: DatasetSchema) -> list[CheckedRow]:
    """Returns the typed rows; raises RowsRefused with all errors together, and none of the rows.

    Two rows of one batch may not have the same key: nobody could say which of them counts.
    """
    checked: list[CheckedRow] = []
    errors: list[RowError] = []
    total = 0
    numbers: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        values, faults = _check_row(number, row, schema)
        if not faults and schema.unique_by:
            key = row_key(values, schema)
            if (earlier := numbers.setdefault(key, number)) != number:
                names = ", ".join(schema.unique_by)
                faults = [RowError(number, names, f"the same as in row {earlier}", "other values in each row")]
        total += len(faults)
        errors += faults[: MAX_ROW_ERRORS - len(errors)]
        checked.append(values)
    if errors:
        raise RowsRefused(errors, total)
    return checked


def row_key(values: CheckedRow, schema: DatasetSchema) -> str:
    """Returns a hash of the values in the columns of `unique_by`."""
    key = [values[index] for index, column in enumerate(schema.columns) if column.name in schema.unique_by]
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def _check_row(number: int, row: object, schema: DatasetSchema) -> tuple[CheckedRow, list[RowError]]:
    if not isinstance(row, Mapping):
        return (), [RowError(number, "", show_value(row), "an object with a value for each column")]
    names = {column.name for column in schema.columns}
    unknown = [name for name in row if name not in names]
    listed = f"one of {', '.join(sorted(names))}"
    errors = [RowError(number, clean_text(str(name), MAX_SHOWN_CHARS), "no such column", listed) for name in unknown]
    values: list[Value] = []
    for column in schema.columns:
        value = row.get(column.name)
        if value is None:
            if not column.optional:
                errors.append(RowError(number, column.name, "no value", EXPECTED[column.kind]))
            values.append(None)
            continue
        try:
            values.append(PARSERS[column.kind](value))
        except (ValueError, OverflowError):
            errors.append(RowError(number, column.name, show_value(value), EXPECTED[column.kind]))
            values.append(None)
    return tuple(values), errors


def parse_text_cell(value: object) -> Value:
    """Returns text without what cannot be stored. Raises ValueError for other values and long texts."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise ValueError
    return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_number_cell(value: object) -> float:
    """Returns a number that is no bool and not too large. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    if not math.isfinite(value) or abs(value) > MAX_CELL_NUMBER:
        raise ValueError
    return value


def parse_integer_cell(value: object) -> Value:
    """Returns a whole number, also of 3.0. Raises ValueError."""
    number = parse_number_cell(value)
    if number != int(number):
        raise ValueError
    return int(number)


def parse_fraction_cell(value: object) -> Value:
    """Returns a number from 0 to 1. Raises ValueError."""
    number = parse_number_cell(value)
    if not 0 <= number <= 1:
        raise ValueError
    return number


def parse_date_cell(value: object) -> Value:
    """Returns a date as YYYY-MM-DD. Raises ValueError."""
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    return date.fromisoformat(value).isoformat()


def parse_moment_cell(value: object) -> Value:
    """Returns a time with its zone in RFC 3339. Raises ValueError for one without a zone."""
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.isoformat()


PARSERS: Mapping[DataKind, Callable[[object], Value]] = {
    DataKind.TEXT: parse_text_cell,
    DataKind.INTEGER: parse_integer_cell,
    DataKind.DECIMAL: parse_number_cell,
    DataKind.FRACTION: parse_fraction_cell,
    DataKind.MONEY: parse_number_cell,
    DataKind.SECONDS: parse_number_cell,
    DataKind.DATE: parse_date_cell,
    DataKind.DATETIME: parse_moment_cell,
}

EXPECTED: Mapping[DataKind, str] = {
    DataKind.TEXT: f"text of at most {MAX_TEXT_CHARS:,} characters",
    DataKind.INTEGER: "a whole number",
    DataKind.DECIMAL: "a number",
    DataKind.FRACTION: "a number from 0 to 1",
    DataKind.MONEY: "a number, in units of the currency",
    DataKind.SECONDS: "a number of seconds",
    DataKind.DATE: "a date such as 2026-11-27",
    DataKind.DATETIME: "a time with its zone, such as 2026-11-27T09:12:00Z",
}
"""What a value of each kind looks like."""


def read_csv_value(text: str, column: DataColumn, *, decimal_comma: bool = False) -> object:
    """Returns the JSON value that a cell of a CSV file stands for; the text itself where it is none."""
    if column.kind is DataKind.TEXT:
        return text or (None if column.optional else "")
    stripped = text.strip()
    if not stripped:
        return None
    if not column.kind.is_figure:
        return stripped
    number = stripped.replace(",", ".") if decimal_comma else stripped
    if not CSV_NUMBER.fullmatch(number):
        return text
    return int(number) if number.lstrip("+-").isdigit() else float(number)


def show_value(value: object) -> str:
    """Returns a value for an error message: text in quotes, shortened."""
    if isinstance(value, str):
        return f"“{clean_text(value, MAX_SHOWN_CHARS)}”"
    if isinstance(value, bool | int | float):
        return clean_text(json.dumps(value), MAX_SHOWN_CHARS)
    return "a list" if isinstance(value, Sequence) else "an object" if isinstance(value, Mapping) else "nothing"
